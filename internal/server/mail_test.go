package server_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
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

// posted is a backend with a clock and a mail server. Its workers have ended: the test sends.
type posted struct {
	*backend
	clock *clock
	mails []server.Mail // that the mail server accepted
	fails error         // of the mail server, if not nil
	log   *bytes.Buffer
}

func newPosted(t *testing.T) *posted {
	t.Helper()
	p := &posted{log: &bytes.Buffer{}}
	p.backend, p.clock = newBackendAt(t)
	p.server.Close()
	p.restart(t, server.Options{Mail: func(_ context.Context, m server.Mail) error {
		if p.fails == nil {
			p.mails = append(p.mails, m)
		}
		return p.fails
	}})
	return p
}

// restart goes on with another server over the same store.
func (p *posted) restart(t *testing.T, o server.Options) {
	t.Helper()
	o.Store, o.Now, o.PublicURL = p.store, p.clock.Now, servertest.PublicURL
	o.Logger = slog.New(slog.NewTextHandler(p.log, nil))
	p.backend = over(t, p.backend, o)
	p.server.Close()
}

// send sends what is due.
func (p *posted) send(t *testing.T) {
	t.Helper()
	if err := p.server.SendMails(t.Context()); err != nil {
		t.Fatal(err)
	}
}

var linkPattern = regexp.MustCompile(`https://iam\.test/console/(\w+)/invitation/([A-Za-z0-9_-]{22})\n`)

// secretIn returns the secret of the link in a text.
func secretIn(t *testing.T, text string) string {
	t.Helper()
	found := linkPattern.FindStringSubmatch(text)
	if found == nil || found[1] != servertest.Tenant {
		t.Fatalf("no link in %q", text)
	}
	return found[2]
}

// status is the status of the only invitation to an e-mail address.
func (p *posted) status(t *testing.T, email string) api.Invitation {
	t.Helper()
	list := read[[]api.Invitation](t, p.backend, "~/invitations?email="+email)
	if len(list) != 1 {
		t.Fatalf("%s has the invitations %+v", email, list)
	}
	return list[0]
}

// Users and members of the team get an e-mail with a link of their own, at once and when it
// is sent again.
func TestMail_invitations(t *testing.T) {
	t.Parallel()
	p := newPosted(t)
	p.create(t, "~/users", person("anna@acme.example"))
	p.create(t, team("/members"), `{"email": "ben@acme.example", "role": "member"}`)
	if got := p.status(t, "anna@acme.example"); got.Status != api.InvitationPending || got.SentAt != "" {
		t.Errorf("before: %+v", got)
	}
	p.send(t)
	secrets := map[string]bool{}
	for i, want := range []struct{ to, text string }{{"anna@acme.example", "You are invited to join acme."}, {"ben@acme.example", "You are invited to join the team of acme."}} {
		got := p.status(t, want.to)
		if got.Status != api.InvitationSent || got.SentAt == "" || got.SentCount != 1 {
			t.Errorf("sent: %+v", got)
		}
		m := p.mails[i]
		expires, _ := time.Parse(time.RFC3339, got.ExpiresAt)
		if m.To != want.to || m.ID != got.ID+".1" || m.Subject != "Invitation to acme" || !strings.Contains(m.Text, want.text) || !strings.Contains(m.Text, expires.Format("2 January 2006 at 15:04 MST")) {
			t.Errorf("got %+v", m)
		}
		secrets[secretIn(t, m.Text)] = true
	}
	anna := p.status(t, "anna@acme.example")
	p.check(t, exchange{method: "POST", path: "~/invitations/" + anna.ID + "/resend", status: 204})
	if got := p.status(t, "anna@acme.example"); got.Status != api.InvitationPending || got.SentAt != "" || got.SentCount != 2 {
		t.Errorf("resent: %+v", got)
	}
	p.send(t)
	p.send(t)
	if len(p.mails) != 3 || p.mails[2].To != "anna@acme.example" || p.mails[2].ID != anna.ID+".2" || p.status(t, "anna@acme.example").Status != api.InvitationSent {
		t.Fatalf("got %+v", p.mails)
	}
	if secrets[secretIn(t, p.mails[2].Text)] = true; len(secrets) != 3 {
		t.Error("a link came twice")
	}
	p.hasNoSecret(t, secrets)
}

// hasNoSecret makes sure that neither log nor audit events contain a secret, and that the
// stored links do not.
func (p *posted) hasNoSecret(t *testing.T, secrets map[string]bool) {
	t.Helper()
	events, err := p.store.Events(t.Context(), servertest.Tenant, store.EventFilter{})
	if err != nil {
		t.Fatal(err)
	}
	for secret := range secrets {
		if strings.Contains(p.log.String(), secret) || strings.Contains(fmt.Sprint(events), secret) {
			t.Error("the log or an event has a secret")
		}
		if _, err := p.store.Link(t.Context(), servertest.Tenant, store.LinkInvitation, secret); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("a link is stored by its secret: %v", err)
		}
	}
}

