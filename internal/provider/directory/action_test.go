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
	told := len(progress) == len(c.progress)
	for i := range progress {
		told = told && strings.Contains(progress[i], c.progress[i])
	}
	if !told || len(d) > 0 {
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
		invoked{"iam_lock_user", values{"email": strings.ToUpper(email)}, []string{email + " is locked already"}, nil}.check(t, p)
		invoked{"iam_unlock_user", values{"email": email}, []string{email + " is unlocked"}, nil}.check(t, p)
		locked(false)
		invoked{"iam_unlock_user", values{"user_id": id}, []string{email + " is unlocked already"}, nil}.check(t, p)
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

// The limits of the provider block hold for locks that no plan shows.
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
		invoked{"iam_lock_user", values{"email": "owner@acme.example"}, nil, []string{c.summary, "owner@acme.example"}}.check(t, p)
	}
	if u, err := b.Client.UserByEmail(t.Context(), "owner@acme.example"); err != nil || u.Locked() {
		t.Errorf("got %+v, %v", u, err)
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
		both := []string{one[0], "as a member of the team was sent again"}
		invoked{"iam_resend_invitation", values{"email": strings.ToUpper(email)}, both, nil}.check(t, p)
		if _, counts := sent(); counts[api.InvitationUser] < 3 || counts[api.InvitationMember] < 2 { // more where answers were lost
			t.Errorf("sent %v", counts)
		}
		if err := b.Client.AcceptInvitation(t.Context(), ids[api.InvitationUser]); err != nil {
			t.Fatal(err)
		}
		for _, c := range []invoked{
			{"iam_resend_invitation", values{"email": email}, nil, []string{`error at AttributeName("email"): Unable to resend invitation`, "has accepted every invitation"}},
			{"iam_resend_invitation", values{"invitation_id": ids[api.InvitationUser]}, nil, []string{`error at AttributeName("invitation_id"): Unable to resend invitation`, "The invitation was accepted"}},
			{"iam_resend_invitation", values{"email": "owner@acme.example"}, nil, []string{"was not invited", "iam_team_member"}},
			{"iam_resend_invitation", values{"invitation_id": "none"}, nil, []string{`error at AttributeName("invitation_id"): Unable to resend invitation`, "none"}},
			{"iam_resend_invitation", values{"email": email, "invitation_id": "i"}, nil, []string{"Invalid Attribute Combination", "Exactly one"}},
			{"iam_resend_invitation", values{}, nil, []string{"error: Missing Attribute Configuration"}},
		} {
			c.check(t, p)
		}
	})
}
