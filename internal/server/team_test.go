package server_test

import (
	"errors"
	"reflect"
	"testing"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
	"github.com/access-config/terraform-provider-iam/internal/store"
)

// team is a path below the tenant's team.
func team(path string) string { return "/team/" + servertest.Tenant + path }

// invitation reads the only open invitation to an e-mail.
func (b *backend) invitation(t testing.TB, email string) api.Invitation {
	t.Helper()
	list := read[[]api.Invitation](t, b, "~/invitations?status=pending&email="+email)
	if len(list) != 1 {
		t.Fatalf("%s has the open invitations %+v, want one", email, list)
	}
	return list[0]
}

// join makes a member who has accepted the invitation, and returns its id.
func (b *backend) join(t testing.TB, email, role string) string {
	t.Helper()
	id := b.create(t, team("/members"), `{"email": "`+email+`", "role": "`+role+`"}`)
	b.check(t, exchange{method: "POST", path: "~/invitations/" + b.invitation(t, email).ID + "/accept", status: 204})
	return id
}

// everything is what Owner and Admins hold.
const everything = `[{"product": "studio_pro", "byTeamRole": true, "role": "` + absent + `"}, {"product": "bot_runner", "permissions": ["unattended"], "byTeamRole": true}, {"product": "orchestrator", "role": "admin", "byTeamRole": true}]`

// A new tenant has a team of its Owner alone, who is the user of the same id.
func TestTeam_new(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	owner := usersOf(t, b)[0].ID
	document := `{"id": "` + owner + `", "email": "owner@acme.example", "role": "owner", "status": "active", "createdAt": "` + anyText + `", "joinedAt": "` + anyText + `", "products": ` + everything + `}`
	b.play(
		t,
		exchange{name: "members", path: team("/members"), header: total, status: 200, want: `[` + document + `]`, wantHeader: totalIs("1")},
		exchange{name: "member", path: team("/members/" + owner), status: 200, want: document},
		exchange{name: "owner", path: team("/owner"), status: 200, want: document},
		exchange{name: "no invitation", path: "~/invitations", status: 200, want: `[]`},
		exchange{name: "products", path: team("/products"), status: 200, want: `[
			{"id": "studio_pro", "label": "Studio Pro", "roles": [], "memberIds": ["` + owner + `"]},
			{"id": "bot_runner", "roles": [], "permissions": ["unattended"], "predefined": true, "memberIds": ["` + owner + `"]},
			{"id": "orchestrator", "roles": ["admin", "analyst"], "permissions": [], "memberIds": ["` + owner + `"]}]`},
		exchange{name: "organizations", path: team("/organizations?email=OWNER@acme.example"), status: 200, want: `[{"tenant": "acme", "role": "owner"}]`},
	)
}

func TestTeam_life(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	id := b.create(t, team("/members"), `{"email": "Anna@acme.example", "role": "member"}`)
	path := team("/members/" + id)
	b.play(
		t,
		exchange{name: "invited", path: path, status: 200, want: `{"id": "` + id + `", "email": "Anna@acme.example", "role": "member", "status": "invited", "joinedAt": "` + absent + `", "products": []}`},
		exchange{name: "accept", method: "POST", path: "~/invitations/" + b.invitation(t, "anna@acme.example").ID + "/accept", status: 204},
		exchange{name: "joined", path: path, status: 200, want: `{"status": "active", "joinedAt": "` + anyText + `", "products": []}`},
		exchange{name: "admin", method: "PUT", path: path, body: `{"role": "admin", "email": "ignored@acme.example"}`, status: 204},
		exchange{name: "holds all", path: path, status: 200, want: `{"role": "admin", "email": "Anna@acme.example", "products": ` + everything + `}`},
		exchange{name: "again", method: "PUT", path: path, body: `{"role": "admin"}`, status: 204},
		exchange{name: "by role", path: team("/members?role=admin"), header: total, status: 200, want: `[{"id": "` + id + `"}]`, wantHeader: totalIs("1")},
		exchange{name: "by e-mail", path: team("/members?email=anna@ACME.example&status=active"), status: 200, want: `[{"id": "` + id + `"}]`},
		exchange{name: "by status", path: team("/members?status=invited"), status: 200, want: `[]`},
		exchange{name: "no such role", path: team("/members?role=king"), status: 400, want: `{"code": 400}`},
		exchange{name: "no such status", path: team("/members?status=gone"), status: 400, want: `{"code": 400}`},
		exchange{name: "no user for that", path: "~/users/" + id, status: 404, want: `{"code": 404}`},
		exchange{name: "leave", method: "DELETE", path: path, status: 204},
		exchange{name: "gone", path: path, status: 404, want: `{"code": 404, "status": "Not Found", "resourceId": "` + id + `", "details": ["` + anyText + `"]}`},
		exchange{name: "not changed", method: "PUT", path: path, body: `{"role": "admin"}`, status: 404, want: `{"code": 404}`},
		exchange{name: "not removed again", method: "DELETE", path: path, status: 404, want: `{"code": 404}`},
		exchange{name: "come back, known", method: "POST", path: team("/members"), body: `{"email": "anna@acme.example", "role": "member"}`, status: 201, want: `{"id": "` + id + `"}`},
		exchange{name: "at once", path: path, status: 200, want: `{"status": "active"}`},
	)
}

