package server

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
)

const (
	// maxState is how much of a record an event shows, in bytes of JSON.
	maxState = 8 << 10
	// maxStateMember is how much of a member it shows where the record has more.
	maxStateMember = 512
)

// cutMember stands in an event for a member that is too long for it. Two that
// differ have other checksums.
type cutMember struct {
	Cut    bool   `json:"cut"` // always true
	Bytes  int    `json:"bytes"`
	SHA256 string `json:"sha256"`
}

// shortState is the record as its event shows it: an object of more than
// maxState bytes with a mark in place of each long member.
func shortState(text []byte) ([]byte, error) {
	if len(text) <= maxState {
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
