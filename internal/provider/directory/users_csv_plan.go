package directory

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/access/usertable"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

// ModifyPlan plans the rows of the text. It refuses users and groups that other resources manage, and locks if the API
// does not support them. It marks the plan of a destroy.
func (r *usersCSVResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	var plan, state usersCSVModel
	destroys := req.Plan.Raw.IsNull()
	if !req.State.Raw.IsNull() {
		resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	}
	if !destroys {
		resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
		planRows(ctx, plan, state, resp)
	}
	resp.Diagnostics.Append(plumbing.CheckPlanImpact(ctx, r.Data, req.Plan, req.State, r.step)...)
	mark := plumbing.MarkPlan(ctx, resp.Private, destroys, &resp.Diagnostics)
	if r.Data == nil || resp.Diagnostics.HasError() || plan.CSV.IsUnknown() {
		return
	}
	if destroys {
		state = r.withoutAdopted(state)
		plan.OnDestroy = state.OnDestroy
	}
	table := plan.table(r.Defaults)
	former := table
	if !state.CSV.Equal(plan.CSV) {
		former = state.table(r.Defaults)
	}
	if plan.OnDestroy.ValueString() != onDestroyKeep {
		r.checkRemovals(mark, table, former, &resp.Diagnostics)
	}
	r.planOwner(ctx, table, former, plan.OnDestroy.ValueString(), &resp.Diagnostics)
	if destroys {
		return
	}
	if req.State.Raw.IsNull() {
		resp.Diagnostics.Append(resp.Private.SetKey(ctx, privateRows, rowsMark(table))...)
	}
	if !state.CSV.Equal(plan.CSV) {
		warnOfColumns(table, former, &resp.Diagnostics)
	}
	r.checkCodes(ctx, table, former, &resp.Diagnostics)
	r.checkLocks(ctx, table, former, &resp.Diagnostics)
	if plan.OnDestroy.ValueString() == onDestroyLock && state.OnDestroy.ValueString() != onDestroyLock && r.Client != nil && !canLock(ctx, r.Data) {
		resp.Diagnostics.Append(noLocks(path.Root("on_destroy"), "Use on_destroy = \"remove\", which removes users from the tenant and keeps their accounts on the platform."))
	}
	adopts := plan.AdoptExisting.ValueBool() || r.AdoptExisting
	r.warnOfLeaving(ctx, table, former, adopts, &resp.Diagnostics)
	r.checkOwners(ctx, tableChange{mark: mark, table: table, former: former, adopts: adopts, kept: req.Plan.Raw.Equal(req.State.Raw)}, &resp.Diagnostics)
	r.planExisting(ctx, table, former, adopts, &resp.Diagnostics)
}

// checkRemovals records the users removed with their row or with the table, and refuses
// those whom another resource manages.
func (r *usersCSVResource) checkRemovals(mark string, table, former usersTable, diags *diag.Diagnostics) {
	found := 0
	for _, row := range former.Users {
		if _, stays := table.Find(row.Email); stays {
			continue
		}
		if d := r.Keys.NoteRemoval(plumbing.User(row.Email), "user "+row.Email, tableClaim(mark, row), path.Root("csv")); len(d) > 0 && found < maxLines {
			found++
			diags.Append(d...)
		}
	}
}

// tableClaim is the claim of a row to its user.
func tableClaim(mark string, row usertable.User) plumbing.Claim {
	return plumbing.Claim{Type: "iam_users_csv", Label: fmt.Sprintf("line %d", row.Line), Mark: mark}
}

// checkLocks refuses locks if the API does not support them.
func (r *usersCSVResource) checkLocks(ctx context.Context, table, former usersTable, diags *diag.Diagnostics) {
	if r.Client == nil || !table.Has("locked") {
		return
	}
	for _, row := range table.Users {
		if was, _ := former.Find(row.Email); row.Locked && !was.Locked && !canLock(ctx, r.Data) {
			diags.Append(noLocks(path.Root("csv"), fmt.Sprintf("Line %d locks %s: remove the user from all groups instead.", row.Line, row.Email)))
			return
		}
	}
}

func noLocks(at path.Path, instead string) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(at, "Locking Not Supported", "This API cannot lock users; only the reference backend can. "+instead)
}

