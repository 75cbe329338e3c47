package plumbing

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// SortByCreation orders documents by the time when they were made, then by id. The
// API promises no order, and what comes in another order each time would be a
// change each time.
func SortByCreation[T any](documents []T, of func(T) (made, id string)) {
	slices.SortFunc(documents, func(a, b T) int {
		madeA, idA := of(a)
		madeB, idB := of(b)
		return cmp.Or(ParseTime(madeA).Compare(ParseTime(madeB)), cmp.Compare(idA, idB))
	})
}

// ParseTime reads a time of the API, which some servers write with a space for the
// T. What cannot be read is the zero time.
func ParseTime(text string) time.Time {
	moment, err := time.Parse(time.RFC3339, strings.Replace(text, " ", "T", 1))
	if err != nil {
		return time.Time{}
	}
	return moment
}
