package server

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/server/audit"
	"github.com/access-config/terraform-provider-iam/internal/server/wire"
	"github.com/access-config/terraform-provider-iam/internal/store"
)

// linkBytes is the number of random bytes in the secret of a link.
const linkBytes = 16

// guessedLinks is what callers that guess links share with each other at the brake.
const guessedLinks = "links"

// newLink stores a new link, and returns its secret. Earlier links of its subject stay valid:
// they may be in an e-mail whose acceptance was not noted.
func (s *Server) newLink(ctx context.Context, l store.Link) (secret string, err error) {
	random := make([]byte, linkBytes)
	_, _ = rand.Read(random) // never fails: see crypto/rand
	secret = base64.RawURLEncoding.EncodeToString(random)
	l.Hash, l.CreatedAt = linkHash(secret), s.timestamp()
	if err := s.unrecorded.CreateLink(ctx, l); err != nil {
		return "", fmt.Errorf("creating a link: %w", err)
	}
	return secret, nil
}

// linkHash returns the stored form of a secret. It needs no salt, since the secret is random.
func linkHash(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

// invitationURL returns the address that an invitation contains.
func (s *Server) invitationURL(tenant, secret string) string {
	return s.publicURL + api.Path(api.PathConsoleInvitation, tenant, secret)
}

// invitationText is the text of an invitation.
func invitationText(i store.Invitation, link string) string {
	join := "You are invited to join " + i.Tenant + "."
	if i.Kind == store.InvitedMember {
		join = "You are invited to join the team of " + i.Tenant + "."
	}
	return "Hello,\n\n" + join + " To accept, open this link:\n\n" + link + "\n\n" +
		"The link is for you only, can be used once, and expires on " + i.ExpiresAt.UTC().Format("2 January 2006 at 15:04 MST") + ".\n" +
		"If you did not expect this invitation, ignore this e-mail.\n"
}

// handleLinkRead answers POST /iam/{tenant}/invitation-link: what a link is for. It changes
// nothing. It is a POST because addresses are logged, and bodies are not.
func (s *Server) handleLinkRead(c *call) error {
	l, i, err := s.linked(c)
	if err != nil {
		return err
	}
	return c.write(http.StatusOK, linkDocument(l, i, s.timestamp()))
}

// handleLinkAccept answers POST /iam/{tenant}/invitation-link/accept: the invited person
// accepts, as handleInvitationAccept does instead of the person. The link is used up.
func (s *Server) handleLinkAccept(c *call) error {
	l, i, err := s.linked(c)
	if err != nil {
		return err
	}
	ctx := audit.WithActor(c.ctx, audit.Actor{Kind: api.ActorUser, ID: i.SubjectID, RequestID: c.w.Header().Get(api.HeaderRequestID)})
	now := s.timestamp()
	err = s.store.InTx(ctx, c.tenant, func(tx store.Tx) error {
		// Read again, now that nothing else can change them.
		if l, i, err = linkOf(ctx, tx, c.tenant, l.Hash); err != nil {
			return err
		}
		if status := linkStatus(l, i, now); status != api.LinkOpen {
			return conflict("Error while accepting invitation", i.ID, "The link is "+string(status))
		}
		if err := tx.EndLinks(ctx, c.tenant, l.Purpose, l.SubjectID, now); err != nil {
			return fmt.Errorf("ending the link: %w", err)
		}
		return confirm(ctx, tx, i, now)
	})
	if err != nil {
		return err
	}
	organizations, err := s.organizations(c.ctx, i.Email, false)
	if err != nil {
		return err
	}
	return c.write(http.StatusOK, api.AcceptedInvitation{Kind: api.InvitationKind(i.Kind), Email: i.Email, Organizations: organizationDocuments(organizations)})
}

// linked returns the link of the body and its invitation.
func (s *Server) linked(c *call) (l store.Link, i store.Invitation, err error) {
	err = s.findLink(c, func(hash string) error {
		l, i, err = linkOf(c.ctx, s.store, c.tenant, hash)
		return err
	})
	return l, i, err
}

// findLink calls find with the stored form of the secret in the body. A caller that guesses
// is slowed down.
func (s *Server) findLink(c *call, find func(hash string) error) error {
	var body api.LinkSecret
	if err := c.decode(&body, "secret"); err != nil {
		return err
	}
	address := s.proxies.Caller(c.r)
	if pause := s.brake.Wait(address, guessedLinks); pause > 0 {
		s.figures.refused[refusedSecret].Inc()
		return wait(pause, "There were too many unknown links from this address. Try again later.")
	}
	err := find(linkHash(body.Secret))
	var refused *failure
	if errors.As(err, &refused) {
		s.brake.Wrong(address, guessedLinks)
	}
	return err
}

// linkOf loads a link of an invitation and the invitation. It refuses with 404.
func linkOf(ctx context.Context, tx store.Tx, tenant, hash string) (l store.Link, i store.Invitation, err error) {
	l, err = tx.Link(ctx, tenant, store.LinkInvitation, hash)
	if err == nil {
		i, err = tx.Invitation(ctx, tenant, l.SubjectID)
	}
	if errors.Is(err, store.ErrNotFound) {
		return l, i, notFound("Error while reading the link", "", "There is no such link. Ask for a new invitation")
	}
	if err != nil {
		return l, i, fmt.Errorf("reading the link: %w", err)
	}
	return l, i, nil
}

// linkStatus returns the status of a link of an invitation.
func linkStatus(l store.Link, i store.Invitation, now time.Time) api.LinkStatus {
	switch {
	case !i.AcceptedAt.IsZero():
		return api.LinkUsed
	case !l.EndedAt.IsZero():
		return api.LinkReplaced
	case !now.Before(l.ExpiresAt):
		return api.LinkExpired
	}
	return api.LinkOpen
}

func linkDocument(l store.Link, i store.Invitation, now time.Time) api.LinkedInvitation {
	return api.LinkedInvitation{Kind: api.InvitationKind(i.Kind), Email: i.Email, Status: linkStatus(l, i, now), ExpiresAt: wire.Time(l.ExpiresAt)}
}
