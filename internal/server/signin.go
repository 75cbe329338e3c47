package server

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/server/audit"
	"github.com/access-config/terraform-provider-iam/internal/server/wire"
	"github.com/access-config/terraform-provider-iam/internal/store"
)

const (
	// signInLifetime is how long a link to sign in can be used.
	signInLifetime = 15 * time.Minute
	// signInKept is how long an expired one is stored: the page says that it expired.
	signInKept = 7 * 24 * time.Hour

	// A person gets so many e-mails at once, and one more in each interval: five in an hour.
	lettersBurst    = 5
	lettersInterval = 12 * time.Minute

	// wantedLinks is what callers that ask for links share with each other at the brake.
	wantedLinks = "links to sign in"
)

// handleSignInLink answers POST /iam/{tenant}/sign-in-link: it sends a link to sign in. Its
// answer, and the time that it takes, are the same for every address: whose it is, is looked
// up when the e-mail is written.
func (s *Server) handleSignInLink(c *call) error {
	var body api.SignInLinkRequest
	if err := c.decode(&body, "email"); err != nil {
		return err
	}
	if !api.ValidEmail(body.Email) {
		return badRequest(fmt.Sprintf("email must be an e-mail address, not %q", body.Email))
	}
	caller := s.proxies.Caller(c.r)
	if pause := s.brake.Wait(caller, wantedLinks); pause > 0 {
		s.figures.refused[refusedSecret].Inc()
		return wait(pause, "Too many links were asked for from this address. Try again later.")
	}
	s.brake.Wrong(caller, wantedLinks)
	email := strings.ToLower(body.Email)
	if pause := s.letters.Take(c.tenant + " " + email); pause > 0 {
		return wait(pause, "Too many links were asked for with this e-mail address. Use the newest, or try again later.")
	}
	if s.mail != nil || s.terminal != nil { // or the e-mail would wait until its link has expired
		err := s.store.InTx(c.ctx, c.tenant, func(tx store.Tx) error {
			return s.queueMail(c.ctx, tx, store.Mail{Tenant: c.tenant, ID: email, Kind: store.MailSignIn, Round: int(s.timestamp().UnixMilli())})
		})
		if err = ignoreNotFound(err); err != nil { // a tenant that does not exist is none of the caller's business
			return err
		}
	}
	return c.write(http.StatusAccepted, struct{}{})
}

// personID returns the id of the person with an e-mail address: of the user, or else of the
// team member. It is empty for everyone else.
func personID(ctx context.Context, tx store.Tx, tenant, email string) (id string, err error) {
	u, err := tx.UserByEmail(ctx, tenant, email)
	if err == nil {
		return u.ID, nil
	}
	if err = ignoreNotFound(err); err != nil {
		return "", fmt.Errorf("looking for the user: %w", err)
	}
	m, err := tx.TeamMemberByEmail(ctx, tenant, email)
	if err = ignoreNotFound(err); err != nil {
		return "", fmt.Errorf("looking for the team member: %w", err)
	}
	return m.ID, nil
}

// signsIn returns the id of the person with an e-mail address who can sign in with a link,
// and the address as it is stored: of an active user who is not locked, or of a member who
// has joined the team. The id is empty for everyone else.
func signsIn(ctx context.Context, tx store.Tx, tenant, email string) (id, stored string, err error) {
	id, err = personID(ctx, tx, tenant, email)
	if err != nil || id == "" {
		return "", "", err
	}
	if stored, err = maySignIn(ctx, tx, tenant, id); err != nil || stored == "" {
		return "", "", err
	}
	return id, stored, nil
}

// maySignIn returns the e-mail address of the person with an id who can sign in with a link.
// It is empty for everyone else.
func maySignIn(ctx context.Context, tx store.Tx, tenant, id string) (email string, err error) {
	email, u, err := person(ctx, tx, tenant, id)
	if err != nil || u.ID != "" && u.Status != string(api.UserActive) {
		return "", err
	}
	return email, nil
}

