package server_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/server"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
	"github.com/access-config/terraform-provider-iam/internal/store"
)

// logLines is a log that tests read.
type logLines struct {
	mu   sync.Mutex
	text bytes.Buffer
}

// Write implements io.Writer.
func (l *logLines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

// with returns the records of a request, all of them for "".
func (l *logLines) with(t testing.TB, requestID string) []map[string]any {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	var records []map[string]any
	for line := range strings.Lines(l.text.String()) {
		if !strings.Contains(line, requestID) {
			continue
		}
		var record map[string]any
		if err := json.Unmarshal([]byte(line), &record); err != nil {
			t.Fatalf("a log line is no JSON: %v: %s", err, line)
		}
		if requestID == "" || record["request_id"] == requestID {
			records = append(records, record)
		}
	}
	return records
}

func (l *logLines) has(text string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Contains(l.text.String(), text)
}

// brokenBackend is a backend with something to read, change and delete, and a
// request for each operation that succeeds unless the store fails.
type brokenBackend struct {
	*backend
	sound    *backend // over the same store without breakage
	breakage *breakage
	log      *logLines
	requests []exchange
}

func newBrokenBackend(t *testing.T) brokenBackend {
	t.Helper()
	sound := newBackend(t)
	sound.allowRestrictions(t, "site-1")
	sound.create(t, "/site/acme/sites", siteBody(map[string]any{"code": "de", "mixins": map[string]any{"m": map[string]any{}, "gone": map[string]any{}}}))
	sound.create(t, "/site/acme/sites", siteBody(map[string]any{"code": "gone"}))
	sound.check(t, exchange{method: "POST", path: "/configuration/acme/clients/shop/configurations", body: `[{"key": "restrictions", "value": "red"}]`, status: 201, want: `[{"value": "red"}]`})
	sound.withGroups(t, "g", "h", "gone")
	for _, id := range []string{"s", "unused"} {
		sound.check(t, exchange{method: "PUT", path: "~/scopes/" + id, body: `{}`, status: 201, want: `{"id": "` + id + `"}`})
	}
	for _, id := range []string{"c", "unused"} {
		sound.check(t, exchange{method: "PUT", path: "~/access-controls/" + id, body: `{"scopes": ["s"]}`, status: 201, want: `{"id": "` + id + `"}`})
	}
	main := sound.create(t, "~/users", person("main@acme.example", "h"))
	sound.token = sound.issueUser(t, main, access.Employee, api.AllScopes()...) // and "me" is somebody
	owner := sound.owner(t)
	leaver := sound.create(t, "~/users", person("leaver@acme.example", "g", "gone"))
	locked := sound.create(t, "~/users", person("locked@acme.example"))
	vendor := withVendors(t, sound)
	invited := sound.create(t, team("/members"), `{"email": "invited@acme.example", "role": "member"}`)
	joined, third := sound.join(t, "joined@acme.example", "member"), sound.join(t, "third@acme.example", "member")
	sound.check(t, exchange{method: "PUT", path: team("/members/" + third + "/products/bot_runner"), body: `{}`, status: 201, want: `{}`})
	for _, id := range []string{"hub", "unused"} {
		sound.check(t, exchange{method: "PUT", path: team("/products/" + id), body: `{"label": "Hub"}`, status: 201, want: `{"id": "` + id + `"}`})
	}
	fill := strings.NewReplacer("/iam/{tenant}", "~", "{tenant}", servertest.Tenant, "{client}", "shop", "{propertyKey}", "restrictions", "{siteCode}", "de", "{mixinName}", "m", "{userId}", main, "{groupId}", "g", "{userType}", "EMPLOYEE",
		"{accessControlId}", ordersViewer, "{scopeId}", "s", "{roleId}", viewerRole, "{permissionId}", "read", "{resourceId}", "orders",
		"{vendorId}", "v", "{locationId}", "l", "{templateId}", "base",
		"{memberId}", joined, "{product}", "bot_runner", "{invitationId}", sound.invitation(t, "main@acme.example").ID, "{clientId}", "acme-ci")
	for _, id := range []string{"acme-ci", "acme-gone"} {
		sound.create(t, "~/clients", `{"id": "`+id+`"}`)
	}
	sound.withTemplates(t)
	sound.check(t, exchange{method: "PUT", path: integromatPath("/organization"), body: `{"organizationId": "5"}`, status: 201, want: `{}`})
	sound.withIntegromatMember(t, "left")
	forms := map[string]exchange{
		"POST " + api.PathUsers:   {body: person("new@acme.example", "g", "h"), status: 201},
		"PUT " + api.PathUser:     {body: changed(main, "g"), status: 204},
		"DELETE " + api.PathUser:  {path: "~/users/" + leaver, status: 204},
		"POST " + api.PathGroups:  {body: fullGroup(), status: 201},
		"PUT " + api.PathGroup:    {body: fullGroup(), status: 204},
		"DELETE " + api.PathGroup: {path: "~/groups/gone?forceDelete=true", status: 204},
		"POST " + api.PathMembers: {path: "~/groups/oe-viewer/users", body: `{"userId": "` + main + `"}`, status: 201},

		"PUT " + api.PathMemberType:    {path: "~/groups/oe-editor/users/EMPLOYEE/" + main, status: 201},
		"DELETE " + api.PathMember:     {path: "~/groups/oe-viewer/users/" + main, status: 204},
		"DELETE " + api.PathMembers:    {status: 204},
		"DELETE " + api.PathUserGroups: {status: 204},
		"PUT " + api.PathControl:       {path: "~/access-controls/c", body: fullControl(), status: 204},
		"DELETE " + api.PathControl:    {path: "~/access-controls/unused", status: 204},
		"PUT " + api.PathScope:         {body: `{"description": {"en": "x"}}`, status: 204},
		"DELETE " + api.PathScope:      {path: "~/scopes/unused", status: 204},
		"POST " + api.PathTestToken:    {path: "~/users/" + owner + "/test-token", status: 200},
		"PUT " + api.PathUserLock:      {path: "~/users/" + locked + "/lock", status: 204},
		"DELETE " + api.PathUserLock:   {path: "~/users/" + locked + "/lock", status: 204},
		"GET " + api.PathControls:      {path: "~/access-controls?expand=role,resource", status: 200},
		"GET " + api.PathUserGroup:     {path: "~/users/" + main + "/groups/g", status: 200},
		"GET " + api.PathUsers:         {path: "~/users?expand=groups", status: 200},
		"GET " + api.PathTemplates:     {path: "~/templates?expand=accessControls&pageSize=2", status: 200},
		"PUT " + api.PathTemplate:      {body: `{"name": {"en": "Base"}, "basedOn": "viewer", "access": {"orders": "manage"}}`, status: 204},
		"DELETE " + api.PathTemplate:   {path: "~/templates/leaf", status: 204},

		"POST " + api.PathVendors:      {body: vendor, status: 201},
		"POST " + api.PathVendorSearch: {body: `{"q": "name:exists"}`, status: 200},
		"PUT " + api.PathVendor:        {body: vendor, status: 204},
		"DELETE " + api.PathVendor:     {path: vendors + "/left", status: 204},
		"POST " + api.PathLocations:    {body: warehouse, status: 201},
		"PUT " + api.PathLocation:      {body: warehouse, status: 204},
		"DELETE " + api.PathLocation:   {path: locations + "/left", status: 204},

		"POST " + api.PathTeamMembers:      {body: `{"email": "member@acme.example", "role": "admin"}`, status: 201},
		"PUT " + api.PathTeamMember:        {body: `{"role": "billing_contact"}`, status: 204},
		"DELETE " + api.PathTeamMember:     {path: team("/members/" + invited), status: 204},
		"PUT " + api.PathTeamOwner:         {body: `{"memberId": "` + joined + `"}`, header: bearer(sound.issueUser(t, owner, access.Employee, api.AllScopes()...)), status: 204},
		"PUT " + api.PathTeamProduct:       {path: team("/products/hub"), body: `{"label": "Hub", "roles": ["editor"]}`, status: 204},
		"DELETE " + api.PathTeamProduct:    {path: team("/products/unused"), status: 204},
		"POST " + api.PathTeamInvitations:  {body: `{"emails": "one@acme.example,two@acme.example", "role": "member"}`, status: 201},
		"PUT " + api.PathTeamAssignment:    {path: team("/members/" + third + "/products/orchestrator"), body: `{"role": "admin"}`, status: 201},
		"DELETE " + api.PathTeamAssignment: {path: team("/members/" + third + "/products/bot_runner"), status: 204},
		"GET " + api.PathTeamOrganizations: {path: team("/organizations?email=joined@acme.example"), status: 200},
		"POST " + api.PathInvitationResend: {status: 204},
		"POST " + api.PathInvitationAccept: {status: 204},

		"POST " + api.PathClients:      {body: `{"id": "acme-new"}`, status: 201},
		"POST " + api.PathClientRotate: {status: 200},
		"DELETE " + api.PathClient:     {path: "~/clients/acme-gone", status: 204},

		"PUT " + api.PathMakeOrganization:    {body: `{"organizationId": "7"}`, status: 204},
		"POST " + api.PathMakeSync:           {status: 409}, // it is off: only requests shall break
		"DELETE " + api.PathMakeOrganization: {status: 204},

		"POST " + api.PathSettings:        {body: `[{"key": "new", "value": 1}, {"key": "newer", "value": 2}]`, status: 201},
		"PUT " + api.PathSetting:          {body: `{"key": "restrictions", "value": ["main"]}`, status: 200},
		"DELETE " + api.PathSetting:       {status: 204},
		"POST " + api.PathClientSettings:  {body: `[{"key": "new", "value": 1}]`, status: 201},
		"PUT " + api.PathClientSetting:    {body: `{"key": "restrictions", "value": "blue"}`, status: 200},
		"DELETE " + api.PathClientSetting: {status: 204},
		"POST " + api.PathSites:           {body: siteBody(map[string]any{"code": "new", "default": true}), status: 201},
		"PUT " + api.PathSite:             {body: siteBody(map[string]any{"default": true}), status: 200},
		"PATCH " + api.PathSite:           {body: `{"name": "Changed"}`, status: 200},
		"DELETE " + api.PathSite:          {path: "/site/acme/sites/gone", status: 204},
		"POST " + api.PathSiteMixins:      {body: `{"new": {}}`, status: 201},
		"PUT " + api.PathSiteMixin:        {body: `{"a": 1}`, status: 200},
		"PATCH " + api.PathSiteMixin:      {body: `{"a": 2}`, status: 200},
		"DELETE " + api.PathSiteMixin:     {path: "/site/acme/sites/de/mixins/gone", status: 204},
		"GET " + api.PathSites:            {path: "/site/acme/sites?includeInactive=true", status: 200},
	}
	b := brokenBackend{sound: sound, log: &logLines{}}
	// What deletes groups comes last: others use them.
	var last []exchange
	for _, o := range server.Operations() {
		if o.Path == api.PathGlobalSettings {
			continue // reads nothing
		}
		e := forms[o.Method+" "+o.Path]
		e.name, e.method = o.Method+" "+o.Path, o.Method
		if e.path == "" {
			e.path = fill.Replace(o.Path)
		}
		if e.status == 0 {
			e.status = 200
		}
		if o.Path == api.PathUserGroups && o.Method == http.MethodDelete {
			last = append(last, e)
			continue
		}
		b.requests = append(b.requests, e)
	}
	b.requests = append(b.requests, last...)
	token := tokenRequest("POST "+api.PathToken, servertest.ClientID, servertest.ClientSecret, "")
	b.requests = append(b.requests, token)
	broken, breakage := newBrokenStore(sound.store)
	b.breakage = breakage
	b.backend = over(t, sound, server.Options{
		Store: broken, TestTokens: true, Logger: slog.New(slog.NewJSONHandler(b.log, nil)), Now: newClock().Now,
		VendorGroupDelay: time.Hour, // only requests shall break
	})
	return b
}

// state is all that operations change, read past the handlers: it is compared
// after each of hundreds of requests.
func (b brokenBackend) state(t *testing.T) string {
	t.Helper()
	var all []any
	add := func(list any, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, list)
	}
	ctx, tenant := t.Context(), servertest.Tenant
	users, _, err := b.sound.store.Users(ctx, tenant, store.Page{})
	add(users, err)
	ids := make([]string, len(users))
	for i, u := range users {
		ids[i] = u.ID
	}
	add(b.sound.store.GroupIDs(ctx, tenant, ids))
	add(b.sound.store.Groups(ctx, tenant))
	add(b.sound.store.AccessControls(ctx, tenant))
	add(b.sound.store.Templates(ctx, tenant))
	add(b.sound.store.TeamMembers(ctx, tenant))
	add(b.sound.store.ProductAssignments(ctx, tenant))
	add(b.sound.store.Invitations(ctx, tenant))
	add(b.sound.store.MakeMembers(ctx, tenant))
	add(b.sound.store.Clients(ctx, tenant))
	for _, kind := range []string{store.KindSetting, store.KindClientSetting, store.KindScope, store.KindSite, store.KindVendor, store.KindLocation, store.KindMake, store.KindTeamProduct} {
		add(b.sound.store.Documents(ctx, tenant, kind))
	}
	return fmt.Sprint(all)
}