// warnOfLeaving names the groups to leave by users whose groups were not managed until
// now: adopted users, or all users of a table that gets the column. The plan does not
// show these groups, as they are in no state.
func (r *usersCSVResource) warnOfLeaving(ctx context.Context, table, former usersTable, adopts bool, diags *diag.Diagnostics) {
	if !table.Has("groups") || r.Client == nil {
		return
	}
	rows := slices.DeleteFunc(slices.Clone(table.Users), func(row usertable.User) bool {
		if _, managed := former.Find(row.Email); managed {
			return former.Has("groups")
		}
		return !adopts
	})
	if len(rows) == 0 {
		return
	}
	users, err := r.users(ctx)
	if err != nil {
		diags.Append(plumbing.UnableAt(path.Root("csv"), "read", "users", "of the table", err))
		return
	}
	noteUsers(r.Data, users)
	var lines []string
	var first string
	for _, row := range rows {
		leaves := slices.DeleteFunc(slices.Sorted(slices.Values(users[strings.ToLower(row.Email)].GroupIDs)), func(id string) bool { return slices.Contains(row.Groups, id) })
		if len(leaves) > 0 {
			first = cmp.Or(first, row.Email)
			lines = append(lines, fmt.Sprintf("  line %d, %s: %s", row.Line, row.Email, strings.Join(leaves, ", ")))
		}
	}
	if len(lines) > 0 {
		diags.AddAttributeWarning(path.Root("csv"), fmt.Sprintf("Groups Will Be Left: %s", andMore(first, len(lines))),
			"The apply removes these users from groups that are not in the column groups:\n\n"+strings.Join(firstLines(lines), "\n")+"\n\nList the groups to keep the memberships, or omit the column to manage no groups here.")
	}
}

// tableChange is the planned change of a table.
type tableChange struct {
	mark          string // of the plan
	table, former usersTable
	adopts        bool // new rows adopt existing users
	kept          bool // the table does not change
}

// checkOwners records that the table manages the users and, if it has the column, their
// groups, and refuses those that another resource manages.
func (r *usersCSVResource) checkOwners(ctx context.Context, c tableChange, diags *diag.Diagnostics) {
	at := path.Root("csv")
	found := 0
	add := func(d diag.Diagnostics) {
		if len(d) > 0 && found < maxLines {
			found++
			diags.Append(d...)
		}
	}
	for _, row := range c.table.Users {
		claim := tableClaim(c.mark, row)
		if _, was := c.former.Find(row.Email); was {
			claim.ID = row.Key()
		} else {
			claim.Creates = true
		}
		add(r.Keys.Hold(plumbing.User(row.Email), "user "+row.Email, claim, at))
	}
	if !c.table.Has("groups") {
		return
	}
	var ids map[string]string
	if (len(c.former.Users) > 0 || c.adopts) && r.Client != nil {
		var err error
		if ids, err = userIDs(ctx, r.Data); err != nil {
			diags.Append(plumbing.Unable("read", "users", "of the table", err))
			return
		}
	}
	by := plumbing.Manager{Type: "iam_users_csv", Kept: c.kept}
	for _, row := range c.table.Users {
		person := plumbing.Person{ID: ids[strings.ToLower(row.Email)], Email: row.Email}
		add(conflictError(ctx, r.Data, r.Members.HoldGroups(by, person, row.Groups, true), at))
	}
}

// step applies the plan of a table to the tenant that the guardrails check.
func (r *usersCSVResource) step(plan, state *usersCSVModel) func(*access.Tenant) {
	return func(s *access.Tenant) {
		if plan != nil && plan.CSV.IsUnknown() {
			return
		}
		var table usersTable
		how := ""
		if plan != nil {
			table, how = plan.table(plumbing.UserDefaults{}), plan.OnDestroy.ValueString()
		}
		if state != nil {
			former := *state
			if plan == nil {
				former, how = r.withoutAdopted(former), former.OnDestroy.ValueString()
			}
			for _, row := range former.table(plumbing.UserDefaults{}).Users {
				if _, stays := table.Find(row.Email); !stays {
					endRow(s, row, how)
				}
			}
		}
		for _, row := range table.Users {
			u := access.StateUser{Email: row.Email, Name: row.FirstName + " " + row.LastName}
			s.AddUser(u)
			if table.Has("groups") {
				s.SetGroups(u, row.Groups)
			}
			if table.Has("locked") {
				s.Lock(u, row.Locked)
			}
		}
	}
}

// endRow applies the removal of a row.
func endRow(s *access.Tenant, row usertable.User, how string) {
	u := access.StateUser{Email: row.Email}
	switch how {
	case onDestroyKeep:
	case onDestroyLock:
		s.Lock(u, true)
	default:
		s.RemoveUser(u)
	}
}
