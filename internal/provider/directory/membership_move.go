package directory

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

// A moved block between the types of memberships changes the state but no membership.
// It works if the new resource can record everything that the old one does: a single
// membership becomes a list, and the next refresh reads the rest of the list; a list
// of one becomes a single membership or the other kind of list. A longer list would
// leave memberships without a resource, so the error has an import block for each.

var (
	_ resource.ResourceWithMoveState = (*membershipResource)(nil)
	_ resource.ResourceWithMoveState = (*groupMembersResource)(nil)
	_ resource.ResourceWithMoveState = (*userGroupsResource)(nil)
)

// recordedMembership is a membership in a state to move.
type recordedMembership struct {
	group, user string
	key         string // of the user in a list of members
	userType    access.UserType
}

func (m recordedMembership) importID() string {
	return strings.Join([]string{m.group, string(m.userType), m.user}, "/")
}

// recordedMemberships returns the memberships of a state, sorted by import id. ok is
// false if the state is of a type that records none.
func recordedMemberships(req resource.MoveStateRequest, diags *diag.Diagnostics) (recorded []recordedMembership, ok bool) {
	names := []string{"iam_group_membership", "iam_group_members", "iam_user_groups"}
	if !plumbing.FromThisProvider(req) || !slices.Contains(names, req.SourceTypeName) {
		return nil, false
	}
	var state struct {
		GroupID  string            `json:"group_id"`
		UserID   string            `json:"user_id"`
		UserType access.UserType   `json:"user_type"`
		Members  map[string]string `json:"members"`
		GroupIDs []string          `json:"group_ids"`
	}
	if err := json.Unmarshal(req.SourceRawState.JSON, &state); err != nil {
		diags.AddError("Unreadable State", fmt.Sprintf("The state of %s does not have the format of this provider: %s. Remove the moved block.", req.SourceTypeName, err))
		return nil, true
	}
	if state.GroupID == "" && state.UserID == "" {
		return nil, false // another provider of this name
	}
	switch req.SourceTypeName {
	case "iam_group_membership":
		recorded = append(recorded, recordedMembership{state.GroupID, state.UserID, state.UserID, state.UserType})
	case "iam_group_members":
		for key, id := range state.Members {
			recorded = append(recorded, recordedMembership{state.GroupID, id, key, state.UserType})
		}
	case "iam_user_groups":
		for _, group := range state.GroupIDs {
			recorded = append(recorded, recordedMembership{group, state.UserID, state.UserID, access.Employee})
		}
	}
	slices.SortFunc(recorded, func(a, b recordedMembership) int { return strings.Compare(a.importID(), b.importID()) })
	return recorded, true
}

// membershipMover moves a state to a type of memberships.
type membershipMover struct {
	*plumbing.IdentifiedResource
	employees  bool                            // the type has no memberships of customers
	importID   func(recordedMembership) string // of the object with the membership in the type
	attributes func(recordedMembership) map[string]any
}

func (m membershipMover) movers() []resource.StateMover {
	return []resource.StateMover{{StateMover: func(ctx context.Context, req resource.MoveStateRequest, resp *resource.MoveStateResponse) {
		recorded, ok := recordedMemberships(req, &resp.Diagnostics)
		switch {
		case resp.Diagnostics.HasError():
		case !ok, req.SourceTypeName == "iam_"+m.Name:
			resp.Diagnostics.Append(m.NotMoved(req, "The two types record different objects."))
		case m.employees && slices.ContainsFunc(recorded, func(m recordedMembership) bool { return m.userType != access.Employee }):
			resp.Diagnostics.AddError("State Not Moved", fmt.Sprintf("The state of %s records memberships of customers, but iam_%s manages memberships of employees only. Nothing was changed. Remove the moved block.", req.SourceTypeName, m.Name))
		case len(recorded) != 1:
			var ids []string
			for _, r := range recorded {
				ids = append(ids, m.importID(r))
			}
			resp.Diagnostics.Append(m.NotMoved(req, fmt.Sprintf("A moved block can move one membership, but the state records %d.", len(recorded)), ids...))
		default:
			setMoved(ctx, resp, m.attributes(recorded[0]))
		}
	}}}
}

// MoveState accepts a list of one membership.
func (r *membershipResource) MoveState(context.Context) []resource.StateMover {
	return membershipMover{IdentifiedResource: &r.IdentifiedResource, importID: recordedMembership.importID, attributes: func(m recordedMembership) map[string]any {
		return map[string]any{"id": m.importID(), "group_id": m.group, "user_id": m.user, "user_type": string(m.userType)}
	}}.movers()
}

// MoveState accepts one membership. The next refresh reads the other members of the
// group, and the plan shows those that are not listed.
func (r *groupMembersResource) MoveState(context.Context) []resource.StateMover {
	group := func(m recordedMembership) string { return m.group }
	return membershipMover{IdentifiedResource: &r.IdentifiedResource, importID: group, attributes: func(m recordedMembership) map[string]any {
		return map[string]any{"group_id": m.group, "user_type": string(m.userType), "members": map[string]string{m.key: m.user}}
	}}.movers()
}

// MoveState accepts one membership of an employee. The next refresh reads the user's
// other groups, and the plan shows those that are not listed.
func (r *userGroupsResource) MoveState(context.Context) []resource.StateMover {
	user := func(m recordedMembership) string { return m.user }
	return membershipMover{IdentifiedResource: &r.IdentifiedResource, employees: true, importID: user, attributes: func(m recordedMembership) map[string]any {
		return map[string]any{"user_id": m.user, "group_ids": []string{m.group}}
	}}.movers()
}

// unreadMove reports whether a plan changes a list that a move created from one entry
// and that no refresh has read since, as with -refresh=false. The entries that the list
// would remove are then in no state, as for a new list.
func unreadMove(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) bool {
	moved, diags := req.Private.GetKey(ctx, plumbing.PrivateMoved)
	resp.Diagnostics.Append(diags...)
	return moved != nil && !req.Plan.Raw.Equal(req.State.Raw)
}

// setMoved writes the attributes of a moved state. The identity stays null until the
// refresh, because Terraform moves states before it configures the provider, when the
// tenant is unknown.
func setMoved(ctx context.Context, resp *resource.MoveStateResponse, attributes map[string]any) {
	for _, name := range plumbing.SortedKeys(attributes) {
		resp.Diagnostics.Append(resp.TargetState.SetAttribute(ctx, path.Root(name), attributes[name])...)
	}
	resp.Diagnostics.Append(resp.TargetPrivate.SetKey(ctx, plumbing.PrivateMoved, []byte("true"))...)
}