// Whichever operation of the store fails, no handler takes it for success: the
// caller gets the request id and not the cause, the log gets both, and nothing
// is changed.
func TestErrors_storeFails(t *testing.T) {
	t.Parallel()
	b := newBrokenBackend(t)
	cause := errors.New("dial tcp 10.0.0.7:5432: no route to /var/lib/iam.db")
	for _, e := range b.requests {
		t.Run(e.name, func(t *testing.T) {
			before := ""
			if e.method != http.MethodGet {
				before = b.state(t)
			}
			for n := 1; ; n++ {
				b.breakage.set(n, cause, false)
				got := b.send(t, e)
				if !b.breakage.happened() {
					if got.status != e.status || n == 1 {
						t.Errorf("unbroken: got %d %s, want %d", got.status, got.body, e.status)
					}
					break
				}
				id := got.header.Get(api.HeaderRequestID)
				doc := errorDocument(t, e.path, got.body)
				if got.status != 500 || doc.Code != 500 || doc.Status != "Internal Server Error" || len(doc.Details) != 1 || doc.Details[0] != id {
					t.Errorf("break %d: got %d %s", n, got.status, got.body)
				}
				if strings.Contains(string(got.body), "10.0.0.7") || strings.Contains(string(got.body), "iam.db") {
					t.Errorf("break %d: the cause is shown: %s", n, got.body)
				}
				if logged := fmt.Sprint(b.log.with(t, id)); !strings.Contains(logged, cause.Error()) {
					t.Errorf("break %d: the cause is not in the log: %s", n, logged)
				}
				if before == "" {
					continue
				}
				if after := b.state(t); after != before {
					t.Errorf("break %d: the state was %s\nand is %s", n, before, after)
				}
			}
			b.breakage.set(0, nil, false)
		})
	}
	if user := b.sound.send(t, exchange{path: "~/users?pageSize=1&pageNumber=4"}); !strings.Contains(string(user.body), `"PROVISIONED"`) {
		t.Errorf("a request that failed left an account behind: %s", user.body)
	}
	for _, hidden := range []string{b.token, servertest.ClientSecret, hashOf(servertest.ClientSecret), "Bearer"} {
		if b.log.has(hidden) {
			t.Errorf("the log holds %q", hidden)
		}
	}
}

