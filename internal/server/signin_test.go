package server_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/server"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
	"github.com/access-config/terraform-provider-iam/internal/store"
)

const ownerEmail = "owner@acme.example"

var signInPattern = regexp.MustCompile(`https://iam\.test/console/acme/sign-in/([A-Za-z0-9_-]{22})(\n|$)`)

// signInIn returns the secret of the link to sign in with in a text.
func signInIn(t *testing.T, text string) string {
	t.Helper()
	found := signInPattern.FindStringSubmatch(text)
	if found == nil {
		t.Fatalf("no link in %q", text)
	}
	return found[1]
}

// signInSecret is the secret of a link of the Owner.
func (p *posted) signInSecret(t *testing.T) string {
	t.Helper()
	link, err := p.server.SignInLink(t.Context(), servertest.Tenant, ownerEmail)
	if err != nil {
		t.Fatal(err)
	}
	return signInIn(t, link)
}

// asksFor is a request for a link, without a token.
func asksFor(email string) exchange {
	return exchange{
		name: "asks for a link for " + email, method: "POST", path: "~/sign-in-link", header: map[string]string{"Authorization": ""},
		body: with(`{}`, map[string]any{"email": email}), status: 202, want: `{}`,
	}
}

// signIn is a request with the secret of a link to sign in, without a token.
func signIn(action, secret string, status int, want string) exchange {
	return exchange{
		name: "sign-in-link/" + action, method: "POST", path: "~/sign-in-link/" + action, header: map[string]string{"Authorization": ""},
		body: with(`{}`, map[string]any{"secret": secret}), status: status, want: want,
	}
}

// active creates a user who has accepted the invitation.
func (p *posted) active(t *testing.T, email string, groups ...string) (id string) {
	t.Helper()
	id, secret := p.invited(t, "~/users", person(email, groups...))
	p.check(t, p.link("/accept", secret, 200, `{}`))
	p.mails = nil
	return id
}

// mailed asks for a link, and returns its secret.
func (p *posted) mailed(t *testing.T, email string) (secret string) {
	t.Helper()
	p.check(t, asksFor(email))
	p.send(t)
	if len(p.mails) == 0 {
		t.Fatalf("%s got no e-mail", email)
	}
	return signInIn(t, p.mails[len(p.mails)-1].Text)
}

// token signs in, and returns the token.
func (p *posted) signsIn(t *testing.T, secret string) (token api.Token) {
	t.Helper()
	got := p.backend.send(t, signIn("accept", secret, 200, `{}`))
	if err := json.Unmarshal(got.body, &token); err != nil {
		t.Fatal(err)
	}
	if got.header.Get("Cache-Control") != "no-store" {
		t.Error("a cache may keep the token")
	}
	return token
}

// The link in the e-mail signs the person in, once. The token is that of the person.
func TestSignIn(t *testing.T) {
	t.Parallel()
	p := newPosted(t)
	id := p.active(t, "Anna@acme.example", "oe-editor")
	before := p.mailed(t, "anna@acme.example")
	secret := p.mailed(t, "ANNA@acme.example")
	m := p.mails[1]
	if m.To != "Anna@acme.example" || m.Subject != "Sign in to acme" || strings.Contains(m.ID, "@") || m.ID == p.mails[0].ID || before == secret {
		t.Errorf("got %+v", m)
	}
	read := signIn("read", secret, 200, `{"userId": "`+id+`", "email": "Anna@acme.example", "status": "open", "expiresAt": "`+anyText+`"}`)
	p.play(t, read, read)
	token := p.signsIn(t, secret)
	if token.TokenType != "Bearer" || token.ExpiresIn != 14399 || !strings.HasSuffix(token.Scope, " tenant=acme") || strings.Contains(token.Scope, api.ScopeUserUpdate) {
		t.Errorf("got %+v", token)
	}
	p.play(
		t,
		exchange{name: "herself", path: "~/users/me", header: bearer(token.AccessToken), status: 200, want: `{"id": "` + id + `"}`},
		exchange{name: "logged in", path: "~/users/" + id, status: 200, want: `{"lastLogin": "` + anyText + `"}`},
		exchange{name: "by herself", path: "~/audit-events?limit=1&kind=sign-in", status: 200, want: `[{"actorKind": "user", "actor": "` + id + `", "action": "create", "objectId": "` + id + `", "after": {"userId": "` + id + `"}}]`},
		signIn("accept", secret, 409, `{"code": 409, "details": ["The link is used"]}`), signIn("read", secret, 200, `{"status": "used"}`),
		signIn("accept", before, 409, `{"code": 409}`),
	)
	p.hasNoSecret(t, map[string]bool{secret: true, before: true})
	if _, err := p.store.Link(t.Context(), servertest.Tenant, store.LinkSignIn, server.LinkHash(secret)); err != nil {
		t.Errorf("the hash is not stored: %v", err)
	}
	if text := fmt.Sprint(read); strings.Contains(p.log.String(), text) {
		t.Error("a body was logged")
	}
}

