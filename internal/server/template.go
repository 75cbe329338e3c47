package server

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/server/wire"
	"github.com/access-config/terraform-provider-iam/internal/store"
)

// handleTemplateGet answers GET /iam/{tenant}/templates/{templateId}.
func (s *Server) handleTemplateGet(c *call) error {
	t, err := s.template(c.ctx, s.store, c.tenant, c.value("templateId"))
	if err != nil {
		return err
	}
	v, err := s.accepted(c)
	if err != nil {
		return err
	}
	return c.write(http.StatusOK, wire.TemplateDefinition(t, v))
}

// handleTemplatePut answers PUT /iam/{tenant}/templates/{templateId}: it replaces or creates
// the template. Groups and templates that use it change with it.
func (s *Server) handleTemplatePut(c *call) error {
	var body api.TemplateUpdate
	if err := c.decode(&body, "name"); err != nil {
		return err
	}
	id, created := c.value("templateId"), false
	err := s.store.InTx(c.ctx, c.tenant, func(tx store.Tx) error {
		_, err := tx.Template(c.ctx, c.tenant, id)
		created = errors.Is(err, store.ErrNotFound)
		switch {
		case created:
			return s.createTemplate(c, tx, id, body)
		case err != nil:
			return fmt.Errorf("reading template: %w", err)
		}
		return s.updateTemplate(c, tx, id, body)
	})
	switch {
	case err != nil:
		return err
	case created:
		return c.write(http.StatusCreated, api.Created{ID: id})
	}
	return c.done()
}

func (s *Server) createTemplate(c *call, tx store.Tx, id string, body api.TemplateUpdate) error {
	if !api.ValidID(id) {
		return violation(id, "The id of a template has 1 to 66 letters, digits, dots, hyphens and underscores")
	}
	t := store.Template{Tenant: c.tenant, ID: id, CreatedAt: s.timestamp()}
	if err := s.fillTemplate(c, tx, &t, body); err != nil {
		return err
	}
	if err := tx.CreateTemplate(c.ctx, t); err != nil {
		return fmt.Errorf("creating template: %w", err)
	}
	return nil
}

func (s *Server) updateTemplate(c *call, tx store.Tx, id string, body api.TemplateUpdate) error {
	var changed store.Template
	err := tx.UpdateTemplate(c.ctx, c.tenant, id, func(t *store.Template) error {
		if t.Predefined {
			return violation(id, fmt.Sprintf("Template '%s' is predefined and cannot be changed", id))
		}
		if !body.Metadata.Allows(t.Version) {
			return outdated("template", id, t.Version, *body.Metadata.Version)
		}
		t.ModifiedAt = s.timestamp()
		err := s.fillTemplate(c, tx, t, body)
		changed = *t
		return err
	})
	if err != nil {
		return err
	}
	templates, err := tx.Templates(c.ctx, c.tenant)
	if err != nil {
		return fmt.Errorf("listing templates: %w", err)
	}
	if err := s.passOn(c, tx, templates, changed); err != nil {
		return err
	}
	if err := checkCarriers(c.ctx, tx, c.tenant, func(g store.Group) bool { return len(g.Templates) > 0 }); err != nil {
		return err
	}
	return s.noteTemplates(c.ctx, tx, c.tenant)
}