func TestTeam_refused(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	owner := usersOf(t, b)[0].ID
	joined, invited := b.join(t, "joined@acme.example", "admin"), b.create(t, team("/members"), `{"email": "invited@acme.example", "role": "admin"}`)
	before := b.send(t, exchange{path: team("/members")})
	malformed := func(part string) string {
		return `{"code": 400, "status": "Bad Request", "message": "` + anyText + `", "details": ["` + part + `"]}`
	}
	taken := func(part string) string {
		return `{"code": 409, "status": "Conflict", "message": "` + anyText + `", "details": ["` + part + `"]}`
	}
	const (
		twoOwners  = "the role owner cannot be assigned: a team always has exactly one Owner; invite the member in another role and transfer the ownership once they have joined"
		noSuchRole = `unknown team role \"king\": use one of admin, member, billing_contact`
		stays      = "the Owner's role cannot change, because a team always has an Owner: transfer the ownership to another member first; the former Owner becomes an Admin"
		notRemoved = "the Owner cannot be removed, because a team always has an Owner: transfer the ownership to another member first"
		notJoined  = "the invited member has not joined the team yet: transfer the ownership once they have accepted the invitation"
	)
	b.play(
		t,
		exchange{name: "second owner", method: "POST", path: team("/members"), body: `{"email": "new@acme.example", "role": "owner"}`, status: 409, want: taken(twoOwners)},
		exchange{name: "no such role", method: "POST", path: team("/members"), body: `{"email": "new@acme.example", "role": "king"}`, status: 400, want: malformed(noSuchRole)},
		exchange{name: "no e-mail", method: "POST", path: team("/members"), body: `{"email": "new", "role": "admin"}`, status: 400, want: `{"code": 400}`},
		exchange{name: "nothing", method: "POST", path: team("/members"), body: `{}`, status: 400, want: `{"details": ["Required member is missing: email", "Required member is missing: role"]}`},
		exchange{name: "e-mail in use", method: "POST", path: team("/members"), body: `{"email": "JOINED@acme.example", "role": "member"}`, status: 409, want: `{"code": 409, "resourceId": "JOINED@acme.example", "details": ["'JOINED@acme.example' is already in the team, as admin with the id '` + joined + `'"]}`},
		exchange{name: "make another owner", method: "PUT", path: team("/members/" + joined), body: `{"role": "owner"}`, status: 409, want: taken(twoOwners)},
		exchange{name: "change to no role", method: "PUT", path: team("/members/" + joined), body: `{"role": "king"}`, status: 400, want: malformed(noSuchRole)},
		exchange{name: "demote the owner", method: "PUT", path: team("/members/" + owner), body: `{"role": "admin"}`, status: 409, want: taken(stays)},
		exchange{name: "leave the owner", method: "PUT", path: team("/members/" + owner), body: `{"role": "owner"}`, status: 204},
		exchange{name: "remove the owner", method: "DELETE", path: team("/members/" + owner), status: 409, want: taken(notRemoved)},
		exchange{name: "transfer to nobody", method: "PUT", path: team("/owner"), body: `{"memberId": "nobody"}`, status: 404, want: `{"code": 404, "resourceId": "nobody"}`},
		exchange{name: "transfer to an e-mail", method: "PUT", path: team("/owner"), body: `{"memberId": "joined@acme.example"}`, status: 404, want: `{"code": 404}`},
		exchange{name: "transfer to whom was invited", method: "PUT", path: team("/owner"), body: `{"memberId": "` + invited + `"}`, status: 409, want: taken(notJoined)},
		exchange{name: "transfer from another", method: "PUT", path: team("/owner"), body: `{"memberId": "` + joined + `", "formerOwnerId": "` + invited + `"}`, status: 409, want: taken("'" + invited + "' is not the Owner: read the current Owner and try again")},
		exchange{name: "transfer to the owner", method: "PUT", path: team("/owner"), body: `{"memberId": "` + owner + `", "formerOwnerId": "` + joined + `"}`, status: 204},
		exchange{name: "organizations of nobody", path: team("/organizations"), status: 400, want: `{"code": 400}`},
		exchange{name: "organizations of a stranger", path: team("/organizations?email=stranger@acme.example"), status: 404, want: `{"code": 404, "resourceId": "stranger@acme.example"}`},
	)
	if after := b.send(t, exchange{path: team("/members")}); string(after.body) != string(before.body) {
		t.Errorf("the team was %s, and is %s", before.body, after.body)
	}
}

