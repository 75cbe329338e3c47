package server

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/store"
)

// accessGroup converts a group for the access rules.
func accessGroup(g store.Group) access.Group {
	return access.Group{ID: g.ID, VendorID: g.VendorID, Templates: g.Templates, Controls: g.AccessControls, Restrictions: g.Restrictions}
}

// compileGroups evaluates groups.
func compileGroups(rights access.Rights, groups []store.Group) *access.Compiled {
	carried := make([]access.Group, len(groups))
	for i, g := range groups {
		carried[i] = accessGroup(g)
	}
	return rights.Compile(carried)
}

// rightsOf reads the rights that the tenant's groups can carry.
func rightsOf(ctx context.Context, tx store.Tx, tenant string) (access.Rights, error) {
	rights := access.Rights{Controls: map[string]access.OwnControl{}, Templates: map[string][]string{}, Scopes: map[string]bool{}}
	templates, err := tx.Templates(ctx, tenant)
	if err != nil {
		return rights, fmt.Errorf("listing templates: %w", err)
	}
	controls, err := tx.AccessControls(ctx, tenant)
	if err != nil {
		return rights, fmt.Errorf("listing access controls: %w", err)
	}
	for _, t := range templates {
		rights.Templates[t.ID] = t.AccessControls
	}
	for _, control := range controls {
		if !control.Predefined {
			rights.Controls[control.ID] = ownControl(control)
		}
	}
	return rights, readScopes(ctx, tx, tenant, rights.Scopes)
}

// rightsOfGroups reads the rights that these groups carry.
func rightsOfGroups(ctx context.Context, tx store.Tx, tenant string, groups []store.Group) (access.Rights, error) {
	rights := access.Rights{Controls: map[string]access.OwnControl{}, Templates: map[string][]string{}, Scopes: map[string]bool{}}
	var templates, own []string
	for _, g := range groups {
		templates = append(templates, g.Templates...)
	}
	found, err := tx.TemplatesByID(ctx, tenant, templates)
	if err != nil {
		return rights, fmt.Errorf("reading templates: %w", err)
	}
	for _, t := range found {
		rights.Templates[t.ID] = t.AccessControls
	}
	for _, g := range groups {
		own = append(own, slices.DeleteFunc(rights.Carried(accessGroup(g)), rights.Knows)...) // Knows the predefined ones
	}
	controls, err := tx.AccessControlsByID(ctx, tenant, own)
	if err != nil || len(controls) == 0 {
		return rights, err
	}
	for _, control := range controls {
		if !control.Predefined {
			rights.Controls[control.ID] = ownControl(control)
		}
	}
	return rights, readScopes(ctx, tx, tenant, rights.Scopes)
}

// readScopes reads the ids of the tenant's custom scopes.
func readScopes(ctx context.Context, tx store.Tx, tenant string, ids map[string]bool) error {
	scopes, err := tx.Documents(ctx, tenant, store.KindScope)
	if err != nil {
		return fmt.Errorf("listing scopes: %w", err)
	}
	for _, d := range scopes {
		ids[d.ID] = true
	}
	return nil
}

// ownControl converts a custom access control for the access rules.
func ownControl(control store.AccessControl) access.OwnControl {
	return access.OwnControl{Scopes: control.Scopes, RestrictionAware: control.RestrictionAware, VendorAware: control.VendorAware}
}

// userScopes returns the scopes that a user holds through groups and the role in the
// team. Customers, whom this service does not know, have groups as well, and members of
// the team need not be users.
func (s *Server) userScopes(ctx context.Context, tx store.Tx, tenant, userID string) (api.UserScopes, error) {
	user, err := tx.User(ctx, tenant, userID)
	switch {
	case err == nil:
		userID = user.ID // the caller may use the back-office number
	case !errors.Is(err, store.ErrNotFound):
		return api.UserScopes{}, fmt.Errorf("reading user: %w", err)
	}
	groups, err := tx.GroupsOfUser(ctx, tenant, userID)
	if err != nil {
		return api.UserScopes{}, fmt.Errorf("listing the user's groups: %w", err)
	}
	subject := access.ScopeUser{Locked: user.Locked}
	if subject.Team, err = joinedRole(ctx, tx, tenant, user, userID); err != nil {
		return api.UserScopes{}, err
	}
	if subject.Groups, err = scopeGroups(ctx, tx, tenant, groups); err != nil {
		return api.UserScopes{}, err
	}
	held := api.UserScopes{UserID: userID, Scopes: withTenant(subject.Scopes(), tenant)}
	// All groups of an employee belong to the same vendor.
	if i := slices.IndexFunc(groups, func(g store.Group) bool { return g.VendorID != "" }); i >= 0 {
		held.VendorID = groups[i].VendorID
	}
	return held, nil
}

