package visibility_test

import (
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

// The plan of a group refuses what the tenant will not allow, and nothing that
// the same run plans before it, holds already or does not know yet.
func TestGroupRestrictions_atPlan(t *testing.T) {
	t.Parallel()
	type planned struct {
		typeName string
		config   values
	}
	const settings = "iam_restriction_settings"
	value := func(v any) planned { return planned{"iam_restriction", values{"value": v}} }
	list := func(items ...any) planned { return planned{settings, values{"values": items}} }
	tied := planned{settings, values{"sync_with_sites": true, "values": []any{}}}
	b := providertest.Remote(t, servertest.Options{})
	p := providertest.New(t, b.Config)
	p.MustApply("iam_restriction", state{}, values{"value": "EU"})
	group := func(restrictions ...any) values {
		return values{"id": "orders", "name": values{"en": "Orders"}, "restrictions": restrictions}
	}
	for name, c := range map[string]struct {
		before []planned
		value  any
		want   string // in the error; none when empty
	}{
		"listed":                          {nil, "EU", ""},
		"not listed":                      {nil, "DE", `does not list "DE"`},
		"a site, which does not matter":   {nil, "main", `does not list "main"`},
		"unknown":                         {nil, providertest.Unknown, ""},
		"planned":                         {[]planned{value("DE")}, "DE", ""},
		"another is planned":              {[]planned{value("FR")}, "DE", `does not list "DE"`},
		"in the planned list":             {[]planned{list("DE")}, "DE", ""},
		"taken off by the planned list":   {[]planned{list("DE")}, "EU", `does not list "EU"`},
		"a planned list that is unknown":  {[]planned{list(providertest.Unknown)}, "DE", ""},
		"a site of a tenant to be tied":   {[]planned{tied}, "main", ""},
		"no site of a tenant to be tied":  {[]planned{tied}, "EU", `no site with the code "EU"`},
		"a planned site, to be tied":      {[]planned{tied, {"iam_site", site("DE")}}, "DE", ""},
		"a planned site that is not tied": {[]planned{{"iam_site", site("DE")}}, "DE", `does not list "DE"`},
		"a tie that is unknown":           {[]planned{{settings, values{"sync_with_sites": providertest.Unknown}}}, "DE", ""},
	} {
		p.NextRun()
		for _, other := range c.before {
			if _, _, d := p.Plan(other.typeName, state{}, other.config); d.Failed() {
				t.Errorf("%s: planning %s: %v", name, other.typeName, d)
			}
		}
		_, _, d := p.Plan("iam_group", state{}, group(c.value))
		if c.want == "" && len(d) > 0 || c.want != "" && !d.Has("error at", `AttributeName("restrictions").ElementKeyValue`, "Restriction Not Allowed", c.want) {
			t.Errorf("%s: got %v, want %q", name, d, c.want)
		}
	}

	p.NextRun()
	made := p.MustApply("iam_group", state{}, group("EU"))
	held, d := p.Import("iam_restriction", "EU")
	if d.Failed() {
		t.Fatal(d)
	}
	p.MustApply("iam_restriction", held, nil)
	p.NextRun()
	if _, _, d := p.Plan("iam_group", made, with(group("EU"), values{"name": values{"en": "Orders EU"}})); d.Failed() || !d.Has("warning at", "Restriction No Longer Allowed: EU", "until you remove the value") {
		t.Errorf("a stale value that stays: %v", d)
	}
	if _, _, d := p.Plan("iam_group", made, group("EU", "DE")); !d.Has(`does not list "DE"`) || d.Has("error at", `"EU"`) {
		t.Errorf("a new value beside a stale one: %v", d)
	}
}
