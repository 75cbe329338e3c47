package server

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/server/wire"
	"github.com/access-config/terraform-provider-iam/internal/store"
)

// handleControlList answers GET /iam/{tenant}/access-controls.
func (s *Server) handleControlList(c *call) error {
	controls, err := s.store.AccessControls(c.ctx, c.tenant)
	if err != nil {
		return fmt.Errorf("listing access controls: %w", err)
	}
	return s.writeControls(c, controls, true)
}

// handleControlGet answers GET /iam/{tenant}/access-controls/{accessControlId}.
func (s *Server) handleControlGet(c *call) error {
	control, err := s.control(c.ctx, s.store, c.tenant, c.value("accessControlId"))
	if err != nil {
		return err
	}
	l, err := s.controlView(c)
	if err != nil {
		return err
	}
	return c.write(http.StatusOK, l.Control(control))
}

// handleGroupControlList answers GET /iam/{tenant}/groups/{groupId}/access-controls.
func (s *Server) handleGroupControlList(c *call) error {
	g, err := s.group(c.ctx, s.store, c.tenant, c.value("groupId"))
	if err != nil {
		return err
	}
	return s.writeControlsOf(c, []store.Group{g})
}

// handleUserControlList answers GET /iam/{tenant}/users/{userId}/access-controls.
func (s *Server) handleUserControlList(c *call) error {
	groups, err := s.groupsOfKnownUser(c)
	if err != nil {
		return err
	}
	return s.writeControlsOf(c, groups)
}

func (s *Server) writeControlsOf(c *call, groups []store.Group) error {
	controls, err := s.controlsOf(c, groups)
	if err != nil {
		return err
	}
	return s.writeControls(c, controls, false)
}

func (s *Server) writeControls(c *call, controls []store.AccessControl, filter bool) error {
	v, err := s.controlView(c)
	if err != nil {
		return err
	}
	l := listing[store.AccessControl]{
		document: func(control store.AccessControl) any { return wire.Control(control, wire.View{All: true}) },
		filter:   filter,
	}
	if filter {
		l.modified = func(control store.AccessControl) time.Time { return latest(control.CreatedAt, control.ModifiedAt) }
		controls = slices.DeleteFunc(controls, func(control store.AccessControl) bool { return !v.Selects(control) })
	}
	controls, total, err := l.apply(c, controls)
	if err != nil {
		return err
	}
	documents := make([]api.LegacyAccessControl, len(controls))
	for i, control := range controls {
		documents[i] = v.Control(control)
	}
	return writeList(c, documents, total)
}

func (s *Server) controlDocuments(c *call, ids []string, v wire.View) ([]api.AccessControl, error) {
	controls, err := s.store.AccessControls(c.ctx, c.tenant)
	if err != nil {
		return nil, fmt.Errorf("listing access controls: %w", err)
	}
	documents := []api.AccessControl{}
	for _, control := range controls {
		if slices.Contains(ids, control.ID) {
			documents = append(documents, wire.Control(control, v))
		}
	}
	return documents, nil
}

// handleControlPut answers PUT /iam/{tenant}/access-controls/{accessControlId}: it replaces
// or creates the access control.
func (s *Server) handleControlPut(c *call) error {
	if err := s.checkContentLanguage(c); err != nil {
		return err
	}
	var body api.AccessControlUpdate
	if err := c.decode(&body, "scopes"); err != nil {
		return err
	}
	id, created := c.value("accessControlId"), false
	err := s.store.InTx(c.ctx, c.tenant, func(tx store.Tx) error {
		_, err := tx.AccessControl(c.ctx, c.tenant, id)
		created = errors.Is(err, store.ErrNotFound)
		switch {
		case created:
			return s.createControl(c, tx, id, body)
		case err != nil:
			return fmt.Errorf("reading access control: %w", err)
		}
		return s.updateControl(c, tx, id, body)
	})
	switch {
	case err != nil:
		return err
	case created:
		return c.write(http.StatusCreated, api.Created{ID: id})
	}
	return c.done()
}

func (s *Server) createControl(c *call, tx store.Tx, id string, body api.AccessControlUpdate) error {
	if !api.ValidID(id) {
		return violation(id, "The id of an access control has 1 to 66 letters, digits, dots, hyphens and underscores")
	}
	switch body.RestrictedTo {
	case "", access.Employee, access.Customer:
	default:
		return violation(id, fmt.Sprintf("restrictedTo must be EMPLOYEE or CUSTOMER, not '%s'", body.RestrictedTo))
	}
	control := store.AccessControl{Tenant: c.tenant, ID: id, RestrictedTo: string(body.RestrictedTo), CreatedAt: s.timestamp()}
	if err := fillControl(c, tx, &control, body); err != nil {
		return err
	}
	if err := tx.CreateAccessControl(c.ctx, control); err != nil {
		return fmt.Errorf("creating access control: %w", err)
	}
	return nil
}

