package plumbing

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// SortByCreation sorts documents by time of creation, then by id. The API guarantees
// no order, and a different order on each read would show as a change.
func SortByCreation[T any](documents []T, of func(T) (created, id string)) {
	slices.SortFunc(documents, func(a, b T) int {
		createdA, idA := of(a)
		createdB, idB := of(b)
		return cmp.Or(ParseTime(createdA).Compare(ParseTime(createdB)), cmp.Compare(idA, idB))
	})
}

// ParseTime parses a time of the API, which some servers write with a space instead
// of the T. It returns the zero time if the text cannot be parsed.
func ParseTime(text string) time.Time {
	moment, err := time.Parse(time.RFC3339, strings.Replace(text, " ", "T", 1))
	if err != nil {
		return time.Time{}
	}
	return moment
}
