package server

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/server/wire"
	"github.com/access-config/terraform-provider-iam/internal/store"
)

// Mail is an e-mail in plain text. The id is the same if it is sent again.
type Mail struct{ To, ID, Subject, Text string }

// ErrNoMailServer is the error of Options.Mail while no e-mail can be sent at all.
var ErrNoMailServer = errors.New("the mail server cannot be used")

const (
	// mailLease is how long one process has an e-mail while others leave it alone.
	// Options.Mail must not take longer.
	mailLease = 2 * time.Minute
	// mailLifetime is how long an e-mail is tried. It is as long as an invitation lasts.
	mailLifetime = invitationLifetime
	// mailIdle is how often a server that sends no e-mails looks for old ones.
	mailIdle = time.Hour
)

// queueMail schedules the e-mail about an invitation or a notice. It replaces an unsent one.
func (s *Server) queueMail(ctx context.Context, tx store.Tx, m store.Mail) error {
	m.CreatedAt = s.timestamp()
	m.DueAt = m.CreatedAt
	if err := tx.PutMail(ctx, m); err != nil {
		return fmt.Errorf("scheduling an e-mail: %w", err)
	}
	return nil
}

// post sends e-mails. One worker uses it.
type post struct {
	*Server

	// secrets are those of the links in e-mails that were tried. An e-mail that is sent
	// again has the same link, unless another process sends it.
	secrets  map[string]string // by mailKey
	failures int               // of the mail server, one after another
	rest     time.Time         // until when it is left alone
}

// mailKey identifies an e-mail, and is its id at the mail server.
func mailKey(m store.Mail) string { return fmt.Sprintf("%s.%d", m.ID, m.Round) }

// sendMails sends every e-mail that is due, and returns how long to wait before the next
// look. Its errors are of the store: an e-mail that fails is postponed.
func (p *post) sendMails(ctx context.Context) (wait time.Duration, err error) {
	for {
		m, err := p.unrecorded.NextMail(ctx)
		if errors.Is(err, store.ErrNotFound) {
			return p.poll, nil
		}
		if err != nil {
			return 0, fmt.Errorf("looking for the next e-mail: %w", err)
		}
		now := p.now()
		switch {
		case now.Sub(m.CreatedAt) >= mailLifetime:
			if err := p.giveUp(ctx, m); err != nil {
				return 0, err
			}
			continue
		case p.mail == nil && p.terminal == nil:
			return mailIdle, nil
		case now.Before(p.rest):
			return p.rest.Sub(now), nil
		case m.DueAt.After(now):
			return min(m.DueAt.Sub(now), p.poll), nil
		}
		if err := p.sendMail(ctx, m); err != nil {
			return 0, fmt.Errorf("e-mail %s: %w", m.ID, err)
		}
	}
}

// giveUp removes the e-mails of the tenant that are too old.
func (p *post) giveUp(ctx context.Context, m store.Mail) error {
	if m.Attempts > 0 {
		p.log.ErrorContext(ctx, "an e-mail was given up", "tenant", m.Tenant, "kind", m.Kind, "id", m.ID, "attempts", m.Attempts, "cause", m.LastError)
	}
	delete(p.secrets, mailKey(m))
	if err := p.unrecorded.DropMails(ctx, m.Tenant, p.timestamp().Add(-mailLifetime+time.Millisecond)); err != nil {
		return fmt.Errorf("removing old e-mails: %w", err)
	}
	return nil
}

// sendMail leases and sends one e-mail. It calls the mail server outside of transactions: if
// this process ends before the answer is noted, the e-mail is sent again with the same id.
func (p *post) sendMail(ctx context.Context, m store.Mail) error {
	leased := false
	err := p.changeMail(ctx, m, func(tx store.Tx, stored store.Mail) error {
		now := p.timestamp()
		if leased = !stored.DueAt.After(now); !leased {
			return nil
		}
		m, stored.DueAt = stored, now.Add(mailLease)
		return tx.PutMail(ctx, stored)
	})
	if err != nil {
		return fmt.Errorf("leasing: %w", err)
	}
	if !leased { // another process has it, or has sent it
		return nil
	}
	e, line, needed, err := p.letter(ctx, m)
	if err != nil {
		return err
	}
	switch {
	case !needed:
		return p.doneMail(ctx, m, func(store.Tx) error { return nil })
	case p.mail == nil:
		if line != "" {
			p.terminal(line)
		}
		return p.doneMail(ctx, m, func(store.Tx) error { return nil })
	}
	if err := p.mail(ctx, e); err != nil {
		return p.putOffMail(ctx, m, err)
	}
	p.failures = 0
	return p.doneMail(context.WithoutCancel(ctx), m, func(tx store.Tx) error { return p.noteSent(ctx, tx, m) })
}

// changeMail calls fn with the stored e-mail, in a transaction, unless it is gone or to be
// sent anew.
func (p *post) changeMail(ctx context.Context, m store.Mail, fn func(tx store.Tx, stored store.Mail) error) error {
	return p.unrecorded.InTx(ctx, m.Tenant, func(tx store.Tx) error {
		stored, err := tx.Mail(ctx, m.Tenant, m.ID)
		if errors.Is(err, store.ErrNotFound) || err == nil && stored.Round != m.Round {
			return nil
		}
		if err != nil {
			return fmt.Errorf("reading the e-mail: %w", err)
		}
		return fn(tx, stored)
	})
}

