package directory_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
	"github.com/access-config/terraform-provider-iam/internal/server/fault"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
	"github.com/access-config/terraform-provider-iam/internal/store"
)

// An import names the template of a group, whether the group refers to it or
// has its access controls written out, and no levels besides.
func TestGroupResource_importOfATemplate(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	p := providertest.New(t, b.Config)
	for _, template := range access.Templates() {
		for kind, body := range map[string]api.GroupCreate{
			"reference": {Templates: []string{template.ID}, AccessControls: []string{}},
			"controls":  {AccessControls: access.ControlIDs(access.Expand(template.Access, nil))},
		} {
			body.ID, body.Name, body.UserType = kind+"-"+template.ID, api.Text{"en": "G"}, access.Employee
			if _, err := b.Client.CreateGroup(t.Context(), body); err != nil {
				t.Fatal(err)
			}
			imported, d := p.Import("iam_group", body.ID)
			if len(d) > 0 || imported.Values["role_template"] != template.ID || imported.Values["access"] != nil || imported.Values["access_control_ids"] != nil {
				t.Errorf("%s: got %v, %v", body.ID, imported.Values, d)
			}
			noChange(t, p, "iam_group", imported, values{"id": body.ID, "name": values{"en": "G"}, "role_template": template.ID})
		}
	}
	// With a level more, what is written out is levels and no template; what is
	// referred to stays one.
	tax := access.ControlIDs(access.Expand(access.Access{}, map[string]access.Level{"tax": access.Read}))
	for template, body := range map[any]api.GroupCreate{
		nil:                         {ID: "levels", AccessControls: tax},
		"order_fulfillment_manager": {ID: "both", AccessControls: tax, Templates: []string{"order_fulfillment_manager"}},
	} {
		body.Name, body.UserType = api.Text{"en": "G"}, access.Employee
		if _, err := b.Client.CreateGroup(t.Context(), body); err != nil {
			t.Fatal(err)
		}
		if imported, d := p.Import("iam_group", body.ID); len(d) > 0 || imported.Values["role_template"] != template || fmt.Sprint(imported.Values["access"]) != "map[tax:read]" {
			t.Errorf("%s: got %v, %v", body.ID, imported.Values, d)
		}
	}
}

func TestGroupResource_anotherID(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	p := providertest.New(t, b.Config)
	made := p.MustApply("iam_group", state{}, orders())
	if planned, replace, d := p.Plan("iam_group", made, with(orders(), values{"id": nil, "name": values{"en": "Orders"}})); replace || d.Failed() || planned.Values["id"] != "orders-de" {
		t.Errorf("an id that is left out: replace %v, planned %v, %v", replace, planned.Values, d)
	}
	config := with(orders(), values{"id": "orders-at"})
	if _, replace, d := p.Plan("iam_group", made, config); !replace || d.Failed() {
		t.Errorf("another id must replace the group: %v", d)
	}
	moved := p.MustApply("iam_group", made, config)
	noChange(t, p, "iam_group", moved, config)
	if _, err := b.Client.Group(t.Context(), "orders-de"); !client.IsNotFound(err) {
		t.Errorf("the former group stayed: %v", err)
	}
}

