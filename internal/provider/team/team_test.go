package team_test

import (
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
	"github.com/access-config/terraform-provider-iam/internal/store"
)

// values and state are short for what every test here writes.
type (
	values = providertest.Values
	state  = providertest.State
)

func anna(role string) values { return values{"email": "Anna.Schmidt@acme.example", "role": role} }

// idOf is the id of the object in a state.
func idOf(s state) string {
	id, _ := s.Values["id"].(string)
	return id
}

// noChange refreshes a resource and wants the plan after it empty and silent.
func noChange(t *testing.T, p *providertest.Provider, typeName string, s state, config values) {
	t.Helper()
	refreshed, d := p.Refresh(typeName, s)
	if len(d) > 0 {
		t.Errorf("refresh: %v", d)
	}
	planned, replace, d := p.Plan(typeName, refreshed, config)
	if !reflect.DeepEqual(refreshed.Values, planned.Values) || replace || len(d) > 0 {
		t.Errorf("the plan changes %v to %v: %v", refreshed.Values, planned.Values, d)
	}
}

// ownerID is the id of the team's Owner.
func ownerID(t *testing.T, c *client.Client) string {
	t.Helper()
	owner, err := c.TeamOwner(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return owner.ID
}

// accept accepts the open invitations of a member.
func accept(t *testing.T, c *client.Client, memberID string) {
	t.Helper()
	list, err := c.Invitations(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range list {
		if i.SubjectID == memberID && i.Status == api.InvitationPending {
			if err := c.AcceptInvitation(t.Context(), i.ID); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// join makes a member who has joined, past Terraform.
func join(t *testing.T, c *client.Client, email string, role access.TeamRole) string {
	t.Helper()
	id, err := c.InviteTeamMember(t.Context(), api.TeamMemberCreate{Email: email, Role: role})
	if err != nil {
		t.Fatal(err)
	}
	accept(t, c, id)
	return id
}

// must ends the test on an error.
func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// once runs something before a request, the first time that it comes.
type once struct {
	armed  atomic.Bool
	method string
	path   string // how the path ends
	do     func(w http.ResponseWriter, r *http.Request, next http.Handler)
}

func (o *once) wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == o.method && strings.HasSuffix(r.URL.Path, o.path) && o.armed.Swap(false) {
			o.do(w, r, next)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// publicAPI answers as an API does that has no teams.
func publicAPI(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/team/") || strings.Contains(r.URL.Path, "/invitations") {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusNotFound)
			_, _ = w.Write([]byte(`{"fault":{"faultstring":"Unable to identify proxy","detail":{"errorcode":"messaging.adaptors.http.flow.ApplicationNotFound"}}}`))
			return
		}
		next.ServeHTTP(w, r)
	})
}

// On an API without teams every type says what it needs, in the plan where
// there is one, and nothing in the state counts as deleted.
func TestTeam_publicAPI(t *testing.T) {
	t.Parallel()
	p := providertest.New(t, providertest.Remote(t, servertest.Options{Wrap: publicAPI}).Config)
	const needs = "They need the reference backend"
	for typeName, c := range map[string]struct {
		config values
		made   values
	}{
		"iam_team_member":        {anna("admin"), values{"id": "m", "email": "anna@acme.example", "role": "admin", "status": "active"}},
		"iam_team_owner":         {values{"member_id": "m"}, values{"member_id": "m"}},
		"iam_product":            {values{"id": "hub", "label": "Hub"}, values{"id": "hub", "label": "Hub"}},
		"iam_product_assignment": {values{"member_id": "m", "product": "bot_runner"}, values{"id": "m/bot_runner", "member_id": "m", "product": "bot_runner"}},
	} {
		p.NextRun()
		if _, _, d := p.Plan(typeName, state{}, c.config); !d.Has("error", needs) {
			t.Errorf("%s, plan: %v", typeName, d)
		}
		if kept, d := p.Refresh(typeName, state{Values: c.made}); kept.Values == nil || !d.Has("error", needs) {
			t.Errorf("%s, refresh: %v, %v", typeName, kept.Values, d)
		}
		if _, d := p.Apply(typeName, state{Values: c.made}, nil); typeName != "iam_team_owner" && !d.Has("error", needs) {
			t.Errorf("%s, destroy: %v", typeName, d)
		}
		if _, d := p.Import(typeName, "m/bot_runner"); !d.Has("error: Unable to import", needs) {
			t.Errorf("%s, import: %v", typeName, d)
		}
	}
	for typeName, config := range map[string]values{
		"iam_team": {}, "iam_products": {}, "iam_organizations": {"email": "anna@acme.example"}, "iam_invitations": {},
	} {
		if _, d := p.ReadData(typeName, config); !d.Has("error", needs) {
			t.Errorf("%s: %v", typeName, d)
		}
	}
}

func TestTeamDataSource(t *testing.T) {
	t.Parallel()
	providertest.EachMode(t, func(t *testing.T, b providertest.Backend) {
		p := providertest.New(t, b.Config)
		owner := ownerID(t, b.Client)
		ben := join(t, b.Client, "ben@acme.example", access.RoleMember)
		must(t, b.Client.AssignProduct(t.Context(), ben, "orchestrator", api.ProductAssignment{Role: "analyst"}))
		must(t, b.Client.AssignProduct(t.Context(), ben, "bot_runner", api.ProductAssignment{}))
		_, err := b.Client.InviteTeamMember(t.Context(), api.TeamMemberCreate{Email: "carl@acme.example", Role: access.RoleBillingContact})
		must(t, err)
		for name, c := range map[string]struct {
			filter values
			want   string
		}{
			"all":         {values{}, "owner ben carl"},
			"members":     {values{"role": "member"}, "ben"},
			"the invited": {values{"status": "invited"}, "carl"},
			"nobody":      {values{"role": "admin", "status": "active"}, ""},
		} {
			read, d := p.ReadData("iam_team", c.filter)
			if d.Failed() || read["owner_id"] != owner || read["owner_email"] != "owner@acme.example" {
				t.Errorf("%s: %v, %v", name, read, d)
			}
			var names []string
			for _, m := range list(read["members"]) {
				name, _, _ := strings.Cut(fmt.Sprint(m["email"]), "@")
				names = append(names, name)
			}
			if got := strings.Join(names, " "); got != c.want {
				t.Errorf("%s: got %q, want %q", name, got, c.want)
			}
		}
		read, _ := p.ReadData("iam_team", values{})
		members := list(read["members"])
		joined := members[1]["joined_at"]
		delete(members[1], "joined_at")
		want := values{"id": ben, "email": "ben@acme.example", "role": "member", "status": "active", "products": values{"orchestrator": "analyst", "bot_runner": ""}}
		if fmt.Sprint(members[1]) != fmt.Sprint(want) || joined == nil || members[2]["joined_at"] != nil {
			t.Errorf("got %v, want %v", members[1:], want)
		}
		if _, d := p.ReadData("iam_team", values{"role": "king"}); !d.Has("error", "role") {
			t.Errorf("no such role: %v", d)
		}
	})
}

// list is an attribute that is a list of objects.
func list(v any) []values {
	items, _ := v.([]any)
	var objects []values
	for _, item := range items {
		object, _ := item.(values)
		objects = append(objects, object)
	}
	return objects
}

func TestProductsDataSource(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	p := providertest.New(t, b.Config)
	owner, ben := ownerID(t, b.Client), join(t, b.Client, "ben@acme.example", access.RoleMember)
	must(t, b.Client.AssignProduct(t.Context(), ben, "orchestrator", api.ProductAssignment{Role: "analyst"}))
	read, d := p.ReadData("iam_products", values{})
	both := []any{min(owner, ben), max(owner, ben)}
	want := []values{
		{"id": "bot_runner", "label": "Bot Runner", "roles": []any{}, "permissions": []any{"unattended"}, "predefined": true, "member_ids": []any{owner}},
		{"id": "orchestrator", "label": "SaaS Orchestrator", "roles": []any{"admin", "analyst"}, "permissions": []any{}, "predefined": true, "member_ids": both},
		{"id": "studio_pro", "label": "Studio Pro", "roles": []any{}, "permissions": []any{}, "predefined": true, "member_ids": []any{owner}},
	}
	if got := list(read["products"]); d.Failed() || fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %v, want %v; %v", got, want, d)
	}
}

func TestOrganizationsDataSource(t *testing.T) {
	t.Parallel()
	b := servertest.New(t, servertest.Options{})
	if _, err := b.Server.EnsureTenant(t.Context(), "other", "Both@acme.example"); err != nil {
		t.Fatal(err)
	}
	p := providertest.New(t, values{"api_url": b.URL, "tenant": servertest.Tenant, "client_id": servertest.ClientID, "client_secret": servertest.ClientSecret})
	if _, d := p.ReadData("iam_organizations", values{"email": "both@acme.example"}); !d.Has(`error at AttributeName("email"): Unable to list organizations`, "invite the person first") {
		t.Errorf("somebody else's: %v", d)
	}
	made := p.MustApply("iam_team_member", state{}, values{"email": "both@acme.example", "role": "billing_contact"})
	if made.Values["status"] != "active" {
		t.Errorf("an account that is known elsewhere is %v", made.Values["status"])
	}
	read, d := p.ReadData("iam_organizations", values{"email": "BOTH@acme.example"})
	want := []values{{"tenant": "acme", "role": "billing_contact"}, {"tenant": "other", "role": "owner"}}
	if got := list(read["organizations"]); d.Failed() || fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %v, want %v; %v", got, want, d)
	}
	p.MustApply("iam_team_member", made, nil)
	p.MustApply("iam_user", state{}, values{"email": "both@acme.example", "first_name": "B", "last_name": "B"})
	read, _ = p.ReadData("iam_organizations", values{"email": "both@acme.example"})
	if got := list(read["organizations"]); len(got) != 2 || got[0]["role"] != nil {
		t.Errorf("as a user alone: %v", got)
	}
}

func TestInvitationsDataSource(t *testing.T) {
	t.Parallel()
	providertest.EachMode(t, func(t *testing.T, b providertest.Backend) {
		p := providertest.New(t, b.Config)
		user := p.MustApply("iam_user", state{}, values{"email": "Anna@acme.example", "first_name": "A", "last_name": "A"})
		member := p.MustApply("iam_team_member", state{}, values{"email": "ben@acme.example", "role": "member"})
		open, err := b.Client.Invitations(t.Context())
		if err != nil || len(open) != 2 {
			t.Fatalf("got %+v, %v", open, err)
		}
		must(t, b.Client.ResendInvitation(t.Context(), open[0].ID))
		must(t, b.Client.AcceptInvitation(t.Context(), open[1].ID))
		for name, c := range map[string]struct {
			filter values
			want   []any
		}{
			"all":       {values{}, []any{user.Values["id"], member.Values["id"]}},
			"pending":   {values{"status": "pending"}, []any{user.Values["id"]}},
			"sent":      {values{"status": "sent"}, nil},
			"accepted":  {values{"status": "accepted"}, []any{member.Values["id"]}},
			"expired":   {values{"status": "expired"}, nil},
			"by e-mail": {values{"email": "ANNA@acme.example"}, []any{user.Values["id"]}},
		} {
			read, d := p.ReadData("iam_invitations", c.filter)
			var got []any
			for _, i := range list(read["invitations"]) {
				got = append(got, i["subject_id"])
			}
			if d.Failed() || !slices.Equal(got, c.want) {
				t.Errorf("%s: got %v, want %v; %v", name, got, c.want, d)
			}
		}
		read, _ := p.ReadData("iam_invitations", values{"status": "pending"})
		first := list(read["invitations"])[0]
		if first["id"] != open[0].ID || first["kind"] != "user" || first["email"] != "Anna@acme.example" || first["sent_count"] != 2 || first["created_at"] != open[0].CreatedAt ||
			first["resent_at"] == nil || first["sent_at"] != nil || first["last_error"] != nil || first["expires_at"] == nil || first["accepted_at"] != nil {
			t.Errorf("got %v", first)
		}
	})
}

// emailDomains is the tenant's setting of who may be invited.
func emailDomains(value string) store.Document {
	return store.Document{
		Tenant: servertest.Tenant, Kind: store.KindSetting, ID: api.SettingEmailDomains,
		Body: `{"key": "` + api.SettingEmailDomains + `", "value": ` + value + `}`,
	}
}
