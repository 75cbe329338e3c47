package makesync_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

// The action tries again what a Make that was down has not taken, and tells how
// users stand.
func TestSyncMakeAction(t *testing.T) {
	t.Parallel()
	elsewhere := servertest.New(t, servertest.Options{NoFaults: true})
	var up atomic.Bool
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !up.Load() {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		elsewhere.Server.ServeHTTP(w, r)
	}))
	t.Cleanup(front.Close)
	b := providertest.Remote(t, servertest.Options{})
	p := providertest.New(t, b.Config)
	fails := func(want ...string) {
		t.Helper()
		if progress, d := p.Invoke("iam_sync_make", values{}); len(progress) > 0 || !d.Has(append(want, "error: Unable to sync Make organization")...) {
			t.Errorf("got %q, %v, want %q", progress, d, want)
		}
	}
	fails("has no Make organization", "Create one with iam_make_organization")
	p.NextRun()
	if _, _, d := p.Plan("iam_make_organization", state{}, values{"organization_id": "7", "sync": true, "api_url": front.URL, "api_key_wo": "k", "api_key_wo_version": 1}); d.Failed() {
		t.Fatal(d)
	}
	if d := p.PlanAction("iam_sync_make", values{}); len(d) > 0 {
		t.Errorf("with an organization that the plan has: %v", d)
	}
	_, err := b.Client.PutMakeOrganization(t.Context(), api.MakeOrganizationUpdate{OrganizationID: "7"})
	must(t, err)
	fails("The sync of the Make organization is off")

	user(t, b.Client, "anna@acme.example", "oe-editor")
	_, err = b.Client.PutMakeOrganization(t.Context(), api.MakeOrganizationUpdate{
		OrganizationID: "7", Sync: true, APIURL: front.URL, APIKey: servertest.ClientID + ":" + servertest.ClientSecret,
	})
	must(t, err)
	progress, d := p.Invoke("iam_sync_make", values{})
	if len(d) > 0 || len(progress) != 2 || !strings.Contains(progress[0], "anna@acme.example is pending: Make answered 503") || progress[1] != "members of Make: 0 synced, 1 pending, 0 stale" {
		t.Errorf("while Make is down: %q, %v", progress, d)
	}
	up.Store(true)
	progress, d = p.Invoke("iam_sync_make", values{})
	if len(d) > 0 || len(progress) != 1 || progress[0] != "members of Make: 1 synced, 0 pending, 0 stale" {
		t.Errorf("once Make is back: %q, %v", progress, d)
	}
}

// An API without Make organizations says so.
func TestSyncMakeAction_publicAPI(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{NoFaults: true, NoContract: true, Wrap: withoutMake})
	p := providertest.New(t, b.Config)
	if _, d := p.Invoke("iam_sync_make", values{}); !d.Has("Unable to sync Make organization", "has no Make organizations", "reference backend") {
		t.Errorf("got %v", d)
	}
}