// The ownership moves in one step, and goes back in another.
func TestTeam_transfer(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	owner := usersOf(t, b)[0].ID
	heir := b.join(t, "heir@acme.example", "billing_contact")
	b.play(
		t,
		exchange{name: "transfer", method: "PUT", path: team("/owner"), body: `{"memberId": "` + heir + `", "formerOwnerId": "` + owner + `"}`, status: 204},
		exchange{name: "two have changed", path: team("/members"), status: 200, want: `[{"id": "` + owner + `", "role": "admin"}, {"id": "` + heir + `", "role": "owner", "products": ` + everything + `}]`},
		exchange{name: "again", method: "PUT", path: team("/owner"), body: `{"memberId": "` + heir + `", "formerOwnerId": "` + owner + `"}`, status: 204},
		exchange{name: "the former may leave", method: "DELETE", path: team("/members/" + owner), status: 204},
		exchange{name: "its user stays", path: "~/users/" + owner, status: 200, want: `{"status": "ACTIVE"}`},
		exchange{name: "come back", method: "POST", path: team("/members"), body: `{"email": "owner@acme.example", "role": "member"}`, status: 201, want: `{"id": "` + owner + `"}`},
		exchange{name: "and take it back, from whoever has it", method: "PUT", path: team("/owner"), body: `{"memberId": "` + owner + `"}`, status: 204},
		exchange{name: "as it was", path: team("/owner"), status: 200, want: `{"id": "` + owner + `"}`},
	)
}

// The user who is the Owner is neither removed nor locked, and nobody whose user is
// locked becomes the Owner.
func TestTeam_ownerIsAUser(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	owner := usersOf(t, b)[0].ID
	heir := b.join(t, "heir@acme.example", "admin")
	b.create(t, "~/users", person("heir@acme.example"))
	refused := func(id, part string) string {
		return `{"code": 409, "status": "Conflict", "message": "` + anyText + `", "resourceId": "` + id + `", "details": ["` + part + `"]}`
	}
	const removed, locked = "the Owner cannot be removed, because a team always has an Owner: transfer the ownership to another member first",
		"the Owner cannot be locked, because a team always has an Owner: transfer the ownership to another member first"
	transfer := exchange{name: "transfer", method: "PUT", path: team("/owner"), body: `{"memberId": "` + heir + `"}`, status: 204}
	tooEarly := transfer
	tooEarly.name, tooEarly.status, tooEarly.want = "transfer to a locked user", 409, refused(heir, "the member's user is locked, and the Owner cannot be locked: unlock the user first")
	b.play(
		t,
		exchange{name: "remove", method: "DELETE", path: "~/users/" + owner, status: 409, want: refused(owner, removed)},
		exchange{name: "lock", method: "PUT", path: "~/users/" + owner + "/lock", status: 409, want: refused(owner, locked)},
		exchange{name: "still there", path: "~/users/" + owner, status: 200, want: `{"status": "ACTIVE", "isAccountLocked": false}`},
		exchange{name: "lock another", method: "PUT", path: "~/users/" + heir + "/lock", status: 204},
		tooEarly,
		exchange{name: "unlock", method: "DELETE", path: "~/users/" + heir + "/lock", status: 204},
		transfer,
		exchange{name: "the new one is not locked", method: "PUT", path: "~/users/" + heir + "/lock", status: 409, want: refused(heir, locked)},
		exchange{name: "the former may be", method: "PUT", path: "~/users/" + owner + "/lock", status: 204},
		exchange{name: "and removed", method: "DELETE", path: "~/users/" + owner, status: 204},
	)
}

