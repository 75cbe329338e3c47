package api

import (
	"net/mail"
	"regexp"
	"strings"
)

var (
	scopePattern    = regexp.MustCompile(`^[A-Za-z0-9._-]{1,255}$`)
	idPattern       = regexp.MustCompile(`^[A-Za-z0-9._-]{1,66}$`)
	locationPattern = regexp.MustCompile(`^[A-Za-z0-9_-]{1,66}$`)
	tenantPattern   = regexp.MustCompile(`^[a-z][a-z0-9]{2,15}$`)
)

// ValidID reports whether a caller can choose the id for a new object: 1 to 66
// letters, digits, dots, hyphens and underscores, but not "." or "..", which
// cannot be path segments. Ids are case-sensitive.
func ValidID(id string) bool {
	return idPattern.MatchString(id) && id != "." && id != ".."
}

// ValidScope reports whether the text is a valid scope id: 1 to 255 letters,
// digits, dots, hyphens and underscores, but not "." or "..". Ids are
// case-sensitive.
func ValidScope(id string) bool {
	return scopePattern.MatchString(id) && id != "." && id != ".."
}

// ValidLocationID reports whether a caller can choose the id for a new location:
// 1 to 66 letters, digits, hyphens and underscores. Ids are case-sensitive.
func ValidLocationID(id string) bool { return locationPattern.MatchString(id) }

// ValidVendorID is ValidLocationID for vendors. It rejects "search", whose path
// has another meaning.
func ValidVendorID(id string) bool { return ValidLocationID(id) && id != "search" }

// Addressable reports whether the id can be a path segment that servers match: it
// is not "", ".", ".." or "/".
func Addressable(id string) bool { return id != "" && id != "." && id != ".." && id != "/" }

// ValidTenant reports whether the name is a valid tenant name: 3 to 16 lower-case
// letters and digits, starting with a letter.
func ValidTenant(name string) bool { return tenantPattern.MatchString(name) }

// ValidEmail reports whether the text is only an e-mail address, without a
// display name or angle brackets.
func ValidEmail(text string) bool {
	address, err := mail.ParseAddress(text)
	return err == nil && address.Address == text
}

// SameEmail reports whether two texts are the same e-mail address, ignoring case.
// Addresses that only look alike, or are equal only under Unicode case folding,
// such as the long s and s, are different and can have separate accounts.
func SameEmail(a, b string) bool {
	return strings.ToLower(a) == strings.ToLower(b) //nolint:staticcheck // EqualFold folds more
}
