package directory_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

func domains(list ...string) values {
	set := make([]any, len(list))
	for i, d := range list {
		set[i] = d
	}
	return values{"domains": set}
}

// setDomains writes the tenant's list as somebody else does.
func setDomains(t *testing.T, c *client.Client, list ...string) {
	t.Helper()
	err := plumbing.ChangeSetting(t.Context(), c, api.SettingEmailDomains, func([]string, bool) ([]string, bool, error) { return append([]string{}, list...), true, nil })
	if err != nil {
		t.Fatal(err)
	}
}

func domainsOf(t *testing.T, c *client.Client) []string {
	t.Helper()
	list, _, err := plumbing.Setting[[]string](t.Context(), c, api.SettingEmailDomains)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func TestCompanyDomainsResource_life(t *testing.T) {
	t.Parallel()
	providertest.EachMode(t, func(t *testing.T, b providertest.Backend) {
		p := providertest.New(t, b.Config)
		config := domains("acme.example", "Müller.example")
		made := p.MustApply("iam_company_domains", state{}, config)
		if got := domainsOf(t, b.Client); !slices.Equal(got, []string{"Müller.example", "acme.example"}) || made.Values["id"] != "acme" {
			t.Errorf("the tenant has %q, the state %v", got, made.Values)
		}
		noChange(t, p, "iam_company_domains", made, config)
		noChange(t, p, "iam_company_domains", made, domains("ACME.example", "xn--mller-kva.example"))

		p.NextRun()
		setDomains(t, b.Client, "XN--MLLER-kva.example", "acme.example") // the same ones
		if same, d := p.Refresh("iam_company_domains", made); d.Failed() || len(differences(made.Values, same.Values)) > 0 {
			t.Errorf("another spelling: %v, %v", same.Values, d)
		}
		setDomains(t, b.Client, "acme.example", "evil.example")
		drifted, d := p.Refresh("iam_company_domains", made)
		if d.Failed() || fmt.Sprint(drifted.Values["domains"]) != "[acme.example evil.example]" {
			t.Errorf("drift: %v, %v", drifted.Values, d)
		}
		made = p.MustApply("iam_company_domains", drifted, config)
		if got := domainsOf(t, b.Client); !access.SameDomains(got, []string{"acme.example", "müller.example"}) {
			t.Errorf("after the drift: %q", got)
		}

		p.NextRun()
		if _, _, d := p.Plan("iam_company_domains", made, nil); d.Failed() || !d.Has("warning: Every Address Can Be Invited", "any e-mail address") {
			t.Errorf("the plan of a destroy says %v", d)
		}
		p.NextRun()
		p.MustApply("iam_company_domains", made, nil)
		if got := domainsOf(t, b.Client); len(got) != 0 {
			t.Errorf("left behind: %q", got)
		}
		p.MustApply("iam_user", state{}, anna())
		p.NextRun()
		if gone, d := p.Refresh("iam_company_domains", made); gone.Values != nil || d.Failed() || !d.Has("warning", "no longer exists") {
			t.Errorf("an emptied list: %v, %v", gone.Values, d)
		}
	})
}

func TestCompanyDomainsResource_refused(t *testing.T) {
	t.Parallel()
	p := providertest.New(t, providertest.Remote(t, servertest.Options{}).Config)
	for _, c := range []struct {
		config values
		want   string
	}{
		{domains(), "To allow every address, remove the resource"},
		{domains("@acme.example"), "Write only what follows the @"},
		{domains("anna@acme.example"), "Invalid E-Mail Domain"},
		{domains("acme"), "Invalid E-Mail Domain"},
		{domains("*.acme.example"), "Invalid E-Mail Domain"},
		{domains("acme.example", "ACME.example"), "Duplicate E-Mail Domain"},
		{domains("müller.example", "xn--mller-kva.example"), "Duplicate E-Mail Domain"},
	} {
		if _, _, d := p.Plan("iam_company_domains", state{}, c.config); !d.Has(`error at AttributeName("domains")`, c.want) {
			t.Errorf("%v: got %v, want %q", c.config, d, c.want)
		}
	}
}

// Domains that leave the list, and people outside of it, are in no diff, so the plan
// names them.
func TestCompanyDomainsResource_warnings(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	p := providertest.New(t, b.Config)
	setDomains(t, b.Client, "old.example", "ACME.example")
	for _, email := range []string{"Zoe@old.example", "anna@acme.example"} {
		if _, err := b.Client.CreateUser(t.Context(), api.UserCreate{FirstName: "A", LastName: "B", ContactEmail: email, GroupIDs: []string{}}); err != nil {
			t.Fatal(err)
		}
	}
	for _, email := range []string{"zoe@old.example", "ben@old.example"} {
		if _, err := b.Client.InviteTeamMember(t.Context(), api.TeamMemberCreate{Email: email, Role: access.RoleMember}); err != nil {
			t.Fatal(err)
		}
	}
	made, d := p.Apply("iam_company_domains", state{}, domains("acme.example"))
	if d.Failed() || !d.Has("warning", "Company Domains Will Be Removed", "not listed here: old.example.") ||
		!d.Has("warning", "People Outside The Company Domains", "outside the domains: ben@old.example, zoe@old.example. They keep their access") {
		t.Errorf("got %v", d)
	}
	p.NextRun()
	if _, _, d := p.Plan("iam_company_domains", made, domains("acme.example")); len(d) > 0 {
		t.Errorf("without a change: %v", d)
	}
	if _, _, d := p.Plan("iam_company_domains", made, domains("acme.example", "old.example")); len(d) > 0 {
		t.Errorf("when all are inside again: %v", d)
	}
}

// Whom the tenant would not invite is refused in the plan, in every type that invites.
func TestCompanyDomains_invitations(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	p := providertest.New(t, b.Config)
	const rows = "email,first_name,last_name\nanna@acme.example,Anna,A\nben@else.example,Ben,B\ncarl@Else.example,Carl,C\n"
	table := p.MustApply("iam_users_csv", state{}, csvOf("email,first_name,last_name\nold@else.example,Old,O\n"))
	user := p.MustApply("iam_user", state{}, with(anna(), values{"email": "known@else.example"}))
	member := p.MustApply("iam_team_member", state{}, values{"email": "known@else.example", "role": "member"})
	setDomains(t, b.Client, "acme.example")

	const title = "Not A Company Address"
	for name, c := range map[string]struct {
		typeName string
		prior    state
		config   values
		want     []string // nil: planned
	}{
		"a user":             {"iam_user", state{}, with(anna(), values{"email": "ben@else.example"}), []string{`error at AttributeName("email"): ` + title, "ben@else.example is not a company address", "addresses of acme.example", "depends_on"}},
		"a user of it":       {"iam_user", state{}, anna(), nil},
		"another address":    {"iam_user", user, with(anna(), values{"email": "ben@else.example"}), []string{`error at AttributeName("email"): ` + title}},
		"who is here":        {"iam_user", user, with(anna(), values{"email": "known@else.example", "first_name": "Ann"}), nil},
		"rows":               {"iam_users_csv", state{}, csvOf(rows), []string{`error at AttributeName("csv"): ` + title, "line 3, ben@else.example\n  line 4, carl@Else.example"}},
		"a row more":         {"iam_users_csv", table, csvOf("email,first_name,last_name\nold@else.example,Older,O\nben@else.example,Ben,B\n"), []string{title, "line 3, ben@else.example"}},
		"rows that are here": {"iam_users_csv", table, csvOf("email,first_name,last_name\nold@else.example,Older,O\nanna@acme.example,Anna,A\n"), nil},
		"adopted rows":       {"iam_users_csv", state{}, with(csvOf("email,first_name,last_name\nknown@else.example,K,K\n"), values{"adopt_existing": true}), nil},
		"a member":           {"iam_team_member", state{}, values{"email": "ben@else.example", "role": "member"}, []string{`error at AttributeName("email"): ` + title}},
		"a member of it":     {"iam_team_member", state{}, values{"email": "ben@acme.example", "role": "member"}, nil},
		"another member":     {"iam_team_member", member, values{"email": "ben@else.example", "role": "member"}, []string{`error at AttributeName("email"): ` + title}},
		"a member's role":    {"iam_team_member", member, values{"email": "known@else.example", "role": "admin"}, nil},
	} {
		p.NextRun()
		_, _, d := p.Plan(c.typeName, c.prior, c.config)
		if c.want == nil && d.Failed() || c.want != nil && !d.Has(c.want...) {
			t.Errorf("%s: got %v", name, d)
		}
	}
	adopts := providertest.New(t, with(b.Config, values{"adopt_existing": true}))
	for typeName, config := range map[string]values{
		"iam_user":        with(anna(), values{"email": "known@else.example"}),
		"iam_team_member": {"email": "known@else.example", "role": "member"},
	} {
		if _, _, d := adopts.Plan(typeName, state{}, config); d.Failed() {
			t.Errorf("adopted %s: %v", typeName, d)
		}
	}
}

// The planned domains count, not those of the tenant: for resources that are planned
// later, and for those that were planned before.
func TestCompanyDomains_planned(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	p := providertest.New(t, b.Config)
	made := p.MustApply("iam_company_domains", state{}, domains("acme.example"))
	plan := func(typeName string, prior state, config values) providertest.Diagnostics {
		_, _, d := p.Plan(typeName, prior, config)
		return d
	}
	newcomer := with(anna(), values{"email": "ben@new.example"})

	p.NextRun()
	if d := plan("iam_company_domains", made, domains("acme.example", "new.example")); d.Failed() {
		t.Fatal(d)
	}
	if d := plan("iam_user", state{}, newcomer); d.Failed() {
		t.Errorf("a domain that the plan adds: %v", d)
	}
	p.NextRun()
	plan("iam_company_domains", made, domains("new.example"))
	if d := plan("iam_user", state{}, anna()); !d.Has("Not A Company Address", "only addresses of new.example", "add the domain to iam_company_domains") {
		t.Errorf("a domain that the plan removes: %v", d)
	}
	p.NextRun()
	plan("iam_company_domains", made, values{"domains": []any{providertest.Unknown}})
	if d := plan("iam_user", state{}, newcomer); d.Failed() {
		t.Errorf("a domain that is not known: %v", d)
	}

	p.NextRun()
	if d := plan("iam_user", state{}, anna()); d.Failed() {
		t.Fatal(d)
	}
	if d := plan("iam_company_domains", made, domains("new.example")); !d.Has(`error at AttributeName("domains"): Not A Company Address`, "people outside these domains: Anna.Schmidt@acme.example") {
		t.Errorf("after a user who is invited: %v", d)
	}
	p.NextRun()
	user := p.MustApply("iam_user", state{}, anna())
	if d := plan("iam_company_domains", made, domains("new.example")); d.Failed() || !d.Has("warning", "anna.schmidt@acme.example") {
		t.Errorf("after a user who was invited: %v", d)
	}
	p.NextRun()
	if d := plan("iam_user", user, anna()); d.Failed() {
		t.Errorf("a user who was invited before: %v", d)
	}
}

// A thousand rows outside the domains are one error, which says how many there are.
func TestCompanyDomains_manyRows(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	setDomains(t, b.Client, "acme.example")
	var rows strings.Builder
	rows.WriteString("email,first_name,last_name\n")
	for i := range 1000 {
		fmt.Fprintf(&rows, "u%d@else.example,U,N\n", i)
	}
	if _, _, d := providertest.New(t, b.Config).Plan("iam_users_csv", state{}, csvOf(rows.String())); len(d) != 1 || !d.Has("and 980 more") {
		t.Errorf("got %v", d)
	}
}
