package access

import (
	"strings"
	"unicode"
)

// RestrictionRules is what a tenant says about restriction values.
type RestrictionRules struct {
	Listed        []string // the configured list
	SyncWithSites bool     // whether the codes of sites take its place
	Sites         []string // the codes of all sites, inactive ones too
}

// ValidRestriction reports whether a text can be a restriction value. Scopes
// carry values as "order.order_read--DE#FR", so that a value has no white space,
// no "#" and no "--".
func ValidRestriction(value string) bool {
	return value != "" && !strings.ContainsFunc(value, unicode.IsSpace) && !strings.Contains(value, "#") && !strings.Contains(value, "--")
}

// Allowed returns the values that groups may be restricted to, each once, in
// the order in which they are listed (rule 15).
func (r RestrictionRules) Allowed() []string {
	values := r.Listed
	if r.SyncWithSites {
		values = r.Sites
	}
	return unique(values, ValidRestriction)
}

// Refused returns those of the values that are not allowed, each once. On a
// group that holds them they are stale.
func (r RestrictionRules) Refused(values []string) []string {
	allowed := map[string]bool{}
	for _, value := range r.Allowed() {
		allowed[value] = true
	}
	return unique(values, func(value string) bool { return !allowed[value] })
}

// unique returns the texts that are wanted, each once.
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
