package server_test

import (
	"strings"
	"testing"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/server"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
	"github.com/access-config/terraform-provider-iam/internal/store"
)

// link is a request with the secret of a link, without a token.
func (p *posted) link(action, secret string, status int, want string) exchange {
	return exchange{
		name: "link" + action, method: "POST", path: "~/invitation-link" + action, header: map[string]string{"Authorization": ""},
		body: `{"secret": "` + secret + `"}`, status: status, want: want,
	}
}

// invited invites a person, and returns the secret of the link.
func (p *posted) invited(t *testing.T, path, body string) (id, secret string) {
	t.Helper()
	id = p.create(t, path, body)
	p.send(t)
	return id, secretIn(t, p.mails[len(p.mails)-1].Text)
}

// The person who follows the link becomes active, everywhere in the tenant. It works once.
func TestLink_accept(t *testing.T) {
	t.Parallel()
	p := newPosted(t)
	id, first := p.invited(t, "~/users", person("Anna@acme.example"))
	_, second := p.invited(t, team("/members"), `{"email": "anna@acme.example", "role": "admin"}`)
	read := p.link("", first, 200, `{"kind": "user", "email": "Anna@acme.example", "status": "open", "expiresAt": "`+anyText+`"}`)
	p.play(
		t, read, read,
		exchange{name: "still provisioned", path: "~/users/" + id, status: 200, want: `{"status": "PROVISIONED"}`},
		p.link("/accept", first, 200, `{"kind": "user", "email": "Anna@acme.example", "organizations": [{"tenant": "acme", "role": "admin"}]}`),
		exchange{name: "active", path: "~/users/" + id, status: 200, want: `{"status": "ACTIVE"}`},
		exchange{name: "joined", path: team("/members/" + id), status: 200, want: `{"status": "active", "joinedAt": "` + anyText + `"}`},
		exchange{name: "all invitations", path: "~/invitations?status=accepted", header: total, status: 200, want: `[{"kind": "user"}, {"kind": "member"}]`, wantHeader: totalIs("2")},
		p.link("/accept", first, 409, `{"code": 409, "details": ["The link is used"]}`),
		p.link("", first, 200, `{"status": "used"}`),
		p.link("/accept", second, 409, `{"code": 409}`),
		exchange{name: "by herself", path: "~/audit-events?limit=1", status: 200, want: `[{"actorKind": "user", "actor": "` + id + `"}]`},
		exchange{name: "known elsewhere", method: "POST", path: team("/members"), body: `{"email": "ANNA@acme.example", "role": "member"}`, status: 409, want: `{}`},
	)
	if a, err := p.store.AccountByEmail(t.Context(), "anna@acme.example"); err != nil || a.RegisteredAt.IsZero() {
		t.Errorf("the account is %+v, %v", a, err)
	}
	p.hasNoSecret(t, map[string]bool{first: true, second: true})
}

// A link that was replaced, has expired, or belongs to an invitation that is gone, changes
// nothing.
func TestLink_ended(t *testing.T) {
	t.Parallel()
	p := newPosted(t)
	id, first := p.invited(t, "~/users", person("anna@acme.example"))
	p.check(t, exchange{method: "POST", path: "~/invitations/" + p.status(t, "anna@acme.example").ID + "/resend", status: 204})
	p.play(t, p.link("", first, 200, `{"status": "replaced"}`), p.link("/accept", first, 409, `{"details": ["The link is replaced"]}`))
	p.send(t)
	second := secretIn(t, p.mails[1].Text)
	p.check(t, p.link("", second, 200, `{"status": "open"}`))
	p.clock.advance(7*24*time.Hour - time.Minute)
	p.check(t, p.link("", second, 200, `{"status": "open"}`))
	p.clock.advance(time.Minute)
	p.token = p.issue(t, servertest.Tenant, api.AllScopes()...)
	p.play(
		t, p.link("", second, 200, `{"status": "expired"}`), p.link("/accept", second, 409, `{"details": ["The link is expired"]}`),
		exchange{name: "nothing changed", path: "~/users/" + id, status: 200, want: `{"status": "PROVISIONED"}`},
		exchange{name: "leaves", method: "DELETE", path: "~/users/" + id, status: 204},
		p.link("", second, 404, `{"code": 404, "details": ["There is no such link. Ask for a new invitation"]}`),
		p.link("/accept", first, 404, `{"code": 404}`),
	)
}

// A link is for one tenant and one purpose, and its secret is not guessed.
func TestLink_strange(t *testing.T) {
	t.Parallel()
	p := newPosted(t)
	if _, err := p.server.EnsureTenant(t.Context(), "other", ""); err != nil {
		t.Fatal(err)
	}
	id, secret := p.invited(t, "~/users", person("anna@acme.example"))
	elsewhere := p.link("/accept", secret, 404, `{"code": 404}`)
	elsewhere.path = "/iam/other/invitation-link/accept"
	now := p.clock.Now()
	err := p.store.CreateLink(t.Context(), store.Link{
		Tenant: servertest.Tenant, Hash: server.LinkHash("signs in"), Purpose: "sign-in", SubjectID: p.status(t, "anna@acme.example").ID, CreatedAt: now, ExpiresAt: now.Add(time.Hour),
	})
	if err != nil {
		t.Fatal(err)
	}
	p.play(
		t, elsewhere, p.link("/accept", "signs in", 404, `{"code": 404}`), p.link("/accept", "", 404, `{"code": 404}`), p.link("/accept", strings.ToLower(secret)+"x", 404, `{"code": 404}`),
		exchange{name: "no secret", method: "POST", path: "~/invitation-link/accept", body: `{}`, status: 400, want: `{"code": 400}`},
		exchange{name: "not by GET", method: "GET", path: "~/invitation-link/accept", status: 405, want: `{}`},
		exchange{name: "still provisioned", path: "~/users/" + id, status: 200, want: `{"status": "PROVISIONED"}`},
	)
	// Four were wrong; six more are free.
	for range 6 {
		p.check(t, p.link("", "wrong", 404, `{"code": 404}`))
	}
	p.check(t, p.link("", secret, 429, `{}`))
	p.clock.advance(10 * time.Second)
	p.check(t, p.link("", secret, 200, `{"status": "open"}`))
}
