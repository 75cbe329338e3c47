package server

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/server/wire"
	"github.com/access-config/terraform-provider-iam/internal/store"
)

func groupListing() listing[store.Group] {
	return listing[store.Group]{
		document: func(g store.Group) any { return wire.Group(g, wire.View{All: true}) },
		name:     func(g store.Group) map[string]string { return g.Name },
		about:    func(g store.Group) map[string]string { return g.Description },
		modified: func(g store.Group) time.Time { return latest(g.CreatedAt, g.ModifiedAt) },
		filter:   true, sortable: true, localized: true,
	}
}

// handleGroupList answers GET /iam/{tenant}/groups.
func (s *Server) handleGroupList(c *call) error {
	groups, err := s.reachedGroups(c)
	if err != nil {
		return err
	}
	if kind := c.query("userType"); kind != "" {
		groups = slices.DeleteFunc(groups, func(g store.Group) bool { return !strings.EqualFold(g.UserType, kind) })
	}
	if company := c.query("b2b.legalEntityId"); company != "" {
		groups = slices.DeleteFunc(groups, func(g store.Group) bool { return g.LegalEntityID != company })
	}
	return s.writeGroups(c, groups, groupListing())
}

// handleUserGroupList answers GET /iam/{tenant}/users/{userId}/groups.
func (s *Server) handleUserGroupList(c *call) error {
	groups, err := s.groupsOf(c, c.value("userId"))
	if err != nil {
		return err
	}
	l := groupListing()
	l.filter, l.localized, l.modified = false, false, nil
	return s.writeGroups(c, groups, l)
}

func (s *Server) writeGroups(c *call, groups []store.Group, l listing[store.Group]) error {
	v, err := s.accepted(c)
	if err != nil {
		return err
	}
	groups, total, err := l.apply(c, groups)
	if err != nil {
		return err
	}
	documents := make([]api.Group, len(groups))
	for i, g := range groups {
		documents[i] = wire.Group(g, v)
	}
	return writeList(c, documents, total)
}

// handleUserGroupGet answers GET /iam/{tenant}/users/{userId}/groups/{groupId}.
func (s *Server) handleUserGroupGet(c *call) error {
	groups, err := s.groupsOf(c, c.value("userId"))
	if err != nil {
		return err
	}
	id := c.value("groupId")
	i := slices.IndexFunc(groups, func(g store.Group) bool { return g.ID == id })
	if i < 0 {
		return notFound("Error while getting group", id, fmt.Sprintf("User '%s' is not assigned to group '%s'", c.value("userId"), id))
	}
	return s.writeGroup(c, groups[i])
}

// handleGroupGet answers GET /iam/{tenant}/groups/{groupId}.
func (s *Server) handleGroupGet(c *call) error {
	g, err := s.group(c.ctx, s.store, c.tenant, c.value("groupId"))
	if err != nil {
		return err
	}
	return s.writeGroup(c, g)
}

func (s *Server) writeGroup(c *call, g store.Group) error {
	v, err := s.accepted(c)
	if err != nil {
		return err
	}
	return c.write(http.StatusOK, wire.Group(g, v))
}

// handleGroupCreate answers POST /iam/{tenant}/groups.
func (s *Server) handleGroupCreate(c *call) error {
	if err := s.checkContentLanguage(c); err != nil {
		return err
	}
	var body api.GroupCreate
	if err := c.decode(&body, "name"); err != nil {
		return err
	}
	if body.ID == "" {
		body.ID = s.newID()
	}
	err := s.store.InTx(c.ctx, c.tenant, func(tx store.Tx) error { return s.createGroup(c, tx, body) })
	if err != nil {
		return err
	}
	return c.write(http.StatusCreated, api.Created{ID: body.ID})
}

func (s *Server) createGroup(c *call, tx store.Tx, body api.GroupCreate) error {
	if !api.ValidID(body.ID) {
		return violation(body.ID, "The id of a group has 1 to 66 letters, digits, dots, hyphens and underscores")
	}
	g := store.Group{Tenant: c.tenant, ID: body.ID, UserType: string(body.UserType), VendorID: body.VendorID, CreatedAt: s.timestamp()}
	if g.UserType == "" {
		g.UserType = string(access.Employee)
	}
	update := api.GroupUpdate{
		Name: body.Name, Description: body.Description, AccessControls: body.AccessControls, Templates: body.Templates,
		Restrictions: body.Restrictions, B2B: body.B2B, Mixins: body.Mixins,
	}
	if err := s.fillGroup(c, tx, &g, update); err != nil {
		return err
	}
	if err := checkGroupVendor(c.ctx, tx, g); err != nil {
		return err
	}
	err := tx.CreateGroup(c.ctx, g)
	if errors.Is(err, store.ErrExists) {
		return conflict("Error while creating group", g.ID, fmt.Sprintf("Group with id '%s' already exists", g.ID))
	}
	return err
}

