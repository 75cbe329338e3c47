package storetest

import (
	"testing"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/store"
)

// linkPurpose is the purpose of the link fixtures.
const linkPurpose = "a purpose"

func newLink(tenant, hash string) store.Link {
	return store.Link{Tenant: tenant, Hash: hash, Purpose: linkPurpose, SubjectID: "subject of " + hash, CreatedAt: later(40), ExpiresAt: later(41), EndedAt: later(42)}
}

func newMail(tenant, id string) store.Mail {
	return store.Mail{Tenant: tenant, ID: id, Kind: store.MailInvitation, Round: 2, Attempts: 3, LastError: "no such mailbox", DueAt: later(43), CreatedAt: later(44)}
}

var mailClauses = []clause{
	{"a link is found for its purpose only", proveLinkPurpose},
	{"the open links of a subject end, for one purpose, and no others", proveEndLinks},
	{"a tenant's links for a purpose that have expired are dropped, and no others", proveDropLinks},
	{"an e-mail replaces the one with its id", provePutMail},
	{"e-mails are listed by id, byte by byte, and deleted once", proveMails},
	{"the e-mail that is due first is next, of any tenant", proveNextMail},
	{"a tenant's older e-mails are dropped, and no others", proveDropMails},
	{"open invitations that are closed take their links and e-mails with them", proveCloseWithLinks},
}

func proveLinkPurpose(t *testing.T, s store.Store) {
	ctx, tenant := t.Context(), withTenant(t, s)
	ok(t, s.CreateLink(ctx, newLink(tenant, "h")))
	_, err := s.Link(ctx, tenant, "another purpose", "h")
	wantErr(t, err, store.ErrNotFound)
	_, err = s.Link(ctx, tenant, linkPurpose, "h")
	ok(t, err)
}

func proveEndLinks(t *testing.T, s store.Store) {
	ctx := t.Context()
	ok(t, s.CreateTenant(ctx, newTenant("acme")))
	ok(t, s.CreateTenant(ctx, newTenant("other")))
	want := map[string]store.Link{}
	for hash, change := range map[string]func(l *store.Link){
		"open":              func(*store.Link) {},
		"open as well":      func(*store.Link) {},
		"for another":       func(l *store.Link) { l.SubjectID = "Subject" },
		"of another use":    func(l *store.Link) { l.Purpose = "another" },
		"ended":             func(l *store.Link) { l.EndedAt = later(50) },
		"of another tenant": func(l *store.Link) { l.Tenant = "other" },
	} {
		l := newLink("acme", hash)
		l.SubjectID, l.EndedAt = "subject", time.Time{}
		change(&l)
		ok(t, s.CreateLink(ctx, l))
		want[hash] = l
	}
	ok(t, s.EndLinks(ctx, "acme", linkPurpose, "nobody", later(60)))
	ok(t, s.EndLinks(ctx, "acme", linkPurpose, "subject", later(60)))
	ok(t, s.EndLinks(ctx, "acme", linkPurpose, "subject", later(70)))
	for hash, l := range want {
		if hash == "open" || hash == "open as well" {
			l.EndedAt = later(60)
		}
		got, err := s.Link(ctx, l.Tenant, l.Purpose, hash)
		ok(t, err)
		wantSame(t, got, l)
	}
}

func proveDropLinks(t *testing.T, s store.Store) {
	ctx, tenant := t.Context(), withTenant(t, s)
	ok(t, s.CreateTenant(ctx, newTenant("other")))
	for i, hash := range []string{"old", "at that time", "new"} {
		l := newLink(tenant, hash)
		l.ExpiresAt = later(i)
		ok(t, s.CreateLink(ctx, l))
	}
	another, elsewhere := newLink(tenant, "old for something else"), newLink("other", "old")
	another.Purpose, another.ExpiresAt, elsewhere.ExpiresAt = "another", later(0), later(0)
	ok(t, s.CreateLink(ctx, another))
	ok(t, s.CreateLink(ctx, elsewhere))
	ok(t, s.DropLinks(ctx, tenant, linkPurpose, later(1)))
	_, err := s.Link(ctx, tenant, linkPurpose, "old")
	wantErr(t, err, store.ErrNotFound)
	for _, hash := range []string{"at that time", "new"} {
		_, err := s.Link(ctx, tenant, linkPurpose, hash)
		ok(t, err)
	}
	_, err = s.Link(ctx, tenant, "another", "old for something else")
	ok(t, err)
	_, err = s.Link(ctx, "other", linkPurpose, "old")
	ok(t, err)
}