// What fails is tried again, at longer and longer intervals, with the same id and link, and
// the list says why it waits.
func TestMail_retries(t *testing.T) {
	t.Parallel()
	p := newPosted(t)
	var tried []server.Mail
	answers := []error{errors.New("no such \x00mailbox"), errors.New("busy"), nil}
	p.restart(t, server.Options{Mail: func(_ context.Context, m server.Mail) error {
		tried = append(tried, m)
		return answers[len(tried)-1]
	}})
	p.create(t, "~/users", person("anna@acme.example"))
	p.send(t)
	if got := p.status(t, "anna@acme.example"); got.Status != api.InvitationPending || got.LastError != "no such ?mailbox" {
		t.Errorf("got %+v", got)
	}
	p.send(t)
	p.clock.advance(time.Second)
	p.send(t)
	p.clock.advance(time.Second)
	p.send(t)
	if len(tried) != 2 {
		t.Fatalf("tried %d times within two seconds", len(tried))
	}
	p.clock.advance(time.Second)
	p.send(t)
	if got := p.status(t, "anna@acme.example"); len(tried) != 3 || tried[0] != tried[1] || tried[1] != tried[2] || got.Status != api.InvitationSent || got.LastError != "" {
		t.Errorf("got %+v after %+v", got, tried)
	}
}

// A mail server that does not work is left alone for a while, by all e-mails. Then all arrive.
func TestMail_deadServer(t *testing.T) {
	t.Parallel()
	p := newPosted(t)
	tried := 0
	p.fails = fmt.Errorf("%w: connection refused", server.ErrNoMailServer)
	inner := p.fails
	p.restart(t, server.Options{Mail: func(_ context.Context, m server.Mail) error {
		tried++
		if p.fails == nil {
			p.mails = append(p.mails, m)
		}
		return p.fails
	}})
	for i := range 5 {
		p.create(t, "~/users", person(fmt.Sprintf("user%d@acme.example", i)))
	}
	for range 3 {
		p.send(t)
	}
	if tried != 1 || !strings.Contains(p.status(t, "user0@acme.example").LastError, inner.Error()) {
		t.Errorf("tried %d times", tried)
	}
	p.clock.advance(time.Second)
	p.send(t)
	p.clock.advance(time.Second)
	p.send(t)
	if tried != 2 {
		t.Errorf("tried %d times", tried)
	}
	p.fails = nil
	p.clock.advance(time.Minute)
	p.send(t)
	if len(p.mails) != 5 {
		t.Errorf("got %d e-mails", len(p.mails))
	}
}

// A process that ends after the mail server accepted an e-mail, and before that is noted,
// leaves it to the next one: it is sent again with the same id, and both links work.
func TestMail_cutOff(t *testing.T) {
	t.Parallel()
	p := newPosted(t)
	ctx, cancel := context.WithCancel(t.Context())
	p.restart(t, server.Options{Mail: func(_ context.Context, m server.Mail) error {
		p.mails = append(p.mails, m)
		cancel() // before the answer
		return errors.New("the connection is lost")
	}})
	p.create(t, "~/users", person("anna@acme.example"))
	_ = p.server.SendMails(ctx)
	p.restart(t, server.Options{Mail: func(_ context.Context, m server.Mail) error {
		p.mails = append(p.mails, m)
		return nil
	}})
	p.send(t)
	p.send(t)
	if len(p.mails) != 2 || p.mails[0].ID != p.mails[1].ID || p.status(t, "anna@acme.example").Status != api.InvitationSent {
		t.Fatalf("got %+v", p.mails)
	}
	for _, m := range p.mails {
		p.check(t, p.link("", secretIn(t, m.Text), 200, `{"status": "open"}`))
	}
}

// An e-mail that another process has leased is left to it, until the lease ends.
func TestMail_leased(t *testing.T) {
	t.Parallel()
	p := newPosted(t)
	p.create(t, "~/users", person("anna@acme.example"))
	var inner []server.Mail
	p.restart(t, server.Options{Mail: func(ctx context.Context, m server.Mail) error {
		if inner = append(inner, m); len(inner) > 1 {
			return nil
		}
		return p.server.SendMails(ctx) // meanwhile
	}})
	p.send(t)
	if len(inner) != 1 {
		t.Errorf("sent %d times", len(inner))
	}
}

// An invitation that is sent again while its e-mail is on the way gets another e-mail.
func TestMail_resentMeanwhile(t *testing.T) {
	t.Parallel()
	p := newPosted(t)
	p.create(t, "~/users", person("anna@acme.example"))
	id := p.status(t, "anna@acme.example").ID
	p.restart(t, server.Options{Mail: func(_ context.Context, m server.Mail) error {
		if p.mails = append(p.mails, m); len(p.mails) == 1 {
			p.check(t, exchange{method: "POST", path: "~/invitations/" + id + "/resend", status: 204})
		}
		return nil
	}})
	p.send(t)
	if len(p.mails) != 2 || p.mails[0].ID != id+".1" || p.mails[1].ID != id+".2" {
		t.Fatalf("got %+v", p.mails)
	}
	p.check(t, p.link("", secretIn(t, p.mails[0].Text), 200, `{"status": "replaced"}`))
	p.check(t, p.link("", secretIn(t, p.mails[1].Text), 200, `{"status": "open"}`))
}

