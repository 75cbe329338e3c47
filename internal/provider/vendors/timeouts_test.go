package vendors_test

import (
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

// hangs lets writes of vendors wait until the caller gives up, when its timeout
// ends.
type hangs struct{ writes atomic.Bool }

func (h *hangs) wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && !strings.HasSuffix(r.URL.Path, "/oauth/token") && h.writes.Load() {
			_, _ = io.Copy(io.Discard, r.Body) // or the end of the request is not seen
			<-r.Context().Done()
			return
		}
		next.ServeHTTP(w, r)
	})
}

// Each operation ends at its timeout and says so; what may be there is in the
// state, and timeouts are no change of the vendor.
func TestVendorResource_timeouts(t *testing.T) {
	t.Parallel()
	api := &hangs{}
	b := providertest.Remote(t, servertest.Options{NoFaults: true, Wrap: api.wrap})
	p := providertest.New(t, b.Config)
	const late = "It took longer than its timeout of 100ms"
	short := with(vendor(), values{"timeouts": values{"create": "100ms", "update": "100ms", "delete": "100ms"}})

	_, _, d := p.Plan("iam_vendor", state{}, with(vendor(), values{"timeouts": values{"create": "soon"}}))
	if !d.Has(`error at AttributeName("timeouts").AttributeName("create")`, "Invalid Attribute Value Time Duration") {
		t.Errorf("what is no duration: %v", d)
	}
	made := p.MustApply("iam_vendor", state{}, with(vendor(), values{"id": "other"}))
	noChange(t, p, made, with(vendor(), values{"id": "other"}))

	api.writes.Store(true)
	unsure, d := p.Apply("iam_vendor", state{}, short)
	if !d.Has("error: Unable to create vendor", late, "may still have been created") || unsure.Values["id"] != "raw" {
		t.Errorf("create: %v, %v", unsure.Values, d)
	}
	api.writes.Store(false)
	made = p.MustApply("iam_vendor", state{}, with(short, values{"timeouts": values{"create": "1h", "update": "100ms", "delete": "100ms"}}))
	api.writes.Store(true)
	if _, d := p.Apply("iam_vendor", made, with(short, values{"name": "Renamed"})); !d.Has("error: Unable to update vendor", late) {
		t.Errorf("update: %v", d)
	}
	if kept, d := p.Apply("iam_vendor", made, nil); !d.Has("error: Unable to delete vendor", late) || kept.Values == nil {
		t.Errorf("delete: %v, %v", kept.Values, d)
	}
	api.writes.Store(false)
	made = p.MustApply("iam_vendor", made, vendor())
	noChange(t, p, made, vendor())
	p.MustApply("iam_vendor", made, nil)
}

// Groups that do not come in time are a warning.
func TestVendorResource_groupsTimeout(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{NoFaults: true, VendorGroupDelay: time.Hour})
	p := providertest.New(t, b.Config)
	made, d := p.Apply("iam_vendor", state{}, with(vendor(), values{"timeouts": values{"create": "500ms"}}))
	if d.Failed() || !d.Has(`warning at AttributeName("group_ids"): Vendor Groups Not Ready`, "timeout of 500ms") || made.Values["name"] != "Raw Materials" {
		t.Errorf("got %v, %v", made.Values, d)
	}
}