// signInLetter writes the e-mail with a link to sign in: see letter.
func (p *post) signInLetter(ctx context.Context, m store.Mail) (e Mail, line string, needed bool, err error) {
	l := store.Link{Tenant: m.Tenant, Purpose: store.LinkSignIn, ExpiresAt: m.CreatedAt.Add(signInLifetime)}
	if !p.now().Before(l.ExpiresAt) {
		return e, "", false, nil
	}
	var email string
	if l.SubjectID, email, err = signsIn(ctx, p.unrecorded, m.Tenant, m.ID); err != nil || l.SubjectID == "" {
		return e, "", false, err
	}
	secret, err := p.secretOf(ctx, m, l)
	if err != nil {
		return e, "", false, err
	}
	if err := p.dropSignIns(ctx, m.Tenant); err != nil {
		return e, "", false, err
	}
	link := p.signInURL(m.Tenant, secret)
	e = Mail{To: email, ID: linkHash(mailKey(m))[:32], Subject: "Sign in to " + m.Tenant, Text: signInText(l, link)}
	return e, fmt.Sprintf("Link to sign in for %s to %s: %s", access.Visible(email), m.Tenant, link), true, nil
}

// dropSignIns removes links that expired long ago.
func (s *Server) dropSignIns(ctx context.Context, tenant string) error {
	if err := s.unrecorded.DropLinks(ctx, tenant, store.LinkSignIn, s.timestamp().Add(-signInKept)); err != nil {
		return fmt.Errorf("removing old links: %w", err)
	}
	return nil
}

// signInURL returns the address of the page that a link opens.
func (s *Server) signInURL(tenant, secret string) string {
	return s.publicURL + api.Path(api.PathConsoleSignIn, tenant, secret)
}

// signInText is the text of the e-mail with a link.
func signInText(l store.Link, link string) string {
	return "Hello,\n\nSomeone asked for a link to sign in to " + l.Tenant + " with this e-mail address. To sign in, open it:\n\n" + link + "\n\n" +
		"The link is for you only, can be used once, and expires on " + l.ExpiresAt.UTC().Format("2 January 2006 at 15:04 MST") + ".\n" +
		"If you did not ask for it, ignore this e-mail: nobody can sign in without the link. Do not pass it on.\n"
}

// handleSignInRead answers POST /iam/{tenant}/sign-in-link/read: what a link is for. It
// changes nothing. It is a POST because addresses are logged, and bodies are not.
func (s *Server) handleSignInRead(c *call) error {
	l, email, err := s.signInLink(c)
	if err != nil {
		return err
	}
	return c.write(http.StatusOK, api.SignInLink{UserID: l.SubjectID, Email: email, Status: signInStatus(l, s.timestamp()), ExpiresAt: wire.Time(l.ExpiresAt)})
}

// handleSignInAccept answers POST /iam/{tenant}/sign-in-link/accept: the token of the person
// of the link. It uses up all links of the person.
func (s *Server) handleSignInAccept(c *call) error {
	l, _, err := s.signInLink(c)
	if err != nil {
		return err
	}
	ctx := audit.WithActor(c.ctx, audit.Actor{Kind: api.ActorUser, ID: l.SubjectID, RequestID: c.w.Header().Get(api.HeaderRequestID)})
	now := s.timestamp()
	var id string
	var scopes []string
	var member bool
	err = s.store.InTx(ctx, c.tenant, func(tx store.Tx) error {
		// Read again, now that nothing else can change them.
		if l, _, err = signInLinkOf(ctx, tx, c.tenant, l.Hash); err != nil {
			return err
		}
		if status := signInStatus(l, now); status != api.LinkOpen {
			return conflict("Error while signing in", l.SubjectID, "The link is "+string(status))
		}
		if err := tx.EndLinks(ctx, c.tenant, l.Purpose, l.SubjectID, now); err != nil {
			return fmt.Errorf("ending the link: %w", err)
		}
		if id, scopes, member, err = s.logIn(ctx, tx, c.tenant, l.SubjectID); err != nil {
			return err
		}
		return s.noteToken(ctx, tx, c.tenant, "sign-in", tokenEvent{UserID: id, UserType: access.Employee, Scopes: scopes})
	})
	if err != nil {
		return err
	}
	return s.writeToken(c, id, claims{Tenant: c.tenant, UserType: access.Employee, Member: member}, scopes)
}

