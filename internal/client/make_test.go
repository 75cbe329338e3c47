package client_test

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

func TestMake_life(t *testing.T) {
	t.Parallel()
	b := servertest.New(t, servertest.Options{})
	ctx, c := t.Context(), b.Client
	if _, err := c.MakeOrganization(ctx); !client.IsNotFound(err) {
		t.Errorf("before there is one: %v", err)
	}
	if err := c.SyncMake(ctx); !client.IsNotFound(err) {
		t.Errorf("a sync with none: %v", err)
	}
	state, err := c.State(ctx)
	if err != nil || state.Make.Organization != "" || len(state.Make.Members) > 0 {
		t.Errorf("a state without one: %+v, %v", state, err)
	}
	for i, want := range []bool{true, false} {
		created, err := c.PutMakeOrganization(ctx, api.MakeOrganizationUpdate{OrganizationID: "7", Sync: true, PruneStale: true})
		if err != nil || created != want {
			t.Errorf("%d: made it %t, %v", i, created, err)
		}
	}
	id, err := c.CreateUser(ctx, api.UserCreate{
		FirstName: "Anna", LastName: "Arm", ContactEmail: "anna@acme.example", PreferredSite: "main", PreferredCurrency: "EUR", PreferredLanguage: "en", GroupIDs: []string{"oe-editor"},
	})
	if err != nil {
		t.Fatal(err)
	}
	members, err := c.WaitForMakeMembers(ctx)
	if err != nil || len(members) != 1 || members[0].UserID != id || members[0].Status != api.MakeSynced || !members[0].Present {
		t.Errorf("got %+v, %v", members, err)
	}
	if notices, err := c.MakeNotices(ctx); err != nil || len(notices) != 1 || notices[0].Change != "joined" || notices[0].SentAt != "" {
		t.Errorf("got %+v, %v", notices, err)
	}
	if _, err := c.PutAccessControl(ctx, "ours", api.AccessControlUpdate{Scopes: []string{"integromat.app_developer"}}); err != nil {
		t.Fatal(err)
	}
	state, err = c.State(ctx)
	if err != nil || state.Make.Organization != "7" || !state.Make.Sync || !state.Make.Prune || len(state.Make.Members) != 1 || state.Make.Members[0].UserID != id {
		t.Errorf("the state has %+v, %v", state.Make, err)
	}
	if ours := state.Rights.Controls["ours"]; len(state.Rights.Controls) != 1 || !slices.Equal(ours.Scopes, []string{"integromat.app_developer"}) {
		t.Errorf("the state has the access controls %+v", state.Rights.Controls)
	}
	if err := errors.Join(c.CheckMake(ctx), c.SyncMake(ctx), c.DeleteMakeOrganization(ctx)); err != nil {
		t.Error(err)
	}
	if err := c.DeleteMakeOrganization(ctx); !client.IsNotFound(err) {
		t.Errorf("twice: %v", err)
	}
}

// Any other API lacks Make organizations, and a key may lack the scope: a review
// goes without them.
func TestMake_elsewhere(t *testing.T) {
	t.Parallel()
	b := servertest.New(t, servertest.Options{NoFaults: true, NoContract: true, Wrap: func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if strings.HasPrefix(r.URL.Path, "/make/") {
				http.Error(w, "<html>No such path</html>", http.StatusNotFound)
				return
			}
			next.ServeHTTP(w, r)
		})
	}})
	ctx, c := t.Context(), b.Client
	_, read := c.MakeOrganization(ctx)
	_, list := c.MakeMembers(ctx)
	_, settled := c.WaitForMakeMembers(ctx)
	_, notices := c.MakeNotices(ctx)
	_, put := c.PutMakeOrganization(ctx, api.MakeOrganizationUpdate{OrganizationID: "7"})
	for name, err := range map[string]error{
		"check": c.CheckMake(ctx), "read": read, "list": list, "settled": settled, "notices": notices, "put": put,
		"delete": c.DeleteMakeOrganization(ctx), "sync": c.SyncMake(ctx),
	} {
		if _, lacking := errors.AsType[*client.UnsupportedError](err); !lacking || !strings.Contains(err.Error(), "this API has no Make organizations. They need the reference backend") {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if state, err := c.State(ctx); err != nil || len(state.Unread) > 0 {
		t.Errorf("a state: unread %q, %v", state.Unread, err)
	}
	reader := servertest.New(t, servertest.Options{}).NewClient(t, client.Options{Scope: strings.Join([]string{api.ScopeUserRead, api.ScopeGroupRead, api.ScopeTemplateRead}, " ")})
	if _, err := reader.MakeMembers(ctx); !client.IsForbidden(err) {
		t.Errorf("without the scope: %v", err)
	}
	want := []string{"the tenant's own access controls", "the team", "the Make organization"}
	if state, err := reader.State(ctx); err != nil || !slices.Equal(state.Unread, want) {
		t.Errorf("a state without the scope: unread %q, %v", state.Unread, err)
	}
}
