package directory_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

// invoked is an action that runs and what it must tell, in parts; or that fails.
type invoked struct {
	typeName string
	config   values
	progress []string
	failed   []string
}

func (c invoked) check(t *testing.T, p *providertest.Provider) {
	t.Helper()
	progress, d := p.Invoke(c.typeName, c.config)
	if c.failed != nil {
		if len(progress) > 0 || !d.Has(c.failed...) {
			t.Errorf("%s %v: got %q, %v, want %q", c.typeName, c.config, progress, d, c.failed)
		}
		return
	}
	reported := len(progress) == len(c.progress)
	for i := range progress {
		reported = reported && strings.Contains(progress[i], c.progress[i])
	}
	if !reported || len(d) > 0 {
		t.Errorf("%s %v: got %q, %v, want %q", c.typeName, c.config, progress, d, c.progress)
	}
}

func TestLockUserActions(t *testing.T) {
	t.Parallel()
	providertest.EachMode(t, func(t *testing.T, b providertest.Backend) {
		t.Helper()
		p := providertest.New(t, b.Config)
		made := p.MustApply("iam_user", state{}, anna())
		id, email := made.Values["id"], fmt.Sprint(made.Values["email"])
		locked := func(want bool) {
			t.Helper()
			if u, err := b.Client.UserByEmail(t.Context(), email); err != nil || u.Locked() != want {
				t.Errorf("the user is locked: %t, want %t, %v", u.Locked(), want, err)
			}
		}
		invoked{"iam_lock_user", values{"user_id": id}, []string{email + " is locked"}, nil}.check(t, p)
		locked(true)
		invoked{"iam_lock_user", values{"email": strings.ToUpper(email)}, []string{email + " is already locked"}, nil}.check(t, p)
		invoked{"iam_unlock_user", values{"email": email}, []string{email + " is unlocked"}, nil}.check(t, p)
		locked(false)
		invoked{"iam_unlock_user", values{"user_id": id}, []string{email + " is already unlocked"}, nil}.check(t, p)
		for _, typeName := range []string{"iam_lock_user", "iam_unlock_user"} {
			verb := strings.TrimSuffix(strings.TrimPrefix(typeName, "iam_"), "_user")
			for _, c := range []invoked{
				{typeName, values{"email": "nobody@acme.example"}, nil, []string{`error at AttributeName("email"): Unable to ` + verb + " user", "nobody@acme.example"}},
				{typeName, values{"user_id": "nobody"}, nil, []string{`error at AttributeName("user_id"): Unable to ` + verb + " user", "nobody"}},
				{typeName, values{"user_id": id, "email": email}, nil, []string{"Invalid Attribute Combination", "Exactly one"}},
				{typeName, values{}, nil, []string{"error: Missing Attribute Configuration"}},
				{typeName, values{"email": "nobody"}, nil, []string{`error at AttributeName("email")`}},
			} {
				c.check(t, p)
			}
		}
	})
}

// The limits of the provider block hold for locks, also for those of whom the
// plan did not know yet.
func TestLockUserAction_guardrails(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	for _, c := range []struct {
		guardrails values
		summary    string
	}{
		{values{"protect_users": []any{"OWNER@acme.example"}}, "error: Protected Users Lose Access"},
		{values{"keep_admins": 1}, "error: Too Few Admins Left"},
		{values{"max_users_losing_access": 0}, "error: Too Many Users Lose Access"},
	} {
		p := providertest.New(t, with(b.Config, values{"guardrails": c.guardrails}))
		config := values{"email": "owner@acme.example"}
		invoked{"iam_lock_user", config, nil, []string{c.summary, "owner@acme.example"}}.check(t, p)
		if progress, d := p.InvokePlanned("iam_lock_user", config); len(progress) > 0 || !d.Has(c.summary, "owner@acme.example") {
			t.Errorf("%v, not known in the plan: got %q, %v", c.guardrails, progress, d)
		}
	}
	if u, err := b.Client.UserByEmail(t.Context(), "owner@acme.example"); err != nil || u.Locked() {
		t.Errorf("got %+v, %v", u, err)
	}
}

