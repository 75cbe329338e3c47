package server_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/server"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
	"github.com/access-config/terraform-provider-iam/internal/store/sqlstore"
)

const auditEvents = "~/audit-events?limit=1000"

// newest returns the events that are new since the one of that number, oldest
// first.
func (b *backend) newest(t testing.TB, since int64) []api.AuditEvent {
	t.Helper()
	var list []api.AuditEvent
	for _, e := range read[[]api.AuditEvent](t, b, auditEvents) {
		if e.ID > since {
			list = append([]api.AuditEvent{e}, list...)
		}
	}
	return list
}

func (b *backend) lastEvent(t testing.TB) int64 {
	t.Helper()
	list := read[[]api.AuditEvent](t, b, "~/audit-events?limit=1")
	if len(list) == 0 {
		return 0
	}
	return list[0].ID
}

// audited is a change by request, and what it is a change of.
type audited struct {
	exchange

	want    string // action, kind, object and related object; {new} is the id in the answer
	read    string // where the object can be read
	without string // the member of what is read that is a record of its own
}

// Each kind of change leaves one event, with the caller, the id of the request,
// and the object as the API shows it before and after.
func TestAudit_everyChange(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	b.token = b.issueUser(t, b.owner(t), access.Employee, api.AllScopes()...)
	b.withGroups(t, "crowd")
	anna := b.join(t, "anna@acme.example", "member")
	user := b.create(t, "~/users", person("anna@acme.example", "crowd"))
	same := with(person("anna@acme.example", "crowd"), map[string]any{"backofficeUserNumber": user})
	setting, clientSetting := "/configuration/acme/configurations", "/configuration/acme/clients/shop/configurations"
	for _, c := range []audited{
		{exchange{method: "PUT", path: "~/groups/g", body: `{"name": {"en": "G", "de": "Ge"}, "accessControls": ["` + ordersViewer + `"]}`, status: 201}, "create group g", "~/groups/g", ""},
		{exchange{method: "PUT", path: "~/groups/g", body: `{"name": {"en": "H"}}`, status: 204}, "update group g", "~/groups/g", ""},
		{exchange{method: "POST", path: "~/groups/g/users", body: `{"userId": "` + user + `"}`, status: 201}, "create membership g " + user, "", ""},
		{exchange{method: "DELETE", path: "~/groups/g/users/" + user, status: 204}, "delete membership g " + user, "", ""},
		{exchange{method: "DELETE", path: "~/groups/g", status: 204}, "delete group g", "~/groups/g", ""},
		{exchange{method: "PUT", path: "~/users/" + user, body: same, status: 204}, "", "", ""},
		{exchange{method: "PUT", path: "~/users/" + user, body: with(same, map[string]any{"lastName": "Nowak"}), status: 204}, "update user " + user, "~/users/" + user, "groupIds"},
		{exchange{method: "PUT", path: "~/users/" + user + "/lock", status: 204}, "update user " + user, "~/users/" + user, "groupIds"},
		{exchange{method: "DELETE", path: "~/users/" + user + "/lock", status: 204}, "update user " + user, "~/users/" + user, "groupIds"},
		{exchange{method: "PUT", path: "~/scopes/s", body: `{"description": {"en": "S"}}`, status: 201}, "create scope s", "~/scopes/s", ""},
		{exchange{method: "PUT", path: "~/access-controls/c", body: fullControl(), status: 201}, "create access-control c", "~/access-controls/c", ""},
		{exchange{method: "PUT", path: "~/access-controls/c", body: with(fullControl(), map[string]any{"scopes": []string{"s"}}), status: 204}, "update access-control c", "~/access-controls/c", ""},
		{exchange{method: "DELETE", path: "~/access-controls/c", status: 204}, "delete access-control c", "~/access-controls/c", ""},
		{exchange{method: "DELETE", path: "~/scopes/s", status: 204}, "delete scope s", "~/scopes/s", ""},
		{exchange{method: "PUT", path: "~/templates/r", body: `{"name": {"en": "R"}, "access": {"orders": "read"}}`, status: 201}, "create role-template r", "~/templates/r", ""},
		{exchange{method: "DELETE", path: "~/templates/r", status: 204}, "delete role-template r", "~/templates/r", ""},
		{exchange{method: "POST", path: setting, body: `[{"key": "k", "value": {"a": 1}}]`, status: 201}, "create setting k", setting + "/k", ""},
		{exchange{method: "PUT", path: setting + "/k", body: `{"key": "k", "value": 2}`, status: 200}, "update setting k", setting + "/k", ""},
		{exchange{method: "DELETE", path: setting + "/k", status: 204}, "delete setting k", setting + "/k", ""},
		{exchange{method: "POST", path: clientSetting, body: `[{"key": "k", "value": 1}]`, status: 201}, "create client-setting shop/k", clientSetting + "/k", ""},
		{exchange{method: "POST", path: "/site/acme/sites", body: siteBody(map[string]any{"code": "de", "default": false}), status: 201}, "create site de", "/site/acme/sites/de", ""},
		{exchange{method: "PATCH", path: "/site/acme/sites/de", body: `{"name": "Germany"}`, status: 200}, "update site de", "/site/acme/sites/de", ""},
		{exchange{method: "DELETE", path: "/site/acme/sites/de", status: 204}, "delete site de", "/site/acme/sites/de", ""},
		{exchange{method: "PUT", path: locations + "/l", body: warehouse, status: 201}, "create location l", locations + "/l", ""},
		{exchange{method: "PUT", path: locations + "/l", body: warehouse, status: 204}, "update location l", locations + "/l", ""},
		{exchange{method: "DELETE", path: locations + "/l", status: 204}, "delete location l", locations + "/l", ""},
		{exchange{method: "PUT", path: vendors + "/v", body: `{"name": "V", "type": "COMPANY"}`, status: 201}, "create vendor v", vendors + "/v", ""},
		{exchange{method: "POST", path: "~/clients", body: `{"id": "acme-ci"}`, status: 201}, "create client acme-ci", "", ""},
		{exchange{method: "POST", path: "~/clients/acme-ci/rotate", status: 200}, "update client acme-ci", "", ""},
		{exchange{method: "DELETE", path: "~/clients/acme-ci", status: 204}, "delete client acme-ci", "", ""},
		{exchange{method: "PUT", path: team("/members/" + anna + "/products/bot_runner"), body: `{}`, status: 201}, "create product-assignment " + anna + " bot_runner", "", ""},
		{exchange{method: "DELETE", path: team("/members/" + anna + "/products/bot_runner"), status: 204}, "delete product-assignment " + anna + " bot_runner", "", ""},
		{exchange{method: "PUT", path: team("/products/chat"), body: `{"label":"Chat"}`, status: 201}, "create team-product chat", "", ""},
		{exchange{method: "PUT", path: team("/members/" + anna), body: `{"role": "admin"}`, status: 204}, "update team-member " + anna, team("/members/" + anna), "products"},
		{exchange{method: "DELETE", path: team("/members/" + anna), status: 204}, "delete team-member " + anna, team("/members/" + anna), "products"},
	} {
		b.checkAudited(t, c)
	}
}

