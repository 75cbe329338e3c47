package server_test

import (
	"testing"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

func TestInvitation_life(t *testing.T) {
	t.Parallel()
	b, clock := newBackendAt(t)
	days := func(n int) { // and a token that is good then
		clock.advance(time.Duration(n) * 24 * time.Hour)
		b.token = b.issue(t, servertest.Tenant, api.AllScopes()...)
	}
	id := b.create(t, "~/users", person("Anna@acme.example"))
	invitation := b.invitation(t, "anna@acme.example")
	path := "~/invitations/" + invitation.ID
	fresh := `{"id": "` + invitation.ID + `", "kind": "user", "subjectId": "` + id + `", "email": "Anna@acme.example", "status": "pending", "sentCount": 1,
		"createdAt": "` + anyText + `", "expiresAt": "` + anyText + `", "resentAt": "` + absent + `", "acceptedAt": "` + absent + `"}`
	lasts(t, invitation.CreatedAt, invitation.ExpiresAt)
	b.play(
		t,
		exchange{name: "read", path: path, status: 200, want: fresh},
		exchange{name: "list", path: "~/invitations", header: total, status: 200, want: `[` + fresh + `]`, wantHeader: totalIs("1")},
		exchange{name: "of another", path: "~/invitations?email=ben@acme.example", header: total, status: 200, want: `[]`, wantHeader: totalIs("0")},
		exchange{name: "expired ones", path: "~/invitations?status=expired", status: 200, want: `[]`},
		exchange{name: "no such status", path: "~/invitations?status=lost", status: 400, want: `{"code": 400}`},
	)
	days(7)
	b.play(
		t,
		exchange{name: "expired", path: "~/invitations?status=expired&email=ANNA@acme.example", status: 200, want: `[{"id": "` + invitation.ID + `", "status": "expired"}]`},
		exchange{name: "too late", method: "POST", path: path + "/accept", status: 400, want: `{"code": 400, "message": "The invitation has expired", "resourceId": "` + invitation.ID + `", "details": ["It could be accepted until ` + invitation.ExpiresAt + `: resend it"]}`},
		exchange{name: "nothing has changed", path: "~/users/" + id, status: 200, want: `{"status": "PROVISIONED"}`},
		exchange{name: "resend", method: "POST", path: path + "/resend", status: 204},
	)
	again := b.invitation(t, "anna@acme.example")
	lasts(t, again.ResentAt, again.ExpiresAt)
	if again.ID != invitation.ID || again.SentCount != 2 || again.CreatedAt != invitation.CreatedAt {
		t.Errorf("resent, %+v is %+v", invitation, again)
	}
	days(6)
	b.play(
		t,
		exchange{name: "resend in time", method: "POST", path: path + "/resend", status: 204},
		exchange{name: "three times", path: path, status: 200, want: `{"sentCount": 3, "status": "pending"}`},
	)
	days(6)
	b.play(
		t,
		exchange{name: "accept", method: "POST", path: path + "/accept", status: 204},
		exchange{name: "active", path: "~/users/" + id, status: 200, want: `{"status": "ACTIVE"}`},
		exchange{name: "accepted", path: path, status: 200, want: `{"status": "accepted", "acceptedAt": "` + anyText + `"}`},
		exchange{name: "not twice", method: "POST", path: path + "/accept", status: 409, want: `{"code": 409, "resourceId": "` + invitation.ID + `"}`},
		exchange{name: "nothing to resend", method: "POST", path: path + "/resend", status: 409, want: `{"code": 409, "details": ["The invitation was already accepted"]}`},
	)
	days(30)
	b.play(
		t,
		exchange{name: "accepted for good", path: "~/invitations?status=accepted", status: 200, want: `[{"sentCount": 3}]`},
		exchange{name: "leave", method: "DELETE", path: "~/users/" + id, status: 204},
		exchange{name: "it stays", path: path, status: 200, want: `{"status": "accepted"}`},
	)
	for _, method := range []string{"accept", "resend"} {
		b.check(t, exchange{method: "POST", path: "~/invitations/unknown/" + method, status: 404, want: `{"code": 404, "resourceId": "unknown"}`})
	}
	b.check(t, exchange{path: "~/invitations/unknown", status: 404, want: `{"code": 404, "resourceId": "unknown"}`})
}

// lasts makes sure that an invitation can be accepted for seven days.
func lasts(t *testing.T, from, to string) {
	t.Helper()
	start, err := time.Parse(time.RFC3339, from)
	if err != nil {
		t.Fatal(err)
	}
	end, err := time.Parse(time.RFC3339, to)
	if err != nil || end.Sub(start) != 7*24*time.Hour {
		t.Errorf("an invitation lasts from %s to %s", from, to)
	}
}

// A user who is removed before accepting is no longer invited, and later invited again: an account
// that only an invitation has created is not registered.
func TestInvitation_closed(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	user := b.create(t, "~/users", person("anna@acme.example"))
	member := b.create(t, team("/members"), `{"email": "anna@acme.example", "role": "member"}`)
	other := b.create(t, team("/members"), `{"email": "ben@acme.example", "role": "admin"}`)
	b.play(
		t,
		exchange{name: "the user leaves", method: "DELETE", path: "~/users/" + user, status: 204},
		exchange{name: "the member is still invited", path: "~/invitations?email=anna@acme.example", status: 200, want: `[{"kind": "member"}]`},
		exchange{name: "the member leaves", method: "DELETE", path: team("/members/" + member), status: 204},
		exchange{name: "nobody is invited", path: "~/invitations?email=anna@acme.example", status: 200, want: `[]`},
		exchange{name: "but the other", path: "~/invitations", status: 200, want: `[{"subjectId": "` + other + `"}]`},
	)
	again := b.create(t, team("/members"), `{"email": "anna@acme.example", "role": "member"}`)
	b.check(t, exchange{path: team("/members/" + again), status: 200, want: `{"status": "invited"}`})
	if again != member {
		t.Errorf("the account is %s, and was %s", again, member)
	}
	third := b.create(t, "~/users", person("carl@acme.example"))
	b.play(
		t,
		exchange{name: "invited twice", method: "POST", path: team("/members"), body: `{"email": "carl@acme.example", "role": "member"}`, status: 201, want: `{"id": "` + third + `"}`},
		exchange{name: "the member goes first", method: "DELETE", path: team("/members/" + third), status: 204},
		exchange{name: "the user is still invited", path: "~/invitations?email=carl@acme.example", status: 200, want: `[{"kind": "user"}]`},
		exchange{name: "with the same account", path: "~/users/" + third, status: 200, want: `{"status": "PROVISIONED"}`},
	)
}

// A token sees and sends invitations of the kind that its scopes are for.
func TestInvitation_scopes(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	b.create(t, "~/users", person("anna@acme.example"))
	b.create(t, team("/members"), `{"email": "ben@acme.example", "role": "member"}`)
	user, member := b.invitation(t, "anna@acme.example").ID, b.invitation(t, "ben@acme.example").ID
	for _, c := range []struct {
		kind, reads, manages string
		own, another         string
	}{
		{"user", api.ScopeUserRead, api.ScopeUserCreate, user, member},
		{"member", api.ScopeTeamRead, api.ScopeTeamManage, member, user},
	} {
		reader, manager := bearer(b.issue(t, servertest.Tenant, c.reads)), bearer(b.issue(t, servertest.Tenant, c.manages))
		b.play(
			t,
			exchange{name: "list " + c.kind, path: "~/invitations", header: reader, status: 200, want: `[{"kind": "` + c.kind + `"}]`},
			exchange{name: "read " + c.kind, path: "~/invitations/" + c.own, header: reader, status: 200, want: `{"id": "` + c.own + `"}`},
			exchange{name: "not another", path: "~/invitations/" + c.another, header: reader, status: 403, want: `{"code": 403}`},
			exchange{name: "resend " + c.kind, method: "POST", path: "~/invitations/" + c.own + "/resend", header: manager, status: 204},
			exchange{name: "not another's", method: "POST", path: "~/invitations/" + c.another + "/resend", header: manager, status: 403, want: `{"code": 403}`},
			exchange{name: "nor accept it", method: "POST", path: "~/invitations/" + c.another + "/accept", header: manager, status: 403, want: `{"code": 403}`},
			exchange{name: "nor by reading", method: "POST", path: "~/invitations/" + c.own + "/accept", header: reader, status: 403, want: `{"code": 403}`},
		)
	}
}

// A company invites its own people only, as users and to the team.
func TestInvitation_domains(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	refused := `{"code": 400, "status": "Constraint validation failed", "message": "The e-mail address is not allowed", "resourceId": "anna@else.example", "details": ["anna@else.example is not a company address: this tenant invites only addresses of acme.example, Acme.test"]}`
	invite := func(name, email string, status int, want string) []exchange {
		return []exchange{
			{name: name + " user", method: "POST", path: "~/users", body: person(email), status: status, want: want},
			{name: name + " member", method: "POST", path: team("/members"), body: `{"email": "` + email + `", "role": "member"}`, status: status, want: want},
		}
	}
	made := `{"id": "` + anyText + `"}`
	b.play(t, invite("before", "first@else.example", 201, made)...)
	b.putSetting(t, api.SettingEmailDomains, `[]`)
	b.play(t, invite("no domains", "second@else.example", 201, made)...)
	b.putSetting(t, api.SettingEmailDomains, `["acme.example", "Acme.test"]`)
	b.play(t, invite("another", "anna@else.example", 400, refused)...)
	b.play(t, invite("its own", "anna@ACME.example", 201, made)...)
	b.play(t, invite("its other own", "anna@acme.TEST", 201, made)...)
	b.play(t, exchange{name: "others stay", path: "~/users", header: total, status: 200, want: `[
		{"contactEmail": "owner@acme.example"}, {"contactEmail": "first@else.example"}, {"contactEmail": "second@else.example"}, {"contactEmail": "anna@ACME.example"}, {"contactEmail": "anna@acme.TEST"}]`, wantHeader: totalIs("5")})
	b.putSetting(t, api.SettingEmailDomains, `"acme.example"`)
	b.play(t, invite("no list", "ben@acme.example", 400, `{"code": 400, "details": ["The setting company_email_domains must be a list of texts, such as [\"example.com\"]"]}`)...)
}
