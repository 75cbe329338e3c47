package team_test

import (
	"maps"
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
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

// A member who does not answer stays invited: nothing is planned while the
// invitation waits, nor once it has expired, and then it can go.
func TestTeamMemberResource_invitationExpires(t *testing.T) {
	t.Parallel()
	var later atomic.Int64
	b := providertest.Remote(t, servertest.Options{Now: func() time.Time { return time.Now().Add(time.Duration(later.Load())) }})
	p := providertest.New(t, b.Config)
	config := values{"email": "anna@acme.example", "role": "member"}
	made := p.MustApply("iam_team_member", state{}, config)
	user := values{"email": "ben@acme.example", "first_name": "Ben", "last_name": "Example"}
	person := p.MustApply("iam_user", state{}, user)
	later.Store(int64(365 * 24 * time.Hour))
	p.NextRun()
	noChange(t, p, "iam_team_member", made, config)
	noChange(t, p, "iam_user", person, user)
	p.MustApply("iam_team_member", made, nil)
	p.MustApply("iam_user", person, nil)
	if _, err := b.Client.UserByEmail(t.Context(), "ben@acme.example"); !client.IsNotFound(err) {
		t.Errorf("the user exists: %v", err)
	}
}

func TestTeamMemberResource_life(t *testing.T) {
	t.Parallel()
	providertest.EachMode(t, func(t *testing.T, b providertest.Backend) {
		p := providertest.New(t, b.Config)
		made := p.MustApply("iam_team_member", state{}, anna("member"))
		id := idOf(made)
		if made.Values["status"] != "invited" || made.Values["email"] != "Anna.Schmidt@acme.example" {
			t.Errorf("got %v", made.Values)
		}
		noChange(t, p, "iam_team_member", made, anna("member"))
		accept(t, b.Client, id)
		noChange(t, p, "iam_team_member", made, anna("member"))
		joined, _ := p.Refresh("iam_team_member", made)
		if joined.Values["status"] != "active" {
			t.Errorf("after the invitation is accepted: %v", joined.Values)
		}
		noChange(t, p, "iam_team_member", joined, values{"email": "anna.SCHMIDT@acme.example", "role": "member"})
		changed := p.MustApply("iam_team_member", joined, anna("billing_contact"))
		if m, err := b.Client.TeamMember(t.Context(), id); err != nil || m.Role != access.RoleBillingContact {
			t.Errorf("got %+v, %v", m, err)
		}
		noChange(t, p, "iam_team_member", changed, anna("billing_contact"))
		for _, key := range []string{id, "anna.schmidt@ACME.example"} {
			if imported, d := p.Import("iam_team_member", key); d.Failed() || !maps.Equal(imported.Values, changed.Values) {
				t.Errorf("import of %s: %v, %v", key, imported.Values, d)
			}
		}
		if _, d := p.Import("iam_team_member", "nobody@acme.example"); !d.Has("Unable to import team member", "nobody@acme.example") {
			t.Errorf("import of nobody: %v", d)
		}
		if _, replace, _ := p.Plan("iam_team_member", changed, values{"email": "other@acme.example", "role": "member"}); !replace {
			t.Error("another e-mail must replace the member")
		}
		p.MustApply("iam_team_member", changed, nil)
		if members, err := b.Client.TeamMembers(t.Context()); err != nil || len(members) != 1 {
			t.Errorf("the destroy left %+v, %v", members, err)
		}
	})
}

func TestTeamMemberResource_elsewhere(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	p := providertest.New(t, b.Config)
	made := p.MustApply("iam_team_member", state{}, anna("member"))
	id := idOf(made)
	must(t, b.Client.ChangeTeamRole(t.Context(), id, access.RoleAdmin))
	drifted, d := p.Refresh("iam_team_member", made)
	if len(d) > 0 || drifted.Values["role"] != "admin" {
		t.Errorf("the drift reads %v, %v", drifted.Values, d)
	}
	mended := p.MustApply("iam_team_member", drifted, anna("member"))
	must(t, b.Client.RemoveTeamMember(t.Context(), id))
	gone, d := p.Refresh("iam_team_member", mended)
	if gone.Values != nil || !d.Has("warning: Team member Not Found", "Anna.Schmidt@acme.example") {
		t.Errorf("got %v, %v", gone.Values, d)
	}
	if _, d := p.Apply("iam_team_member", mended, nil); d.Failed() {
		t.Errorf("destroying what is gone: %v", d)
	}
	if _, d := p.Apply("iam_team_member", mended, anna("admin")); !d.Has("error: Unable to update team member", "invite the person first") {
		t.Errorf("updating what is gone: %v", d)
	}
}

func TestTeamMemberResource_exists(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	p := providertest.New(t, b.Config)
	p.MustApply("iam_team_member", state{}, anna("member"))
	for _, email := range []string{"anna.schmidt@acme.example", "OWNER@acme.example"} {
		none, d := p.Apply("iam_team_member", state{}, values{"email": email, "role": "admin"})
		if none.Values != nil || !d.Has(`error at AttributeName("email"): Team Member Already Exists`, "to = iam_team_member.NAME", `"`+email+`"`) {
			t.Errorf("%s: %v, %v", email, none.Values, d)
		}
	}
}

func TestTeamMemberResource_invalid(t *testing.T) {
	t.Parallel()
	p := providertest.New(t, providertest.Remote(t, servertest.Options{}).Config)
	for _, c := range []struct {
		config values
		want   []string
	}{
		{values{"email": "anna", "role": "admin"}, []string{`AttributeName("email"): Invalid E-Mail Address`}},
		{anna("owner"), []string{`AttributeName("role"): Invalid Role`, "cannot be assigned", "transfer the ownership"}},
		{anna("king"), []string{`AttributeName("role"): Invalid Role`, "admin, member, billing_contact"}},
		{anna(""), []string{`AttributeName("role"): Invalid Role`}},
	} {
		if _, _, d := p.Plan("iam_team_member", state{}, c.config); !d.Has(c.want...) {
			t.Errorf("%v: got %v", c.config, d)
		}
	}
	for _, config := range []values{
		{"email": providertest.Unknown, "role": "admin"}, {"email": "anna@acme.example", "role": providertest.Unknown},
	} {
		planned, _, d := p.Plan("iam_team_member", state{}, config)
		if len(d) > 0 || planned.Values["id"] != providertest.Unknown || planned.Values["status"] != providertest.Unknown {
			t.Errorf("%v: planned %v, %v", config, planned.Values, d)
		}
	}
	made := p.MustApply("iam_team_member", state{}, anna("admin"))
	if planned, replace, d := p.Plan("iam_team_member", made, values{"email": "Anna.Schmidt@acme.example", "role": providertest.Unknown}); len(d) > 0 || replace || planned.Values["id"] != made.Values["id"] {
		t.Errorf("unknown role: planned %v, %v", planned.Values, d)
	}
}

// The plan refuses other addresses if the API key can read the domains, and otherwise
// the apply says what the tenant refuses.
func TestTeamMemberResource_domain(t *testing.T) {
	t.Parallel()
	b := servertest.New(t, servertest.Options{})
	must(t, b.Store.PutDocument(t.Context(), emailDomains(`["acme.example"]`)))
	config := values{"api_url": b.URL, "tenant": servertest.Tenant, "client_id": servertest.ClientID, "client_secret": servertest.ClientSecret}
	reads := providertest.New(t, config)
	reads.MustApply("iam_team_member", state{}, anna("admin"))
	scoped := maps.Clone(config)
	scoped["scope"] = strings.Join([]string{api.ScopeUserRead, api.ScopeUserCreate, api.ScopeTeamRead, api.ScopeTeamManage}, " ")
	blind := providertest.New(t, scoped)
	for typeName, config := range map[string]values{
		"iam_team_member": {"email": "anna@else.example", "role": "admin"},
		"iam_user":        {"email": "anna@else.example", "first_name": "Anna", "last_name": "Schmidt"},
	} {
		const why = "this tenant invites only addresses of acme.example"
		if _, _, d := reads.Plan(typeName, state{}, config); !d.Has(`error at AttributeName("email"): Not A Company Address`, why) {
			t.Errorf("%s: planned with %v", typeName, d)
		}
		if _, d := blind.Apply(typeName, state{}, config); !d.Has(`error at AttributeName("email"): Unable to create`, why) {
			t.Errorf("%s: got %v", typeName, d)
		}
	}
}

// The Owner's role is kept, whatever is configured, and the Owner does not go.
func TestTeamMemberResource_owner(t *testing.T) {
	t.Parallel()
	providertest.EachMode(t, func(t *testing.T, b providertest.Backend) {
		p := providertest.New(t, b.Config)
		imported, d := p.Import("iam_team_member", "owner@acme.example")
		if d.Failed() || imported.Values["role"] != "admin" {
			t.Fatalf("import: %v, %v", imported.Values, d)
		}
		boss := func(role string) values { return values{"email": "owner@acme.example", "role": role} }
		for _, role := range []string{"admin", "member", "billing_contact"} {
			noChange(t, p, "iam_team_member", imported, boss(role))
		}
		for name, config := range map[string]values{"destroy": nil, "replace": anna("admin")} {
			if _, _, d := p.Plan("iam_team_member", imported, config); !d.Has("error: Owner Cannot Be Removed", "owner@acme.example is the Owner", "iam_team_owner") {
				t.Errorf("%s: %v", name, d)
			}
		}
		heir := join(t, b.Client, "heir@acme.example", access.RoleMember)
		must(t, b.Client.TransferTeam(t.Context(), api.TeamTransfer{MemberID: heir}))
		noChange(t, p, "iam_team_member", imported, boss("admin"))
		p.MustApply("iam_team_member", imported, nil)

		config := values{"email": "heir@acme.example", "role": "member"}
		kept, d := p.Import("iam_team_member", heir)
		if d.Failed() {
			t.Fatal(d)
		}
		kept.Values["role"] = "member"
		noChange(t, p, "iam_team_member", kept, config)
		// The same for a transfer that is only planned.
		made := p.MustApply("iam_team_member", state{}, anna("admin"))
		accept(t, b.Client, idOf(made))
		p.NextRun()
		if _, _, d := p.Plan("iam_team_owner", state{}, values{"member_id": made.Values["id"]}); d.Failed() {
			t.Fatal(d)
		}
		if _, _, d := p.Plan("iam_team_member", made, nil); !d.Has("error: Owner Cannot Be Removed") {
			t.Errorf("the Owner to be: %v", d)
		}
	})
}

// Somebody makes the member the Owner after the plan: the apply refuses.
func TestTeamMemberResource_ownerMeanwhile(t *testing.T) {
	t.Parallel()
	var b providertest.Backend
	meanwhile := once{method: http.MethodDelete}
	b = providertest.Remote(t, servertest.Options{Wrap: meanwhile.wrap, NoFaults: true})
	p := providertest.New(t, b.Config)
	made := p.MustApply("iam_team_member", state{}, anna("admin"))
	id := idOf(made)
	accept(t, b.Client, id)
	meanwhile.path = "/members/" + id
	meanwhile.do = func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if err := b.Client.TransferTeam(r.Context(), api.TeamTransfer{MemberID: id}); err != nil {
			t.Errorf("the other's transfer: %v", err)
		}
		next.ServeHTTP(w, r)
	}
	meanwhile.armed.Store(true)
	kept, d := p.Apply("iam_team_member", made, nil)
	if kept.Values == nil || !d.Has("error: Unable to delete team member", "transfer the ownership to another member first") {
		t.Errorf("got %v, %v", kept.Values, d)
	}
}

