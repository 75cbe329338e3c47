package access

import (
	"fmt"
	"iter"
	"slices"
)

// Holder is a user who holds a level on records of an entity, and why.
type Holder struct {
	User StateUser
	// Rows are those of the user's report that have the level, or a higher one, in full.
	Rows []Row
	// Decision is that on the records in question or, if any will do, on those that the
	// last of the rows reaches.
	Decision Decision
	// Groups are the ids of all groups that grant it, sorted.
	Groups []string
}

// Holders yields the users who hold the level in full on records of the entity, ordered by
// e-mail: on the given ones or, if records is nil, on any. Users with the same groups share
// one answer: do not modify it.
func Holders(s State, entity string, level Level, records *Records) iter.Seq[Holder] {
	return func(yield func(Holder) bool) {
		compiled, known := s.Rights.Compile(s.Groups), map[string]Holder{}
		for u := range s.ByEmail() {
			key := fmt.Sprintf("%t %q", u.Locked, slices.Sorted(slices.Values(u.GroupIDs)))
			h, ok := known[key]
			if !ok {
				h = compiled.subjectOf(&u).holds(entity, level, records)
				if len(known) < maxKnown {
					known[key] = h
				}
			}
			if h.User = u; h.Decision.Allowed && !yield(h) {
				return
			}
		}
	}
}

// holds returns the rows of the report with the level, and the decision.
func (s Subject) holds(entity string, level Level, records *Records) Holder {
	h := Holder{Rows: slices.DeleteFunc(s.Report(), func(r Row) bool { return r.Entity != entity || r.Partly || r.Level < level })}
	if records != nil {
		h.Decision = s.Decide(entity, level, *records)
		h.Groups = h.Decision.GrantedBy
		return h
	}
	if len(h.Rows) == 0 {
		return h
	}
	// Lower levels reach further, so the last row of the tenant's records does.
	last := h.Rows[len(h.Rows)-1]
	if i := slices.IndexFunc(h.Rows, func(r Row) bool { return r.VendorID != "" }); i > 0 {
		last = h.Rows[i-1]
	}
	on := Records{VendorID: last.VendorID}
	if len(last.Restrictions) > 0 {
		on.Restriction = &last.Restrictions[0]
	}
	h.Decision = s.Decide(entity, level, on)
	for _, r := range h.Rows {
		h.Groups = append(h.Groups, r.GrantedBy...)
	}
	slices.Sort(h.Groups)
	h.Groups = slices.Compact(h.Groups)
	return h
}
