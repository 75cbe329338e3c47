package visibility_test

import (
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

type (
	aStep       = providertest.Step
	diagnostics = providertest.Diagnostics
)

func remote(t testing.TB) providertest.Backend {
	return providertest.Remote(t, servertest.Options{})
}

func restricted(to ...any) values {
	return values{"id": "orders", "name": values{"en": "Orders"}, "restrictions": to}
}

// A site goes from the tenant together with its code from the list, in one apply.
// Terraform deletes it before it changes a list that referred to it.
func TestSiteResource_destroyedWithValue(t *testing.T) {
	t.Parallel()
	providertest.EachOrder(t, remote, func(p *providertest.Provider, _ providertest.Backend) []aStep {
		p.MustApply("iam_site", state{}, site("DE"))
		fr := p.MustApply("iam_site", state{}, site("FR"))
		both := values{"sync_with_sites": true, "values": []any{"DE", "FR"}}
		return []aStep{
			{Type: "iam_site", Prior: fr},
			{Type: "iam_restriction_settings", Prior: p.MustApply("iam_restriction_settings", state{}, both), Config: values{"sync_with_sites": true, "values": []any{"DE"}}},
		}
	}, func(t *testing.T, b providertest.Backend, _ aStep, planned, applied diagnostics) {
		_, err := b.Client.Site(t.Context(), "FR")
		if len(planned) > 0 || len(applied) > 0 || !client.IsNotFound(err) || listed(t, b.Client) != "DE" || tied(t, b.Client) != "true" {
			t.Errorf("got %v, %v, %v, %s", planned, applied, err, listed(t, b.Client))
		}
	})
}

// A list that goes on naming the code of a site which the same plan destroys is
// refused, whichever is planned first.
func TestSiteResource_destroyedAndListed(t *testing.T) {
	t.Parallel()
	for _, typeName := range []string{"iam_restriction_settings", "iam_restriction"} {
		t.Run(typeName, func(t *testing.T) {
			t.Parallel()
			providertest.EachOrder(t, remote, func(p *providertest.Provider, _ providertest.Backend) []aStep {
				fr := p.MustApply("iam_site", state{}, site("FR"))
				if typeName == "iam_restriction" {
					list := p.MustApply("iam_restriction", state{}, values{"value": "FR"})
					p.MustApply("iam_restriction_settings", state{}, values{"sync_with_sites": true})
					return []aStep{{Type: "iam_site", Prior: fr}, {Type: "iam_restriction", Prior: list, Config: values{"value": "FR"}}}
				}
				settings := values{"sync_with_sites": true, "values": []any{"FR"}}
				return []aStep{{Type: "iam_site", Prior: fr}, {Type: typeName, Prior: p.MustApply(typeName, state{}, settings), Config: settings}}
			}, func(t *testing.T, b providertest.Backend, first aStep, planned, applied diagnostics) {
				switch {
				case first.Type == "iam_site":
					if !planned.Has("error at", "Restriction Is Not A Site", `no site with the code "FR"`) {
						t.Errorf("got %v", planned)
					}
				case typeName == "iam_restriction": // the tie may still be cut by what is planned later
					if planned.Failed() || !applied.Has("error: Unable to delete site", "The tenant lists 'FR'") {
						t.Errorf("got %v, %v", planned, applied)
					}
				case !planned.Has("error: Unable to delete site", "this plan destroys it but keeps it in use", "The tenant lists 'FR'"):
					t.Errorf("got %v", planned)
				}
				if _, err := b.Client.Site(t.Context(), "FR"); err != nil || listed(t, b.Client) != "FR" {
					t.Errorf("the site: %v, %v", err, applied)
				}
			})
		})
	}
}

// Groups that hold what goes are named, with their members, unless they give it up.
func TestDestroyedWhileHeld(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		setUp   func(p *providertest.Provider) aStep
		quietly values // the group's configuration that gives it up
		summary string
	}{
		"iam_restriction": {
			setUp: func(p *providertest.Provider) aStep {
				p.MustApply("iam_restriction", state{}, values{"value": "AT"})
				return aStep{Type: "iam_restriction", Prior: p.MustApply("iam_restriction", state{}, values{"value": "FR"})}
			},
			quietly: restricted("AT"), summary: "warning: Restriction Values In Use: FR",
		},
		"values": {
			setUp: func(p *providertest.Provider) aStep {
				made := p.MustApply("iam_restriction_settings", state{}, values{"values": []any{"AT", "FR"}})
				return aStep{Type: "iam_restriction_settings", Prior: made, Config: values{"values": []any{"AT"}}}
			},
			quietly: restricted("AT"), summary: "warning: Restriction Values In Use: FR",
		},
		"iam_site": {
			setUp: func(p *providertest.Provider) aStep {
				p.MustApply("iam_site", state{}, site("AT"))
				fr := p.MustApply("iam_site", state{}, site("FR"))
				p.MustApply("iam_restriction_settings", state{}, values{"sync_with_sites": true})
				return aStep{Type: "iam_site", Prior: fr}
			},
			quietly: restricted("AT"), summary: "warning: Site In Use: FR",
		},
	}
	for name, c := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for use, config := range map[string]values{"given up": c.quietly, "kept": restricted("FR"), "destroyed": nil} {
				providertest.EachOrder(t, remote, func(p *providertest.Provider, b providertest.Backend) []aStep {
					change := c.setUp(p)
					group := p.MustApply("iam_group", state{}, restricted("FR"))
					_, err := b.Client.CreateUser(t.Context(), api.UserCreate{
						FirstName: "Ann", LastName: "Lee", ContactEmail: "ann@acme.example", Department: "Sales", PreferredSite: "main",
						PreferredCurrency: "EUR", PreferredLanguage: "en", GroupIDs: []string{"orders"},
					})
					if err != nil {
						t.Error(err)
					}
					return []aStep{change, {Type: "iam_group", Prior: group, Config: config}}
				}, func(t *testing.T, b providertest.Backend, first aStep, planned, applied diagnostics) {
					told := planned.Has(c.summary, `group orders ("Orders") with ann@acme.example`)
					if want := first.Type != "iam_group" || use == "kept"; told != want || planned.Failed() {
						t.Errorf("%s: the plan says %v", use, planned)
					}
					if g, err := b.Client.Group(t.Context(), "orders"); use == "given up" && (applied.Failed() || err != nil || g.Restrictions[0] != "AT") {
						t.Errorf("%s: got %v, %+v, %v", use, applied, g, err)
					}
				})
			}
		})
	}
}