// Nobody learns from the answer who has an e-mail address here, and nobody without the right
// to sign in gets an e-mail.
func TestSignIn_alike(t *testing.T) {
	t.Parallel()
	p := newPosted(t)
	p.active(t, "anna@acme.example")
	locked := p.active(t, "locked@acme.example")
	p.check(t, exchange{method: "PUT", path: "~/users/" + locked + "/lock", status: 204})
	p.create(t, "~/users", person("provisioned@acme.example"))
	p.create(t, team("/members"), `{"email": "invited@acme.example", "role": "admin"}`)
	p.join(t, "joined@acme.example", "member")
	p.send(t)
	p.mails = nil
	var answers []string
	for _, email := range []string{"nobody@acme.example", "anna@acme.example", "locked@acme.example", "provisioned@acme.example", "invited@acme.example", "joined@acme.example"} {
		got := p.backend.send(t, asksFor(email))
		got.header.Del(api.HeaderRequestID)
		got.header.Del("Date")
		var header bytes.Buffer
		_ = got.header.Write(&header)
		answers = append(answers, fmt.Sprintf("%d %s %s", got.status, got.body, header.String()))
	}
	if slices.Sort(answers); answers[0] != answers[len(answers)-1] {
		t.Errorf("the answers differ: %q", answers)
	}
	unknown := asksFor("anna@acme.example")
	unknown.path = "/iam/nowhere/sign-in-link"
	p.play(t, unknown,
		exchange{name: "no address", method: "POST", path: "~/sign-in-link", header: map[string]string{"Authorization": ""}, body: `{"email": "Anna <anna@acme.example>"}`, status: 400, want: `{"code": 400}`},
		exchange{name: "not by GET", path: "~/sign-in-link/accept", status: 405, want: `{}`},
	)
	p.send(t)
	var to []string
	for _, m := range p.mails {
		to = append(to, m.To)
	}
	if !slices.Equal(to, []string{"anna@acme.example", "joined@acme.example"}) {
		t.Errorf("e-mails went to %q", to)
	}
	if left, err := p.store.Mails(t.Context(), servertest.Tenant); err != nil || len(left) != 0 {
		t.Errorf("e-mails are left: %+v, %v", left, err)
	}
}

// A member of the team who is no user signs in, with the scopes of the role, until the member
// leaves.
func TestSignIn_member(t *testing.T) {
	t.Parallel()
	p := newPosted(t)
	id := p.join(t, "admin@acme.example", "admin")
	first, second := p.mailed(t, "admin@acme.example"), p.mailed(t, "admin@acme.example")
	token := p.signsIn(t, first)
	if !slices.Contains(strings.Fields(token.Scope), api.ScopeTeamManage) {
		t.Errorf("got %s", token.Scope)
	}
	own := exchange{path: team("/members"), header: bearer(token.AccessToken), status: 200, want: `[{"role": "owner"}, {"role": "admin"}]`}
	third := p.mailed(t, "admin@acme.example")
	p.play(
		t, own, signIn("accept", second, 409, `{}`),
		exchange{name: "leaves", method: "DELETE", path: team("/members/" + id), status: 204},
		signIn("read", third, 404, `{"code": 404, "details": ["There is no such link. Ask for a new one"]}`), signIn("accept", third, 404, `{"code": 404}`),
		exchange{name: "no access", path: team("/members"), header: bearer(token.AccessToken), status: 401, want: gatewayFault(api.FaultInvalidToken)},
	)
}

