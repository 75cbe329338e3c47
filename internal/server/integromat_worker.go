package server

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/server/integromat"
	"github.com/access-config/terraform-provider-iam/internal/store"
)

// integromatLease is how long one process works on a member while others leave it alone.
const integromatLease = time.Minute

// errTaken means that another process has leased a member, or finished with it.
var errTaken = errors.New("another process has the member")

// syncMembers does what is due for the pending members of Make, and returns how long to wait
// before the next look. Its errors are of the store.
func (s *Server) syncMembers(ctx context.Context) (wait time.Duration, err error) {
	known := integromatDirectories{}
	for {
		m, err := s.unrecorded.NextMakeMember(ctx)
		if errors.Is(err, store.ErrNotFound) {
			return s.poll, nil
		}
		if err != nil {
			return 0, fmt.Errorf("looking for the next member of Make: %w", err)
		}
		if early := m.DueAt.Sub(s.now()); early > 0 {
			return min(early, s.poll), nil
		}
		if err := s.syncMember(ctx, m, known); err != nil {
			return 0, fmt.Errorf("member %s of Make: %w", m.ID, err)
		}
	}
}

// integromatDirectories caches the members of Make, by tenant, while the worker processes the
// pending ones.
type integromatDirectories map[string]*integromat.Directory

// of returns the directory of a tenant. It lists the members again after half a lease: no
// other process can have changed a member meanwhile that this process has leased.
func (d integromatDirectories) of(tenant string) *integromat.Directory {
	if d[tenant] == nil {
		d[tenant] = &integromat.Directory{MaxAge: integromatLease / 2}
	}
	return d[tenant]
}

// syncMember syncs one member. It calls Make outside of transactions: an attempt after an
// interrupted one finds what Make has already done, and does not repeat it.
func (s *Server) syncMember(ctx context.Context, m store.MakeMember, known integromatDirectories) error {
	err := s.unrecorded.UpdateMakeMember(ctx, m.Tenant, m.ID, func(stored *store.MakeMember) error {
		now := s.timestamp()
		if !stored.Pending || stored.DueAt.After(now) {
			return errTaken
		}
		stored.DueAt = now.Add(integromatLease)
		m = *stored
		return nil
	})
	if errors.Is(err, errTaken) || errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("leasing: %w", err)
	}
	failed := s.deliver(ctx, m, known)
	if ctx.Err() != nil {
		return s.release(context.WithoutCancel(ctx), m)
	}
	if failed == nil {
		return nil
	}
	delete(known, m.Tenant)
	return s.putOffIntegromat(ctx, m, failed)
}

// release ends the lease of a member, because this process is shutting down.
func (s *Server) release(ctx context.Context, m store.MakeMember) error {
	err := s.unrecorded.UpdateMakeMember(ctx, m.Tenant, m.ID, func(stored *store.MakeMember) error {
		stored.DueAt = s.timestamp()
		return nil
	})
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	return err
}

// putOffIntegromat postpones a member that failed; it is retried forever. If Make itself fails,
// all members of the tenant wait.
func (s *Server) putOffIntegromat(ctx context.Context, m store.MakeMember, cause error) error {
	now := s.timestamp()
	delay := min(firstRetry<<min(m.Attempts, 20), lastRetry)
	reason := shortened(strings.ReplaceAll(strings.ToValidUTF8(cause.Error(), "?"), "\x00", "?"), 500)
	s.log.ErrorContext(ctx, "the sync with Make failed", "tenant", m.Tenant, "user", m.ID, "again_in", delay, "cause", cause.Error())
	return s.unrecorded.InTx(ctx, m.Tenant, func(tx store.Tx) error {
		var refusal *integromat.Error
		if !errors.As(cause, &refusal) || !refusal.AboutOne() {
			if err := tx.PutOffMakeMembers(ctx, m.Tenant, now.Add(delay), reason); err != nil {
				return err
			}
		}
		err := tx.UpdateMakeMember(ctx, m.Tenant, m.ID, func(stored *store.MakeMember) error {
			stored.DueAt, stored.Attempts, stored.LastError = now.Add(delay), m.Attempts+1, reason
			return nil
		})
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		return err
	})
}

// shortened cuts a text to at most n bytes.
func shortened(text string, n int) string {
	if len(text) <= n {
		return text
	}
	return strings.ToValidUTF8(text[:n], "")
}