// checkAudited makes a change and judges the event that it leaves, if any.
func (b *backend) checkAudited(t *testing.T, c audited) {
	t.Helper()
	since, before := b.lastEvent(t), b.audit(t, c)
	got := b.send(t, c.exchange)
	if got.status != c.status {
		t.Fatalf("%s %s: got %d %s", c.method, c.path, got.status, got.body)
	}
	after, events := b.audit(t, c), b.newest(t, since)
	events = slices.DeleteFunc(events, func(e api.AuditEvent) bool { return e.ActorKind == api.ActorSystem }) // the groups of a vendor
	if c.want == "" {
		if len(events) > 0 {
			t.Errorf("%s %s changes nothing, and left %+v", c.method, c.path, events)
		}
		return
	}
	if len(events) != 1 {
		t.Errorf("%s %s: got %d events, want one: %+v", c.method, c.path, len(events), events)
		return
	}
	e := events[0]
	if text := strings.TrimSpace(fmt.Sprintln(e.Action, e.Kind, e.ObjectID, e.RelatedID)); text != c.want {
		t.Errorf("%s %s: got an event %q, want %q", c.method, c.path, text, c.want)
	}
	if e.ActorKind != api.ActorUser || e.Actor != b.owner(t) || e.RequestID == "" || e.RequestID != got.header.Get(api.HeaderRequestID) {
		t.Errorf("%s %s: got the actor %s %s and the request %s, want the user %s and the request %s", c.method, c.path, e.ActorKind, e.Actor, e.RequestID, b.owner(t), got.header.Get(api.HeaderRequestID))
	}
	if (e.Action == api.ActionCreate) != (e.Before == nil) || (e.Action == api.ActionDelete) != (e.After == nil) {
		t.Errorf("%s %s: got a %s from %s to %s", c.method, c.path, e.Action, e.Before, e.After)
	}
	if c.read != "" {
		wantState(t, c.path+" before", e.Before, before)
		wantState(t, c.path+" after", e.After, after)
	}
}