// handleGroupPut answers PUT /iam/{tenant}/groups/{groupId}: it replaces or creates the
// group.
func (s *Server) handleGroupPut(c *call) error {
	if err := s.checkContentLanguage(c); err != nil {
		return err
	}
	var body api.GroupUpdate
	if err := c.decode(&body, "name"); err != nil {
		return err
	}
	id, created := c.value("groupId"), false
	// Read in the transaction that writes: another request may create or delete the group
	// meanwhile.
	err := s.store.InTx(c.ctx, c.tenant, func(tx store.Tx) error {
		_, err := tx.Group(c.ctx, c.tenant, id)
		created = errors.Is(err, store.ErrNotFound)
		switch {
		case created:
			return s.createGroup(c, tx, body.Create(id))
		case err != nil:
			return fmt.Errorf("reading group: %w", err)
		}
		return s.updateGroup(c, tx, id, body)
	})
	switch {
	case err != nil:
		return err
	case created:
		return c.write(http.StatusCreated, api.Created{ID: id})
	}
	return c.done()
}

func (s *Server) updateGroup(c *call, tx store.Tx, id string, body api.GroupUpdate) error {
	err := tx.UpdateGroup(c.ctx, c.tenant, id, func(g *store.Group) error {
		if g.Predefined {
			return violation(id, fmt.Sprintf("Group '%s' is predefined and cannot be changed; its members can", id))
		}
		if !body.Metadata.Allows(g.Version) {
			return outdated("group", id, g.Version, *body.Metadata.Version)
		}
		if body.UserType != "" && string(body.UserType) != g.UserType {
			return violation(id, fmt.Sprintf("The userType of group '%s' is %s and cannot change", id, g.UserType))
		}
		g.ModifiedAt = s.timestamp()
		return s.fillGroup(c, tx, g, body)
	})
	if err != nil {
		return err
	}
	return s.noteGroup(c.ctx, tx, c.tenant, id)
}

// handleGroupDelete answers DELETE /iam/{tenant}/groups/{groupId}. It refuses a group with
// members, unless forceDelete is true.
func (s *Server) handleGroupDelete(c *call) error {
	force, err := c.flag("forceDelete")
	if err != nil {
		return err
	}
	if force && !c.holds(api.ScopeAssignmentManage) {
		return forbidden(api.ScopeAssignmentManage)
	}
	id := c.value("groupId")
	err = s.store.InTx(c.ctx, c.tenant, func(tx store.Tx) error {
		g, err := s.group(c.ctx, tx, c.tenant, id)
		if err != nil {
			return err
		}
		if g.Predefined {
			return violation(id, fmt.Sprintf("Group '%s' is predefined and cannot be deleted", id))
		}
		if force {
			if err := s.clearGroup(c, tx, id); err != nil {
				return err
			}
		}
		return tx.DeleteGroup(c.ctx, c.tenant, id)
	})
	if errors.Is(err, store.ErrReferenced) {
		return &failure{
			status: http.StatusBadRequest, code: http.StatusNotFound, message: constraintPhrase, resourceID: id,
			causes: messages("Could not delete a group with assigned users. Use the 'forceDelete' query parameter with a token that holds iam.assignment_manage, or remove its members first."),
		}
	}
	if err != nil {
		return err
	}
	return c.done()
}

// fillGroup checks the body and copies its members to the record.
func (s *Server) fillGroup(c *call, tx store.Tx, g *store.Group, body api.GroupUpdate) error {
	if g.UserType != string(access.Employee) && g.UserType != string(access.Customer) {
		return violation(g.ID, fmt.Sprintf("userType must be EMPLOYEE or CUSTOMER, not '%s'", g.UserType))
	}
	known, err := tenantLanguages(c.ctx, tx, c.tenant)
	if err != nil {
		return err
	}
	if g.Name, err = known.texts(c, "name", body.Name, g.Name); err != nil {
		return err
	}
	if len(g.Name) == 0 {
		return badRequest("name must have a text in at least one language")
	}
	if g.Description, err = known.texts(c, "description", body.Description, g.Description); err != nil {
		return err
	}
	g.AccessControls, g.Templates, g.Restrictions = unique(body.AccessControls), unique(body.Templates), unique(body.Restrictions)
	if err := s.checkGrants(c, tx, *g); err != nil {
		return err
	}
	g.LegalEntityID, g.Mixins = "", ""
	if body.B2B != nil {
		g.LegalEntityID = body.B2B.LegalEntityID
	}
	if len(body.Mixins) > 0 {
		if g.Mixins, err = encodeMixins(body.Mixins); err != nil {
			return fmt.Errorf("encoding mixins: %w", err)
		}
	}
	return nil
}

// groupSummaries returns the tenant's groups as users show them.
func (s *Server) groupSummaries(c *call) (map[string]api.GroupSummary, error) {
	groups, err := s.store.Groups(c.ctx, c.tenant)
	if err != nil {
		return nil, fmt.Errorf("listing groups: %w", err)
	}
	summaries := make(map[string]api.GroupSummary, len(groups))
	for _, g := range groups {
		summaries[g.ID] = api.GroupSummary{ID: g.ID, Name: g.Name, Description: g.Description, Code: g.Code, UserType: access.UserType(g.UserType)}
	}
	return summaries, nil
}