// signInLink returns the link of the body, and the e-mail address of its person.
func (s *Server) signInLink(c *call) (l store.Link, email string, err error) {
	err = s.findLink(c, func(hash string) error {
		l, email, err = signInLinkOf(c.ctx, s.store, c.tenant, hash)
		return err
	})
	return l, email, err
}

// signInLinkOf loads a link to sign in, and the e-mail address of its person. It refuses with
// 404, also if the person may not sign in any more.
func signInLinkOf(ctx context.Context, tx store.Tx, tenant, hash string) (l store.Link, email string, err error) {
	l, err = tx.Link(ctx, tenant, store.LinkSignIn, hash)
	if err == nil {
		email, err = maySignIn(ctx, tx, tenant, l.SubjectID)
	}
	if errors.Is(err, store.ErrNotFound) || err == nil && email == "" {
		return l, "", notFound("Error while reading the link", "", "There is no such link. Ask for a new one")
	}
	if err != nil {
		return l, "", fmt.Errorf("reading the link: %w", err)
	}
	return l, email, nil
}

// signInStatus returns the status of a link to sign in.
func signInStatus(l store.Link, now time.Time) api.LinkStatus {
	switch {
	case !l.EndedAt.IsZero():
		return api.LinkUsed
	case !now.Before(l.ExpiresAt):
		return api.LinkExpired
	}
	return api.LinkOpen
}

// SignInLink returns the address with which the person with an e-mail address signs in, once
// and within 15 minutes. Only the person, or the operator, may see it.
func (s *Server) SignInLink(ctx context.Context, tenant, email string) (url string, err error) {
	id, _, err := signsIn(ctx, s.unrecorded, tenant, email)
	if err != nil {
		return "", err
	}
	if id == "" {
		return "", fmt.Errorf("nobody with the e-mail address %s can sign in to tenant %s: there is no such person, or they are locked or have not accepted their invitation", email, tenant)
	}
	secret, err := s.newLink(ctx, store.Link{Tenant: tenant, Purpose: store.LinkSignIn, SubjectID: id, ExpiresAt: s.timestamp().Add(signInLifetime)})
	if err != nil {
		return "", err
	}
	return s.signInURL(tenant, secret), s.dropSignIns(ctx, tenant)
}

// OwnerLink returns the e-mail address of the Owner of a tenant's team, and SignInLink of it.
func (s *Server) OwnerLink(ctx context.Context, tenant string) (email, url string, err error) {
	owner, err := s.unrecorded.TeamOwner(ctx, tenant)
	if err != nil {
		return "", "", fmt.Errorf("looking for the Owner of %s: %w", tenant, err)
	}
	url, err = s.SignInLink(ctx, tenant, owner.Email)
	return owner.Email, url, err
}

// SignInAs returns a token as the person with an e-mail address would get it, and the
// person's id. It is for a developer who looks at what someone else sees: the token and the
// audit event say that somebody acts as the person.
func (s *Server) SignInAs(ctx context.Context, tenant, email string) (token api.Token, userID string, err error) {
	var scopes []string
	var member bool
	err = s.store.InTx(ctx, tenant, func(tx store.Tx) error {
		id, err := personID(ctx, tx, tenant, email)
		if err != nil {
			return err
		}
		if id == "" {
			return fmt.Errorf("tenant %s has no user and no team member with this e-mail address", tenant)
		}
		if userID, scopes, member, err = s.logIn(ctx, tx, tenant, id); err != nil {
			return err
		}
		return s.noteToken(ctx, tx, tenant, "test-token", tokenEvent{UserID: userID, UserType: access.Employee, Scopes: scopes, AskedBy: developer})
	})
	if err != nil {
		return api.Token{}, "", err
	}
	token, err = s.issue(userID, claims{Tenant: tenant, UserType: access.Employee, Member: member, Act: &actingParty{Subject: developer}}, scopes)
	return token, userID, err
}

// developer is who acts in the tokens of SignInAs.
const developer = "serve --dev"
