package provider_test

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

// Whatever a group carries, the configuration that says what an import found
// plans nothing: levels held in part, several templates, access taken away,
// access controls of the tenant's own.
func TestImportedGroup_plansNothing(t *testing.T) {
	t.Parallel()
	s := servertest.New(t, servertest.Options{NoFaults: true, NoContract: true})
	everything(t, s.Client)
	p := providertest.New(t, values{"api_url": s.URL, "tenant": servertest.Tenant, "client_id": servertest.ClientID, "client_secret": servertest.ClientSecret})
	r, made := rand.New(rand.NewPCG(1, 2)), 0
	for i := range 100 {
		g := anyGroup(r, fmt.Sprintf("any%d", i))
		_, err := s.Client.CreateGroup(t.Context(), g)
		if client.IsBadRequest(err) {
			continue // no group can carry that
		}
		if err != nil {
			t.Fatal(err)
		}
		made++
		state, d := p.Import("iam_group", g.ID)
		config := values{}
		for _, argument := range []string{"id", "name", "access", "role_template", "access_control_ids"} {
			config[argument] = state.Values[argument]
		}
		p.NextRun()
		planned, _, more := p.Plan("iam_group", state, config)
		if len(d) > 0 || more.Failed() || !reflect.DeepEqual(planned.Values, state.Values) {
			t.Errorf("%+v: %v, %v\n%v, planned from\n%v", g, d, more, planned.Values, state.Values)
		}
	}
	if made < 50 {
		t.Errorf("only %d groups were created", made)
	}
}

// anyGroup returns a group with access of any kind.
func anyGroup(r *rand.Rand, id string) api.GroupCreate {
	g := api.GroupCreate{ID: id, Name: api.Text{"en": "Any"}, AccessControls: []string{}}
	controls, templates := access.Controls(), []string{"viewer", "clerk", "order_fulfillment_manager", "pricing_manager"}
	for _, at := range r.Perm(len(controls))[:r.IntN(5)] {
		if !controls[at].VendorAware {
			g.AccessControls = append(g.AccessControls, controls[at].ID)
		}
	}
	if r.IntN(3) == 0 {
		g.AccessControls = append(g.AccessControls, "accounting")
	}
	for _, at := range r.Perm(len(templates))[:r.IntN(3)] {
		g.Templates = append(g.Templates, templates[at])
	}
	return g
}