func provePutMail(t *testing.T, s store.Store) {
	ctx, tenant := t.Context(), withTenant(t, s)
	other, want := newMail(tenant, "other"), store.Mail{Tenant: tenant, ID: "m", Kind: store.MailMakeNotice, Round: 5, Attempts: 6, LastError: "busy", DueAt: later(7), CreatedAt: later(8)}
	for _, m := range []store.Mail{newMail(tenant, "m"), other, want} {
		ok(t, s.PutMail(ctx, m))
	}
	list, err := s.Mails(ctx, tenant)
	ok(t, err)
	wantSame(t, list, []store.Mail{want, other})
}

func proveMails(t *testing.T, s store.Store) {
	ctx, tenant := t.Context(), withTenant(t, s)
	ok(t, s.CreateTenant(ctx, newTenant("other")))
	ok(t, s.PutMail(ctx, newMail("other", mixed[0])))
	for _, id := range shuffled() {
		ok(t, s.PutMail(ctx, newMail(tenant, id)))
	}
	ok(t, s.DeleteMail(ctx, tenant, mixed[0]))
	wantErr(t, s.DeleteMail(ctx, tenant, mixed[0]), store.ErrNotFound)
	wantErr(t, s.DeleteMail(ctx, "nobody", mixed[1]), store.ErrNotFound)
	list, err := s.Mails(ctx, tenant)
	ok(t, err)
	wantSame(t, ids(list, func(m store.Mail) string { return m.ID }), mixed[1:])
	_, err = s.Mail(ctx, "other", mixed[0])
	ok(t, err)
}

func proveNextMail(t *testing.T, s store.Store) {
	ctx := t.Context()
	_, err := s.NextMail(ctx)
	wantErr(t, err, store.ErrNotFound)
	for i, id := range []string{"c", "a", "b"} {
		ok(t, s.CreateTenant(ctx, newTenant("tenant"+id)))
		m := newMail("tenant"+id, id)
		m.DueAt = later(100 - i)
		ok(t, s.PutMail(ctx, m))
	}
	for _, id := range []string{"b", "a", "c"} {
		m, err := s.NextMail(ctx)
		ok(t, err)
		wantSame(t, m.ID, id)
		ok(t, s.DeleteMail(ctx, m.Tenant, m.ID))
	}
}

func proveDropMails(t *testing.T, s store.Store) {
	ctx, tenant := t.Context(), withTenant(t, s)
	ok(t, s.CreateTenant(ctx, newTenant("other")))
	for i, id := range []string{"old", "at that time", "new"} {
		m := newMail(tenant, id)
		m.CreatedAt = later(i)
		ok(t, s.PutMail(ctx, m))
		m.Tenant = "other"
		ok(t, s.PutMail(ctx, m))
	}
	ok(t, s.DropMails(ctx, tenant, later(1)))
	for tenant, want := range map[string][]string{tenant: {"at that time", "new"}, "other": {"at that time", "new", "old"}} {
		list, err := s.Mails(ctx, tenant)
		ok(t, err)
		wantSame(t, ids(list, func(m store.Mail) string { return m.ID }), want)
	}
}

func proveCloseWithLinks(t *testing.T, s store.Store) {
	ctx := t.Context()
	want := withInvitations(t, s)
	for id := range want {
		tenant := "acme"
		if id == "of another tenant" {
			tenant = "other"
		}
		l := newLink(tenant, id)
		l.Purpose, l.SubjectID = store.LinkInvitation, id
		ok(t, s.CreateLink(ctx, l))
		ok(t, s.PutMail(ctx, newMail(tenant, id)))
	}
	other := newLink("acme", "for something else")
	other.SubjectID = "open"
	ok(t, s.CreateLink(ctx, other))
	ok(t, s.CloseInvitations(ctx, "acme", store.InvitedUser, "subject"))
	for id := range want {
		tenant := "acme"
		if id == "of another tenant" {
			tenant = "other"
		}
		_, link := s.Link(ctx, tenant, store.LinkInvitation, id)
		_, mail := s.Mail(ctx, tenant, id)
		if gone := id == "open"; gone {
			wantErr(t, link, store.ErrNotFound)
			wantErr(t, mail, store.ErrNotFound)
			continue
		}
		ok(t, link)
		ok(t, mail)
	}
	_, err := s.Link(ctx, "acme", linkPurpose, "for something else")
	ok(t, err)
}