// Nobody gets an invitation that was accepted, withdrawn or has expired.
func TestMail_notNeeded(t *testing.T) {
	t.Parallel()
	p := newPosted(t)
	p.create(t, "~/users", person("anna@acme.example"))
	gone := p.create(t, "~/users", person("ben@acme.example"))
	p.check(t, exchange{method: "POST", path: "~/invitations/" + p.status(t, "anna@acme.example").ID + "/accept", status: 204})
	p.check(t, exchange{method: "DELETE", path: "~/users/" + gone, status: 204})
	p.fails = errors.New("busy")
	p.create(t, "~/users", person("carl@acme.example"))
	p.send(t)
	p.fails = nil
	p.clock.advance(7 * 24 * time.Hour)
	p.send(t)
	list, err := p.store.Mails(t.Context(), servertest.Tenant)
	if err != nil || len(list) > 0 || len(p.mails) > 0 {
		t.Errorf("left are %+v (%v), sent %+v", list, err, p.mails)
	}
	if !strings.Contains(p.log.String(), "an e-mail was given up") {
		t.Error("the log does not say what was given up")
	}
}

// Without a mail server invitations stay pending, and the terminal of the operator, but no
// log, shows their links. Without a terminal they wait for a mail server.
func TestMail_terminal(t *testing.T) {
	t.Parallel()
	p := newPosted(t)
	p.restart(t, server.Options{})
	p.create(t, "~/users", person("anna@acme.example"))
	p.send(t)
	if list, err := p.store.Mails(t.Context(), servertest.Tenant); err != nil || len(list) != 1 {
		t.Errorf("waiting are %+v (%v)", list, err)
	}
	var lines []string
	p.restart(t, server.Options{Print: func(line string) { lines = append(lines, line) }})
	p.send(t)
	p.send(t)
	if len(lines) != 1 || !strings.HasPrefix(lines[0], "Invitation for anna@acme.example to acme: https://iam.test/console/") {
		t.Fatalf("got %q", lines)
	}
	secret := secretIn(t, lines[0]+"\n")
	p.check(t, p.link("", secret, 200, `{"status": "open", "kind": "user", "email": "anna@acme.example"}`))
	if got := p.status(t, "anna@acme.example"); got.Status != api.InvitationPending {
		t.Errorf("got %+v", got)
	}
	p.hasNoSecret(t, map[string]bool{secret: true})
}

// Users of Make get an e-mail that says what has changed, at the loss of the last role as well.
func TestMail_integromat(t *testing.T) {
	t.Parallel()
	const anna = "anna@acme.example"
	mails := make(chan server.Mail, 10)
	s := newSynced(t, server.Options{Mail: func(_ context.Context, m server.Mail) error {
		if strings.HasPrefix(m.Subject, "Your access to Make") {
			mails <- m
		}
		return nil
	}})
	s.organization(t, 201, `"sync": true`)
	arrives := func(texts ...string) {
		t.Helper()
		m := <-mails
		for _, text := range append(texts, "Hello Ann", "your access in acme changed on 31 January 2026 at 12:00 UTC.") {
			if m.To != anna || !strings.Contains(m.Text, text) {
				t.Errorf("no %q in %+v", text, m)
			}
		}
	}
	id := s.create(t, "~/users", person(anna, "oe-editor"))
	arrives("You are now a member of the Make organization of acme", "  integromat.app_developer\n  integromat.scenario_edit\n", "follow the invitation that Make sends")
	s.putGroups(t, id, "oe-editor", "oe-viewer")
	arrives("You are a member of the Make organization of acme", "  member\n")
	s.putGroups(t, id, "oe-viewer")
	arrives("You no longer have a role in Make.", "You stay a member of the Make organization of acme until an administrator removes you.")
	s.become(t, anna+" stale")
	s.organization(t, 204, `"sync": true, "pruneStale": true`)
	s.become(t, "")
	s.putGroups(t, id, "oe-admin")
	arrives("You are now a member of")
	s.become(t, anna+" synced")
	s.check(t, exchange{method: "PUT", path: "~/users/" + id + "/lock", status: 204})
	arrives("you are no longer a member of the Make organization of acme")
	if len(mails) > 0 {
		t.Errorf("%d more e-mails", len(mails))
	}
}

// No two secrets are alike.
func TestMail_random(t *testing.T) {
	t.Parallel()
	p := newPosted(t)
	var secrets []string
	for i := range 50 {
		p.create(t, team("/members"), fmt.Sprintf(`{"email": "m%d@acme.example", "role": "member"}`, i))
	}
	p.send(t)
	for _, m := range p.mails {
		secrets = append(secrets, secretIn(t, m.Text))
	}
	slices.Sort(secrets)
	if len(slices.Compact(secrets)) != 50 {
		t.Errorf("got %q", secrets)
	}
}
