package provider_test

import (
	"maps"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

// staleChanges is, for each managed type that can be updated, what an update
// changes of the configuration in goneRows.
var staleChanges = map[string]values{
	"iam_user":                 {"last_name": "New"},
	"iam_group":                {"name": values{"en": "Newer"}},
	"iam_user_groups":          {"group_ids": []any{"oe-viewer"}},
	"iam_users_csv":            {"csv": "email,first_name,last_name\nnew@acme.example,N,New\n"},
	"iam_scope":                {"description": values{"en": "New"}},
	"iam_access_control":       {"scopes": []any{"order.order_manage"}},
	"iam_role_template":        {"access": values{"orders": "manage"}},
	"iam_restriction_settings": {"values": []any{"main"}},
	"iam_site":                 {"name": "Newer"},
	"iam_vendor":               {"name": "Newer"},
	"iam_team_member":          {"role": "billing_contact"},
	"iam_product_assignment":   {"role": "admin"},
	"iam_make_organization":    {"sync": false},
}

// A plan that was made before others deleted the object ends well, or with an
// error that says what to do.
func TestResources_stalePlan(t *testing.T) {
	t.Parallel()
	for name, changes := range staleChanges {
		row := goneRows[name]
		for what, lose := range row.losses {
			t.Run(name+" loses "+what, func(t *testing.T) {
				t.Parallel()
				b := providertest.Remote(t, servertest.Options{})
				p := providertest.New(t, b.Config)
				ids := parents(t, b.Client)
				config := maps.Clone(row.config(ids))
				made := p.MustApply(name, providertest.State{}, config)
				if err := lose(t.Context(), b.Client, ids); err != nil {
					t.Fatal(err)
				}
				p.NextRun()
				maps.Copy(config, changes)
				if _, d := p.Apply(name, made, config); d.Failed() && !d.Has("error", "erraform plan again") {
					t.Errorf("got %v", d)
				}
			})
		}
	}
}