// Where sites come from elsewhere, the plan warns of codes that are no site yet, and
// takes them for sites after that; the apply needs them.
func TestExternalSites(t *testing.T) {
	t.Parallel()
	for typeName, config := range map[string]values{
		"iam_restriction_settings": {"sync_with_sites": true, "values": []any{"FR"}, "external_sites": true},
		"iam_restriction":          {"value": "FR", "external_site": true},
	} {
		t.Run(typeName, func(t *testing.T) {
			t.Parallel()
			b := remote(t)
			p := providertest.New(t, b.Config)
			prior := state{}
			if typeName == "iam_restriction" {
				p.MustApply("iam_restriction_settings", state{}, values{"sync_with_sites": true})
			}
			p.NextRun()
			without := values{}
			for name, v := range config {
				if v != true || name == "sync_with_sites" {
					without[name] = v
				}
			}
			if _, _, d := p.Plan(typeName, prior, without); !d.Has("error at", "Restriction Is Not A Site", "external_site") {
				t.Errorf("without it: got %v", d)
			}
			p.NextRun()
			if _, _, d := p.Plan(typeName, prior, config); d.Failed() || !d.Has("warning at", "Restriction Is Not A Site Yet", `"FR"`) {
				t.Errorf("got %v", d)
			}
			if _, _, d := p.Plan("iam_group", state{}, restricted("FR")); len(d) > 0 {
				t.Errorf("the group: %v", d)
			}
			if _, _, d := p.Plan("iam_group", state{}, restricted("IT")); !d.Failed() {
				t.Errorf("a group of another site: %v", d)
			}
			p.NextRun()
			if _, d := p.Apply(typeName, prior, config); !d.Failed() {
				t.Error("it was applied without the site")
			}
			if err := b.Client.CreateSite(t.Context(), api.Site{Code: "FR", Name: "France", DefaultLanguage: "en", Languages: []string{"en"}, Currency: "EUR", HomeBase: api.HomeBase{Address: api.SiteAddress{Country: "DE", ZipCode: "10115"}}, ShipToCountries: []string{"DE"}}); err != nil {
				t.Fatal(err)
			}
			p.NextRun()
			made := p.MustApply(typeName, prior, config)
			p.MustApply("iam_group", state{}, restricted("FR"))
			noChange(t, p, typeName, made, config)
			changed := p.MustApply(typeName, made, without)
			noChange(t, p, typeName, changed, without)
		})
	}
}

// What is left out and stays is said in the plan.
func TestRestrictionSettingsResource_leftOut(t *testing.T) {
	t.Parallel()
	b := remote(t)
	p := providertest.New(t, b.Config)
	p.MustApply("iam_site", state{}, site("FR"))
	made := p.MustApply("iam_restriction_settings", state{}, values{"sync_with_sites": true, "values": []any{"FR"}})
	left, d := p.Apply("iam_restriction_settings", made, values{})
	if d.Failed() || !d.Has(`warning at AttributeName("sync_with_sites"): Restrictions Stay Tied To Sites`, "sync_with_sites = false") ||
		!d.Has(`warning at AttributeName("values"): Restriction Values Stay`, "FR", "values = []") || listed(t, b.Client) != "FR" || tied(t, b.Client) != "true" {
		t.Errorf("got %v", d)
	}
	if _, _, d := p.Plan("iam_restriction_settings", left, values{}); len(d) > 0 {
		t.Errorf("once is enough: %v", d)
	}
	if _, _, d := p.Plan("iam_restriction_settings", made, values{"sync_with_sites": false, "values": []any{}}); len(d) > 0 {
		t.Errorf("what is written: %v", d)
	}
}
