package directory_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

// site is one that the tenant does not have from its start.
func site(code string) values {
	return values{"code": code, "name": "Site", "default_language": "en", "currency": "EUR"}
}

// Codes that a standard or the tenant knows are checked in the plan, wherever
// they are written: on a user, in the provider's defaults, in a row.
func TestCodes_ofUsers(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	for _, c := range []struct{ attribute, code, want string }{
		{"preferred_currency", "eur", `he currency "eur" is written EUR.`},
		{"preferred_currency", "QQQ", `ISO 4217 has no currency "QQQ"`},
		{"preferred_currency", "XXX", `ISO 4217 has no currency "XXX"`},
		{"preferred_currency", "", "empty"},
		{"preferred_currency", "CHF", ""},
		{"preferred_language", "EN", `he language "EN" is written en.`},
		{"preferred_language", "de_DE", `he language "de_DE" is written de-DE.`},
		{"preferred_language", "qq", `"qq" is not a language tag`},
		{"preferred_language", "it", `The tenant does not have the language "it"; it has en, de, fr.`},
		{"preferred_language", "", "empty"},
		{"preferred_language", "fr", ""},
		{"preferred_site", "Main", `did you mean "main"?`},
		{"preferred_site", "nowhere", `no site with the code "nowhere"`},
		{"preferred_site", "", "empty"},
		{"preferred_site", "main", ""},
	} {
		check := func(where string, d providertest.Diagnostics) {
			t.Helper()
			if c.want == "" && len(d) > 0 || c.want != "" && !d.Has("error at", c.attribute, c.want) && !d.Has("error at", "csv", c.want) {
				t.Errorf("%s: %s %q: got %v", where, c.attribute, c.code, d)
			}
		}
		p := providertest.New(t, b.Config)
		_, _, d := p.Plan("iam_user", state{}, with(anna(), values{c.attribute: c.code}))
		check("iam_user", d)
		byDefault := providertest.Start(t, nil)
		if d = byDefault.Configure(with(b.Config, values{"user_defaults": values{c.attribute: c.code}})); !d.Failed() {
			_, _, d = byDefault.Plan("iam_user", state{}, anna())
		}
		check("user_defaults", d)
		if c.code != "" { // an empty cell is one that was left out
			_, _, d = p.Plan("iam_users_csv", state{}, values{"csv": "email,first_name,last_name," + c.attribute + "\nb@acme.example,B,C," + c.code + "\n"})
			check("iam_users_csv", d)
		}
	}
}

// What a user has already is nobody's mistake here, and a site that the same plan
// creates is one.
func TestCodes_ofUsersThatAreThere(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	p := providertest.New(t, b.Config)
	made := p.MustApply("iam_site", state{}, site("shop"))
	user := p.MustApply("iam_user", state{}, with(anna(), values{"preferred_site": "shop"}))
	p.MustApply("iam_site", made, nil)
	p.NextRun()
	if _, _, d := p.Plan("iam_user", user, with(anna(), values{"preferred_site": "shop", "last_name": "New"})); len(d) > 0 {
		t.Errorf("a site that the user has already: %v", d)
	}
	if _, _, d := p.Plan("iam_user", state{}, with(anna(), values{"preferred_site": "shop"})); !d.Failed() {
		t.Errorf("a site that was deleted: %v", d)
	}
	p.NextRun()
	if _, _, d := p.Plan("iam_site", state{}, site("shop")); d.Failed() {
		t.Errorf("the site: %v", d)
	}
	if _, _, d := p.Plan("iam_user", state{}, with(anna(), values{"email": "other@acme.example", "preferred_site": "shop"})); len(d) > 0 {
		t.Errorf("a site that the plan creates: %v", d)
	}
}

