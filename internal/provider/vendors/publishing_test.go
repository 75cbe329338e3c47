package vendors_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

// publishers returns the group of the product managers of the vendor raw.
func publishers(t *testing.T, b providertest.Backend) api.Group {
	t.Helper()
	groups, err := b.Client.VendorGroups(t.Context(), "raw")
	must(t, err)
	for _, g := range plumbing.VendorGroups(groups) {
		if g.Kind == access.VendorPublisher {
			return g.Group
		}
	}
	t.Fatalf("no group in %v", groups)
	return api.Group{}
}

// scopes returns the scopes of a user that concern publishing.
func scopes(t *testing.T, b providertest.Backend, user string) (found []string) {
	t.Helper()
	held, err := b.Client.UserScopes(t.Context(), user)
	must(t, err)
	for scope := range strings.FieldsSeq(held.Scopes) {
		if strings.HasSuffix(scope, "publish") {
			found = append(found, scope)
		}
	}
	return found
}

// Product managers can publish as long as the vendor says so: their tokens have the
// scopes. Nothing else of their group changes.
func TestVendorResource_publishing(t *testing.T) {
	t.Parallel()
	providertest.EachMode(t, func(t *testing.T, b providertest.Backend) {
		p := providertest.New(t, b.Config)
		planned, _, d := p.Plan("iam_vendor", state{}, vendor())
		if d.Failed() || planned.Values["product_managers_publish"] != false {
			t.Errorf("left out, planned %v, %v", planned.Values, d)
		}
		may := with(vendor(), values{"product_managers_publish": true})
		made := p.MustApply("iam_vendor", state{}, may)
		noChange(t, p, made, may)
		group := publishers(t, b)
		user := p.MustApply("iam_user", state{}, values{"email": "pia@raw.example", "first_name": "Pia", "last_name": "P", "group_ids": []any{group.ID}})
		id, _ := user.Values["id"].(string)
		both := []string{"product.product_publish", "product.product_unpublish"}
		if got := scopes(t, b, id); !slices.Equal(got, both) {
			t.Errorf("the token has %v", got)
		}
		if data, d := p.ReadData("iam_vendor", values{"id": "raw"}); d.Failed() || data["product_managers_publish"] != true {
			t.Errorf("read %v, %v", data, d)
		}
		imported, d := p.Import("iam_vendor", "raw")
		if d.Failed() || imported.Values["product_managers_publish"] != true {
			t.Errorf("imported %v, %v", imported.Values, d)
		}
		made = p.MustApply("iam_vendor", made, vendor()) // left out again
		noChange(t, p, made, vendor())
		if got := scopes(t, b, id); len(got) > 0 {
			t.Errorf("after it is taken away, the token has %v", got)
		}
		after := publishers(t, b)
		if after.ID != group.ID || !slices.Equal(after.AccessControls, access.VendorGroups()[0].Controls) || fmt.Sprint(after.Name) != fmt.Sprint(group.Name) {
			t.Errorf("the group is %+v", after)
		}
	})
}

// What others grant or take away shows in the plan, a part of it too, and the apply
// restores it.
func TestVendorResource_publishingDrift(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{NoFaults: true})
	p := providertest.New(t, b.Config)
	config := vendor()
	made := p.MustApply("iam_vendor", state{}, config)
	for _, publish := range []bool{true, false} {
		config = with(config, values{"product_managers_publish": publish})
		made = p.MustApply("iam_vendor", made, config)
		for _, n := range []int{0, 1, 2} {
			group := publishers(t, b)
			controls := append(slices.Clone(access.VendorGroups()[0].Controls), access.PublishingControls()[:n]...)
			_, err := b.Client.UpdateGroup(t.Context(), group.ID, api.GroupUpdate{Name: group.Name, UserType: group.UserType, AccessControls: controls})
			must(t, err)
			p.NextRun()
			refreshed, d := p.Refresh("iam_vendor", made)
			as := n == 2 || n == 1 && !publish
			if d.Failed() || refreshed.Values["product_managers_publish"] != as {
				t.Errorf("%t, then %d of two: refreshed to %v, %v", publish, n, refreshed.Values, d)
			}
			made = p.MustApply("iam_vendor", refreshed, config)
			if all, some := access.Publishes(publishers(t, b).AccessControls); all != publish || some != publish {
				t.Errorf("%t, then %d of two: restored to %t, %t", publish, n, all, some)
			}
		}
	}
}

// A vendor that exists is adopted with what its product managers can do.
func TestVendorResource_publishingAdopted(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{NoFaults: true, VendorGroupDelay: 200 * time.Millisecond})
	makeVendor(t, b, "raw")
	p := providertest.New(t, with(b.Config, values{"adopt_existing": true}))
	may := with(vendor(), values{"product_managers_publish": true})
	made := p.MustApply("iam_vendor", state{}, may)
	if all, _ := access.Publishes(publishers(t, b).AccessControls); !all || made.Values["product_managers_publish"] != true {
		t.Errorf("adopted as %v", made.Values)
	}
	p.NextRun()
	other := p.MustApply("iam_vendor", state{}, vendor())
	if _, some := access.Publishes(publishers(t, b).AccessControls); some || other.Values["product_managers_publish"] != false {
		t.Errorf("adopted again as %v", other.Values)
	}
}

// If the group cannot be changed, a new vendor stays in the state with a warning, an
// update fails, and both are planned again.
func TestVendorResource_publishingRefused(t *testing.T) {
	t.Parallel()
	var refuse atomic.Bool
	refuse.Store(true)
	b := providertest.Remote(t, servertest.Options{NoFaults: true, NoContract: true, Wrap: func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if refuse.Load() && r.Method == http.MethodPut && strings.Contains(r.URL.Path, "/groups/") {
				w.Header().Set("Content-Type", "application/json")
				w.WriteHeader(http.StatusForbidden)
				fmt.Fprint(w, `{"code": 403, "status": "Forbidden", "message": "no"}`)
				return
			}
			next.ServeHTTP(w, r)
		})
	}})
	p := providertest.New(t, b.Config)
	may := with(vendor(), values{"product_managers_publish": true})
	made, d := p.Apply("iam_vendor", state{}, may)
	if d.Failed() || !d.Has(`warning at AttributeName("product_managers_publish"): Publishing Not Granted`, "tries again") {
		t.Errorf("got %v", d)
	}
	made, _ = p.Refresh("iam_vendor", made)
	if made.Values["product_managers_publish"] != false {
		t.Errorf("refreshed to %v", made.Values)
	}
	kept, d := p.Apply("iam_vendor", made, with(may, values{"name": "Renamed"}))
	if !d.Has(`error at AttributeName("product_managers_publish"): Unable to update vendor`) || kept.Values["product_managers_publish"] != false || kept.Values["name"] != "Renamed" {
		t.Errorf("got %v, %v", kept.Values, d)
	}
	refuse.Store(false)
	made = p.MustApply("iam_vendor", kept, may)
	noChange(t, p, made, may)
}
