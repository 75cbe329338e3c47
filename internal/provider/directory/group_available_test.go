package directory_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

// lacking starts a backend whose tenant has only the access controls that the
// platform itself has, whose ids are not words.
func lacking(t *testing.T) (*servertest.Backend, *providertest.Provider) {
	t.Helper()
	b := servertest.New(t, servertest.Options{})
	words := regexp.MustCompile(`-(viewer|editor|manager|administrator)$`)
	for _, c := range access.Controls() {
		if !words.MatchString(c.ID) {
			continue
		}
		if err := b.Store.DeleteAccessControl(t.Context(), servertest.Tenant, c.ID); err != nil {
			t.Fatal(err)
		}
	}
	return b, providertest.New(t, values{"api_url": b.URL, "tenant": servertest.Tenant, "client_id": servertest.ClientID, "client_secret": servertest.ClientSecret})
}

// The standard roles as they stand can be given by a tenant that lacks some
// access controls: the plan leaves out what cannot be given, and says so.
func TestGroupResource_accessLeftOut(t *testing.T) {
	t.Parallel()
	b, p := lacking(t)
	config := values{"id": "viewers", "name": values{"en": "Viewers"}, "role_template": "viewer"}
	planned, _, d := p.Plan("iam_group", state{}, config)
	if d.Failed() || !d.Has("Access Omitted", "countries", "quote_statuses", "role template viewer") {
		t.Fatalf("got %v", d)
	}
	effective := planned.Values["effective_access"].(map[string]any)
	if effective["quote_statuses"] != nil || effective["countries"] != nil || effective["orders"] != "read" {
		t.Errorf("got %v", effective)
	}
	made := p.MustApply("iam_group", state{}, config)
	noChange(t, p, "iam_group", made, config)
	g, err := b.Client.Group(t.Context(), "viewers")
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range g.AccessControls {
		if strings.HasSuffix(id, "-viewer") {
			t.Errorf("the group carries %s, which the tenant lacks", id)
		}
	}
	if imported, d := p.Import("iam_group", "viewers"); len(d) > 0 || imported.Values["role_template"] != "viewer" || imported.Values["access"] != nil {
		t.Errorf("imported: got %v, %v", imported.Values, d)
	}

	// Drift is still seen, and only that.
	update := api.GroupUpdate{Name: g.Name, UserType: g.UserType, AccessControls: g.AccessControls[1:]}
	if _, err := b.Client.UpdateGroup(t.Context(), "viewers", update); err != nil {
		t.Fatal(err)
	}
	drifted, d := p.Refresh("iam_group", made)
	lowered, _ := drifted.Values["access"].(map[string]any)
	if d.Failed() || len(lowered) != 1 {
		t.Errorf("got %v, %v", drifted.Values["access"], d)
	}
}

func TestGroupResource_accessNotAvailable(t *testing.T) {
	t.Parallel()
	_, p := lacking(t)
	config := values{"id": "g", "name": values{"en": "G"}, "access": values{"orders": "read", "quote_statuses": "read", "countries": "manage"}}
	_, _, d := p.Plan("iam_group", state{}, config)
	if !d.Has("Access Not Available", `"quote_statuses"`, "read on quote_statuses") || d.Has("countries on") || len(d) != 1 {
		t.Errorf("got %v", d)
	}
}

// With a token that may not read access controls the provider assumes that the tenant
// has all of them; if it does not, the error names the level to remove.
func TestGroupResource_accessControlsHidden(t *testing.T) {
	t.Parallel()
	hidden := func(b *servertest.Backend) *providertest.Provider {
		return providertest.New(t, values{
			"api_url": b.URL, "tenant": servertest.Tenant, "client_id": servertest.ClientID, "client_secret": servertest.ClientSecret,
			"scope": "iam.group_read iam.group_manage iam.template_read",
		})
	}
	config := values{"id": "viewers", "name": values{"en": "Viewers"}, "role_template": "viewer"}
	p := hidden(servertest.New(t, servertest.Options{}))
	noChange(t, p, "iam_group", p.MustApply("iam_group", state{}, config), config)

	b, _ := lacking(t)
	config = values{"id": "g", "name": values{"en": "G"}, "access": values{"quote_statuses": "read"}}
	if _, d := hidden(b).Apply("iam_group", state{}, config); !d.Has("access", "Unable to create group", `quote_statuses = "none"`) {
		t.Errorf("got %v", d)
	}
}