// audit reads the object of a change as its event should show it; nil when there
// is none.
func (b *backend) audit(t *testing.T, c audited) map[string]any {
	t.Helper()
	if c.read == "" {
		return nil
	}
	got := b.send(t, exchange{path: c.read})
	if got.status != 200 {
		return nil
	}
	state, _ := parse(t, string(got.body)).(map[string]any)
	delete(state, c.without)
	return state
}

func wantState(t *testing.T, what string, got json.RawMessage, want map[string]any) {
	t.Helper()
	var state map[string]any
	if len(got) > 0 {
		state, _ = parse(t, string(got)).(map[string]any)
	}
	if !reflect.DeepEqual(state, want) {
		t.Errorf("%s: got  %v\nwant %v", what, state, want)
	}
}

// A change that is refused in the middle leaves no event of what it did before.
func TestAudit_refused(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	since := b.lastEvent(t)
	b.check(t, exchange{
		method: "POST", path: "/configuration/acme/configurations", body: `[{"key": "a", "value": 1}, {"key": "project_lang", "value": "[]"}]`, status: 409, want: `{"status": 409}`,
	})
	b.check(t, exchange{method: "POST", path: "~/users", body: person("anna@acme.example", "nothing"), status: 404, want: `{"code": 404}`})
	if events := b.newest(t, since); len(events) > 0 {
		t.Errorf("got %+v", events)
	}
}

// Secrets are in no event; API keys and tasks are the system's doing.
func TestAudit_secretsAndSystem(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	const secret = "do-not-show"
	if err := b.server.EnsureClient(t.Context(), servertest.Tenant, "key", secret); err != nil {
		t.Fatal(err)
	}
	path := "/configuration/acme/configurations"
	if got := b.send(t, exchange{method: "POST", path: path, body: `[{"key": "k", "value": "` + secret + `", "secured": true}]`}); got.status != 201 {
		t.Fatalf("got %d %s", got.status, got.body)
	}
	if got := b.send(t, exchange{method: "PUT", path: path + "/k", body: `{"key": "k", "value": "` + secret + `2"}`}); got.status != 200 {
		t.Fatalf("got %d %s", got.status, got.body)
	}
	b.check(t, exchange{method: "PUT", path: vendors + "/v", body: `{"name": "V", "type": "COMPANY"}`, status: 201, want: `{}`})
	for i, status := range []int{201, 204} { // a new key also appends an event
		body := fmt.Sprintf(`{"organizationId": "7", "apiUrl": "https://make.example", "apiKey": "%s%d"}`, secret, i)
		if got := b.send(t, exchange{method: "PUT", path: integromatPath("/organization"), body: body}); got.status != status {
			t.Fatalf("got %d %s", got.status, got.body)
		}
	}
	if made := read[[]api.AuditEvent](t, b, "~/audit-events?kind=make-organization"); len(made) != 2 {
		t.Errorf("two keys of Make: got %+v", made)
	}
	b.settle(t)
	hash, err := b.store.Client(t.Context(), "key")
	if err != nil {
		t.Fatal(err)
	}
	all := b.send(t, exchange{path: auditEvents})
	for _, text := range []string{secret, hash.SecretHash, "secretHash"} {
		if strings.Contains(string(all.body), text) {
			t.Errorf("events show %q", text)
		}
	}
	if made := read[[]api.AuditEvent](t, b, "~/audit-events?object=k"); len(made) != 2 || made[0].ActorKind != api.ActorClient || made[0].Actor != "tests" {
		t.Errorf("the secured setting: got %+v", made)
	}
	system := map[string]int{}
	for _, e := range read[[]api.AuditEvent](t, b, auditEvents) {
		if e.ActorKind == api.ActorSystem {
			system[e.Kind]++
		}
		if (e.ActorKind == api.ActorSystem) != (e.Actor == "" && e.RequestID == "") {
			t.Errorf("got %+v", e)
		}
	}
	if want := map[string]int{"tenant": 1, "client": 2, "group": 4}; !reflect.DeepEqual(system, want) {
		t.Errorf("the system changed %v, want %v", system, want)
	}
}

