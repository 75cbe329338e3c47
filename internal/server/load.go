package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/server/wire"
	"github.com/access-config/terraform-provider-iam/internal/store"
)

// user loads a user or refuses with 404.
func (s *Server) user(ctx context.Context, tx store.Tx, tenant, id string) (store.User, error) {
	u, err := tx.User(ctx, tenant, id)
	if errors.Is(err, store.ErrNotFound) {
		return u, notFound("Error while getting user", id, fmt.Sprintf("User with id '%s' not found", id))
	}
	if err != nil {
		return u, fmt.Errorf("reading user: %w", err)
	}
	return u, nil
}

// memberID returns the id under which the user's memberships stand: an employee
// may be addressed by back-office number, and a customer is unknown here and
// keeps the id that was given.
func memberID(ctx context.Context, tx store.UserTx, tenant, id string) (string, error) {
	u, err := tx.User(ctx, tenant, id)
	if errors.Is(err, store.ErrNotFound) {
		return id, nil
	}
	if err != nil {
		return "", fmt.Errorf("reading user: %w", err)
	}
	return u.ID, nil
}

// groupsOf loads the groups of a user, who may be a customer and so unknown to
// this service.
func (s *Server) groupsOf(c *call, userID string) ([]store.Group, error) {
	id, err := memberID(c.ctx, s.store, c.tenant, userID)
	if err != nil {
		return nil, err
	}
	groups, err := s.store.GroupsOfUser(c.ctx, c.tenant, id)
	if err != nil {
		return nil, fmt.Errorf("listing the user's groups: %w", err)
	}
	return groups, nil
}

// group loads a group or refuses with 404.
func (s *Server) group(ctx context.Context, tx store.Tx, tenant, id string) (store.Group, error) {
	g, err := tx.Group(ctx, tenant, id)
	if errors.Is(err, store.ErrNotFound) {
		return g, notFound("Error while getting group", id, fmt.Sprintf("Group with id '%s' not found", id))
	}
	if err != nil {
		return g, fmt.Errorf("reading group: %w", err)
	}
	return g, nil
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

// groupsOfKnownUser loads the groups of the path's user. Without groups only an
// employee is known here.
func (s *Server) groupsOfKnownUser(c *call) ([]store.Group, error) {
	groups, err := s.groupsOf(c, c.value("userId"))
	if err == nil && len(groups) == 0 {
		_, err = s.user(c.ctx, s.store, c.tenant, c.value("userId"))
	}
	return groups, err
}

// template loads a role template or refuses with 404.
func (s *Server) template(ctx context.Context, tx store.Tx, tenant, id string) (store.Template, error) {
	t, err := tx.Template(ctx, tenant, id)
	if errors.Is(err, store.ErrNotFound) {
		return t, notFound("Error while getting template", id, fmt.Sprintf("Template with id '%s' not found", id))
	}
	if err != nil {
		return t, fmt.Errorf("reading template: %w", err)
	}
	return t, nil
}

// teamMember loads a member or refuses with 404.
func (s *Server) teamMember(ctx context.Context, tx store.Tx, tenant, id string) (store.TeamMember, error) {
	m, err := tx.TeamMember(ctx, tenant, id)
	if errors.Is(err, store.ErrNotFound) {
		return m, notFound("Error while getting team member", id, fmt.Sprintf("Nobody in the team has the id '%s'; invite the person first", id))
	}
	if err != nil {
		return m, fmt.Errorf("reading team member: %w", err)
	}
	return m, nil
}

// teamRole returns what a user is in the team; empty for who is not in it.
func teamRole(ctx context.Context, tx store.TeamTx, u store.User) (access.TeamRole, error) {
	m, err := tx.TeamMemberByEmail(ctx, u.Tenant, u.Email)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return "", fmt.Errorf("looking for the team member: %w", err)
	}
	return access.TeamRole(m.Role), nil
}

// vendor loads a vendor or refuses with 404.
func (s *Server) vendor(ctx context.Context, tx store.DocumentTx, tenant, id string) (store.Document, error) {
	d, err := tx.Document(ctx, tenant, store.KindVendor, id)
	if errors.Is(err, store.ErrNotFound) {
		return d, notFound("Error while getting vendor", id, fmt.Sprintf("Vendor with id '%s' not found", id))
	}
	if err != nil {
		return d, fmt.Errorf("reading vendor: %w", err)
	}
	return d, nil
}

// settingOwner is whose configuration items these are: the tenant's, or those
// of one of its clients.
type settingOwner struct{ tenant, client string }

func (o settingOwner) kind() string {
	if o.client == "" {
		return store.KindSetting
	}
	return store.KindClientSetting
}

// id is where an item is kept. The names of clients and keys may hold any
// character: the slash between them is the only one that is not escaped.
func (o settingOwner) id(key string) string {
	if o.client == "" {
		return key
	}
	return url.PathEscape(o.client) + "/" + url.PathEscape(key)
}

// loadSetting reads an item; the error is store.ErrNotFound when there is none.
func loadSetting(ctx context.Context, tx store.DocumentTx, o settingOwner, key string) (api.Setting, error) {
	d, err := tx.Document(ctx, o.tenant, o.kind(), o.id(key))
	if err != nil {
		return api.Setting{}, fmt.Errorf("reading setting: %w", err)
	}
	return wire.Setting(d)
}

// setting reads the value of a tenant's configuration item into v; found is
// false when there is none.
func setting(ctx context.Context, tx store.DocumentTx, tenant, key string, v any) (found bool, err error) {
	item, err := loadSetting(ctx, tx, settingOwner{tenant: tenant}, key)
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	if err == nil {
		err = json.Unmarshal(item.Value, v)
	}
	if err != nil {
		return false, fmt.Errorf("reading the setting %s of %s: %w", key, tenant, err)
	}
	return true, nil
}

// membersOf returns the ids of a group's members.
func membersOf(ctx context.Context, tx store.AssignmentTx, tenant, groupID string) ([]string, error) {
	members, _, err := tx.Members(ctx, tenant, groupID, store.Page{})
	if err != nil {
		return nil, fmt.Errorf("listing members: %w", err)
	}
	ids := make([]string, len(members))
	for i, m := range members {
		ids[i] = m.UserID
	}
	return ids, nil
}
