package access

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestUserScopes(t *testing.T) {
	t.Parallel()
	type row struct {
		Name string
		Want []string
		ScopeUser
	}
	for _, c := range readTable[row](t, "scopes.json") {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			if got := c.Scopes(); !slices.Equal(got, c.Want) || got == nil {
				t.Errorf("got %q, want %q", got, c.Want)
			}
		})
	}
}

// anyScopeGroups draws groups whose scopes and values overlap.
func anyScopeGroups() *rapid.Generator[[]ScopeGroup] {
	some := func(choice ...string) *rapid.Generator[[]string] {
		return rapid.SliceOfN(rapid.SampledFrom(choice), 0, 4)
	}
	grant := rapid.Custom(func(t *rapid.T) ScopeGrant {
		return ScopeGrant{
			Scopes:           some("a.read", "a.manage", "a.read_own", "b.read").Draw(t, "scopes"),
			RestrictionAware: rapid.Bool().Draw(t, "restriction-aware"),
		}
	})
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) ScopeGroup {
		return ScopeGroup{
			Grants:       rapid.SliceOfN(grant, 0, 3).Draw(t, "grants"),
			Restrictions: some("AT", "DE", "FR", "two words").Draw(t, "restrictions"),
		}
	}), 0, 5)
}

// without returns the scopes of the second list that the first list does not
// have, or has for fewer records.
func without(have, want []string) []string {
	return slices.DeleteFunc(slices.Clone(want), func(token string) bool {
		id, values, narrowed := strings.Cut(token, "--")
		return slices.ContainsFunc(have, func(held string) bool {
			heldID, heldValues, heldNarrowed := strings.Cut(held, "--")
			if heldID != id || heldNarrowed && !narrowed {
				return false
			}
			reached := strings.Split(heldValues, "#")
			return !heldNarrowed || !slices.ContainsFunc(strings.Split(values, "#"), func(v string) bool { return !slices.Contains(reached, v) })
		})
	})
}

func TestUserScopesLaws(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		groups := anyScopeGroups().Draw(t, "groups")
		got := ScopeUser{Groups: groups}.Scopes()
		for i, token := range got {
			id, _, _ := strings.Cut(token, "--")
			if i > 0 && strings.SplitN(got[i-1], "--", 2)[0] >= id {
				t.Errorf("%q is not sorted, or has a scope twice", got)
			}
		}
		if other := (ScopeUser{Groups: rapid.Permutation(groups).Draw(t, "in another order")}).Scopes(); !slices.Equal(got, other) {
			t.Errorf("the order of groups matters: %q, %q", got, other)
		}
		if twice := (ScopeUser{Groups: slices.Concat(groups, groups)}).Scopes(); !slices.Equal(got, twice) {
			t.Errorf("the same groups again change %q to %q", got, twice)
		}
		more := slices.Concat(groups, anyScopeGroups().Draw(t, "more"))
		if lost := without((ScopeUser{Groups: more}).Scopes(), got); len(lost) > 0 {
			t.Errorf("adding groups removes %q", lost)
		}
		if none := (ScopeUser{Locked: true, Groups: groups}).Scopes(); len(none) > 0 {
			t.Errorf("a locked user has %q", none)
		}
	})
}

// The check must detect lost scopes.
func TestWithout(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ have, want, lost string }{
		{"a.read", "a.read--DE", ""},
		{"a.read--AT#DE", "a.read--DE", ""},
		{"a.read--DE", "a.read--DE#FR", "a.read--DE#FR"},
		{"a.read--DE", "a.read", "a.read"},
		{"a.read_own", "a.read", "a.read"},
		{"", "a.read--DE", "a.read--DE"},
	} {
		if got := without(strings.Fields(c.have), strings.Fields(c.want)); strings.Join(got, " ") != c.lost {
			t.Errorf("%q over %q: lost %q, want %q", c.have, c.want, got, c.lost)
		}
	}
}

func TestScopes(t *testing.T) {
	t.Parallel()
	all := Scopes()
	for i, s := range all {
		if i > 0 && all[i-1].ID >= s.ID {
			t.Errorf("%s comes after %s", s.ID, all[i-1].ID)
		}
		if service, rest, ok := strings.Cut(s.ID, "."); !ok || s.Domain != service || service == "" || rest == "" {
			t.Errorf("scope %q has the domain %q", s.ID, s.Domain)
		}
		if got, ok := ScopeByID(s.ID); !ok || got != s {
			t.Errorf("%s is found as %v, %t", s.ID, got, ok)
		}
	}
	for _, c := range Controls() {
		for _, id := range c.Scopes {
			if _, ok := ScopeByID(id); !ok {
				t.Errorf("control %s has the unknown scope %s", c.ID, id)
			}
		}
	}
	for _, id := range []string{"iam.scope_manage", "order.order_manage", "payment-gateway.refund_manage", "oe.forms_edit", "price.price_match_own"} {
		if _, ok := ScopeByID(id); !ok {
			t.Errorf("scope %s is missing", id)
		}
	}
	for _, id := range []string{"", "iam", "iam.group_create", "catalog.catalog_update", "custom.scope", "IAM.SCOPE_READ"} {
		if _, ok := ScopeByID(id); ok {
			t.Errorf("%q is not a predefined scope", id)
		}
	}
}

func TestVendorScopes(t *testing.T) {
	t.Parallel()
	for _, c := range Controls() {
		// Publishing products has one scope for vendors and others.
		if publishes := strings.HasPrefix(c.Label, "Vendor Product "); !publishes && VendorScopes(c.Scopes) != c.VendorAware {
			t.Errorf("%s has the scopes %q and is vendor-aware: %t", c.Label, c.Scopes, c.VendorAware)
		}
	}
	if VendorScopes(nil) || VendorScopes([]string{"order.order_read_by_vendor", "order.order_read"}) {
		t.Error("want true only for at least one scope, all of them vendor scopes")
	}
}
