package provider_test

import (
	"math/rand/v2"
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

// mostly returns the usual value, or one time in six another.
func mostly[T any](r *rand.Rand, usual T, others ...T) T {
	if r.IntN(6) > 0 {
		return usual
	}
	return others[r.IntN(len(others))]
}

// subject returns a random resource about a user: usually one that a run would not
// change.
func (c *compared) subject(u api.User) (s subject) {
	keys := values{}
	switch c.rand.IntN(5) {
	case 0:
		s.typeName = "iam_group_membership"
		group := mostly(c.rand, "oe-viewer", "oe-admin", "nothing")
		s.state.Values = values{"id": group + "/EMPLOYEE/" + u.ID, "group_id": group, "user_id": u.ID, "user_type": mostly(c.rand, "EMPLOYEE", "CUSTOMER")}
		s.config = c.configured(s.state.Values, []string{"group_id", "user_id"}, []string{"user_type"})
		keys = values{"group_id": group, "user_id": u.ID, "user_type": "EMPLOYEE"}
	case 1:
		s.typeName = "iam_user_groups"
		s.state.Values = values{"user_id": mostly(c.rand, u.ID, "gone"), "group_ids": mostly(c.rand, list(u.GroupIDs), []any{"oe-viewer"}, []any{})}
		s.config = c.configured(s.state.Values, []string{"user_id", "group_ids"}, nil)
		keys["user_id"] = u.ID
	default:
		s.typeName = "iam_user"
		s.state.Values = c.user(u)
		s.config = c.configured(s.state.Values, []string{"email", "first_name", "last_name", "locked", "group_ids"},
			[]string{"department", "preferred_site", "preferred_currency", "preferred_language", "on_destroy"})
		keys["id"] = u.ID
	}
	s.state.Identity, s.state.Private = c.identity(s.typeName, keys), c.private()
	switch c.rand.IntN(10) {
	case 0:
		s.config = nil
	case 1:
		s.state = providertest.State{}
	}
	return s
}

// user returns the state of a user, which may differ from the tenant.
func (c *compared) user(u api.User) values {
	r := c.rand
	return values{
		"id": mostly[any](r, u.ID, u.ID, "gone", nil), "email": mostly(r, u.ContactEmail, strings.ToUpper(u.ContactEmail), "former@acme.example"),
		"first_name": mostly(r, u.FirstName, "Former"), "last_name": u.LastName, "department": mostly(r, u.Department, "Sales"),
		"preferred_site": u.PreferredSite, "preferred_currency": mostly(r, u.PreferredCurrency, "USD"), "preferred_language": u.PreferredLanguage,
		"locked":                 []any{nil, u.Locked(), u.Locked(), !u.Locked()}[r.IntN(4)],
		"group_ids":              []any{nil, list(u.GroupIDs), list(u.GroupIDs), []any{"oe-viewer"}}[r.IntN(4)],
		"on_destroy":             mostly[any](r, "remove", "lock", "delete", nil),
		"backoffice_user_number": u.BackofficeUserNumber, "status": mostly(r, strings.ToUpper(string(u.Status)), "INACTIVE"),
	}
}

// configured returns a configuration for a state. It has every argument of own, and
// some of optional. Now and then one argument differs from the state.
func (c *compared) configured(state values, own, optional []string) values {
	config := values{}
	for _, name := range own {
		config[name] = state[name]
	}
	for _, name := range optional {
		if c.rand.IntN(3) == 0 {
			config[name] = state[name]
		}
	}
	if c.rand.IntN(3) > 0 {
		return config
	}
	other := map[string][]any{
		"email": {"new@acme.example", "USER1@acme.example", providertest.Unknown}, "first_name": {"New", providertest.Unknown}, "locked": {true, false, nil},
		"group_ids": {nil, []any{}, []any{"oe-admin"}, []any{"nothing"}, providertest.Unknown}, "user_id": {"another", providertest.Unknown}, "group_id": {"oe-admin", providertest.Unknown},
		"department": {"", "New"}, "preferred_site": {"nowhere"}, "preferred_language": {"xx", "de"}, "on_destroy": {"lock", "remove"}, "user_type": {"CUSTOMER"},
	}
	names := append(append([]string{}, own...), optional...)
	name := names[c.rand.IntN(len(names))]
	if options := other[name]; len(options) > 0 {
		config[name] = options[c.rand.IntN(len(options))]
	}
	return config
}

// identity returns an identity of this tenant, of another or of an earlier release, or
// none.
func (c *compared) identity(typeName string, keys values) *tfprotov6.ResourceIdentityData {
	tenant := []any{nil, servertest.Tenant, servertest.Tenant, "another"}[c.rand.IntN(4)]
	if c.rand.IntN(3) == 0 {
		return nil
	}
	keys["tenant"] = tenant
	return c.slow.EncodeIdentity(typeName, keys)
}

// private returns the private data of a state: usually none. In the others, "anVuaw=="
// and the like are texts in JSON.
func (c *compared) private() []byte {
	return []byte(mostly(c.rand, "",
		`{"moved":"dHJ1ZQ=="}`,                                       // true
		`{"mark":"Ik1BUksi","destroy":"IngiIg=="}`,                   // "MARK", "x"
		`{"uncertain_create":"IjIwMDAtMDEtMDFUMDA6MDA6MDBaIg=="}`,    // a time long ago
		`{"elsewhere":"WyJvZS12aWV3ZXIiXQ==","imported":"dHJ1ZQ=="}`, // ["oe-viewer"], true
		`{".import_before_read":"dHJ1ZQ=="}`,
		`{"moved":true}`,
	))
}

// list returns ids as a set of strings.
func list(ids []string) []any {
	all := []any{}
	for _, id := range ids {
		all = append(all, id)
	}
	return all
}