// A link ends with its time, and with the right of its person to sign in.
func TestSignIn_ended(t *testing.T) {
	t.Parallel()
	p := newPosted(t)
	id := p.active(t, "anna@acme.example")
	secret := p.mailed(t, "anna@acme.example")
	p.play(
		t,
		exchange{name: "lock", method: "PUT", path: "~/users/" + id + "/lock", status: 204},
		signIn("read", secret, 404, `{}`), signIn("accept", secret, 404, `{"code": 404}`),
		exchange{name: "unlock", method: "DELETE", path: "~/users/" + id + "/lock", status: 204},
		signIn("read", secret, 200, `{"status": "open"}`),
	)
	p.clock.advance(15 * time.Minute)
	p.play(t, signIn("read", secret, 200, `{"status": "expired"}`), signIn("accept", secret, 409, `{"details": ["The link is expired"]}`))

	// An e-mail that could not be sent in time is not sent at all.
	p.fails = server.ErrNoMailServer
	p.check(t, asksFor("anna@acme.example"))
	p.send(t)
	p.clock.advance(15 * time.Minute)
	p.fails, p.mails = nil, nil
	p.send(t)
	if len(p.mails) != 0 {
		t.Errorf("an expired link was sent: %+v", p.mails)
	}

	// Long afterwards, another link removes the expired one.
	p.clock.advance(7*24*time.Hour + time.Hour)
	p.mailed(t, "anna@acme.example")
	p.check(t, signIn("read", secret, 404, `{}`))
}

// A link is for one tenant and one purpose. Whoever guesses, or asks often, has to wait.
func TestSignIn_strange(t *testing.T) {
	t.Parallel()
	p := newPosted(t)
	if _, err := p.server.EnsureTenant(t.Context(), "other", ownerEmail); err != nil {
		t.Fatal(err)
	}
	_, invitation := p.invited(t, "~/users", person("anna@acme.example"))
	secret := p.signInSecret(t)
	elsewhere := signIn("accept", secret, 404, `{"code": 404}`)
	elsewhere.path = "/iam/other/sign-in-link/accept"
	p.play(
		t, elsewhere, signIn("accept", invitation, 404, `{}`), signIn("accept", "", 404, `{}`), p.link("", secret, 404, `{}`),
		exchange{name: "no secret", method: "POST", path: "~/sign-in-link/accept", body: `{}`, status: 400, want: `{"code": 400}`},
	)
	// Four were wrong; six more are free.
	for range 6 {
		p.check(t, signIn("read", "wrong", 404, `{"code": 404}`))
	}
	p.play(t, signIn("accept", secret, 429, `{}`), asksFor("anna@acme.example")) // asking is another matter
	p.clock.advance(10 * time.Second)
	p.check(t, signIn("accept", secret, 200, `{}`))
}

// Neither a person's mailbox nor the mail server is flooded.
func TestSignIn_brake(t *testing.T) {
	t.Parallel()
	p := newPosted(t)
	slow := func(email string) exchange {
		e := asksFor(email)
		e.status, e.want = http.StatusTooManyRequests, `{"code": 429}`
		return e
	}
	for range 5 {
		p.mailed(t, ownerEmail)
	}
	p.check(t, slow(strings.ToUpper(ownerEmail)))
	p.check(t, asksFor("nobody@acme.example"))
	p.clock.advance(12 * time.Minute)
	p.mailed(t, ownerEmail)
	p.check(t, slow(ownerEmail))
	if len(p.mails) != 6 {
		t.Errorf("%d e-mails were sent", len(p.mails))
	}
	for i := range 8 { // two are used
		p.check(t, asksFor(fmt.Sprintf("nobody%d@acme.example", i)))
	}
	p.check(t, slow("nobody9@acme.example"))
	p.clock.advance(10 * time.Second)
	p.check(t, asksFor("nobody9@acme.example"))
}

