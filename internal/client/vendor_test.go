package client_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

// awaitGroups returns the groups of a vendor once it has them all.
func awaitGroups(t *testing.T, c *client.Client, id string) []api.Group {
	t.Helper()
	groups, err := client.WaitFor(t.Context(), func(ctx context.Context) (*[]api.Group, error) {
		groups, err := c.VendorGroups(ctx, id)
		return &groups, err
	}, func(groups []api.Group) bool { return len(groups) == len(access.VendorGroups()) })
	if err != nil {
		t.Fatal(err)
	}
	return *groups
}

func TestVendor_life(t *testing.T) {
	t.Parallel()
	c := servertest.New(t, servertest.Options{}).Client
	ctx := t.Context()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, id := range []string{"v", "null"} {
		_, err := c.CreateVendor(ctx, api.VendorCreate{ID: id, Name: "Vendor " + id})
		must(err)
	}
	groups := awaitGroups(t, c, "v")
	awaitGroups(t, c, "null")
	if _, err := c.CreateVendor(ctx, api.VendorCreate{ID: "v", Name: "Other"}); !client.IsConflict(err) {
		t.Errorf("an id in use: %v", err)
	}
	created, err := c.UpdateVendor(ctx, "v", api.VendorUpdate{Name: "Renamed", Type: api.VendorSubsidiary, Metadata: &api.VendorExpected{Version: new(1)}})
	must(err)
	v, err := c.Vendor(ctx, "v")
	must(err)
	if created || v.Name != "Renamed" || v.Type != api.VendorSubsidiary || v.Metadata.Version != 2 {
		t.Errorf("got %+v, %t", v, created)
	}
	if _, err := c.UpdateVendor(ctx, "v", api.VendorUpdate{Name: "V", Type: api.VendorCompany, Metadata: &api.VendorExpected{Version: new(1)}}); !client.IsConflict(err) {
		t.Errorf("a version of before: %v", err)
	}
	user, err := c.CreateUser(ctx, api.UserCreate{
		FirstName: "Ann", LastName: "Lee", ContactEmail: "ann@vendor.example", Department: "Sales", PreferredSite: "main",
		PreferredCurrency: "EUR", PreferredLanguage: "en", GroupIDs: []string{groups[0].ID},
	})
	must(err)
	users, err := c.VendorUsers(ctx, "v")
	must(err)
	if len(users) != 1 || users[0].ID != user || len(users[0].Groups) != 1 || users[0].Groups[0].ID != groups[0].ID {
		t.Errorf("got %+v", users)
	}
	if err := c.DeleteVendor(ctx, "v"); !client.IsBadRequest(err) || !strings.Contains(err.Error(), groups[0].ID) {
		t.Errorf("deleting a vendor with users: %v", err)
	}
	must(c.RemoveMember(ctx, groups[0].ID, user))
	must(c.DeleteVendor(ctx, "v"))
	if _, err := c.Vendor(ctx, "v"); !client.IsNotFound(err) {
		t.Errorf("after it was deleted: %v", err)
	}
	if left, err := c.VendorGroups(ctx, "v"); err != nil || len(left) != 0 {
		t.Errorf("its groups: %v, %v", left, err)
	}
}

// A list of vendors is read to its end, however many pages it has.
func TestVendors_manyPages(t *testing.T) {
	t.Parallel()
	var pages atomic.Int32
	b := servertest.New(t, servertest.Options{Wrap: func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, "/vendors") {
				pages.Add(1)
			}
			next.ServeHTTP(w, r)
		})
	}})
	c := b.NewClient(t, client.Options{PageSize: 16})
	const many = 60
	for i := range many {
		if _, err := c.CreateVendor(t.Context(), api.VendorCreate{ID: fmt.Sprintf("v%02d", i), Name: "Vendor"}); err != nil {
			t.Fatal(err)
		}
	}
	vendors, err := c.Vendors(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, v := range vendors {
		seen[v.ID] = true
	}
	if len(vendors) != many || len(seen) != many || pages.Load() != 4 {
		t.Errorf("%d vendors, %d different ones, on %d pages", len(vendors), len(seen), pages.Load())
	}
}

// An answer that is lost is asked for again: the caller's id makes it safe.
func TestCreateVendor_lostAnswer(t *testing.T) {
	t.Parallel()
	var posts atomic.Int32
	c := servertest.New(t, servertest.Options{Wrap: func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/vendors") && posts.Add(1) == 1 {
				panic(http.ErrAbortHandler) // after it was read, before it was done
			}
			next.ServeHTTP(w, r)
		})
	}}).Client
	if id, err := c.CreateVendor(t.Context(), api.VendorCreate{ID: "v", Name: "Vendor"}); err != nil || id != "v" || posts.Load() != 2 {
		t.Errorf("got %q, %v after %d requests", id, err, posts.Load())
	}
	posts.Store(0)
	if _, err := c.CreateVendor(t.Context(), api.VendorCreate{Name: "Vendor"}); !client.IsUncertain(err) || posts.Load() != 1 {
		t.Errorf("without an id: %v after %d requests", err, posts.Load())
	}
}
