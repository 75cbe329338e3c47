package report_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

// The events say who changed what, as far as the filters select them.
func TestAuditEventsDataSource(t *testing.T) {
	t.Parallel()
	s := servertest.New(t, servertest.Options{NoFaults: true}) // a request that is repeated changes twice
	p := providertest.New(t, values{"api_url": s.URL, "tenant": servertest.Tenant, "client_id": servertest.ClientID, "client_secret": servertest.ClientSecret})
	made := p.MustApply("iam_group", providertest.State{}, values{"id": "g", "name": values{"en": "Before"}})
	p.MustApply("iam_group", made, values{"id": "g", "name": values{"en": "After"}})
	user := p.MustApply("iam_user", providertest.State{}, values{"email": "anna@acme.example", "first_name": "A", "last_name": "B", "group_ids": []any{"g"}})
	for filter, want := range map[string]string{
		"object=g":                                 "create membership, update group, create group",
		"object=g limit=1":                         "create membership",
		"object=g kind=group":                      "update group, create group",
		"object=USER kind=user":                    "create user",
		"object=g actor=nobody":                    "",
		"object=g since=2026-01-01T00:00:00+02:00": "create membership, update group, create group",
		"since=2126-01-01T00:00:00Z":               "",
	} {
		config := values{}
		for pair := range strings.FieldsSeq(filter) {
			name, value, _ := strings.Cut(pair, "=")
			config[name] = strings.ReplaceAll(value, "USER", fmt.Sprint(user.Values["id"]))
			if name == "limit" {
				config[name] = 1
			}
		}
		read, d := p.ReadData("iam_audit_events", config)
		var got []string
		events, _ := read["events"].([]any)
		for _, e := range events {
			e, _ := e.(values)
			got = append(got, fmt.Sprint(e["action"], " ", e["kind"]))
			if e["actor_kind"] != "client" || e["actor"] != servertest.ClientID || e["request_id"] == nil || (e["before"] == nil) != (e["action"] == "create") {
				t.Errorf("%s: got %v", filter, e)
			}
			if before, after := fmt.Sprint(e["before"]), fmt.Sprint(e["after"]); e["action"] == "update" && (!strings.Contains(before, `"Before"`) || !strings.Contains(after, `"After"`)) {
				t.Errorf("got the change from %s to %s", before, after)
			}
		}
		if text := strings.Join(got, ", "); len(d) > 0 || text != want {
			t.Errorf("%s: got %q, want %q, %v", filter, text, want, d)
		}
	}
}

func TestAuditEventsDataSource_refused(t *testing.T) {
	t.Parallel()
	s := servertest.New(t, servertest.Options{NoContract: true, Wrap: func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if strings.HasSuffix(r.URL.Path, "/audit-events") { // as an API that has none
				http.NotFound(w, r)
				return
			}
			next.ServeHTTP(w, r)
		})
	}})
	p := providertest.New(t, values{"api_url": s.URL, "tenant": servertest.Tenant, "client_id": servertest.ClientID, "client_secret": servertest.ClientSecret})
	if _, d := p.ReadData("iam_audit_events", values{}); !d.Has("error: Unable to list audit events", "This API has no audit events", "terraform-provider-iam serve") {
		t.Errorf("got %v", d)
	}
	if _, d := p.ReadData("iam_audit_events", values{"since": "yesterday"}); !d.Has(`error at AttributeName("since"): Invalid Time`, "2026-01-31T12:00:00Z") {
		t.Errorf("got %v", d)
	}
	for _, limit := range []int{0, 10_001} {
		if _, d := p.ReadData("iam_audit_events", values{"limit": limit}); !d.Has(`error at AttributeName("limit")`) {
			t.Errorf("a limit of %d: got %v", limit, d)
		}
	}
}
