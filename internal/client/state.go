package client

import (
	"context"
	"strings"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
)

// State reads the tenant's employees, groups, role templates, access controls,
// scopes, team and Make organization, for comparison and review. The number of
// requests is the number of pages of these lists. State omits what the API does not
// have. Apart from users and groups it also omits what the token may not read, and
// names that in Unread.
func (c *Client) State(ctx context.Context) (access.State, error) {
	var state access.State
	users, err := c.Users(ctx)
	if err != nil {
		return state, err
	}
	groups, err := c.Groups(ctx)
	if err != nil {
		return state, err
	}
	for _, u := range users {
		state.Users = append(state.Users, stateUser(u))
	}
	for _, g := range groups {
		if g.UserType == access.Employee {
			state.Groups = append(state.Groups, AccessGroup(g))
		}
	}
	if state.Rights, err = c.Rights(ctx); IsForbidden(err) {
		if who := carriesOwn(state.Groups, state.Rights); who != "" {
			return state, unreadControls(who, err)
		}
		state.Unread, err = append(state.Unread, "the tenant's own access controls"), nil
	}
	if err == nil {
		err = c.addTeam(ctx, &state)
	}
	if err == nil {
		err = c.addMake(ctx, &state)
	}
	return state, err
}

func stateUser(u api.User) access.StateUser {
	return access.StateUser{ID: u.ID, Email: u.ContactEmail, Name: u.FirstName + " " + u.LastName, Locked: u.Locked(), GroupIDs: u.GroupIDs, Department: u.Department}
}

// lacks reports whether the API does not have what was requested, or the token may
// not read it. The latter is recorded in the state.
func lacks(err error, state *access.State, what string) bool {
	if IsForbidden(err) {
		state.Unread = append(state.Unread, what)
		return true
	}
	return IsUnsupported(err)
}

// addTeam adds the roles of users in the team, the members who are in the team only, and
// the tenant's own products.
func (c *Client) addTeam(ctx context.Context, state *access.State) error {
	members, err := c.TeamMembers(ctx)
	if err != nil {
		if lacks(err, state, "the team") {
			return nil
		}
		return err
	}
	byID, byEmail := map[string]int{}, map[string]int{}
	for i, u := range state.Users {
		byID[u.ID], byEmail[strings.ToLower(u.Email)] = i, i
	}
	for _, m := range members {
		member := m.Access()
		i, ok := byID[m.ID]
		if !ok {
			i, ok = byEmail[strings.ToLower(m.Email)]
		}
		if ok {
			state.Users[i].Team = &member
		} else {
			state.Users = append(state.Users, access.StateUser{ID: m.ID, Email: m.Email, Team: &member, Outside: true})
		}
	}
	state.Products, err = c.AddedProducts(ctx)
	return err
}

// addMake adds the tenant's Make organization and its members.
func (c *Client) addMake(ctx context.Context, state *access.State) error {
	o, err := c.MakeOrganization(ctx)
	switch {
	case IsNotFound(err):
		return nil
	case err != nil && lacks(err, state, "the Make organization"):
		return nil
	case err != nil:
		return err
	}
	members, err := c.MakeMembers(ctx)
	if err != nil {
		return err
	}
	state.Make = access.MakeState{Organization: o.OrganizationID, Sync: o.Sync, Prune: o.PruneStale}
	for _, m := range members {
		if m.Present {
			state.Make.Members = append(state.Make.Members, access.MakePerson{UserID: m.UserID, Email: m.Email})
		}
	}
	return nil
}