// Errors that the operator can fix are shown to the caller, who is often the same person; the
// cause itself is not.
func TestErrors_storeSays(t *testing.T) {
	t.Parallel()
	b := newBrokenBackend(t)
	for _, c := range []struct {
		name   string
		err    error
		status int
		want   string
		says   string
	}{
		{"full", store.ErrFull, 507, `{"code": 507, "status": "Insufficient Storage"}`, "full; nothing was changed"},
		{"read-only", store.ErrReadOnly, 503, `{"code": 503, "status": "Service Unavailable"}`, "read-only; nothing was changed"},
		{"unavailable", store.ErrUnavailable, 503, `{"code": 503, "status": "Service Unavailable"}`, "busy; nothing was changed"},
		{"unsure", store.ErrUnsure, 503, `{"code": 503, "status": "Service Unavailable"}`, "without saying whether it kept the change"},
		{"damaged", store.ErrDamaged, 500, `{"code": 500, "status": "Internal Server Error"}`, "damaged or was cut"},
		{"other tables", store.ErrTables, 503, `{"code": 503, "status": "Service Unavailable"}`, "not those of this version"},
		{"a newer version", store.ErrSuperseded, 503, `{"code": 503, "status": "Service Unavailable"}`, "has taken over the backend's database; nothing was changed"},
		{"changed meanwhile", store.ErrConflict, 409, `{"code": 409, "status": "Conflict"}`, "changed by someone else meanwhile; nothing was changed"},
	} {
		for _, e := range b.requests {
			t.Run(c.name+": "+e.name, func(t *testing.T) {
				b.breakage.set(1, fmt.Errorf("%w: disk I/O on iam.db", c.err), false)
				got := b.send(t, e)
				if got.status != c.status || differs("", parse(t, inShape(t, e.path, c.want)), parse(t, string(got.body))) != "" || !strings.Contains(string(got.body), c.says) {
					t.Errorf("got %d %s, want %d and %q", got.status, got.body, c.status, c.says)
				}
				if strings.Contains(string(got.body), "iam.db") {
					t.Errorf("the cause is shown: %s", got.body)
				}
				if logged := fmt.Sprint(b.log.with(t, got.header.Get(api.HeaderRequestID))); c.status >= 500 && !strings.Contains(logged, "disk I/O on iam.db") {
					t.Errorf("the cause is not in the log: %s", logged)
				}
			})
		}
	}
}