// The answer to an invitation is lost: the member is found again, and nobody is
// invited twice.
func TestTeamMemberResource_lostAnswer(t *testing.T) {
	t.Parallel()
	lost := once{method: http.MethodPost, path: "/members", do: func(_ http.ResponseWriter, r *http.Request, next http.Handler) {
		next.ServeHTTP(nowhere{http.Header{}}, r)
		panic(http.ErrAbortHandler)
	}}
	b := providertest.Remote(t, servertest.Options{Wrap: lost.wrap, NoFaults: true})
	p := providertest.New(t, b.Config)
	lost.armed.Store(true)
	made := p.MustApply("iam_team_member", state{}, anna("admin"))
	if members, err := b.Client.TeamMembers(t.Context()); err != nil || len(members) != 2 || members[1].ID != idOf(made) {
		t.Errorf("got %+v, %v", members, err)
	}
	noChange(t, p, "iam_team_member", made, anna("admin"))
}

// The answer is lost and somebody else's invitation takes the address: that
// member is not adopted.
func TestTeamMemberResource_lostAnswerAndAnothers(t *testing.T) {
	t.Parallel()
	var b providertest.Backend
	lost := once{method: http.MethodPost, path: "/members", do: func(_ http.ResponseWriter, r *http.Request, _ http.Handler) {
		if _, err := b.Client.InviteTeamMember(r.Context(), api.TeamMemberCreate{Email: "anna.schmidt@acme.example", Role: access.RoleBillingContact}); err != nil {
			t.Errorf("the other's invitation: %v", err)
		}
		panic(http.ErrAbortHandler)
	}}
	b = providertest.Remote(t, servertest.Options{Wrap: lost.wrap, NoFaults: true})
	p := providertest.New(t, b.Config)
	lost.armed.Store(true)
	none, d := p.Apply("iam_team_member", state{}, anna("admin"))
	if none.Values != nil || !d.Has("already exists in the tenant") {
		t.Errorf("got %v, %v", none.Values, d)
	}
}

