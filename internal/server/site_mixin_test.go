package server_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

func TestSiteMixin_life(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	b.create(t, sites, siteBody(map[string]any{"code": "s"}))
	const path = sites + "/s/mixins"
	b.play(
		t,
		exchange{name: "none", path: path, status: 200, want: `{"coupons": "` + absent + `"}`},
		exchange{name: "not there", path: path + "/coupons", status: 404, want: `{"status": 404, "type": "not_found", "message": "Mixin not found", "details": [{"message": "Site 's' has no mixin 'coupons'"}]}`},
		exchange{name: "make", method: "POST", path: path, body: `{"coupons": {"length": 3, "left": null, "metadata": {"schema": "https://schemas.example/coupons.json"}}}`, status: 201, want: `{"id": "coupons"}`},
		exchange{name: "taken", method: "POST", path: path, body: `{"coupons": {}}`, status: 409, want: `{"status": 409, "type": "conflict", "details": [{"message": "Site 's' has a mixin 'coupons' already"}]}`},
		exchange{name: "make one without schema", method: "POST", path: path, body: `{"a/b c": {"on": true}}`, status: 201, want: `{"id": "a/b c"}`},
		exchange{name: "read", path: path + "/coupons", status: 200, want: `{"length": 3, "left": "` + absent + `", "metadata": {"schema": "https://schemas.example/coupons.json"}}`},
		exchange{name: "read the other", path: path + "/a%2Fb%20c", status: 200, want: `{"on": true, "metadata": "` + absent + `"}`},
		exchange{name: "read all", path: path, status: 200, want: `{"coupons": {"length": 3, "metadata": {"schema": "https://schemas.example/coupons.json"}}, "a/b c": {"on": true}}`},
		exchange{name: "the site", path: sites + "/s?expand=mixin:*", status: 200, want: `{"mixins": {"coupons": {"length": 3, "metadata": "` + absent + `"}, "a/b c": {"on": true}}, "metadata": {"version": 3, "mixins": {"coupons": "https://schemas.example/coupons.json", "a/b c": "` + absent + `"}}}`},
		exchange{name: "change", method: "PATCH", path: path + "/coupons", body: `{"length": null, "size": {"x": 1}}`, status: 200},
		exchange{name: "changed", path: path + "/coupons", status: 200, want: `{"length": "` + absent + `", "size": {"x": 1}, "metadata": {"schema": "https://schemas.example/coupons.json"}}`},
		exchange{name: "change, named", method: "PATCH", path: path + "/coupons", body: `{"coupons": {"size": {"y": 2}, "metadata": {"schema": "https://schemas.example/2.json"}}}`, status: 200},
		exchange{name: "changed again", path: path + "/coupons", status: 200, want: `{"size": {"x": 1, "y": 2}, "coupons": "` + absent + `", "metadata": {"schema": "https://schemas.example/2.json"}}`},
		exchange{name: "replace, named", method: "PUT", path: path + "/coupons", body: `{"coupons": {"new": [1], "metadata": {"schema": "https://schemas.example/3.json", "by": "us"}}}`, status: 200},
		exchange{name: "replaced", path: path + "/coupons", status: 200, want: `{"new": [1], "size": "` + absent + `", "metadata": {"schema": "https://schemas.example/3.json", "by": "us"}}`},
		exchange{name: "replace", method: "PUT", path: path + "/coupons", body: `{"plain": true}`, status: 200},
		exchange{name: "without its schema", path: path + "/coupons", status: 200, want: `{"plain": true, "new": "` + absent + `", "metadata": "` + absent + `"}`},
		exchange{name: "put none", method: "PUT", path: path + "/fees", body: `{}`, status: 404, want: `{"status": 404}`},
		exchange{name: "patch none", method: "PATCH", path: path + "/fees", body: `{}`, status: 404, want: `{"status": 404}`},
		exchange{name: "delete", method: "DELETE", path: path + "/coupons", status: 204},
		exchange{name: "deleted", method: "DELETE", path: path + "/coupons", status: 404, want: `{"status": 404}`},
		exchange{name: "what is left", path: sites + "/s?expand=mixin:*", status: 200, want: `{"mixins": {"coupons": "` + absent + `", "a/b c": {"on": true}}, "metadata": {"version": 8}}`},
	)
}