// A plan refuses a lock that the apply could not do, or that a guardrail forbids,
// together with what else it plans.
func TestLockUserAction_planned(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	p := providertest.New(t, b.Config)
	made := p.MustApply("iam_user", state{}, with(anna(), values{"group_ids": []any{"oe-viewer"}}))
	id, email := made.Values["id"], fmt.Sprint(made.Values["email"])
	next := with(anna(), values{"email": "next@acme.example"})
	for _, c := range []struct {
		name       string
		guardrails values
		typeName   string
		config     values
		want       []string // nil: nothing
	}{
		{"nobody", nil, "iam_lock_user", values{"email": "nobody@acme.example"}, []string{`error at AttributeName("email"): Unable to lock user`, "nobody@acme.example", "email = iam_user.NAME.email"}},
		{"nobody by id", nil, "iam_unlock_user", values{"user_id": "nobody"}, []string{`error at AttributeName("user_id"): Unable to unlock user`, "nobody"}},
		{"somebody", nil, "iam_lock_user", values{"user_id": id}, nil},
		{"not known", values{"protect_users": []any{email}}, "iam_lock_user", values{"user_id": providertest.Unknown}, nil},
		{"nor the address", values{"protect_users": []any{email}}, "iam_lock_user", values{"email": providertest.Unknown}, nil},
		{"planned before", nil, "iam_lock_user", values{"email": "NEXT@acme.example"}, nil},
		{"protected", values{"protect_users": []any{email}}, "iam_lock_user", values{"user_id": id}, []string{"error: Protected Users Lose Access", email + ": is locked"}},
		{"protected by address", values{"protect_users": []any{email}}, "iam_lock_user", values{"email": strings.ToUpper(email)}, []string{"error: Protected Users Lose Access", email + ": is locked"}},
		{"too many", values{"max_users_losing_access": 0}, "iam_lock_user", values{"user_id": id}, []string{"error: Too Many Users Lose Access", email}},
		{"the impact", values{"show_impact": true}, "iam_lock_user", values{"user_id": id}, []string{"warning: Access Changes", email + ": is locked"}},
		{"an unlock takes nothing", values{"protect_users": []any{email}, "max_users_losing_access": 0, "show_impact": true}, "iam_unlock_user", values{"user_id": id}, nil},
	} {
		p := providertest.New(t, with(b.Config, values{"guardrails": c.guardrails}))
		p.NextRun()
		if _, _, d := p.Plan("iam_user", state{}, next); d.Failed() {
			t.Fatal(d)
		}
		if d := p.PlanAction(c.typeName, c.config); c.want == nil && len(d) > 0 || c.want != nil && !d.Has(c.want...) {
			t.Errorf("%s: got %v, want %q", c.name, d, c.want)
		}
	}
	if u, err := b.Client.UserByEmail(t.Context(), email); err != nil || u.Locked() {
		t.Errorf("a plan locked: got %+v, %v", u, err)
	}
}

// While the provider's configuration is not known, neither is whom to lock.
func TestActions_providerNotKnown(t *testing.T) {
	t.Parallel()
	p := providertest.New(t, with(providertest.Remote(t, servertest.Options{}).Config, values{"tenant": providertest.Unknown}))
	for typeName, config := range map[string]values{
		"iam_lock_user": {"email": "nobody@acme.example"}, "iam_resend_invitation": {"email": "nobody@acme.example"},
		"iam_transfer_team_owner": {"email": "nobody@acme.example"}, "iam_sync_make": {},
	} {
		if d := p.PlanAction(typeName, config); len(d) > 0 {
			t.Errorf("%s: %v", typeName, d)
		}
	}
}

// A plan finds out that there is nothing to send again.
func TestResendInvitationAction_planned(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	p := providertest.New(t, b.Config)
	p.NextRun()
	if _, _, d := p.Plan("iam_user", state{}, with(anna(), values{"email": "next@acme.example"})); d.Failed() {
		t.Fatal(d)
	}
	if _, _, d := p.Plan("iam_team_member", state{}, values{"email": "member@acme.example", "role": "member"}); d.Failed() {
		t.Fatal(d)
	}
	for _, c := range []struct {
		config values
		want   []string
	}{
		{values{"invitation_id": "none"}, []string{`error at AttributeName("invitation_id"): Unable to resend invitation`, "none"}},
		{values{"email": "owner@acme.example"}, []string{`error at AttributeName("email"): Unable to resend invitation`, "was not invited"}},
		{values{"email": "Next@acme.example"}, nil},
		{values{"email": "Member@acme.example"}, nil},
		{values{"email": providertest.Unknown}, nil},
		{values{"invitation_id": providertest.Unknown}, nil},
	} {
		if d := p.PlanAction("iam_resend_invitation", c.config); c.want == nil && len(d) > 0 || c.want != nil && !d.Has(c.want...) {
			t.Errorf("%v: got %v, want %q", c.config, d, c.want)
		}
	}
}