// Without a mail server, a terminal shows the link; without both, nothing waits for one.
func TestSignIn_terminal(t *testing.T) {
	t.Parallel()
	p := newPosted(t)
	var lines []string
	p.restart(t, server.Options{Print: func(line string) { lines = append(lines, line) }})
	p.check(t, asksFor(ownerEmail))
	p.send(t)
	if len(lines) != 1 || !strings.HasPrefix(lines[0], "Link to sign in for owner@acme.example to acme: ") {
		t.Fatalf("got %q", lines)
	}
	p.signsIn(t, signInIn(t, lines[0]))
	p.restart(t, server.Options{})
	p.check(t, asksFor(ownerEmail))
	if left, err := p.store.Mails(t.Context(), servertest.Tenant); err != nil || len(left) != 0 {
		t.Errorf("e-mails wait: %+v, %v", left, err)
	}
}

// The operator gets a link of the Owner, and of nobody who may not sign in.
func TestServer_OwnerLink(t *testing.T) {
	t.Parallel()
	p := newPosted(t)
	email, link, err := p.server.OwnerLink(t.Context(), servertest.Tenant)
	if err != nil || email != ownerEmail {
		t.Fatalf("got %s, %v", email, err)
	}
	token := p.signsIn(t, signInIn(t, link))
	for _, scope := range []string{api.ScopeUserUpdate, api.ScopeGroupManage, api.ScopeTeamManage} {
		if !slices.Contains(strings.Fields(token.Scope), scope) {
			t.Errorf("the Owner lacks %s", scope)
		}
	}
	p.create(t, "~/users", person("provisioned@acme.example"))
	for _, email := range []string{"nobody@acme.example", "provisioned@acme.example"} {
		if link, err := p.server.SignInLink(t.Context(), servertest.Tenant, email); err == nil || link != "" {
			t.Errorf("%s: got %q, %v", email, link, err)
		}
	}
	if _, _, err := p.server.OwnerLink(t.Context(), "nowhere"); err == nil {
		t.Error("a tenant that does not exist has an Owner")
	}
}

// A developer acts as someone else, and changes say so.
func TestServer_SignInAs(t *testing.T) {
	t.Parallel()
	p := newPosted(t)
	id := p.create(t, "~/users", person("anna@acme.example", "oe-editor"))
	token, got, err := p.server.SignInAs(t.Context(), servertest.Tenant, "ANNA@acme.example")
	if err != nil || got != id {
		t.Fatalf("got %s, %v", got, err)
	}
	boss, bossID, err := p.server.SignInAs(context.Background(), servertest.Tenant, ownerEmail)
	if err != nil {
		t.Fatal(err)
	}
	p.play(
		t,
		exchange{name: "as Anna", path: "~/users/me", header: bearer(token.AccessToken), status: 200, want: `{"id": "` + id + `"}`},
		exchange{name: "asked by", path: "~/audit-events?kind=test-token&limit=1", status: 200, want: `[{"actorKind": "system", "objectId": "` + bossID + `", "after": {"askedBy": "serve --dev"}}]`},
		exchange{name: "as the Owner", method: "PUT", path: "~/users/" + id + "/lock", header: bearer(boss.AccessToken), status: 204},
		exchange{name: "says so", path: "~/audit-events?limit=1", status: 200, want: `[{"actorKind": "test-token", "actor": "` + bossID + `"}]`},
	)
	for _, email := range []string{"anna@acme.example", "nobody@acme.example", ""} {
		if token, _, err := p.server.SignInAs(t.Context(), servertest.Tenant, email); err == nil || token.AccessToken != "" {
			t.Errorf("%q is signed in: %v", email, err)
		}
	}
}
