package client_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

func site(code string, active bool) api.Site {
	return api.Site{
		Code: code, Name: "Site " + code, Active: active, DefaultLanguage: "en", Languages: []string{"en"}, Currency: "EUR",
		HomeBase: api.HomeBase{Address: api.SiteAddress{Country: "DE", ZipCode: "10115"}}, ShipToCountries: []string{"DE"},
	}
}

// The site service counts in a header of its own, and only when the query asks
// for it: the walk must end where the list ends.
func TestSites_pages(t *testing.T) {
	t.Parallel()
	var lists atomic.Int32
	b := servertest.New(t, servertest.Options{NoFaults: true, Wrap: func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodGet && strings.Contains(r.URL.Path, "/sites") {
				lists.Add(1)
			}
			next.ServeHTTP(w, r)
		})
	}})
	want := []string{"main"}
	for i := range 7 {
		code := fmt.Sprintf("s%d", i)
		want = append(want, code)
		if err := b.Client.CreateSite(t.Context(), site(code, i != 3)); err != nil {
			t.Fatal(err)
		}
	}
	c := b.NewClient(t, client.Options{PageSize: 2})
	all, err := c.Sites(t.Context(), true)
	var codes []string
	for _, s := range all {
		codes = append(codes, s.Code)
	}
	if err != nil || !slices.Equal(codes, want) || lists.Swap(0) != 5 { // one more than there are, as the last is full
		t.Errorf("got %q, %v", codes, err)
	}
	if codes, err := c.SiteCodes(t.Context(), true); err != nil || !slices.Equal(codes, want) || lists.Swap(0) != 5 {
		t.Errorf("codes: got %q, %v", codes, err)
	}
	want = slices.DeleteFunc(want, func(code string) bool { return code == "s3" })
	if codes, err := c.SiteCodes(t.Context(), false); err != nil || !slices.Equal(codes, want) || lists.Swap(0) != 4 {
		t.Errorf("codes of active sites: got %q, %v", codes, err)
	}
	active, err := c.Sites(t.Context(), false)
	if err != nil || len(active) != len(want) || lists.Swap(0) != 4 {
		t.Errorf("active sites: got %d, %v", len(active), err)
	}
}

// What the services refuse comes with their words.
func TestSites_refused(t *testing.T) {
	t.Parallel()
	b := servertest.New(t, servertest.Options{NoFaults: true})
	if err := b.Client.CreateSite(t.Context(), site("a/b", true)); err != nil {
		t.Fatal(err)
	}
	if err := b.Client.CreateSite(t.Context(), site("a/b", true)); !client.IsConflict(err) || !strings.Contains(err.Error(), "There is a site with the code 'a/b' already") {
		t.Errorf("taken: %v", err)
	}
	if err := b.Client.DeleteSite(t.Context(), "main"); !client.IsBadRequest(err) || !strings.Contains(err.Error(), "make another site the default first") {
		t.Errorf("the default site: %v", err)
	}
	if _, err := b.Client.Site(t.Context(), "nothing"); !client.IsNotFound(err) {
		t.Errorf("unknown: %v", err)
	}
	reader := b.NewClient(t, client.Options{Scope: api.ScopeSiteRead})
	if _, err := reader.SiteCodes(t.Context(), true); !client.IsForbidden(err) || !strings.Contains(err.Error(), api.ScopeSiteManage) {
		t.Errorf("inactive sites without the scope: %v", err)
	}
	if err := b.Client.UpdateSetting(t.Context(), api.SettingUpdate{Key: "nothing", Value: []byte(`1`)}); !client.IsBadRequest(err) || !strings.Contains(err.Error(), "There is no configuration item with the key 'nothing'") {
		t.Errorf("a missing item: %v", err)
	}
	if err := b.Client.CreateSetting(t.Context(), api.Setting{Key: api.SettingRestrictions, Value: []byte(`[]`)}); !client.IsConflict(err) {
		t.Errorf("an existing item: %v", err)
	}
	if err := b.Client.DeleteSetting(t.Context(), api.SettingRestrictions); err != nil {
		t.Error(err)
	}
	if _, err := b.Client.Setting(t.Context(), api.SettingRestrictions); !client.IsNotFound(err) {
		t.Errorf("an item that was deleted: %v", err)
	}
}