// passOn expands the templates that are based on a changed one again, and those based on
// them.
func (s *Server) passOn(c *call, tx store.Tx, templates []store.Template, changed store.Template) error {
	for _, t := range templates {
		if t.BasedOn != changed.ID {
			continue
		}
		controls, err := expandTemplate(changed, t)
		if err != nil {
			return err
		}
		if slices.Equal(controls, t.AccessControls) {
			continue
		}
		t.AccessControls, t.ModifiedAt = controls, s.timestamp()
		err = tx.UpdateTemplate(c.ctx, c.tenant, t.ID, func(stored *store.Template) error {
			stored.AccessControls, stored.ModifiedAt = t.AccessControls, t.ModifiedAt
			return nil
		})
		if err == nil {
			err = s.passOn(c, tx, templates, t)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// fillTemplate checks the body and copies its members to the record.
func (s *Server) fillTemplate(c *call, tx store.Tx, t *store.Template, body api.TemplateUpdate) error {
	known, err := tenantLanguages(c.ctx, tx, c.tenant)
	if err != nil {
		return err
	}
	if t.Name, err = known.texts(c, "name", body.Name, t.Name); err != nil {
		return err
	}
	if len(t.Name) == 0 {
		return badRequest("name must have a text in at least one language")
	}
	if t.Description, err = known.texts(c, "description", body.Description, t.Description); err != nil {
		return err
	}
	t.BasedOn, t.Access = body.BasedOn, body.Access
	base, err := s.baseOf(c, tx, *t)
	if err != nil {
		return err
	}
	t.AccessControls, err = expandTemplate(base, *t)
	return err
}

// baseOf loads the base of a template; the zero template if it has none. It refuses a base
// that does not exist, and a base that is itself based on the template.
func (s *Server) baseOf(c *call, tx store.Tx, t store.Template) (base store.Template, err error) {
	next := t.BasedOn
	for next != "" {
		if next == t.ID {
			return base, violation(t.ID, fmt.Sprintf("Template '%s' would be based on itself", t.ID))
		}
		found, err := tx.Template(c.ctx, c.tenant, next)
		if errors.Is(err, store.ErrNotFound) {
			return base, violation(next, fmt.Sprintf("Template '%s' does not exist", next))
		}
		if err != nil {
			return base, fmt.Errorf("reading template: %w", err)
		}
		if next == t.BasedOn {
			base = found
		}
		next = found.BasedOn
	}
	return base, nil
}

// expandTemplate returns the access controls of a template with a base. It refuses levels
// that the catalog does not have.
func expandTemplate(base, t store.Template) ([]string, error) {
	own := map[string]access.Level{}
	var mistakes []string
	for _, entity := range slices.Sorted(maps.Keys(t.Access)) {
		level, err := access.Check(entity, t.Access[entity])
		if err != nil {
			mistakes = append(mistakes, err.Error())
		}
		own[entity] = level
	}
	if len(mistakes) > 0 {
		return nil, violation(t.ID, "access names levels that the catalog does not have", mistakes...)
	}
	return access.ControlIDs(access.ExpandOn(access.Held(base.AccessControls), own)), nil
}

// handleTemplateDelete answers DELETE /iam/{tenant}/templates/{templateId}. It refuses a
// template that is in use.
func (s *Server) handleTemplateDelete(c *call) error {
	id := c.value("templateId")
	err := s.store.InTx(c.ctx, c.tenant, func(tx store.Tx) error {
		t, err := s.template(c.ctx, tx, c.tenant, id)
		if err != nil {
			return err
		}
		if t.Predefined {
			return violation(id, fmt.Sprintf("Template '%s' is predefined and cannot be deleted", id))
		}
		users, err := templateUsers(c, tx, id)
		if err != nil {
			return err
		}
		if len(users) > 0 {
			return violation(id, fmt.Sprintf("Template '%s' is still in use", id), users...)
		}
		return tx.DeleteTemplate(c.ctx, c.tenant, id)
	})
	if err != nil {
		return err
	}
	return c.done()
}

// templateUsers names the groups and templates that use a template.
func templateUsers(c *call, tx store.Tx, id string) ([]string, error) {
	groups, err := tx.Groups(c.ctx, c.tenant)
	if err != nil {
		return nil, fmt.Errorf("listing groups: %w", err)
	}
	templates, err := tx.Templates(c.ctx, c.tenant)
	if err != nil {
		return nil, fmt.Errorf("listing templates: %w", err)
	}
	var users []string
	for _, g := range groups {
		if slices.Contains(g.Templates, id) {
			users = append(users, fmt.Sprintf("Group '%s' refers to it", g.ID))
		}
	}
	for _, t := range templates {
		if t.BasedOn == id {
			users = append(users, fmt.Sprintf("Template '%s' is based on it", t.ID))
		}
	}
	return users, nil
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
		document: func(t store.Template) any { return wire.Template(t, wire.View{All: true}) },
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
		documents[i] = wire.Template(t, v)
		if c.query("expand") == "accessControls" {
			if documents[i].Documents, err = s.controlDocuments(c, t.AccessControls, v); err != nil {
				return err
			}
		}
	}
	return writeList(c, documents, total)
}
