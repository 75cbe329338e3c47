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

// user loads a user, or refuses with 404.
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

// memberID returns the id of the user in memberships. A caller may name an employee by
// back-office number. A customer is unknown here, and keeps the given id.
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

// groupsOf loads the groups of a user. Customers, whom this service does not know, have
// groups as well.
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

// group loads a group, or refuses with 404.
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

// control loads an access control, or refuses with 404.
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

// groupsOfKnownUser loads the groups of the path's user. A user without groups is known
// only if it is an employee.
func (s *Server) groupsOfKnownUser(c *call) ([]store.Group, error) {
	groups, err := s.groupsOf(c, c.value("userId"))
	if err == nil && len(groups) == 0 {
		_, err = s.user(c.ctx, s.store, c.tenant, c.value("userId"))
	}
	return groups, err
}

// template loads a role template, or refuses with 404.
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

// teamMember loads a member, or refuses with 404.
func (s *Server) teamMember(ctx context.Context, tx store.Tx, tenant, id string) (store.TeamMember, error) {
	m, err := tx.TeamMember(ctx, tenant, id)
	if errors.Is(err, store.ErrNotFound) {
		return m, notFound("Error while getting team member", id, fmt.Sprintf("The team has no member with the id '%s'; invite the person first", id))
	}
	if err != nil {
		return m, fmt.Errorf("reading team member: %w", err)
	}
	return m, nil
}

// teamRole returns the role of a user in the team; empty for a user outside it.
func teamRole(ctx context.Context, tx store.TeamTx, u store.User) (access.TeamRole, error) {
	m, err := tx.TeamMemberByEmail(ctx, u.Tenant, u.Email)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return "", fmt.Errorf("looking for the team member: %w", err)
	}
	return access.TeamRole(m.Role), nil
}

// vendor loads a vendor, or refuses with 404.
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

// settingOwner is the owner of configuration items: the tenant, or one of its clients.
type settingOwner struct{ tenant, client string }

func (o settingOwner) kind() string {
	if o.client == "" {
		return store.KindSetting
	}
	return store.KindClientSetting
}

// id returns the id of an item's document. Clients and keys may contain any character, so
// they are escaped; the slash between them is not.
func (o settingOwner) id(key string) string {
	if o.client == "" {
		return key
	}
	return url.PathEscape(o.client) + "/" + url.PathEscape(key)
}

// loadSetting reads an item. The error is store.ErrNotFound if it does not exist.
func loadSetting(ctx context.Context, tx store.DocumentTx, o settingOwner, key string) (api.Setting, error) {
	d, err := tx.Document(ctx, o.tenant, o.kind(), o.id(key))
	if err != nil {
		return api.Setting{}, fmt.Errorf("reading setting: %w", err)
	}
	return wire.Setting(d)
}

// setting decodes the value of a tenant's configuration item into v; found is false if the
// item does not exist.
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