// A panic is an error like others, and the backend goes on.
func TestErrors_panic(t *testing.T) {
	t.Parallel()
	b := newBrokenBackend(t)
	for _, e := range b.requests {
		t.Run(e.name, func(t *testing.T) {
			for n := 1; n <= 2; n++ { // the second is inside of a transaction, if there is one
				b.breakage.set(n, errors.New("index out of range"), true)
				got := b.send(t, e)
				if n == 2 && !b.breakage.happened() {
					break
				}
				id := got.header.Get(api.HeaderRequestID)
				want := `{"code": 500, "status": "Internal Server Error", "details": ["` + id + `"]}`
				if got.status != 500 || id == "" || differs("", parse(t, inShape(t, e.path, want)), parse(t, string(got.body))) != "" {
					t.Errorf("got %d %s, want %s", got.status, got.body, want)
				}
				if strings.Contains(string(got.body), "out of range") {
					t.Errorf("the cause is shown: %s", got.body)
				}
				logged := fmt.Sprint(b.log.with(t, id))
				for _, part := range []string{"index out of range", "goroutine", "status:500"} {
					if !strings.Contains(logged, part) {
						t.Errorf("the log has no %q: %.500s", part, logged)
					}
				}
			}
			b.breakage.set(0, nil, false)
		})
	}
	if b.log.has(b.token) || b.log.has(servertest.ClientSecret) {
		t.Error("the log holds a token or a secret")
	}
	b.check(t, exchange{path: "~/groups/g", status: 200, want: `{"id": "g"}`})
}

// A request that was canceled does not look like success to whoever still
// reads the answer.
func TestErrors_canceled(t *testing.T) {
	t.Parallel()
	b := newBrokenBackend(t)
	for _, e := range b.requests {
		b.breakage.set(1, fmt.Errorf("reading: %w", context.Canceled), false)
		e.status, e.want = 503, `{"code": 503, "status": "Service Unavailable", "message": "`+anyText+`"}`
		b.play(t, e)
	}
}