// scopeGroups returns the grants of groups for the rule of scopes. Deleted objects grant
// nothing.
func scopeGroups(ctx context.Context, tx store.Tx, tenant string, groups []store.Group) ([]access.ScopeGroup, error) {
	grants, err := scopeGrants(ctx, tx, tenant)
	if err != nil {
		return nil, err
	}
	templates, err := tx.Templates(ctx, tenant)
	if err != nil {
		return nil, fmt.Errorf("listing templates: %w", err)
	}
	result := make([]access.ScopeGroup, len(groups))
	for i, g := range groups {
		ids := slices.Clone(g.AccessControls)
		for _, t := range templates {
			if slices.Contains(g.Templates, t.ID) {
				ids = append(ids, t.AccessControls...)
			}
		}
		result[i].Restrictions = g.Restrictions
		for _, id := range ids {
			if grant, ok := grants[id]; ok {
				result[i].Grants = append(result[i].Grants, grant)
			}
		}
	}
	return result, nil
}

// scopeGrants returns the tenant's access controls by id, without deleted scopes.
func scopeGrants(ctx context.Context, tx store.Tx, tenant string) (map[string]access.ScopeGrant, error) {
	controls, err := tx.AccessControls(ctx, tenant)
	if err != nil {
		return nil, fmt.Errorf("listing access controls: %w", err)
	}
	documents, err := tx.Documents(ctx, tenant, store.KindScope)
	if err != nil {
		return nil, fmt.Errorf("listing scopes: %w", err)
	}
	custom := make(map[string]bool, len(documents))
	for _, d := range documents {
		custom[d.ID] = true
	}
	grants := make(map[string]access.ScopeGrant, len(controls))
	for _, control := range controls {
		grant := access.ScopeGrant{RestrictionAware: control.RestrictionAware}
		for _, id := range control.Scopes {
			if _, predefined := access.ScopeByID(id); predefined || custom[id] {
				grant.Scopes = append(grant.Scopes, id)
			}
		}
		grants[control.ID] = grant
	}
	return grants, nil
}

// checkGrants refuses access controls, templates and restriction values that the group
// cannot carry.
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

// checkRestrictions refuses values that the tenant does not allow. Groups keep a value that
// is no longer allowed until they are written.
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

// controlsOf loads the access controls of the groups and of their templates, each once.
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

// checkPublishing refuses rights to publish products that groups of vendors cannot have.
// Groups without a vendor can have every right.
func checkPublishing(ctx context.Context, tx store.Tx, tenant string, groups ...store.Group) error {
	groups = slices.DeleteFunc(slices.Clone(groups), func(g store.Group) bool { return g.VendorID == "" })
	if len(groups) == 0 {
		return nil
	}
	rights, err := scopeGroups(ctx, tx, tenant, groups)
	if err != nil {
		return err
	}
	for i, g := range groups {
		var scopes []string
		for _, grant := range rights[i].Grants {
			scopes = append(scopes, grant.Scopes...)
		}
		if err := access.CheckPublishing(g.AccessControls, scopes); err != nil {
			return violation(g.ID, fmt.Sprintf("Group '%s' of vendor '%s' cannot have these rights: %v", g.ID, g.VendorID, err))
		}
	}
	return nil
}

// checkCarriers is checkPublishing for the groups that carry a changed object.
func checkCarriers(ctx context.Context, tx store.Tx, tenant string, carries func(store.Group) bool) error {
	groups, err := tx.Groups(ctx, tenant)
	if err != nil {
		return fmt.Errorf("listing groups: %w", err)
	}
	return checkPublishing(ctx, tx, tenant, slices.DeleteFunc(groups, func(g store.Group) bool { return !carries(g) })...)
}