func (s *Server) updateControl(c *call, tx store.Tx, id string, body api.AccessControlUpdate) error {
	err := tx.UpdateAccessControl(c.ctx, c.tenant, id, func(control *store.AccessControl) error {
		if control.Predefined {
			return violation(id, fmt.Sprintf("Access control '%s' is predefined and cannot be changed", id))
		}
		if !body.Metadata.Allows(control.Version) {
			return outdated("access control", id, control.Version, *body.Metadata.Version)
		}
		if body.RestrictedTo != "" && string(body.RestrictedTo) != control.RestrictedTo {
			return violation(id, fmt.Sprintf("restrictedTo of access control '%s' is set at its creation and cannot change", id))
		}
		control.ModifiedAt = s.timestamp()
		return fillControl(c, tx, control, body)
	})
	if err != nil {
		return err
	}
	if err := checkCarriers(c.ctx, tx, c.tenant, func(g store.Group) bool { return slices.Contains(g.AccessControls, id) }); err != nil {
		return err
	}
	return s.noteControl(c.ctx, tx, c.tenant, id)
}

// fillControl checks the body and copies its members to the record.
func fillControl(c *call, tx store.Tx, control *store.AccessControl, body api.AccessControlUpdate) error {
	known, err := tenantLanguages(c.ctx, tx, c.tenant)
	if err != nil {
		return err
	}
	if control.Name, err = known.texts(c, "name", body.Name, control.Name); err != nil {
		return err
	}
	if control.Description, err = known.texts(c, "description", body.Description, control.Description); err != nil {
		return err
	}
	if err := checkScopes(c, tx, body.Scopes); err != nil {
		return err
	}
	control.Domains, control.Scopes = unique(body.Domains), body.Scopes
	control.VendorAware = access.VendorScopes(body.Scopes)
	return nil
}

// checkScopes refuses scopes that an access control cannot hold.
func checkScopes(c *call, tx store.Tx, ids []string) error {
	if len(ids) == 0 {
		return badRequest("scopes must contain at least one scope")
	}
	if len(unique(ids)) < len(ids) {
		return badRequest("scopes must contain each scope once")
	}
	for _, id := range ids {
		if _, ok := access.ScopeByID(id); ok {
			continue
		}
		if _, err := tx.Document(c.ctx, c.tenant, store.KindScope, id); errors.Is(err, store.ErrNotFound) {
			return violation(id, fmt.Sprintf("Scope '%s' does not exist", id))
		} else if err != nil {
			return fmt.Errorf("reading scope: %w", err)
		}
	}
	return nil
}

// handleControlDelete answers DELETE /iam/{tenant}/access-controls/{accessControlId}. It
// refuses an access control that is in use.
func (s *Server) handleControlDelete(c *call) error {
	id := c.value("accessControlId")
	err := s.store.InTx(c.ctx, c.tenant, func(tx store.Tx) error {
		control, err := s.control(c.ctx, tx, c.tenant, id)
		if err != nil {
			return err
		}
		if control.Predefined {
			return violation(id, fmt.Sprintf("Access control '%s' is predefined and cannot be deleted", id))
		}
		carriers, err := controlCarriers(c, tx, id)
		if err != nil {
			return err
		}
		if len(carriers) > 0 {
			return violation(id, fmt.Sprintf("Access control '%s' is still in use; remove it from these first", id), carriers...)
		}
		return tx.DeleteAccessControl(c.ctx, c.tenant, id)
	})
	if err != nil {
		return err
	}
	return c.done()
}

// controlCarriers names the groups and templates that carry an access control.
func controlCarriers(c *call, tx store.Tx, id string) ([]string, error) {
	groups, err := tx.Groups(c.ctx, c.tenant)
	if err != nil {
		return nil, fmt.Errorf("listing groups: %w", err)
	}
	templates, err := tx.Templates(c.ctx, c.tenant)
	if err != nil {
		return nil, fmt.Errorf("listing templates: %w", err)
	}
	var carriers []string
	for _, g := range groups {
		if slices.Contains(g.AccessControls, id) {
			carriers = append(carriers, fmt.Sprintf("Group '%s' carries it", g.ID))
		}
	}
	for _, t := range templates {
		if slices.Contains(t.AccessControls, id) {
			carriers = append(carriers, fmt.Sprintf("Template '%s' contains it", t.ID))
		}
	}
	return carriers, nil
}
