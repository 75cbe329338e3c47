package server

import (
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/server/egress"
	"github.com/access-config/terraform-provider-iam/internal/server/wire"
	"github.com/access-config/terraform-provider-iam/internal/store"
)

// handleIntegromatOrganizationGet answers GET /make/{tenant}/organization.
func (s *Server) handleIntegromatOrganizationGet(c *call) error {
	o, found, err := integromatOrganizationOf(c.ctx, s.store, c.tenant)
	if err != nil {
		return err
	}
	if !found {
		return noIntegromatOrganization()
	}
	return c.write(http.StatusOK, o.ToWire())
}

func noIntegromatOrganization() error {
	return notFound("Error while getting the Make organization", "", "The tenant has no Make organization")
}

// handleIntegromatOrganizationPut answers PUT /make/{tenant}/organization: it replaces the
// settings of the tenant's organization. Turning the sync on scans all users. Another
// organization starts without members.
func (s *Server) handleIntegromatOrganizationPut(c *call) error {
	var body api.MakeOrganizationUpdate
	if err := c.decode(&body, "organizationId"); err != nil {
		return err
	}
	said := wire.IntegromatOrganization{
		OrganizationID: body.OrganizationID, Sync: body.Sync, PruneStale: body.PruneStale,
		APIURL: strings.TrimRight(body.APIURL, "/"), APIKey: body.APIKey,
	}
	created := false
	err := s.store.InTx(c.ctx, c.tenant, func(tx store.Tx) error {
		old, found, err := integromatOrganizationOf(c.ctx, tx, c.tenant)
		if err != nil {
			return err
		}
		created = !found
		o := said // afresh: this may run again
		if o.APIKey == "" && o.APIURL == old.APIURL {
			o.APIKey, o.SealedKey = old.APIKey, old.SealedKey
		}
		if err := s.checkIntegromatOrganization(o); err != nil {
			return err
		}
		if err := s.putDocument(c, tx, store.KindMake, store.KindMake, s.sealKey(c.tenant, o)); err != nil {
			return err
		}
		return s.changeIntegromat(c, tx, old, o)
	})
	switch {
	case err != nil:
		return err
	case created:
		return c.write(http.StatusCreated, api.Created{ID: said.OrganizationID})
	}
	return c.done()
}

func (s *Server) checkIntegromatOrganization(o wire.IntegromatOrganization) error {
	if !api.ValidID(o.OrganizationID) {
		return violation(o.OrganizationID, "organizationId must be the id of a Make organization, such as 12345")
	}
	if o.APIURL == "" {
		if o.APIKey != "" {
			return violation(o.OrganizationID, "apiKey requires apiUrl: the reference Make needs no key")
		}
		return nil
	}
	u, err := url.Parse(o.APIURL)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return violation(o.OrganizationID, "apiUrl must be the address of a Make, such as https://eu1.make.com")
	}
	if err := s.checkIntegromatAddress(u); err != nil {
		return violation(o.OrganizationID, err.Error())
	}
	if !o.HasKey() || strings.ContainsFunc(o.APIKey, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return violation(o.OrganizationID, "apiUrl requires apiKey, which must be printable ASCII without spaces")
	}
	return nil
}

// checkIntegromatAddress refuses an address that no request would be sent to. The address
// of a host name is checked at each request.
func (s *Server) checkIntegromatAddress(u *url.URL) error {
	if s.privateIntegromat {
		return nil
	}
	if u.Scheme != "https" {
		return errors.New("apiUrl must begin with https://, because the key is sent there; serve --allow-private-make allows http:// for tests")
	}
	if address, err := netip.ParseAddr(u.Hostname()); err == nil && !egress.Public(address) {
		return fmt.Errorf("apiUrl must not be an address of the backend's own network, such as %s; serve --allow-private-make allows it for tests", address)
	}
	return nil
}

// changeIntegromat applies a change of the organization to its members.
func (s *Server) changeIntegromat(c *call, tx store.Tx, old, o wire.IntegromatOrganization) error {
	members, err := tx.MakeMembers(c.ctx, c.tenant)
	if err != nil {
		return fmt.Errorf("listing the members of Make: %w", err)
	}
	another := old.OrganizationID != o.OrganizationID || old.APIURL != o.APIURL
	for _, m := range members {
		switch {
		case another, !o.Sync && !m.Present:
			err = s.forgetIntegromatMember(c, tx, m)
		case !o.Sync:
			err = s.pendIntegromatMember(c, tx, m, false)
		case o.PruneStale != old.PruneStale && m.Present && !access.MakeEligible(m.Roles):
			err = s.pendIntegromatMember(c, tx, m, o.PruneStale)
		}
		if err != nil {
			return err
		}
	}
	if !o.Sync || old.Sync && !another {
		return nil
	}
	return s.scanIntegromat(c.ctx, tx, c.tenant, "")
}