func TestTeam_products(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	owner := usersOf(t, b)[0].ID
	anna := b.join(t, "anna@acme.example", "member")
	path := team("/members/" + anna)
	put := func(name, member, product, body string, status int, want string) exchange {
		return exchange{name: name, method: "PUT", path: team("/members/" + member + "/products/" + product), body: body, status: status, want: want}
	}
	detail := func(status int, part string) string {
		return `{"code": ` + map[int]string{400: "400", 404: "404", 409: "409"}[status] + `, "message": "` + anyText + `", "details": ["` + part + `"]}`
	}
	role := func(to string) exchange {
		return exchange{name: "become " + to, method: "PUT", path: path, body: `{"role": "` + to + `"}`, status: 204}
	}
	const assigned = `{"products": [{"product": "studio_pro", "byTeamRole": false}, {"product": "orchestrator", "role": "admin", "byTeamRole": false}]}`
	b.play(
		t,
		put("assign", anna, "studio_pro", `{}`, 201, `{"id": "`+anna+`/studio_pro"}`),
		put("again", anna, "studio_pro", `{"role": null}`, 204, ""),
		put("with a role", anna, "orchestrator", `{"role": "analyst"}`, 201, `{"id": "`+anna+`/orchestrator"}`),
		put("another role", anna, "orchestrator", `{"role": "admin"}`, 204, ""),
		exchange{name: "held", path: path, status: 200, want: assigned},
		exchange{name: "who holds", path: team("/products"), status: 200, want: `[{"memberIds": ["` + owner + `", "` + anna + `"]}, {"memberIds": ["` + owner + `"]}, {"memberIds": ["` + owner + `", "` + anna + `"]}]`},

		put("no role", anna, "orchestrator", `{}`, 400, detail(400, "SaaS Orchestrator needs a role: use one of admin, analyst")),
		put("another's role", anna, "orchestrator", `{"role": "owner"}`, 400, detail(400, `SaaS Orchestrator has no role \"owner\": use one of admin, analyst`)),
		put("a role where there are none", anna, "bot_runner", `{"role": "admin"}`, 400, detail(400, "Bot Runner has no roles: leave the role out")),
		put("no such product", anna, "excel", `{}`, 404, detail(404, `unknown product \"excel\": use one of studio_pro, bot_runner, orchestrator`)),
		put("nobody", "nobody", "bot_runner", `{}`, 404, `{"code": 404, "resourceId": "nobody"}`),
		put("the owner", owner, "bot_runner", `{}`, 409, detail(409, "the Owner already holds every product, including new ones: there is nothing to assign")),

		role("admin"),
		put("an admin", anna, "bot_runner", `{}`, 409, detail(409, "an Admin already holds every product, including new ones: there is nothing to assign; to assign single products, change the role to member first")),
		exchange{name: "everything", path: path, status: 200, want: `{"products": ` + everything + `}`},
		role("member"),
		exchange{name: "as before", path: path, status: 200, want: assigned},

		exchange{name: "take away", method: "DELETE", path: path + "/products/studio_pro", status: 204},
		exchange{name: "not again", method: "DELETE", path: path + "/products/studio_pro", status: 404, want: `{"code": 404, "resourceId": "studio_pro"}`},
		exchange{name: "nor from nobody", method: "DELETE", path: team("/members/nobody/products/studio_pro"), status: 404, want: `{"code": 404, "resourceId": "nobody"}`},
		exchange{name: "the other stays", path: path, status: 200, want: `{"products": [{"product": "orchestrator"}]}`},

		role("billing_contact"),
		put("a billing contact", anna, "bot_runner", `{}`, 409, detail(409, "billing contacts see only billing and cannot hold products: change the role to member first")),
		role("member"),
		exchange{name: "nothing came back", path: path, status: 200, want: `{"products": []}`},
	)
}