// The member was invited and cannot be read: it is in the state all the same.
func TestTeamMemberResource_notReadBack(t *testing.T) {
	t.Parallel()
	broken := once{method: http.MethodGet, do: func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
		http.Error(w, "broken", http.StatusInternalServerError)
	}}
	b := providertest.Remote(t, servertest.Options{NoFaults: true, Wrap: func(next http.Handler) http.Handler {
		wrapped := broken.wrap(next)
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/members") {
				broken.armed.Store(true)
			}
			wrapped.ServeHTTP(w, r)
		})
	}})
	p := providertest.New(t, b.Config)
	half, d := p.Apply("iam_team_member", state{}, anna("admin"))
	if !d.Has("warning: Unable to read team member after creation") || half.Values == nil || d.Failed() {
		t.Fatalf("got %v, %v", half.Values, d)
	}
	noChange(t, p, "iam_team_member", half, anna("admin"))
	if _, err := b.Client.TeamMember(t.Context(), idOf(half)); client.IsNotFound(err) {
		t.Error("the state has another member")
	}
}

// nowhere takes an answer that nobody gets.
type nowhere struct{ header http.Header }

func (n nowhere) Header() http.Header         { return n.header }
func (n nowhere) Write(p []byte) (int, error) { return len(p), nil }
func (n nowhere) WriteHeader(int)             {}

