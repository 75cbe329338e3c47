package access

import (
	"strings"
	"unicode"
)

// RestrictionRules are a tenant's settings for restriction values.
type RestrictionRules struct {
	Listed        []string // the configured list
	SyncWithSites bool     // whether the codes of sites replace the list
	Sites         []string // the codes of all sites, including inactive ones
}

// ValidRestriction reports whether a text can be a restriction value. Scopes
// carry values as "order.order_read--DE#FR", so a value contains no white space,
// no "#" and no "--".
func ValidRestriction(value string) bool {
	return value != "" && !strings.ContainsFunc(value, unicode.IsSpace) && !strings.Contains(value, "#") && !strings.Contains(value, "--")
}

// Allowed returns the values that groups can be restricted to, without
// duplicates, in listed order (rule 15).
func (r RestrictionRules) Allowed() []string {
	values := r.Listed
	if r.SyncWithSites {
		values = r.Sites
	}
	return unique(values, ValidRestriction)
}

// Refused returns the values that are not allowed, without duplicates. Values
// that a group already holds are then stale (rule 15).
func (r RestrictionRules) Refused(values []string) []string {
	allowed := map[string]bool{}
	for _, value := range r.Allowed() {
		allowed[value] = true
	}
	return unique(values, func(value string) bool { return !allowed[value] })
}

// unique returns the wanted texts without duplicates.
func unique(texts []string, wanted func(string) bool) []string {
	kept, seen := []string{}, map[string]bool{}
	for _, text := range texts {
		if !seen[text] && wanted(text) {
			kept = append(kept, text)
		}
		seen[text] = true
	}
	return kept
}
