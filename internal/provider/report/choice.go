package report

import (
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

// choice is the part of a tenant that is reviewed.
type choice struct {
	state  access.State // the users who are reviewed, and every group
	all    bool
	users  map[string]bool // by id
	groups map[string]bool // those named in group_ids, and those of the users
}

// concerns reports whether the finding is about reviewed users or groups.
func (c choice) concerns(f access.Finding) bool {
	if c.all || c.users[f.UserID] {
		return true
	}
	return f.UserID == "" && slices.ContainsFunc(f.Groups, func(id string) bool { return c.groups[id] })
}

// choose selects the users that the configuration names. An unknown name is an
// error, because a review that silently leaves out a user is worse than none.
func choose(m accessReviewModel, state access.State, diags *diag.Diagnostics) choice {
	c := choice{state: state, all: m.GroupIDs.IsNull() && m.Emails.IsNull(), users: map[string]bool{}, groups: map[string]bool{}}
	if c.all {
		return c
	}
	for _, id := range plumbing.Strings(m.GroupIDs) {
		c.groups[id] = true
		if !slices.ContainsFunc(state.Groups, func(g access.Group) bool { return g.ID == id }) {
			diags.AddAttributeError(path.Root("group_ids").AtSetValue(types.StringValue(id)), "Group Not Found",
				"The tenant has no employees' group "+id+". The data source iam_groups lists them.")
		}
	}
	emails := map[string]bool{}
	for _, email := range plumbing.Strings(m.Emails) {
		emails[strings.ToLower(email)] = true
		if !slices.ContainsFunc(state.Users, func(u access.StateUser) bool { return api.SameEmail(u.Email, email) }) {
			diags.AddAttributeError(path.Root("emails").AtSetValue(types.StringValue(email)), "User Not Found",
				"The tenant has no user "+email+". The data source iam_users lists them.")
		}
	}
	c.state.Users = slices.DeleteFunc(slices.Clone(state.Users), func(u access.StateUser) bool {
		return !emails[strings.ToLower(u.Email)] && !slices.ContainsFunc(u.GroupIDs, func(id string) bool { return c.groups[id] })
	})
	// After the users are chosen: sharing a group with a user does not select
	// other users.
	for _, u := range c.state.Users {
		c.users[u.ID] = true
		for _, id := range u.GroupIDs {
			c.groups[id] = true
		}
	}
	return c
}