// forgetIntegromatMember removes a member from the sync. The member stays in Make.
func (s *Server) forgetIntegromatMember(c *call, tx store.Tx, m store.MakeMember) error {
	if err := tx.DropMakeNotices(c.ctx, c.tenant, m.ID); err != nil {
		return fmt.Errorf("dropping notices: %w", err)
	}
	return tx.DeleteMakeMember(c.ctx, c.tenant, m.ID)
}

// pendIntegromatMember sets whether a member is pending.
func (s *Server) pendIntegromatMember(c *call, tx store.Tx, m store.MakeMember, pending bool) error {
	if !pending {
		if err := tx.DropMakeNotices(c.ctx, c.tenant, m.ID); err != nil {
			return fmt.Errorf("dropping notices: %w", err)
		}
	}
	return tx.UpdateMakeMember(c.ctx, c.tenant, m.ID, func(m *store.MakeMember) error {
		now := s.timestamp()
		m.Pending, m.DueAt, m.ChangedAt, m.Attempts, m.LastError = pending, now, now, 0, ""
		m.Change++
		return nil
	})
}

// handleIntegromatOrganizationDelete answers DELETE /make/{tenant}/organization.
// Members stay in Make.
func (s *Server) handleIntegromatOrganizationDelete(c *call) error {
	err := s.store.InTx(c.ctx, c.tenant, func(tx store.Tx) error {
		err := tx.DeleteDocument(c.ctx, c.tenant, store.KindMake, store.KindMake)
		if errors.Is(err, store.ErrNotFound) {
			return noIntegromatOrganization()
		}
		if err != nil {
			return fmt.Errorf("deleting the Make organization: %w", err)
		}
		members, err := tx.MakeMembers(c.ctx, c.tenant)
		if err != nil {
			return fmt.Errorf("listing the members of Make: %w", err)
		}
		for _, m := range members {
			if err := s.forgetIntegromatMember(c, tx, m); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return c.done()
}

// handleIntegromatSync answers POST /make/{tenant}/sync: it scans all users, and retries the
// pending members now.
func (s *Server) handleIntegromatSync(c *call) error {
	err := s.store.InTx(c.ctx, c.tenant, func(tx store.Tx) error {
		o, found, err := integromatOrganizationOf(c.ctx, tx, c.tenant)
		if err != nil {
			return err
		}
		if !found {
			return noIntegromatOrganization()
		}
		if !o.Sync {
			return conflict("The sync is off", o.OrganizationID, "Turn the sync of the Make organization on first")
		}
		members, err := tx.MakeMembers(c.ctx, c.tenant)
		if err != nil {
			return fmt.Errorf("listing the members of Make: %w", err)
		}
		for _, m := range members {
			if m.Pending {
				err := tx.UpdateMakeMember(c.ctx, c.tenant, m.ID, func(m *store.MakeMember) error {
					m.DueAt, m.Attempts = s.timestamp(), 0
					return nil
				})
				if err != nil {
					return fmt.Errorf("trying again: %w", err)
				}
			}
		}
		return s.scanIntegromat(c.ctx, tx, c.tenant, "")
	})
	if err != nil {
		return err
	}
	return c.done()
}

// handleIntegromatMemberList answers GET /make/{tenant}/members: all members that the sync
// knows.
func (s *Server) handleIntegromatMemberList(c *call) error {
	page, err := c.page()
	if err != nil {
		return err
	}
	status := api.MakeStatus(c.query("status"))
	if status != "" && !slices.Contains([]api.MakeStatus{api.MakeSynced, api.MakePending, api.MakeStale}, status) {
		return badRequest(fmt.Sprintf("status must be synced, pending or stale, not %q", status))
	}
	members, err := s.store.MakeMembers(c.ctx, c.tenant)
	if err != nil {
		return fmt.Errorf("listing the members of Make: %w", err)
	}
	var documents []api.MakeMember
	for _, m := range members {
		if d := wire.IntegromatMember(m); status == "" || d.Status == status {
			documents = append(documents, d)
		}
	}
	return writeList(c, cut(documents, page), len(documents))
}

// handleIntegromatNoticeList answers GET /make/{tenant}/notices.
func (s *Server) handleIntegromatNoticeList(c *call) error {
	page, err := c.page()
	if err != nil {
		return err
	}
	notices, err := s.store.MakeNotices(c.ctx, c.tenant)
	if err != nil {
		return fmt.Errorf("listing notices: %w", err)
	}
	causes, err := mailErrors(c.ctx, s.store, c.tenant)
	if err != nil {
		return err
	}
	var documents []api.MakeNotice
	for _, n := range notices {
		if c.query("email") == "" || api.SameEmail(n.Email, c.query("email")) {
			documents = append(documents, api.MakeNotice{
				ID: n.ID, UserID: n.UserID, Email: n.Email, Change: n.Change, CreatedAt: wire.Time(n.CreatedAt), SentAt: wire.Time(n.SentAt), LastError: causes[n.ID],
			})
		}
	}
	return writeList(c, cut(documents, page), len(documents))
}