func TestAudit_filters(t *testing.T) {
	t.Parallel()
	b, clock := newBackendAt(t)
	user := b.create(t, "~/users", person("anna@acme.example"))
	clock.advance(time.Hour)
	since := clock.Now().UTC().Format(time.RFC3339Nano)
	b.withGroups(t, "g")
	b.check(t, exchange{method: "POST", path: "~/groups/g/users", body: `{"userId": "` + user + `"}`, status: 201, want: `{}`})
	for query, want := range map[string]string{
		"object=" + user:                      "membership invitation user",
		"object=" + user + "&kind=user":       "user",
		"object=g":                            "membership group",
		"object=g&limit=1":                    "membership",
		"kind=tenant":                         "tenant",
		"actor=tests":                         "membership group invitation user",
		"actor=tests&before=3":                "",
		"actor=nobody":                        "",
		"since=" + url.QueryEscape(since):     "membership group",
		"since=2026-01-31T14:00:00%2B02:00":   "membership group invitation user client tenant",
		"since=2126-01-31T12:00:00Z":          "",
		"limit=99999":                         "membership group invitation user client tenant",
		"object=" + user + "&before=5&limit=": "invitation user",
	} {
		var kinds []string
		for _, e := range read[[]api.AuditEvent](t, b, "~/audit-events?"+query) {
			kinds = append(kinds, e.Kind)
		}
		if got := strings.Join(kinds, " "); got != want {
			t.Errorf("%s: got %q, want %q", query, got, want)
		}
	}
	for _, query := range []string{"limit=0", "limit=many", "before=-1", "since=yesterday", "since=2026-01-31"} {
		b.check(t, exchange{path: "~/audit-events?" + query, status: 400, want: `{"code": 400}`})
	}
	b.check(t, exchange{path: "~/audit-events", header: bearer(b.issue(t, servertest.Tenant, api.ScopeUserRead)), status: 403, want: `{"code": 403}`})
}

// Two processes on one database write one list of events.
func TestAudit_replicas(t *testing.T) {
	t.Parallel()
	running := servertest.New(t, servertest.Options{VendorGroupDelay: time.Hour})
	one := &backend{url: running.URL, server: running.Server, store: running.Store}
	one.token = one.issue(t, servertest.Tenant, api.AllScopes()...)
	db, err := sqlstore.Open(t.Context(), running.DSN)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	two := over(t, one, server.Options{Store: db})
	since := one.lastEvent(t)
	var requests []string
	for i := range 6 {
		b := []*backend{one, two}[i%2]
		got := b.send(t, exchange{method: "PUT", path: fmt.Sprintf("~/groups/g%d", i), body: `{"name": {"en": "G"}}`})
		requests = append(requests, got.header.Get(api.HeaderRequestID))
	}
	for _, b := range []*backend{one, two} {
		var got []string
		for i, e := range b.newest(t, since) {
			got = append(got, e.RequestID)
			if e.ID != since+int64(i)+1 || e.ObjectID != fmt.Sprintf("g%d", i) {
				t.Errorf("got event %d of %s", e.ID, e.ObjectID)
			}
		}
		if !reflect.DeepEqual(got, requests) {
			t.Errorf("got the requests %v, want %v", got, requests)
		}
	}
}
