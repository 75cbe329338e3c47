package server

import (
	"encoding/binary"
	"iter"

	"github.com/access-config/terraform-provider-iam/internal/access"
)

// rosterPiece is the size of a piece of a roster, in bytes. A user that is larger gets a
// piece of its own.
const rosterPiece = 64 << 10

// roster holds many users in little memory: as bytes, without a pointer that the garbage
// collector follows. It lets a handler read all users at one moment, and write to a slow
// caller without a connection to the database.
type roster struct {
	pieces [][]byte // one would be copied as it grows
	groups []string
	index  map[string]uint64 // of groups
}

// add appends a user.
func (r *roster) add(u access.StateUser) {
	if r.index == nil {
		r.index = map[string]uint64{}
	}
	locked := uint64(0)
	if u.Locked {
		locked = 1
	}
	var b []byte
	for _, text := range []string{u.ID, u.Email, u.Name, u.Department} {
		b = append(binary.AppendUvarint(b, uint64(len(text))), text...)
	}
	b = binary.AppendUvarint(binary.AppendUvarint(b, locked), uint64(len(u.GroupIDs)))
	for _, id := range u.GroupIDs {
		i, known := r.index[id]
		if !known {
			i = uint64(len(r.groups))
			r.groups, r.index[id] = append(r.groups, id), i
		}
		b = binary.AppendUvarint(b, i)
	}
	last := len(r.pieces) - 1
	if last < 0 || len(r.pieces[last])+len(b) > cap(r.pieces[last]) {
		r.pieces = append(r.pieces, make([]byte, 0, max(rosterPiece, len(b))))
		last++
	}
	r.pieces[last] = append(r.pieces[last], b...)
}

// all yields the users in the order in which they were added.
func (r *roster) all() iter.Seq[access.StateUser] {
	return func(yield func(access.StateUser) bool) {
		for _, piece := range r.pieces {
			for len(piece) > 0 {
				var u access.StateUser
				if u, piece = r.next(piece); !yield(u) {
					return
				}
			}
		}
	}
}

// next returns the first user of a piece, and the rest of the piece.
func (r *roster) next(piece []byte) (access.StateUser, []byte) {
	number := func() uint64 {
		n, size := binary.Uvarint(piece)
		piece = piece[size:]
		return n
	}
	text := func() string {
		n := number()
		s := string(piece[:n])
		piece = piece[n:]
		return s
	}
	u := access.StateUser{ID: text(), Email: text(), Name: text(), Department: text(), Locked: number() == 1}
	if n := number(); n > 0 {
		u.GroupIDs = make([]string, n)
	}
	for i := range u.GroupIDs {
		u.GroupIDs[i] = r.groups[number()]
	}
	return u, piece
}