// A team is not seen or reached from another tenant; of an account that both
// know, each sees the other by name and role.
func TestTeam_isolation(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	if _, err := b.server.EnsureTenant(t.Context(), "other", "Boss@other.example"); err != nil {
		t.Fatal(err)
	}
	anna := b.join(t, "anna@acme.example", "member")
	b.check(t, exchange{method: "PUT", path: team("/members/" + anna + "/products/bot_runner"), body: `{}`, status: 201, want: `{}`})
	invited := b.create(t, team("/members"), `{"email": "ben@acme.example", "role": "member"}`)
	open := b.invitation(t, "ben@acme.example").ID
	before := string(b.send(t, exchange{path: team("/members")}).body)
	header := bearer(b.issue(t, "other", api.AllScopes()...))
	for _, e := range []exchange{
		{name: "members", path: "/team/other/members", status: 200, want: `[{"email": "Boss@other.example"}]`},
		{name: "member", path: "/team/other/members/" + anna, status: 404, want: `{"code": 404}`},
		{name: "change", method: "PUT", path: "/team/other/members/" + anna, body: `{"role": "admin"}`, status: 404, want: `{"code": 404}`},
		{name: "remove", method: "DELETE", path: "/team/other/members/" + anna, status: 404, want: `{"code": 404}`},
		{name: "take product", method: "DELETE", path: "/team/other/members/" + anna + "/products/bot_runner", status: 404, want: `{"code": 404}`},
		{name: "give product", method: "PUT", path: "/team/other/members/" + anna + "/products/studio_pro", body: `{}`, status: 404, want: `{"code": 404}`},
		{name: "ownership", method: "PUT", path: "/team/other/owner", body: `{"memberId": "` + anna + `"}`, status: 404, want: `{"code": 404}`},
		{name: "organizations", path: "/team/other/organizations?email=anna@acme.example", status: 404, want: `{"code": 404}`},
		{name: "invitations", path: "/iam/other/invitations", status: 200, want: `[]`},
		{name: "invitation", path: "/iam/other/invitations/" + open, status: 404, want: `{"code": 404}`},
		{name: "accept", method: "POST", path: "/iam/other/invitations/" + open + "/accept", status: 404, want: `{"code": 404}`},
		{name: "resend", method: "POST", path: "/iam/other/invitations/" + open + "/resend", status: 404, want: `{"code": 404}`},
		{name: "invite the same", method: "POST", path: "/team/other/members", body: `{"email": "ANNA@acme.example", "role": "admin"}`, status: 201, want: `{"id": "` + anna + `"}`},
		{name: "in at once", path: "/team/other/members/" + anna, status: 200, want: `{"status": "active", "role": "admin"}`},
		{name: "now both", path: "/team/other/organizations?email=anna@acme.example", status: 200, want: `[{"tenant": "acme", "role": "member"}, {"tenant": "other", "role": "admin"}]`},
		{name: "the other owner stays out", path: "/team/other/organizations?email=owner@acme.example", status: 404, want: `{"code": 404}`},
		{name: "own the other", method: "PUT", path: "/team/other/owner", body: `{"memberId": "` + anna + `"}`, status: 204},
		{name: "not this one's token", path: team("/members"), status: 401, want: `{"fault": {}}`},
	} {
		e.header = header
		b.play(t, e)
	}
	if after := string(b.send(t, exchange{path: team("/members")}).body); after != before {
		t.Errorf("the team was %s, and is %s", before, after)
	}
	b.play(
		t,
		exchange{name: "a user of another tenant", method: "POST", path: "~/users", body: person("boss@other.example"), status: 201, want: `{"id": "` + anyText + `"}`},
		exchange{name: "has no role in this team", path: team("/organizations?email=boss@other.example"), status: 200, want: `[{"tenant": "acme", "role": "` + absent + `"}, {"tenant": "other", "role": "admin"}]`},
		exchange{name: "leave here", method: "DELETE", path: team("/members/" + anna), status: 204},
		exchange{name: "still there", path: "/team/other/owner", header: header, status: 200, want: `{"id": "` + anna + `"}`},
		exchange{name: "the invited one", path: team("/members/" + invited), status: 200, want: `{"status": "invited"}`},
	)
}

