package server_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/access-config/terraform-provider-iam/internal/api"
)

// versioned is a document whose replacement may name the version that it
// replaces.
type versioned struct {
	make []exchange // until its version is 1
	put  exchange   // replaces it; VERSION in the body stands for the member with the version
	says string     // that member, with VALUE for the version
}

// How a body names the version.
const (
	inMetadata = `, "metadata": {"version": VALUE}`
	inItem     = `, "version": VALUE`
)

// versionedPuts are all of them, by the path of the PUT.
var versionedPuts = map[string]versioned{
	api.PathGroup: {
		make: []exchange{{method: "PUT", path: "~/groups/sales", body: `{"name": {"en": "Sales"}}`, status: 201}},
		put:  exchange{method: "PUT", path: "~/groups/sales", body: `{"name": {"en": "Sales"}VERSION}`, status: 204},
		says: inMetadata,
	},
	api.PathControl: {
		make: []exchange{{method: "PUT", path: "~/access-controls/c", body: `{"scopes": ["order.order_read"]}`, status: 201}},
		put:  exchange{method: "PUT", path: "~/access-controls/c", body: `{"scopes": ["order.order_read"]VERSION}`, status: 204},
		says: inMetadata,
	},
	api.PathScope: {
		make: []exchange{{method: "PUT", path: "~/scopes/s", body: `{"domain": "d"}`, status: 201}},
		put:  exchange{method: "PUT", path: "~/scopes/s", body: `{"domain": "d"VERSION}`, status: 204},
		says: inMetadata,
	},
	api.PathSetting: {
		make: []exchange{{method: "POST", path: "/configuration/acme/configurations", body: `[{"key": "k", "value": 1}]`, status: 201}},
		put:  exchange{method: "PUT", path: "/configuration/acme/configurations/k", body: `{"key": "k", "value": 2VERSION}`, status: 200},
		says: inItem,
	},
	api.PathClientSetting: {
		make: []exchange{{method: "POST", path: "/configuration/acme/clients/shop/configurations", body: `[{"key": "k", "value": 1}]`, status: 201}},
		put:  exchange{method: "PUT", path: "/configuration/acme/clients/shop/configurations/k", body: `{"key": "k", "value": 2VERSION}`, status: 200},
		says: inItem,
	},
	api.PathSite: {
		make: []exchange{{method: "POST", path: "/site/acme/sites", body: siteBody(map[string]any{"code": "de"}), status: 201}},
		put:  exchange{method: "PUT", path: "/site/acme/sites/de", body: strings.TrimSuffix(siteBody(nil), "}") + "VERSION}", status: 200},
		says: inMetadata,
	},
	api.PathVendor: {
		make: []exchange{{method: "PUT", path: vendors + "/v", body: `{"name": "V", "type": "COMPANY"}`, status: 201}},
		put:  exchange{method: "PUT", path: vendors + "/v", body: `{"name": "V", "type": "COMPANY"VERSION}`, status: 204},
		says: inMetadata,
	},
	api.PathLocation: {
		make: []exchange{{method: "PUT", path: locations + "/l", body: `{"type": "OFFICE", "contactDetails": {}}`, status: 201}},
		put:  exchange{method: "PUT", path: locations + "/l", body: `{"type": "OFFICE", "contactDetails": {}VERSION}`, status: 204},
		says: inMetadata,
	},
	api.PathTemplate: {
		make: []exchange{{method: "PUT", path: "~/templates/t", body: `{"name": {"en": "T"}}`, status: 201}},
		put:  exchange{method: "PUT", path: "~/templates/t", body: `{"name": {"en": "T"}VERSION}`, status: 204},
		says: inMetadata,
	},
}

// Each operation of the description that takes a version is in the table.
func TestVersion_everyPut(t *testing.T) {
	t.Parallel()
	for path, item := range openAPI(t).Paths.Map() {
		for method, o := range item.Operations() {
			_, tested := versionedPuts[path]
			if takes := takesVersion(o); takes && method == "PUT" && !tested {
				t.Errorf("PUT %s takes a version: add it to versionedPuts", path)
			} else if !takes && method == "PUT" && tested {
				t.Errorf("PUT %s takes no version", path)
			}
		}
	}
	for path, v := range versionedPuts {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			v.check(t, newBackend(t))
		})
	}
}

func takesVersion(o *openapi3.Operation) bool {
	if o.RequestBody == nil {
		return false
	}
	for _, content := range o.RequestBody.Value.Content {
		properties := content.Schema.Value.Properties
		if properties["version"] != nil || properties["metadata"] != nil && properties["metadata"].Value.Properties["version"] != nil {
			return true
		}
	}
	return false
}

// check replaces the document by each version around the stored one. 0 is a
// version that it does not have, and not the absence of one.
func (v versioned) check(t *testing.T, b *backend) {
	t.Helper()
	for _, e := range v.make {
		if got := b.send(t, e); got.status != e.status {
			t.Fatalf("%s %s: got %d %s", e.method, e.path, got.status, got.body)
		}
	}
	put := func(text string) answer {
		e := v.put
		e.body = strings.Replace(e.body, "VERSION", text, 1)
		return b.send(t, e)
	}
	says := func(value int) string { return strings.Replace(v.says, "VALUE", fmt.Sprint(value), 1) }
	current := 1
	for _, text := range []string{says(1), says(2), ""} {
		for _, wrong := range []int{-1, 0, current - 1, current + 1} {
			before := b.send(t, exchange{path: v.put.path}).body
			if got := put(says(wrong)); got.status != 409 || len(got.body) == 0 {
				t.Errorf("version %d over version %d: got %d %s, want 409", wrong, current, got.status, got.body)
			}
			if after := b.send(t, exchange{path: v.put.path}).body; !slices.Equal(after, before) {
				t.Errorf("a refused replacement left %s in place of %s", after, before)
			}
		}
		if got := put(text); got.status != v.put.status {
			t.Fatalf("%s over version %d: got %d %s, want %d", text, current, got.status, got.body, v.put.status)
		}
		current++
	}
}
