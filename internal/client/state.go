package client

import (
	"context"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
)

// State reads the tenant's employees and groups, for the access rules to
// compare or review. It takes as many requests as the lists have pages,
// whatever they hold.
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
	templates, err := c.Templates(ctx)
	if err != nil {
		return state, err
	}
	for _, u := range users {
		state.Users = append(state.Users, stateUser(u))
	}
	for _, g := range groups {
		if g.UserType == access.Employee {
			state.Groups = append(state.Groups, AccessGroup(g, templates))
		}
	}
	return state, nil
}

func stateUser(u api.User) access.StateUser {
	return access.StateUser{ID: u.ID, Email: u.ContactEmail, Name: u.FirstName + " " + u.LastName, Locked: u.Locked(), GroupIDs: u.GroupIDs}
}