// A user and a member with one e-mail are one account: they have one id, and
// whoever has not confirmed as one has not as the other.
func TestTeam_sameAccount(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	user := b.create(t, "~/users", person("anna@acme.example"))
	member := b.create(t, team("/members"), `{"email": "ANNA@acme.example", "role": "member"}`)
	if user != member {
		t.Errorf("the user is %s and the member %s", user, member)
	}
	second := b.create(t, team("/members"), `{"email": "ben@acme.example", "role": "member"}`)
	b.play(
		t,
		exchange{name: "neither has confirmed", path: team("/members/" + member), status: 200, want: `{"status": "invited"}`},
		exchange{name: "and both were asked", path: "~/invitations?email=anna@acme.example", status: 200, want: `[{"kind": "user", "subjectId": "` + user + `"}, {"kind": "member", "subjectId": "` + user + `"}]`},
		exchange{name: "the other way round", method: "POST", path: "~/users", body: person("ben@acme.example"), status: 201, want: `{"id": "` + second + `"}`},
		exchange{name: "provisioned", path: "~/users/" + second, status: 200, want: `{"status": "PROVISIONED"}`},
		exchange{name: "no user any more", method: "DELETE", path: "~/users/" + user, status: 204},
		exchange{name: "in the team all the same", path: team("/members/" + user), status: 200, want: `{"status": "invited"}`},
	)
	b.check(t, exchange{method: "POST", path: "~/invitations/" + b.invitation(t, "anna@acme.example").ID + "/accept", status: 204})
	b.check(t, exchange{path: team("/members/" + user), status: 200, want: `{"status": "active"}`})
}

func TestTeam_toWire(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	made := time.Date(2026, 2, 3, 4, 5, 6, 789e6, time.UTC)
	record := store.TeamMember{Tenant: servertest.Tenant, ID: "m1", Email: "Zoe@acme.example", Role: "member", Status: "active", CreatedAt: made, JoinedAt: made.Add(time.Hour)}
	noZero(t, record)
	product := store.ProductAssignment{Tenant: servertest.Tenant, MemberID: "m1", Product: "orchestrator", Role: "analyst", CreatedAt: made, Permissions: []string{"unattended"}}
	noZero(t, product)
	invitation := store.Invitation{
		Tenant: servertest.Tenant, ID: "i1", Kind: store.InvitedMember, SubjectID: "m1", Email: "Zoe@acme.example", Sent: 2,
		CreatedAt: made, ExpiresAt: made.Add(2 * time.Hour), ResentAt: made.Add(3 * time.Hour), SentAt: made.Add(5 * time.Hour), AcceptedAt: made.Add(4 * time.Hour),
	}
	noZero(t, invitation)
	err := errors.Join(
		b.store.CreateTeamMember(t.Context(), record), b.store.PutProductAssignment(t.Context(), product), b.store.CreateInvitation(t.Context(), invitation),
		b.store.PutMail(t.Context(), store.Mail{Tenant: servertest.Tenant, ID: "i1", Kind: store.MailInvitation, LastError: "no such mailbox", DueAt: made.AddDate(9, 0, 0), CreatedAt: made.AddDate(9, 0, 0)}))
	if err != nil {
		t.Fatal(err)
	}
	want := api.TeamMember{
		ID: "m1", Email: "Zoe@acme.example", Role: access.RoleMember, Status: api.MemberActive,
		CreatedAt: "2026-02-03T04:05:06.789Z", JoinedAt: "2026-02-03T05:05:06.789Z", Products: []api.HeldProduct{{Product: "orchestrator", Role: "analyst", Permissions: []string{"unattended"}}},
	}
	noZero(t, want)
	if got := read[api.TeamMember](t, b, team("/members/m1")); !reflect.DeepEqual(got, want) {
		t.Errorf("\n got %+v\nwant %+v", got, want)
	}
	if got := read[[]api.TeamMember](t, b, team("/members?email=zoe@acme.example")); len(got) != 1 || !reflect.DeepEqual(got[0], want) {
		t.Errorf("the list has it otherwise: %+v", got)
	}
	sent := api.Invitation{
		ID: "i1", Kind: api.InvitationMember, SubjectID: "m1", Email: "Zoe@acme.example", Status: api.InvitationAccepted, SentCount: 2,
		CreatedAt: "2026-02-03T04:05:06.789Z", ExpiresAt: "2026-02-03T06:05:06.789Z", ResentAt: "2026-02-03T07:05:06.789Z", SentAt: "2026-02-03T09:05:06.789Z", LastError: "no such mailbox", AcceptedAt: "2026-02-03T08:05:06.789Z",
	}
	noZero(t, sent)
	if got := read[api.Invitation](t, b, "~/invitations/i1"); got != sent {
		t.Errorf("\n got %+v\nwant %+v", got, sent)
	}
	if got := read[[]api.Invitation](t, b, "~/invitations?email=zoe@acme.example"); len(got) != 1 || got[0] != sent {
		t.Errorf("the list has it otherwise: %+v", got)
	}
}