// An invitation that is answered with the id of another member is an error, and
// the state does not have the other one.
func TestTeamMemberResource_idOfAnother(t *testing.T) {
	t.Parallel()
	var other atomic.Pointer[string]
	b := providertest.Remote(t, servertest.Options{NoFaults: true, Wrap: func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/members") {
				next.ServeHTTP(httptest.NewRecorder(), r)
				w.WriteHeader(http.StatusCreated)
				_, _ = w.Write([]byte(`{"id":"` + *other.Load() + `"}`))
				return
			}
			next.ServeHTTP(w, r)
		})
	}})
	owner, err := b.Client.TeamOwner(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	other.Store(&owner.ID)
	made, d := providertest.New(t, b.Config).Apply("iam_team_member", state{}, values{"email": "anna@acme.example", "role": "member"})
	if !d.Has("error: Unable to create team member", "which belongs to owner@acme.example", "may still have been invited") || made.Values != nil {
		t.Errorf("got %v %v", made.Values, d)
	}
}

// The account of a member who is invited again is the same, and so is its id:
// what assigns products to it has nothing to change, and they must not be lost.
func TestTeamMemberResource_replaced(t *testing.T) {
	t.Parallel()
	for name, how := range map[string]providertest.Replacement{"forced": {Forced: true}, "tainted": {}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := providertest.Embedded(t)
			p := providertest.New(t, b.Config)
			made := p.MustApply("iam_team_member", state{}, anna("member"))
			product := values{"member_id": idOf(made), "product": "orchestrator", "role": "analyst"}
			assigned := p.MustApply("iam_product_assignment", state{}, product)
			again, _, d := p.Replace("iam_team_member", made, anna("member"), how)
			if d.Failed() || idOf(again) != idOf(made) {
				t.Fatalf("got %v: %v", again.Values, d)
			}
			m, err := b.Client.TeamMember(t.Context(), idOf(made))
			if want := map[string]string{"orchestrator": "analyst"}; err != nil || !maps.Equal(m.ProductRoles(), want) {
				t.Errorf("got %+v, %v", m, err)
			}
			p.NextRun()
			noChange(t, p, "iam_product_assignment", assigned, product)
		})
	}
}

// An Admin holds every product; who becomes a Member by a replacement gets none
// of them for it.
func TestTeamMemberResource_replacedAdmin(t *testing.T) {
	t.Parallel()
	b := providertest.Embedded(t)
	p := providertest.New(t, b.Config)
	made := p.MustApply("iam_team_member", state{}, anna("admin"))
	again, _, d := p.Replace("iam_team_member", made, anna("member"), providertest.Replacement{Forced: true})
	if d.Failed() {
		t.Fatal(d)
	}
	if m, err := b.Client.TeamMember(t.Context(), idOf(again)); err != nil || len(m.Products) > 0 {
		t.Errorf("got %+v, %v", m, err)
	}
}