func TestSiteMixin_refused(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	b.create(t, sites, siteBody(map[string]any{"code": "s", "active": false, "mixins": map[string]any{"m": map[string]any{"a": 1}}}))
	const path = sites + "/s/mixins"
	before := string(b.send(t, exchange{path: path}).body)
	for _, body := range []string{
		`{}`, `{"a": {}, "b": {}}`, `{"a": 1}`, `{"a": null}`, `{"a": []}`, `{"": {}}`, `{"..": {}}`, `{"a": {"metadata": 1}}`, `{"a": {"metadata": {"schema": 1}}}`,
		`[]`, `null`, `{"a": {"n": 1e999}}`, `{"a": {"b": 1, "b": 2}}`, `{"a": {"b": "\u0000"}}`, `{"a\u0000": {}}`, `{"a": ` + servertest.Nested(200) + `}`,
	} {
		b.check(t, exchange{method: "POST", path: path, body: body, status: 400, want: `{"status": 400, "type": "bad_request"}`})
	}
	for _, body := range []string{`[]`, `{"metadata": 1}`, `{"metadata": {"schema": {}}}`, `{"m": {"metadata": []}}`} {
		for _, method := range []string{"PUT", "PATCH"} {
			b.check(t, exchange{method: method, path: path + "/m", body: body, status: 400, want: `{"status": 400}`})
		}
	}
	b.check(t, exchange{method: "POST", path: path, body: `{"a": {"metadata": {"schema": 1}}}`, status: 400, want: `{"details": [{"field": "a.metadata.schema", "type": "invalid_type"}]}`})
	for _, method := range []string{"GET", "POST"} {
		b.check(t, exchange{method: method, path: sites + "/none/mixins", body: `{"a": {}}`, status: 404, want: `{"status": 404, "message": "Site not found"}`})
	}
	reader := bearer(b.issue(t, servertest.Tenant, api.ScopeSiteRead))
	for _, method := range []string{"GET", "PUT", "PATCH", "DELETE"} {
		b.check(t, exchange{method: method, path: path + "/m", header: reader, body: `{}`, status: 403, want: `{"status": 403}`})
		b.check(t, exchange{method: method, path: sites + "/none/mixins/m", body: `{}`, status: 404, want: `{"status": 404, "message": "Site not found"}`})
	}
	if after := string(b.send(t, exchange{path: path}).body); after != before {
		t.Errorf("the mixins were %s\nand are %s", before, after)
	}
}

// servicesOf returns a site with an active and an inactive configuration of each service.
func servicesOf(code string) map[string]any {
	changes := map[string]any{"code": code}
	for _, kind := range []string{"payment", "shipping", "tax"} {
		changes[kind] = []any{
			map[string]any{"id": "on", "name": "On", "serviceType": "urn:x", "serviceUrl": "https://service.example", "configuration": map[string]any{"public": map[string]any{"shown": kind}, "restricted": map[string]any{"key": "hush-" + kind}}},
			map[string]any{"id": "off", "active": false},
		}
	}
	return changes
}

// Restricted settings of services are for those who manage sites, whatever a reader asks for.
func TestSite_restrictedSettings(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	b.create(t, sites, siteBody(servicesOf("s")))
	b.check(t, exchange{path: sites + "/s", status: 200, want: `{"tax": [{"id": "on", "configuration": {"public": {"shown": "tax"}, "restricted": {"key": "hush-tax"}}}]}`})
	reader := bearer(b.issue(t, servertest.Tenant, api.ScopeSiteRead, api.ScopeAuditRead))
	for _, path := range []string{
		sites, sites + "/s", sites + "?expand=payment:all,shipping:all,tax:all", sites + "/s?expand=payment:all,shipping:all,tax:all,mixin:*", "~/audit-events?object=s", "~/audit-events/export",
	} {
		got := b.send(t, exchange{path: path, header: reader})
		if got.status != http.StatusOK || strings.Contains(string(got.body), "hush") || !strings.Contains(string(got.body), `"shown":"payment"`) {
			t.Errorf("%s: got %d %s", path, got.status, got.body)
		}
	}
	for _, q := range []string{"payment.configuration.restricted.key:hush-payment", "payment.configuration.restricted:exists"} {
		for _, path := range []string{sites, "/site/acme/siteslist"} {
			b.check(t, exchange{path: path + "?q=" + q, header: reader, status: 200, want: `[]`})
		}
	}
	b.check(t, exchange{method: "PATCH", path: sites + "/s", body: `{"tax": []}`, status: 200})
	b.check(t, exchange{path: "~/audit-events?object=s", header: reader, status: 200, want: fmt.Sprintf(`[{"before": {"tax": [{"configuration": {"restricted": "(restricted)"}}, {"id": "off"}]}, "after": {"tax": []}}, {"before": %q}]`, absent)})
}