// withoutExtensions answers as an API without locks and invitations does.
func withoutExtensions(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/lock") || strings.Contains(r.URL.Path, "/invitations") {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusNotFound)
			_, _ = w.Write([]byte(`{"code": 404, "status": "Not Found", "message": "Unknown path"}`))
			return
		}
		next.ServeHTTP(w, r)
	})
}

// An API without locks and invitations says what it takes.
func TestActions_publicAPI(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{Wrap: withoutExtensions, NoContract: true})
	p := providertest.New(t, b.Config)
	invoked{"iam_lock_user", values{"email": "owner@acme.example"}, nil, []string{`error at AttributeName("email"): Unable to lock user`, "lock users"}}.check(t, p)
	invoked{"iam_resend_invitation", values{"email": "owner@acme.example"}, nil, []string{"Unable to resend invitation", "need the reference backend"}}.check(t, p)
	invoked{"iam_resend_invitation", values{"invitation_id": "i"}, nil, []string{"Unable to resend invitation", "need the reference backend"}}.check(t, p)
}

func TestResendInvitationAction(t *testing.T) {
	t.Parallel()
	providertest.EachMode(t, func(t *testing.T, b providertest.Backend) {
		t.Helper()
		p := providertest.New(t, b.Config)
		made := p.MustApply("iam_user", state{}, anna())
		email := fmt.Sprint(made.Values["email"])
		if _, err := b.Client.InviteTeamMember(t.Context(), api.TeamMemberCreate{Email: email, Role: access.RoleMember}); err != nil {
			t.Fatal(err)
		}
		sent := func() (ids map[api.InvitationKind]string, counts map[api.InvitationKind]int) {
			t.Helper()
			list, err := b.Client.Invitations(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			ids, counts = map[api.InvitationKind]string{}, map[api.InvitationKind]int{}
			for _, i := range list {
				ids[i.Kind], counts[i.Kind] = i.ID, i.SentCount
			}
			return ids, counts
		}
		ids, _ := sent()
		one := []string{"the invitation of " + email + " as a user was sent again and can be accepted until 2"}
		invoked{"iam_resend_invitation", values{"invitation_id": ids[api.InvitationUser]}, one, nil}.check(t, p)
		both := []string{one[0], "as a team member was sent again"}
		invoked{"iam_resend_invitation", values{"email": strings.ToUpper(email)}, both, nil}.check(t, p)
		if _, counts := sent(); counts[api.InvitationUser] < 3 || counts[api.InvitationMember] < 2 { // more where answers were lost
			t.Errorf("sent %v", counts)
		}
		if err := b.Client.AcceptInvitation(t.Context(), ids[api.InvitationUser]); err != nil {
			t.Fatal(err)
		}
		for _, c := range []invoked{
			{"iam_resend_invitation", values{"email": email}, nil, []string{`error at AttributeName("email"): Unable to resend invitation`, "has already accepted every invitation"}},
			{"iam_resend_invitation", values{"invitation_id": ids[api.InvitationUser]}, nil, []string{`error at AttributeName("invitation_id"): Unable to resend invitation`, "The invitation was already accepted"}},
			{"iam_resend_invitation", values{"email": "owner@acme.example"}, nil, []string{"was not invited", "iam_team_member"}},
			{"iam_resend_invitation", values{"invitation_id": "none"}, nil, []string{`error at AttributeName("invitation_id"): Unable to resend invitation`, "none"}},
			{"iam_resend_invitation", values{"email": email, "invitation_id": "i"}, nil, []string{"Invalid Attribute Combination", "Exactly one"}},
			{"iam_resend_invitation", values{}, nil, []string{"error: Missing Attribute Configuration"}},
		} {
			c.check(t, p)
		}
	})
}
