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

// ValidID reports whether a caller may choose the id for something new: 1 to 66
// letters, digits, dots, hyphens and underscores, and not "." or "..", which no
// path can carry. Case counts.
func ValidID(id string) bool {
	return idPattern.MatchString(id) && id != "." && id != ".."
}

// ValidScope reports whether a scope may have the id: 1 to 255 letters, digits,
// dots, hyphens and underscores, and not "." or "..". Case counts.
func ValidScope(id string) bool {
	return scopePattern.MatchString(id) && id != "." && id != ".."
}

// ValidLocationID reports whether a caller may choose the id for a new location:
// 1 to 66 letters, digits, hyphens and underscores. Case counts.
func ValidLocationID(id string) bool { return locationPattern.MatchString(id) }

// ValidVendorID is ValidLocationID for vendors, of which none is called
// "search": that path means something else.
func ValidVendorID(id string) bool { return ValidLocationID(id) && id != "search" }

// Addressable reports whether a path can carry the id, and a server find it
// there: it is neither empty nor ".", ".." or "/".
func Addressable(id string) bool { return id != "" && id != "." && id != ".." && id != "/" }

// ValidTenant reports whether the name can be a tenant's: 3 to 16 lower-case
// letters and digits, starting with a letter.
func ValidTenant(name string) bool { return tenantPattern.MatchString(name) }

// ValidEmail reports whether the text is an e-mail address and nothing else: no
// name before it and no brackets around it.
func ValidEmail(text string) bool {
	address, err := mail.ParseAddress(text)
	return err == nil && address.Address == text
}

// SameEmail reports whether two texts are the same e-mail address: case makes no
// difference. What only looks alike, or is folded into the same letter, such as
// the long s into the s, is another address, with an account of its own.
func SameEmail(a, b string) bool {
	return strings.ToLower(a) == strings.ToLower(b) //nolint:staticcheck // EqualFold folds more
}
