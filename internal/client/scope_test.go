package client_test

import (
	"errors"
	"net/http"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

// The lists of scopes and access controls are read to their last page.
func TestScopes_pages(t *testing.T) {
	t.Parallel()
	var requests atomic.Int32
	b := servertest.New(t, servertest.Options{NoFaults: true, Wrap: func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodGet {
				requests.Add(1)
			}
			next.ServeHTTP(w, r)
		})
	}})
	const size = 40
	c := b.NewClient(t, client.Options{PageSize: size})
	if created, err := c.PutScope(t.Context(), "zz.last", api.ScopeUpdate{}); err != nil || !created {
		t.Fatal(created, err)
	}
	scopes, err := c.Scopes(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var ids, want []string
	for _, s := range scopes {
		ids = append(ids, s.ID)
	}
	for _, s := range access.Scopes() {
		want = append(want, s.ID)
	}
	want = append(want, "zz.last")
	pages := (len(want) + size - 1) / size
	if !slices.Equal(ids, want) || pages <= 3 || int(requests.Swap(0)) != pages {
		t.Errorf("%d pages have %q, want %q", pages, ids, want)
	}
	controls, err := c.AccessControls(t.Context())
	if pages = (len(access.Controls()) + size - 1) / size; err != nil || len(controls) != len(access.Controls()) || pages <= 3 || int(requests.Load()) != pages {
		t.Errorf("%d pages have %d access controls, %v", pages, len(controls), err)
	}
}

func TestScope_life(t *testing.T) {
	t.Parallel()
	ctx, c := t.Context(), servertest.New(t, servertest.Options{NoFaults: true}).Client
	if _, err := c.Scope(ctx, "own.scope"); !client.IsNotFound(err) {
		t.Errorf("none yet: %v", err)
	}
	for _, created := range []bool{true, false} {
		if got, err := c.PutScope(ctx, "own.scope", api.ScopeUpdate{Description: api.Text{"en": "x", "de": "y"}, Domain: "d"}); err != nil || got != created {
			t.Errorf("put: created %t, %v; want %t", got, err, created)
		}
		if got, err := c.PutAccessControl(ctx, "own", api.AccessControlUpdate{Scopes: []string{"own.scope"}}); err != nil || got != created {
			t.Errorf("put of the access control: created %t, %v; want %t", got, err, created)
		}
	}
	scope, err := c.Scope(ctx, "own.scope")
	if err != nil || scope.Description["de"] != "y" || scope.Domain != "d" || scope.Predefined || scope.Metadata.Version != 2 {
		t.Errorf("got %+v, %v", scope, err)
	}
	if _, err := c.PutScope(ctx, "own.scope", api.ScopeUpdate{Metadata: &api.VersionOnly{Version: new(1)}}); !client.IsConflict(err) {
		t.Errorf("an old version: %v", err)
	}
	if _, err := c.PutAccessControl(ctx, "own", api.AccessControlUpdate{Scopes: []string{"no.scope"}}); !client.IsBadRequest(err) {
		t.Errorf("an unknown scope: %v", err)
	}
	if _, err := c.CreateGroup(ctx, api.GroupCreate{ID: "g", Name: api.Text{"en": "G"}, AccessControls: []string{"own"}}); err != nil {
		t.Fatal(err)
	}
	owner, err := c.UserByEmail(ctx, "owner@acme.example")
	if err != nil {
		t.Fatal(err)
	}
	if err := c.UpdateUser(ctx, owner.ID, api.UserUpdate{
		FirstName: "O", LastName: "O", Department: "D", PreferredSite: "main", PreferredCurrency: "EUR", PreferredLanguage: "en",
		BackofficeUserNumber: owner.BackofficeUserNumber, GroupIDs: []string{"g"},
	}); err != nil {
		t.Fatal(err)
	}
	if held, err := c.UserScopes(ctx, owner.ID); err != nil || *held != (api.UserScopes{UserID: owner.ID, Scopes: "own.scope team.billing_view team.team_manage team.team_read tenant=acme"}) {
		t.Errorf("got %+v, %v", held, err)
	}
	if err := c.DeleteAccessControl(ctx, "own"); !client.IsBadRequest(err) {
		t.Errorf("a group carries it: %v", err)
	}
	if err := c.DeleteGroup(ctx, "g", true); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(c.DeleteAccessControl(ctx, "own"), c.DeleteScope(ctx, "own.scope")); err != nil {
		t.Error(err)
	}
	if err := c.DeleteAccessControl(ctx, "own"); !client.IsNotFound(err) {
		t.Errorf("deleted access control: %v", err)
	}
	if err := c.DeleteScope(ctx, "own.scope"); !client.IsNotFound(err) {
		t.Errorf("deleted scope: %v", err)
	}
}