// deliver brings one member to the wanted state.
func (s *Server) deliver(ctx context.Context, m store.MakeMember, known integromatDirectories) (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			s.log.ErrorContext(ctx, "panic", "doing", "the sync with Make", "cause", fmt.Sprint(cause), "stack", string(debug.Stack()))
			err = fmt.Errorf("panic: %v", cause) // the API shows it
		}
	}()
	o, _, err := integromatOrganizationOf(ctx, s.store, m.Tenant)
	if err != nil {
		return err
	}
	eligible := access.MakeEligible(m.Roles)
	if !o.Sync || !eligible && (!m.Present || !o.PruneStale) {
		if err := s.releaseNotices(ctx, m, ""); err != nil { // of a user who is not removed any more
			return err
		}
		return s.settle(ctx, m, "")
	}
	client, err := s.integromatClient(m.Tenant, o)
	if err != nil {
		return err
	}
	directory := known.of(m.Tenant)
	present, ok, err := directory.Find(ctx, client, m.Email, m.Present, s.now())
	if err != nil {
		return err
	}
	if eligible {
		return s.bring(ctx, m, client, ok)
	}
	if ok && present.RoleID != api.MakeRoleMember {
		if err := s.releaseNotices(ctx, m, ""); err != nil {
			return err
		}
		return s.settle(ctx, m, "The user is more than a Member in Make: the sync removes Members only.")
	}
	if ok {
		var refusal *integromat.Error
		err := client.Remove(ctx, present.UserID)
		if err != nil && (!errors.As(err, &refusal) || refusal.Status != http.StatusNotFound) {
			return err
		}
		directory.Forget(m.Email)
	}
	m.Present = false
	if err := s.releaseNotices(ctx, m, store.MakeRemoved); err != nil {
		return err
	}
	return s.settle(ctx, m, "")
}

// releaseNotices schedules the e-mails that waited for Make. With a change, all are about that.
func (s *Server) releaseNotices(ctx context.Context, m store.MakeMember, change string) error {
	err := s.unrecorded.InTx(ctx, m.Tenant, func(tx store.Tx) error {
		notices, err := tx.WaitingMakeNotices(ctx, m.Tenant, m.ID)
		if err != nil {
			return err
		}
		for _, n := range notices {
			err := tx.UpdateMakeNotice(ctx, n.Tenant, n.ID, func(n *store.MakeNotice) error {
				n.Change, n.ReadyAt = cmp.Or(change, n.Change), s.timestamp()
				return nil
			})
			if err == nil {
				err = s.queueMail(ctx, tx, store.Mail{Tenant: n.Tenant, ID: n.ID, Kind: store.MailMakeNotice})
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("scheduling the notices: %w", err)
	}
	s.mails.wakeUp()
	return nil
}

// bring invites an eligible user, unless the user is already a member, then schedules the
// notices that waited for that.
func (s *Server) bring(ctx context.Context, m store.MakeMember, client *integromat.Client, there bool) error {
	if !there {
		var refusal *integromat.Error
		err := client.Invite(ctx, m.Email, m.Name)
		if err != nil && (!errors.As(err, &refusal) || !refusal.Duplicate()) { // the member exists
			return err
		}
	}
	m.Present = true
	err := s.unrecorded.UpdateMakeMember(ctx, m.Tenant, m.ID, func(stored *store.MakeMember) error {
		if !sameMember(*stored, m) {
			return errTaken
		}
		stored.Present = true
		return nil
	})
	if errors.Is(err, store.ErrNotFound) || errors.Is(err, errTaken) {
		return nil // the tenant has removed or changed its organization meanwhile
	}
	if err != nil {
		return fmt.Errorf("noting the member: %w", err)
	}
	if err := s.releaseNotices(ctx, m, ""); err != nil {
		return err
	}
	return s.settle(ctx, m, "")
}

// sameMember reports whether the stored member is the leased one, and not the same person in
// another organization.
func sameMember(stored, m store.MakeMember) bool { return stored.CreatedAt.Equal(m.CreatedAt) }

// settle notes that a member is in the wanted state, unless that has changed meanwhile. It
// deletes a member that is neither in Make nor eligible.
func (s *Server) settle(ctx context.Context, m store.MakeMember, remark string) error {
	return s.unrecorded.InTx(ctx, m.Tenant, func(tx store.Tx) error {
		stored, err := tx.MakeMember(ctx, m.Tenant, m.ID)
		if errors.Is(err, store.ErrNotFound) || err == nil && !sameMember(stored, m) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("reading the member of Make: %w", err)
		}
		done := stored.Change == m.Change
		if done && !m.Present && !access.MakeEligible(stored.Roles) {
			return tx.DeleteMakeMember(ctx, m.Tenant, m.ID)
		}
		return tx.UpdateMakeMember(ctx, m.Tenant, m.ID, func(stored *store.MakeMember) error {
			now := s.timestamp()
			stored.Present, stored.Attempts, stored.LastError, stored.SyncedAt = m.Present, 0, remark, now
			if done {
				stored.Pending = false
			} else {
				stored.DueAt = now
			}
			return nil
		})
	})
}

// noticeSubject and noticeText are the content of a notice.
const noticeSubject = "Your access to Make"

func noticeText(n store.MakeNotice) string {
	organization := "the Make organization of " + n.Tenant
	roles := ":\n\n  " + strings.Join(n.Roles, "\n  ") + "\n"
	text := map[string]string{
		store.MakeJoined: "You are now a member of " + organization + " and have these roles" + roles +
			"\nIf you are new to Make, follow the invitation that Make sends to this address to set up your account.\n",
		store.MakeChanged: "You are a member of " + organization + " and have these roles" + roles,
		store.MakeLost:    "You no longer have a role in Make. You stay a member of " + organization + " until an administrator removes you.\n",
		store.MakeRemoved: "You no longer have a role in Make, and you are no longer a member of " + organization + ".\n",
	}[n.Change]
	return "Hello " + access.Visible(n.Name) + ",\n\nyour access in " + n.Tenant + " changed on " + n.CreatedAt.UTC().Format("2 January 2006 at 15:04 MST") + ". " + text
}
