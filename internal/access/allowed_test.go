package access

import (
	"slices"
	"testing"
)

func TestRestrictionRules(t *testing.T) {
	t.Parallel()
	type rules = RestrictionRules
	for name, c := range map[string]struct {
		rules   rules
		allowed []string
		held    []string // by a group
		stale   []string
	}{
		"nothing configured":         {rules{}, []string{}, []string{"DE"}, []string{"DE"}},
		"no group value":             {rules{Listed: []string{"DE"}}, []string{"DE"}, nil, nil},
		"the list":                   {rules{Listed: []string{"DE", "AT"}}, []string{"DE", "AT"}, []string{"AT", "DE"}, nil},
		"the list, not the sites":    {rules{Listed: []string{"DE"}, Sites: []string{"main"}}, []string{"DE"}, []string{"main", "DE"}, []string{"main"}},
		"the sites, not the list":    {rules{SyncWithSites: true, Listed: []string{"DE"}, Sites: []string{"main"}}, []string{"main"}, []string{"main", "DE"}, []string{"DE"}},
		"sync without sites":         {rules{SyncWithSites: true, Listed: []string{"DE"}}, []string{}, []string{"DE"}, []string{"DE"}},
		"case counts":                {rules{Listed: []string{"de"}}, []string{"de"}, []string{"DE"}, []string{"DE"}},
		"repeats":                    {rules{Listed: []string{"DE", "DE"}}, []string{"DE"}, []string{"FR", "FR"}, []string{"FR"}},
		"a site that is no value":    {rules{SyncWithSites: true, Sites: []string{"a--b", "c"}}, []string{"c"}, []string{"a--b"}, []string{"a--b"}},
		"a value that left the list": {rules{Listed: []string{}}, []string{}, []string{"DE", "AT"}, []string{"DE", "AT"}},
	} {
		if got := c.rules.Allowed(); !slices.Equal(got, c.allowed) || got == nil {
			t.Errorf("%s: allowed are %q, want %q", name, got, c.allowed)
		}
		if got := c.rules.Refused(c.held); !slices.Equal(got, c.stale) {
			t.Errorf("%s: stale are %q, want %q", name, got, c.stale)
		}
	}
}

func TestValidRestriction(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]bool{
		"DE": true, "a-b": true, "a/b": true, "ä": true, "-": true, ".": true, "a-": true,
		"": false, " ": false, "a b": false, "a\tb": false, "a\u00a0b": false, "a\u2028b": false, "#": false, "DE#FR": false, "--": false, "a--b": false, "a---b": false,
	} {
		if got := ValidRestriction(value); got != want {
			t.Errorf("%q: got %t, want %t", value, got, want)
		}
	}
}
