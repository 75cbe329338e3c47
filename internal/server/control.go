package server

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/store"
)

// checkGrants refuses access controls, templates and restriction values that
// the group cannot carry.
func (s *Server) checkGrants(c *call, tx store.Tx, g store.Group) error {
	for _, id := range g.AccessControls {
		control, err := tx.AccessControl(c.ctx, c.tenant, id)
		if errors.Is(err, store.ErrNotFound) {
			return violation(id, fmt.Sprintf("Access control '%s' does not exist", id))
		}
		if err != nil {
			return fmt.Errorf("reading access control: %w", err)
		}
		if control.RestrictedTo != "" && control.RestrictedTo != g.UserType {
			return violation(id, fmt.Sprintf("Access control '%s' is for groups of type %s only", id, control.RestrictedTo))
		}
	}
	for _, id := range g.Templates {
		if _, err := tx.Template(c.ctx, c.tenant, id); errors.Is(err, store.ErrNotFound) {
			return violation(id, fmt.Sprintf("Template '%s' does not exist", id))
		} else if err != nil {
			return fmt.Errorf("reading template: %w", err)
		}
	}
	if err := checkPublishing(c.ctx, tx, c.tenant, g); err != nil {
		return err
	}
	return s.checkRestrictions(c, tx, g)
}

// checkRestrictions refuses values that the tenant does not allow. A value that
// is allowed no longer stays on the groups that hold it until they are written.
func (s *Server) checkRestrictions(c *call, tx store.Tx, g store.Group) error {
	if len(g.Restrictions) == 0 {
		return nil
	}
	rules, err := restrictionRules(c.ctx, tx, c.tenant)
	if err != nil {
		return err
	}
	refused := rules.Refused(g.Restrictions)
	switch {
	case len(refused) == 0:
		return nil
	case rules.SyncWithSites:
		return violation(g.ID, fmt.Sprintf("Restriction '%s' is not the code of a site", refused[0]))
	}
	return violation(g.ID, fmt.Sprintf("Restriction '%s' is not configured for the tenant", refused[0]))
}

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
	return c.write(http.StatusOK, l.control(control))
}

// control loads an access control or refuses with 404.
func (s *Server) control(ctx context.Context, tx store.Tx, tenant, id string) (store.AccessControl, error) {
	control, err := tx.AccessControl(ctx, tenant, id)
	if errors.Is(err, store.ErrNotFound) {
		return control, notFound("Error while getting access control", id, fmt.Sprintf("Access control with id '%s' not found", id))
	}
	if err != nil {
		return control, fmt.Errorf("reading access control: %w", err)
	}
	return control, nil
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

// groupsOfKnownUser loads the groups of the path's user. Without groups only an
// employee is known here.
func (s *Server) groupsOfKnownUser(c *call) ([]store.Group, error) {
	groups, err := s.groupsOf(c, c.value("userId"))
	if err == nil && len(groups) == 0 {
		_, err = s.user(c.ctx, s.store, c.tenant, c.value("userId"))
	}
	return groups, err
}

func (s *Server) writeControlsOf(c *call, groups []store.Group) error {
	controls, err := s.controlsOf(c, groups)
	if err != nil {
		return err
	}
	return s.writeControls(c, controls, false)
}

// controlsOf loads the access controls of the groups, their own and those of
// their templates, each once.
func (s *Server) controlsOf(c *call, groups []store.Group) ([]store.AccessControl, error) {
	carried := map[string]bool{}
	for _, g := range groups {
		ids := slices.Clone(g.AccessControls)
		for _, id := range g.Templates {
			t, err := s.store.Template(c.ctx, c.tenant, id)
			if err != nil {
				return nil, fmt.Errorf("reading template %s: %w", id, err)
			}
			ids = append(ids, t.AccessControls...)
		}
		for _, id := range ids {
			carried[id] = true
		}
	}
	controls, err := s.store.AccessControls(c.ctx, c.tenant)
	if err != nil {
		return nil, fmt.Errorf("listing access controls: %w", err)
	}
	return slices.DeleteFunc(controls, func(control store.AccessControl) bool { return !carried[control.ID] }), nil
}

func (s *Server) writeControls(c *call, controls []store.AccessControl, filter bool) error {
	v, err := s.controlView(c)
	if err != nil {
		return err
	}
	l := listing[store.AccessControl]{
		document: func(control store.AccessControl) any { return controlToWire(control, view{all: true}) },
		filter:   filter,
	}
	if filter {
		l.modified = func(control store.AccessControl) time.Time { return latest(control.CreatedAt, control.ModifiedAt) }
		controls = slices.DeleteFunc(controls, func(control store.AccessControl) bool { return !v.selects(control) })
	}
	controls, total, err := l.apply(c, controls)
	if err != nil {
		return err
	}
	documents := make([]api.LegacyAccessControl, len(controls))
	for i, control := range controls {
		documents[i] = v.control(control)
	}
	return writeList(c, documents, total)
}

// handleTemplateList answers GET /iam/{tenant}/templates.
func (s *Server) handleTemplateList(c *call) error {
	v, err := s.accepted(c)
	if err != nil {
		return err
	}
	templates, err := s.store.Templates(c.ctx, c.tenant)
	if err != nil {
		return fmt.Errorf("listing templates: %w", err)
	}
	l := listing[store.Template]{
		document: func(t store.Template) any { return templateToWire(t, view{all: true}) },
		name:     func(t store.Template) map[string]string { return t.Name },
		about:    func(t store.Template) map[string]string { return t.Description },
		sortable: true, localized: true,
	}
	templates, total, err := l.apply(c, templates)
	if err != nil {
		return err
	}
	documents := make([]api.Template, len(templates))
	for i, t := range templates {
		documents[i] = templateToWire(t, v)
		if c.query("expand") == "accessControls" {
			if documents[i].Documents, err = s.controlDocuments(c, t.AccessControls, v); err != nil {
				return err
			}
		}
	}
	return writeList(c, documents, total)
}

func (s *Server) controlDocuments(c *call, ids []string, v view) ([]api.AccessControl, error) {
	controls, err := s.store.AccessControls(c.ctx, c.tenant)
	if err != nil {
		return nil, fmt.Errorf("listing access controls: %w", err)
	}
	documents := []api.AccessControl{}
	for _, control := range controls {
		if slices.Contains(ids, control.ID) {
			documents = append(documents, controlToWire(control, v))
		}
	}
	return documents, nil
}

// controlToWire presents an access control.
func controlToWire(control store.AccessControl, v view) api.AccessControl {
	return api.AccessControl{
		ID: control.ID, Name: v.text(control.Name), Description: v.text(control.Description), Domains: control.Domains, Scopes: orEmpty(control.Scopes),
		RestrictionAware: control.RestrictionAware, RestrictedTo: access.UserType(control.RestrictedTo),
		Predefined: control.Predefined, VendorAware: control.VendorAware,
		Metadata: &api.Metadata{Version: control.Version, CreatedAt: stamp(control.CreatedAt), ModifiedAt: stamp(control.ModifiedAt)},
	}
}

// templateToWire presents a role template.
func templateToWire(t store.Template, v view) api.Template {
	return api.Template{
		ID: t.ID, Name: v.text(t.Name), Description: v.text(t.Description), AccessControls: orEmpty(t.AccessControls),
	}
}
