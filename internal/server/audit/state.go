package audit

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
)

const (
	// MaxState is how much of a record an event shows, in bytes of JSON.
	MaxState = 8 << 10
	// maxStateMember is how much of a member it shows if the record is longer.
	maxStateMember = 512
)

// cutMember replaces a member in an event that is too long for it. Two members
// that differ have different checksums.
type cutMember struct {
	Cut    bool   `json:"cut"` // always true
	Bytes  int    `json:"bytes"`
	SHA256 string `json:"sha256"`
}

// shortState returns a record as its event shows it: in an object of more than
// MaxState bytes, a cutMember replaces each long member.
func shortState(text []byte) ([]byte, error) {
	if len(text) <= MaxState {
		return text, nil
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(text, &members); err != nil {
		return nil, fmt.Errorf("shortening a record for its event: %w", err)
	}
	for name, value := range members {
		if len(value) <= maxStateMember {
			continue
		}
		sum := sha256.Sum256(value)
		mark, err := json.Marshal(cutMember{Cut: true, Bytes: len(value), SHA256: hex.EncodeToString(sum[:])})
		if err != nil {
			return nil, fmt.Errorf("shortening a record for its event: %w", err)
		}
		members[name] = mark
	}
	return json.Marshal(members)
}

// metadataMember differs after every update, so Changed leaves it out.
const metadataMember = "metadata"

// Changed returns the names of the members in which the two states of an event
// differ, sorted. An event of a creation or a deletion has none.
func Changed(before, after string) (names []string, err error) {
	if before == "" || after == "" {
		return nil, nil
	}
	var was, is map[string]json.RawMessage
	if err := json.Unmarshal([]byte(before), &was); err != nil {
		return nil, err
	}
	if err := json.Unmarshal([]byte(after), &is); err != nil {
		return nil, err
	}
	for name, value := range was {
		if other, ok := is[name]; !ok || !sameValue(value, other) {
			names = append(names, name)
		}
	}
	for name := range is {
		if _, ok := was[name]; !ok {
			names = append(names, name)
		}
	}
	names = slices.DeleteFunc(names, func(name string) bool { return name == metadataMember })
	slices.Sort(names)
	return names, nil
}

// sameValue reports whether two values are equal, even if one of them was cut
// because the rest of its object was long.
func sameValue(a, b json.RawMessage) bool {
	return bytes.Equal(a, b) || isCutOf(a, b) || isCutOf(b, a)
}

// isCutOf reports whether mark stands for the value, which was cut.
func isCutOf(mark, value json.RawMessage) bool {
	var cut cutMember
	if json.Unmarshal(mark, &cut) != nil || !cut.Cut || cut.Bytes != len(value) {
		return false
	}
	sum := sha256.Sum256(value)
	return cut.SHA256 == hex.EncodeToString(sum[:])
}
