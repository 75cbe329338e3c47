package server_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
)

// as returns the backend for another caller.
func as(b *backend, token string) *backend {
	other := *b
	other.token = token
	return &other
}

func decode[T any](t testing.TB, body []byte) (v T) {
	t.Helper()
	if err := json.Unmarshal(body, &v); err != nil {
		t.Fatalf("%s: %v", body, err)
	}
	return v
}

// abilitiesOf are the abilities of a member with the role and without assigned products.
func abilitiesOf(t testing.TB, role access.TeamRole) string {
	t.Helper()
	text, err := json.Marshal(access.TeamMember{Role: role}.Abilities())
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// manager are the scopes of the Owner and of Admins, as tokens have them.
const manager = "team.billing_view team.team_manage team.team_read tenant=acme"

// An Admin manages the team with a token of their own, but neither removes nor demotes the
// Owner, and does not transfer the ownership: rules 16a and 16b.
func TestTeam_tokenOfAdmin(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	owner, admin, third := b.owner(t), b.join(t, "anna@acme.example", "admin"), b.join(t, "max@acme.example", "member")
	token := b.testToken(t, admin, "")
	if token.Scope != manager {
		t.Errorf("an Admin gets the scopes %q", token.Scope)
	}
	key := b
	b = as(key, token.AccessToken)
	invited := b.create(t, team("/members"), `{"email": "new@acme.example", "role": "billing_contact"}`)
	b.play(
		t,
		exchange{name: "my scopes", path: "~/users/me/scopes", status: 200, want: `{"userId": "` + admin + `", "scopes": "` + manager + `"}`},
		exchange{name: "the team", path: team("/members?role=owner"), status: 200, want: `[{"id": "` + owner + `"}]`},
		exchange{name: "the invitation", path: "~/invitations?email=new@acme.example", status: 200, want: `[{"subjectId": "` + invited + `"}]`},
		exchange{name: "several", method: "POST", path: team("/invitations"), body: `{"emails": "a@acme.example,b@acme.example", "role": "member"}`, status: 201, want: `[{"email": "a@acme.example", "status": "invited"}, {"email": "b@acme.example"}]`},
		exchange{name: "change a role", method: "PUT", path: team("/members/" + third), body: `{"role": "admin"}`, status: 204},
		exchange{name: "and back", method: "PUT", path: team("/members/" + third), body: `{"role": "member"}`, status: 204},
		exchange{name: "grant a product", method: "PUT", path: team("/members/" + third + "/products/bot_runner"), body: `{}`, status: 201, want: `{}`},
		exchange{name: "revoke it", method: "DELETE", path: team("/members/" + third + "/products/bot_runner"), status: 204},
		exchange{name: "exclude", method: "DELETE", path: team("/members/" + invited), status: 204},
		exchange{name: "not the Owner", method: "DELETE", path: team("/members/" + owner), status: 409, want: `{"details": ["` + anyText + `"]}`},
		exchange{name: "nor another role", method: "PUT", path: team("/members/" + owner), body: `{"role": "member"}`, status: 409, want: `{"code": 409}`},
		exchange{name: "no transfer to oneself", method: "PUT", path: team("/owner"), body: `{"memberId": "` + admin + `"}`, status: 403, want: `{"details": ["only the Owner transfers the ownership: ask the Owner"]}`},
		exchange{name: "nor to another", method: "PUT", path: team("/owner"), body: `{"memberId": "` + third + `"}`, status: 403, want: `{"code": 403}`},
		exchange{name: "no users", path: "~/users", status: 403, want: `{"code": 403}`},
	)
	b = as(key, key.testToken(t, owner, "").AccessToken)
	b.play(
		t,
		exchange{name: "the Owner transfers", method: "PUT", path: team("/owner"), body: `{"memberId": "` + admin + `"}`, status: 204},
		exchange{name: "and is an Admin", path: team("/members/" + owner), status: 200, want: `{"role": "admin"}`},
		exchange{name: "who does not", method: "PUT", path: team("/owner"), body: `{"memberId": "` + owner + `"}`, status: 403, want: `{"code": 403}`},
	)
}

// Members have no rights regarding the team, billing contacts the Billing Page. Nobody has
// a right before joining, and a locked user has none.
func TestTeam_tokenOfOthers(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	b.withGroups(t, "g")
	for email, c := range map[string]struct{ role, scopes string }{
		"max@acme.example": {"member", "tenant=acme"}, "bill@acme.example": {"billing_contact", "team.billing_view tenant=acme"},
	} {
		token := b.testToken(t, b.join(t, email, c.role), "")
		if token.Scope != c.scopes {
			t.Errorf("a %s gets the scopes %q", c.role, token.Scope)
		}
		for _, e := range []exchange{
			{path: team("/members")},
			{method: "POST", path: team("/members"), body: `{"email": "x@acme.example", "role": "admin"}`},
			{method: "PUT", path: team("/owner"), body: `{"memberId": "x"}`},
		} {
			e.header = bearer(token.AccessToken)
			if got := b.send(t, e); got.status != 403 {
				t.Errorf("a %s: %s %s gets %d", c.role, e.method, e.path, got.status)
			}
		}
	}
	user := b.create(t, "~/users", person("ann@acme.example", "g"))
	b.create(t, team("/members"), `{"email": "ANN@acme.example", "role": "admin"}`)
	scopes := func(name, want string) {
		t.Helper()
		b.check(t, exchange{name: name, path: "~/users/" + user + "/scopes", status: 200, want: `{"userId": "` + user + `", "scopes": "` + want + `"}`})
	}
	scopes("invited", "tenant=acme")
	b.check(t, exchange{method: "POST", path: "~/invitations/" + read[[]api.Invitation](t, b, "~/invitations?email=ann@acme.example")[0].ID + "/accept", status: 204})
	scopes("joined", manager)
	b.check(t, exchange{path: "~/users/" + user + "/report", status: 200, want: `{"teamRole": "admin", "abilities": ` + abilitiesOf(t, access.RoleAdmin) + `}`})
	b.check(t, exchange{method: "PUT", path: "~/users/" + user + "/lock", status: 204})
	scopes("locked", "tenant=acme")
	b.check(t, exchange{path: "~/users/" + user + "/report", status: 200, want: `{"teamRole": "admin", "abilities": "` + absent + `"}`})
}

// A member of the team who is not a user of the tenant gets a token by the member's id. It
// ends with the membership, and a user who stays in the team loses the token of a user.
func TestTeam_tokenOfMemberOnly(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	invited := b.create(t, team("/members"), `{"email": "new@acme.example", "role": "admin"}`)
	admin := b.join(t, "anna@acme.example", "admin")
	b.join(t, "ben@acme.example", "member")
	user := b.create(t, "~/users", person("ben@acme.example", "1gr5e52e-6e27-4ac5-9471-2467d3fb7503"))
	ofUser := bearer(b.testToken(t, user, "").AccessToken)
	token := bearer(b.testToken(t, admin, "").AccessToken)
	b.play(
		t,
		exchange{name: "not before joining", method: "POST", path: "~/users/" + invited + "/test-token", status: 400, want: `{"code": 400}`},
		exchange{name: "nobody", method: "POST", path: "~/users/nobody/test-token", status: 404, want: userNotFound("nobody")},
		exchange{name: "scopes", path: "~/users/" + admin + "/scopes", status: 200, want: `{"userId": "` + admin + `", "scopes": "` + manager + `"}`},
		exchange{name: "no user", path: "~/users/me", header: token, status: 404, want: userNotFound(admin)},
		exchange{name: "the team", path: team("/owner"), header: token, status: 200, want: `{"role": "owner"}`},
		exchange{name: "a user", path: "~/users?email=nobody", header: ofUser, status: 200, want: `[{}, {}]`},
		exchange{name: "leave the tenant", method: "DELETE", path: "~/users/" + user, status: 204},
		exchange{name: "and not the team", path: team("/members/" + user), status: 200, want: `{"status": "active"}`},
		exchange{name: "the user's token ends", path: "~/users", header: ofUser, status: 401, want: gatewayFault(api.FaultInvalidToken)},
		exchange{name: "leave the team", method: "DELETE", path: team("/members/" + admin), status: 204},
		exchange{name: "the member's token ends", path: team("/owner"), header: token, status: 401, want: gatewayFault(api.FaultInvalidToken)},
		exchange{name: "and there is no other", method: "POST", path: "~/users/" + admin + "/test-token", status: 404, want: userNotFound(admin)},
	)
	if got := b.testToken(t, user, "").Scope; got != "tenant=acme" {
		t.Errorf("in the team only, the former user has %q", got)
	}
}

// A person who belongs to several tenants sees in which of them to sign in, and gets a
// token there, with the role and the rights in that tenant.
func TestTeam_signIn(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	for _, tenant := range []string{"other", "third", "fourth"} {
		if _, err := b.server.EnsureTenant(t.Context(), tenant, ""); err != nil {
			t.Fatal(err)
		}
	}
	id := b.join(t, "anna@acme.example", "admin")
	key := func(tenant string) map[string]string { return bearer(b.issue(t, tenant, api.AllScopes()...)) }
	for tenant, role := range map[string]string{"other": "member", "third": "billing_contact"} {
		b.check(t, exchange{method: "POST", path: "/team/" + tenant + "/members", body: `{"email": "Anna@acme.example", "role": "` + role + `"}`, header: key(tenant), status: 201, want: `{"id": "` + id + `"}`})
	}
	b.check(t, exchange{method: "POST", path: "/iam/fourth/users", body: person("anna@acme.example"), header: key("fourth"), status: 201, want: `{"id": "` + id + `"}`})
	b.check(t, exchange{method: "PUT", path: "/iam/fourth/users/" + id + "/lock", header: key("fourth"), status: 204})
	mine := `[{"tenant": "acme", "role": "admin"}, {"tenant": "other", "role": "member"}, {"tenant": "third", "role": "billing_contact"}]`
	for tenant, scopes := range map[string]string{"acme": strings.TrimSuffix(manager, " tenant=acme"), "other": "", "third": "team.billing_view"} {
		got := b.send(t, exchange{method: "POST", path: "/iam/" + tenant + "/users/" + id + "/test-token", header: key(tenant)})
		token := decode[api.Token](t, got.body)
		if want := strings.TrimSpace(scopes + " tenant=" + tenant); got.status != 200 || token.Scope != want {
			t.Errorf("%s: got %d and the scopes %q, want %q", tenant, got.status, token.Scope, want)
		}
		b.check(t, exchange{name: tenant, path: "/team/" + tenant + "/organizations", header: bearer(token.AccessToken), status: 200, want: mine})
		may := 403
		if tenant == "acme" {
			may = 200
		}
		if got := b.send(t, exchange{path: "/team/" + tenant + "/members", header: bearer(token.AccessToken)}); got.status != may {
			t.Errorf("%s: the team is answered with %d", tenant, got.status)
		}
		if got := b.send(t, exchange{path: "/team/" + tenant + "/organizations?email=anna@acme.example", header: bearer(token.AccessToken)}); got.status != may {
			t.Errorf("%s: another person's organizations are answered with %d", tenant, got.status)
		}
	}
	b.play(
		t,
		exchange{name: "not where locked", method: "POST", path: "/iam/fourth/users/" + id + "/test-token", header: key("fourth"), status: 400, want: `{"code": 400}`},
		exchange{name: "all of them", path: team("/organizations?email=anna@acme.example"), status: 200, want: `[{"tenant": "acme"}, {"tenant": "fourth", "role": "` + absent + `"}, {"tenant": "other"}, {"tenant": "third"}]`},
		exchange{name: "an API key has none", path: team("/organizations"), status: 400, want: `{"code": 400}`},
	)
}

// Everyone in a list is invited, or nobody.
func TestTeam_inviteList(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	b.join(t, "anna@acme.example", "member")
	invite := func(name, emails, role string, status int, want string) exchange {
		return exchange{name: name, method: "POST", path: team("/invitations"), body: `{"emails": "` + emails + `", "role": "` + role + `"}`, status: status, want: want}
	}
	b.play(
		t,
		invite("mistakes", "new@acme.example,nobody,NEW@acme.example", "member", 400, `{"message": "Nobody was invited", "details": ["\"nobody\" is not an e-mail address", "\"NEW@acme.example\" is listed twice"]}`),
		invite("no address", " , ", "member", 400, `{"code": 400}`),
		invite("an Owner", "new@acme.example", "owner", 409, `{"code": 409}`),
		invite("no role", "new@acme.example", "boss", 400, `{"code": 400}`),
		invite("members", "new@acme.example,Anna@acme.example,owner@acme.example", "member", 409, `{"message": "Nobody was invited", "details": ["`+anyText+`", "`+anyText+`"]}`),
		exchange{name: "nobody", path: team("/members?email=new@acme.example"), status: 200, want: `[]`},
		invite("three", `new@acme.example, two@acme.example,\nthree@acme.example`, "admin", 201, `[{"id": "`+anyText+`", "email": "new@acme.example", "status": "invited"}, {"email": "two@acme.example"}, {"email": "three@acme.example"}]`),
		exchange{name: "all", path: team("/members?role=admin&status=invited"), status: 200, want: `[{"email": "new@acme.example"}, {"email": "two@acme.example"}, {"email": "three@acme.example"}]`},
		exchange{name: "invitations", path: "~/invitations?email=two@acme.example", status: 200, want: `[{"kind": "member", "status": "pending"}]`},
	)
}

// A product that the tenant adds reaches the Owner and Admins at once, with its first role;
// members once it is assigned: rule 16c.
func TestTeam_ownProducts(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	owner, admin, member := b.owner(t), b.join(t, "anna@acme.example", "admin"), b.join(t, "max@acme.example", "member")
	hub := team("/products/service_hub")
	assign := func(name, product, body string, status int, want string) exchange {
		return exchange{name: name, method: "PUT", path: team("/members/" + member + "/products/" + product), body: body, status: status, want: want}
	}
	b.play(
		t,
		assign("unknown", "service_hub", `{}`, 404, `{"code": 404}`),
		exchange{name: "add", method: "PUT", path: hub, body: `{"label": "Service Hub", "roles": ["editor", "viewer"]}`, status: 201, want: `{"id": "service_hub"}`},
		exchange{name: "the Owner holds it", path: team("/owner"), status: 200, want: `{"products": [{"product": "studio_pro"}, {"product": "bot_runner"}, {"product": "orchestrator"}, {"product": "service_hub", "role": "editor", "byTeamRole": true}]}`},
		exchange{name: "Admins too, members not", path: team("/products"), status: 200, want: `[{"predefined": true}, {}, {}, {"id": "service_hub", "label": "Service Hub", "roles": ["editor", "viewer"], "permissions": [], "predefined": false, "memberIds": ["` + owner + `", "` + admin + `"]}]`},
		assign("no role", "service_hub", `{}`, 400, `{"code": 400}`),
		assign("assign", "service_hub", `{"role": "viewer"}`, 201, `{"id": "`+member+`/service_hub"}`),
		exchange{name: "a role in use", method: "PUT", path: hub, body: `{"label": "Service Hub", "roles": ["editor"]}`, status: 409, want: `{"code": 409}`},
		exchange{name: "or all roles", method: "PUT", path: hub, body: `{"label": "Service Hub"}`, status: 409, want: `{"code": 409}`},
		exchange{name: "another label and role", method: "PUT", path: hub, body: `{"label": "Hub", "roles": ["boss", "viewer"]}`, status: 204},
		exchange{name: "which Admins have", path: team("/members/" + admin), status: 200, want: `{"products": [{}, {}, {}, {"product": "service_hub", "role": "boss"}]}`},
		exchange{name: "in use", method: "DELETE", path: hub, status: 409, want: `{"code": 409}`},
		exchange{name: "unassign", method: "DELETE", path: team("/members/" + member + "/products/service_hub"), status: 204},
		exchange{name: "delete", method: "DELETE", path: hub, status: 204},
		exchange{name: "gone", method: "DELETE", path: hub, status: 404, want: `{"code": 404}`},
		exchange{name: "for all", path: team("/members/" + admin), status: 200, want: `{"products": [{}, {}, {}]}`},
		exchange{name: "predefined", method: "PUT", path: team("/products/bot_runner"), body: `{"label": "X"}`, status: 400, want: `{"code": 400}`},
		exchange{name: "not deleted", method: "DELETE", path: team("/products/bot_runner"), status: 400, want: `{"code": 400}`},
		exchange{name: "a strange id", method: "PUT", path: team("/products/a%20b"), body: `{"label": "X"}`, status: 400, want: `{"code": 400}`},
		exchange{name: "no label", method: "PUT", path: hub, body: `{"label": " "}`, status: 400, want: `{"code": 400}`},
		exchange{name: "a role twice", method: "PUT", path: hub, body: `{"label": "X", "roles": ["a", "a"]}`, status: 400, want: `{"code": 400}`},
	)
}

// Unattended bots need a permission, which the Owner and Admins have.
func TestTeam_unattended(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	member := b.join(t, "max@acme.example", "member")
	user := b.create(t, "~/users", person("max@acme.example"))
	runner := team("/members/" + member + "/products/bot_runner")
	holds := func(name, permissions, abilities string) []exchange {
		return []exchange{
			{name: name, path: team("/members/" + member), status: 200, want: `{"products": [{"product": "bot_runner", "permissions": ` + permissions + `}]}`},
			{name: name + ", in the report", path: "~/users/" + user + "/report", status: 200, want: `{"abilities": ` + abilities + `}`},
		}
	}
	b.check(t, exchange{method: "PUT", path: runner, body: `{}`, status: 201, want: `{}`})
	b.play(t, holds("attended", `"`+absent+`"`, `["bot_runner.run_attended_bots"]`)...)
	b.check(t, exchange{method: "PUT", path: runner, body: `{"permissions": ["unattended"]}`, status: 204})
	b.play(t, holds("unattended", `["unattended"]`, `["bot_runner.run_attended_bots", "bot_runner.run_unattended_bots"]`)...)
	b.check(t, exchange{method: "PUT", path: runner, body: `{}`, status: 204})
	b.play(t, holds("attended again", `"`+absent+`"`, `["bot_runner.run_attended_bots"]`)...)
	b.check(t, exchange{method: "PUT", path: runner, body: `{"permissions": ["fly"]}`, status: 400, want: `{"code": 400}`})
	b.check(t, exchange{method: "PUT", path: team("/members/" + member + "/products/studio_pro"), body: `{"permissions": ["unattended"]}`, status: 400, want: `{"code": 400}`})
}