func TestGroupResource_restrictions(t *testing.T) {
	t.Parallel()
	s := servertest.New(t, servertest.Options{})
	if err := s.Store.PutDocument(t.Context(), store.Document{Tenant: servertest.Tenant, Kind: store.KindSetting, ID: "restrictions", Body: `{"key": "restrictions", "value": ["DE", "AT"]}`}); err != nil {
		t.Fatal(err)
	}
	p := providertest.New(t, values{"api_url": s.URL, "tenant": servertest.Tenant, "client_id": servertest.ClientID, "client_secret": servertest.ClientSecret})
	want := func(values string) {
		t.Helper()
		if g, err := s.Client.Group(t.Context(), "orders-de"); err != nil || fmt.Sprint(g.Restrictions) != values {
			t.Errorf("the server has %v, %v; want %s", g.Restrictions, err, values)
		}
	}
	// elsewhere restricts the group as somebody with another client would, and
	// returns what a refresh shows of it.
	elsewhere := func(made state, restrictions ...string) state {
		t.Helper()
		g, err := s.Client.Group(t.Context(), "orders-de")
		if err == nil {
			_, err = s.Client.UpdateGroup(t.Context(), g.ID, api.GroupUpdate{Name: g.Name, UserType: g.UserType, Templates: g.Templates, AccessControls: g.AccessControls, Restrictions: restrictions})
		}
		if err != nil {
			t.Fatal(err)
		}
		drifted, d := p.Refresh("iam_group", made)
		if diff := differences(made.Values, drifted.Values); len(d) > 0 || fmt.Sprint(diff) != "[restrictions]" {
			t.Errorf("the drift shows in %v, %v", diff, d)
		}
		return drifted
	}

	drifted := elsewhere(p.MustApply("iam_group", state{}, orders()), "DE")
	if got := fmt.Sprint(drifted.Values["restrictions"]); got != "[DE]" {
		t.Errorf("the state has %s", got)
	}
	if planned, _, d := p.Plan("iam_group", drifted, orders()); len(d) > 0 || planned.Values["restrictions"] != nil {
		t.Errorf("the plan has %v, %v", planned.Values["restrictions"], d)
	}
	free := p.MustApply("iam_group", drifted, orders())
	want("[]")
	noChange(t, p, "iam_group", free, orders())

	config := with(orders(), values{"restrictions": []any{"DE"}})
	restricted := p.MustApply("iam_group", free, config)
	want("[DE]")
	noChange(t, p, "iam_group", restricted, config)
	drifted = elsewhere(restricted, "AT")
	if got := fmt.Sprint(drifted.Values["restrictions"]); got != "[AT]" {
		t.Errorf("the state has %s", got)
	}
	p.MustApply("iam_group", elsewhere(restricted), config) // none at all
	want("[DE]")
}

// Metadata is optional in answers: a group without it has no version that a
// change could expect.
func TestGroupResource_noMetadata(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{Wrap: func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method != http.MethodGet {
				next.ServeHTTP(w, r)
				return
			}
			answer := httptest.NewRecorder()
			next.ServeHTTP(answer, r)
			w.WriteHeader(answer.Code)
			_, _ = io.WriteString(w, strings.Replace(answer.Body.String(), `"metadata"`, `"undated"`, 1))
		})
	}})
	p := providertest.New(t, b.Config)
	made := p.MustApply("iam_group", state{}, orders())
	config := with(orders(), values{"name": values{"en": "Others"}})
	noChange(t, p, "iam_group", p.MustApply("iam_group", made, config), config)
}

// The answer to a write is lost, and the API does not show yet what it did: the
// write is repeated (sooner than it shows), refused, and found to be the provider's own.
func TestGroupResource_lostAnswersAndLag(t *testing.T) {
	t.Parallel()
	var cut atomic.Value
	cut.Store("")
	b := providertest.Remote(t, servertest.Options{NoFaults: true, Wrap: func(next http.Handler) http.Handler {
		lagging := fault.Switches{Lag: 800 * time.Millisecond}.Wrap(next)
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if cut.CompareAndSwap(r.Method, "") {
				lagging.ServeHTTP(discard{http.Header{}}, r)
				panic(http.ErrAbortHandler)
			}
			lagging.ServeHTTP(w, r)
		})
	}})
	p := providertest.New(t, b.Config)
	cut.Store(http.MethodPost)
	made := p.MustApply("iam_group", state{}, orders())
	cut.Store(http.MethodPut)
	config := with(orders(), values{"name": values{"en": "Others"}})
	noChange(t, p, "iam_group", p.MustApply("iam_group", made, config), config)
	if cut.Load() != "" {
		t.Error("nothing was lost")
	}
}