// doneMail removes the e-mail, in the transaction of note.
func (p *post) doneMail(ctx context.Context, m store.Mail, note func(tx store.Tx) error) error {
	err := p.changeMail(ctx, m, func(tx store.Tx, _ store.Mail) error {
		if err := tx.DeleteMail(ctx, m.Tenant, m.ID); err != nil {
			return err
		}
		return note(tx)
	})
	if err != nil {
		return fmt.Errorf("noting the end of an e-mail: %w", err)
	}
	delete(p.secrets, mailKey(m))
	return nil
}

// noteSent notes that a mail server accepted the e-mail. Nobody asks that of one with a link
// to sign in.
func (p *post) noteSent(ctx context.Context, tx store.Tx, m store.Mail) (err error) {
	ctx, now := context.WithoutCancel(ctx), p.timestamp()
	switch m.Kind {
	case store.MailInvitation:
		err = tx.UpdateInvitation(ctx, m.Tenant, m.ID, func(i *store.Invitation) error { i.SentAt = now; return nil })
	case store.MailMakeNotice:
		err = tx.UpdateMakeNotice(ctx, m.Tenant, m.ID, func(n *store.MakeNotice) error { n.SentAt = now; return nil })
	}
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	return err
}

// putOffMail postpones an e-mail that failed. If the mail server itself fails, it is left
// alone for a while. A server that shuts down leaves the e-mail to the next one at once.
func (p *post) putOffMail(ctx context.Context, m store.Mail, cause error) error {
	delay := min(firstRetry<<min(m.Attempts, 20), lastRetry)
	if errors.Is(cause, ErrNoMailServer) {
		delay = min(firstRetry<<min(p.failures, 20), lastRetry)
		p.failures++
		p.rest = p.now().Add(delay)
	}
	m.Attempts++
	m.LastError = shortened(strings.ReplaceAll(strings.ToValidUTF8(cause.Error(), "?"), "\x00", "?"), 500)
	if ctx.Err() != nil {
		delay, ctx = 0, context.WithoutCancel(ctx)
	} else {
		p.log.ErrorContext(ctx, "an e-mail was not sent", "tenant", m.Tenant, "kind", m.Kind, "id", m.ID, "again_in", delay, "cause", cause.Error())
	}
	m.DueAt = p.timestamp().Add(delay)
	err := p.changeMail(ctx, m, func(tx store.Tx, _ store.Mail) error { return tx.PutMail(ctx, m) })
	if err != nil {
		return fmt.Errorf("postponing: %w", err)
	}
	return nil
}

// letter writes the e-mail, and the line for the terminal of a backend without a mail server,
// if there is a link in it. It is not needed if what it is about has ended.
func (p *post) letter(ctx context.Context, m store.Mail) (e Mail, line string, needed bool, err error) {
	switch m.Kind {
	case store.MailSignIn:
		return p.signInLetter(ctx, m)
	case store.MailMakeNotice:
		n, err := p.unrecorded.MakeNotice(ctx, m.Tenant, m.ID)
		if err != nil {
			return e, "", false, ignoreNotFound(err)
		}
		return Mail{To: n.Email, ID: mailKey(m), Subject: noticeSubject, Text: noticeText(n)}, "", true, nil
	}
	i, err := p.unrecorded.Invitation(ctx, m.Tenant, m.ID)
	if err != nil {
		return e, "", false, ignoreNotFound(err)
	}
	if status := wire.InvitationStatus(i, p.timestamp()); status.Closed() {
		return e, "", false, nil
	}
	secret, err := p.secretOf(ctx, m, store.Link{Tenant: i.Tenant, Purpose: store.LinkInvitation, SubjectID: i.ID, ExpiresAt: i.ExpiresAt})
	if err != nil {
		return e, "", false, err
	}
	link := p.invitationURL(i.Tenant, secret)
	e = Mail{To: i.Email, ID: mailKey(m), Subject: "Invitation to " + i.Tenant, Text: invitationText(i, link)}
	return e, fmt.Sprintf("Invitation for %s to %s: %s", access.Visible(e.To), m.Tenant, link), true, nil
}

// secretOf returns the secret of the link in an e-mail, which it creates once.
func (p *post) secretOf(ctx context.Context, m store.Mail, l store.Link) (secret string, err error) {
	key := mailKey(m)
	if p.secrets[key] == "" {
		if p.secrets[key], err = p.newLink(ctx, l); err != nil {
			return "", err
		}
	}
	return p.secrets[key], nil
}

func ignoreNotFound(err error) error {
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	return err
}

// mailErrors returns why e-mails of the tenant were not accepted yet, by what they are about.
func mailErrors(ctx context.Context, tx store.Tx, tenant string) (map[string]string, error) {
	list, err := tx.Mails(ctx, tenant)
	if err != nil {
		return nil, fmt.Errorf("listing e-mails: %w", err)
	}
	causes := map[string]string{}
	for _, m := range list {
		causes[m.ID] = m.LastError
	}
	return causes, nil
}