func TestSite_services(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	b.create(t, sites, siteBody(servicesOf("s")))
	const path = sites + "/s"
	on, both := `[{"id": "on"}]`, `[{"id": "on"}, {"id": "off", "active": false}]`
	plain := siteBody(map[string]any{"payment": []any{map[string]any{"id": "new"}}, "shipping": []any{map[string]any{"id": "off", "active": true}}})
	b.play(
		t,
		exchange{name: "active ones", path: path, status: 200, want: `{"payment": ` + on + `, "shipping": ` + on + `, "tax": ` + on + `}`},
		exchange{name: "as asked", path: path + "?expand=payment:all,%20shipping:none,tax:active", status: 200, want: `{"payment": ` + both + `, "shipping": "` + absent + `", "tax": ` + on + `}`},
		exchange{name: "in the list", path: sites + "?expand=tax:all,nonsense,:,payment", status: 200, want: `[{}, {"payment": ` + on + `, "tax": ` + both + `}]`},
		exchange{name: "codes", path: "/site/acme/siteslist?expand=tax:all,mixin:*", status: 200, want: `["main", "s"]`},
		exchange{name: "replace what is shown", method: "PUT", path: path, body: plain, status: 200},
		exchange{name: "inactive ones stay", path: path + "?expand=payment:all,shipping:all,tax:all", status: 200, want: `{"payment": [{"id": "new"}, {"id": "off"}], "shipping": [{"id": "off", "active": true}], "tax": [{"id": "off"}]}`},
		exchange{name: "replace all but the payment", method: "PUT", path: path + "?expand=payment:none,shipping:all,tax:all", body: siteBody(nil), status: 200},
		exchange{name: "replaced", path: path + "?expand=payment:all,shipping:all,tax:all", status: 200, want: `{"payment": [{"id": "new"}, {"id": "off"}], "shipping": "` + absent + `", "tax": "` + absent + `"}`},
		exchange{name: "null is absent", method: "PATCH", path: path, body: `{"tax": [{"id": "t", "name": null, "configuration": {"public": {"a": null}}}], "shipping": null}`, status: 200},
		exchange{name: "absent", path: path + "?expand=payment:none", status: 200, want: `{"tax": [{"id": "t", "name": "` + absent + `", "configuration": {"public": {"a": "` + absent + `"}}}], "shipping": "` + absent + `"}`},
		exchange{name: "replace all", method: "PUT", path: path + "?expand=payment:all", body: siteBody(nil), status: 200},
		exchange{name: "gone", path: path + "?expand=payment:all", status: 200, want: `{"payment": "` + absent + `"}`},
	)
	for _, c := range []struct{ member, value, want string }{
		{"payment", `{}`, "payment must not be a object"},
		{"payment", `[null]`, "payment[0] must be an object"},
		{"tax", `[{"active": "yes"}]`, "tax.active must not be a string"},
		{"shipping", `[{"configuration": {"public": []}}]`, "shipping.configuration.public must not be a array"},
		{"assistedBuying", `{"storefrontUrl": 1}`, "assistedBuying.storefrontUrl must not be a number"},
		{"homeBase", `{"timezone": "Europe/Xp"}`, "homeBase.timezone must be a time zone of the IANA database, not 'Europe/Xp'"},
		{"homeBase", `{"timezone": "Local"}`, "homeBase.timezone must be a time zone of the IANA database, not 'Local'"},
		{"homeBase", `{"timezone": "../etc/passwd"}`, "homeBase.timezone must be a time zone of the IANA database, not '../etc/passwd'"},
		{"homeBase", `{"location": {"latitude": "north"}}`, "homeBase.location.latitude must not be a string"},
		{"homeBase", `{"address": {"street": 5}}`, "homeBase.address.street must not be a number"},
	} {
		b.play(t, exchange{name: c.want, method: "PATCH", path: path, body: fmt.Sprintf(`{%q: %s}`, c.member, c.value), status: 400, want: fmt.Sprintf(`{"details": [{"message": %q}]}`, c.want)})
	}
}