// A group that does not exist is a warning wherever it is named: the same plan may
// create it later.
func TestCodes_groups(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	p := providertest.New(t, b.Config)
	user := p.MustApply("iam_user", state{}, anna())
	plans := map[string]values{
		"iam_user":             with(anna(), values{"email": "other@acme.example", "group_ids": []any{"oe-viewer", "orders-de"}}),
		"iam_user_groups":      {"user_id": user.Values["id"], "group_ids": []any{"oe-viewer", "orders-de"}},
		"iam_group_membership": {"user_id": user.Values["id"], "group_id": "orders-de"},
		"iam_group_members":    {"members": values{anna()["email"].(string): user.Values["id"]}, "group_id": "orders-de"},
		"iam_users_csv":        {"csv": "email,first_name,last_name,groups\nb@acme.example,B,C,oe-viewer orders-de\n"},
	}
	warned := func(typeName string) []string {
		t.Helper()
		p.NextRun()
		_, _, d := p.Plan(typeName, state{}, plans[typeName])
		if d.Failed() {
			t.Errorf("%s: %v", typeName, d)
		}
		return slices.DeleteFunc(d, func(text string) bool { return !strings.Contains(text, "Not Found") })
	}
	for typeName := range plans {
		if d := warned(typeName); len(d) != 1 || !strings.Contains(d[0], "orders-de") || strings.Contains(d[0], "oe-viewer") || !strings.HasPrefix(d[0], "warning at") {
			t.Errorf("%s: got %v", typeName, d)
		}
	}
	p.NextRun()
	if _, _, d := p.Plan("iam_group", state{}, orders()); d.Failed() {
		t.Fatalf("the group: %v", d)
	}
	for typeName, config := range plans {
		if _, _, d := p.Plan(typeName, state{}, config); d.Has("Not Found") {
			t.Errorf("%s after the group was planned: %v", typeName, d)
		}
	}
}

// Values without an element never pass for no values: the group would not be
// restricted.
func TestGroupResource_emptyRestrictions(t *testing.T) {
	t.Parallel()
	p := providertest.New(t, providertest.Remote(t, servertest.Options{}).Config)
	p.MustApply("iam_restriction", state{}, values{"value": "DE"})
	made := p.MustApply("iam_group", state{}, with(orders(), values{"restrictions": []any{"DE"}}))
	for _, prior := range []state{{}, made} {
		_, _, d := p.Plan("iam_group", prior, with(orders(), values{"restrictions": []any{}}))
		if !d.Has(`error at AttributeName("restrictions"): Empty Set`, "see all records", "restrictions = length(VALUE) > 0 ? VALUE : null") {
			t.Errorf("got %v", d)
		}
	}
	// Earlier releases wrote it: the state can be read, fixed and destroyed.
	made.Values["restrictions"] = []any{}
	read, d := p.Refresh("iam_group", made)
	if d.Failed() {
		t.Errorf("refresh: %v", d)
	}
	read.Values["restrictions"] = []any{}
	p.NextRun()
	fixed := p.MustApply("iam_group", read, orders())
	if fixed.Values["restrictions"] != nil {
		t.Errorf("fixed: %v", fixed.Values["restrictions"])
	}
	fixed.Values["restrictions"] = []any{}
	if gone, d := p.Apply("iam_group", fixed, nil); d.Failed() || gone.Values != nil {
		t.Errorf("destroy: %v", d)
	}
}

// Custom attributes are what was written, at once and after a refresh, or refused.
func TestGroupResource_mixinsComeBack(t *testing.T) {
	t.Parallel()
	p := providertest.New(t, providertest.Remote(t, servertest.Options{}).Config)
	for text, refused := range map[string]string{
		`{}`: "", `{"a":{}}`: "", `{"a":[]}`: "", `{"a":null}`: "", `{"a": 1.0}`: "", `{"a": 12345678901234567890123}`: "",
		`{"b":"<é&>","a":"\u00e9"}`: "", "{ \"a\" : 1 }\n": "", `{"a":{"b":{"c":[1,2,{"d":true}]}}}`: "",
		`null`: "not a JSON object", `[]`: "not a JSON object", `"text"`: "not a JSON object", `{`: "not valid JSON", ``: "not valid JSON",
		`{"a":1,"a":2}`: `"a" appears twice`, `{"x":[{"a":1,"a":1}]}`: `"a" appears twice`, `{"a":"\u0000"}`: "U+0000", `{"a":{"\u0000":1}}`: "U+0000",
	} {
		for _, before := range []any{nil, `{"a":1}`} {
			prior := p.MustApply("iam_group", state{}, with(orders(), values{"mixins": before}))
			wanted := with(orders(), values{"mixins": text})
			made, d := p.Apply("iam_group", prior, wanted)
			if refused != "" {
				if !d.Has(`error at AttributeName("mixins")`, refused) {
					t.Errorf("%s: got %v", text, d)
				}
			} else {
				read, _ := p.Refresh("iam_group", made)
				if planned, _, d2 := p.Plan("iam_group", read, wanted); d.Failed() || d2.Failed() || planned.Values["mixins"] != read.Values["mixins"] {
					t.Errorf("%s over %v: %v, %v: read %v, planned %v", text, before, d, d2, read.Values["mixins"], planned.Values["mixins"])
				}
			}
			p.MustApply("iam_group", prior, nil)
		}
	}
}
