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

// ModifyPlan finds other owners of the users and of their groups, and locks that
// the API does not have. It marks the plan of a destruction.
func (r *usersCSVResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	resp.Diagnostics.Append(plumbing.CheckPlanImpact(ctx, r.Data, req.Plan, req.State, r.step)...)
	goes := req.Plan.Raw.IsNull()
	mark := plumbing.MarkPlan(ctx, resp.Private, goes, &resp.Diagnostics)
	if r.Data == nil || resp.Diagnostics.HasError() {
		return
	}
	var plan, state usersCSVModel
	if !goes {
		resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	}
	if !req.State.Raw.IsNull() {
		resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	}
	if resp.Diagnostics.HasError() || plan.CSV.IsUnknown() {
		return
	}
	if goes {
		state = r.notTaken(state)
		plan.OnDestroy = state.OnDestroy
	}
	table := plan.table(r.Defaults)
	former := table
	if !state.CSV.Equal(plan.CSV) {
		former = state.table(r.Defaults)
	}
	if plan.OnDestroy.ValueString() != onDestroyKeep {
		r.checkLeaving(mark, table, former, &resp.Diagnostics)
	}
	r.planOwner(ctx, table, former, plan.OnDestroy.ValueString(), &resp.Diagnostics)
	if goes {
		return
	}
	if req.State.Raw.IsNull() {
		resp.Diagnostics.Append(resp.Private.SetKey(ctx, privateRows, rowsMark(table))...)
	}
	if !state.CSV.Equal(plan.CSV) {
		warnOfRows(table, former, &resp.Diagnostics)
		warnOfColumns(table, former, &resp.Diagnostics)
	}
	r.checkCodes(ctx, table, former, &resp.Diagnostics)
	r.checkLocks(ctx, table, former, &resp.Diagnostics)
	if plan.OnDestroy.ValueString() == onDestroyLock && state.OnDestroy.ValueString() != onDestroyLock && r.Client != nil && !r.CanLock(ctx) {
		resp.Diagnostics.Append(noLocks(path.Root("on_destroy"), "Use on_destroy = \"remove\", which takes users out of the tenant and keeps their accounts on the platform."))
	}
	adopts := plan.AdoptExisting.ValueBool() || r.AdoptExisting
	r.warnOfLeaving(ctx, table, former, adopts, &resp.Diagnostics)
	r.checkOwners(ctx, tableChange{mark: mark, table: table, former: former, adopts: adopts, kept: req.Plan.Raw.Equal(req.State.Raw)}, &resp.Diagnostics)
	r.planExisting(ctx, table, former, adopts, &resp.Diagnostics)
}

// checkLeaving notes who goes with a row, or with the table, and must not be
// managed elsewhere.
func (r *usersCSVResource) checkLeaving(mark string, table, former usersTable, diags *diag.Diagnostics) {
	rows, found := table.byEmail(), 0
	for _, row := range former.Users {
		if _, stays := rows[strings.ToLower(row.Email)]; stays {
			continue
		}
		if d := r.Keys.NoteRemoval(plumbing.User(row.Email), "user "+row.Email, tableClaim(mark, row), path.Root("csv")); len(d) > 0 && found < mostLines {
			found++
			diags.Append(d...)
		}
	}
}

// tableClaim is what a row says of its user.
func tableClaim(mark string, row usertable.User) plumbing.Claim {
	return plumbing.Claim{Type: "iam_users_csv", Label: fmt.Sprintf("line %d", row.Line), Mark: mark}
}

// checkLocks refuses locks where the API at hand has none.
func (r *usersCSVResource) checkLocks(ctx context.Context, table, former usersTable, diags *diag.Diagnostics) {
	if r.Client == nil || !table.Has("locked") {
		return
	}
	known := former.byEmail()
	for _, row := range table.Users {
		if row.Locked && !known[strings.ToLower(row.Email)].Locked && !r.CanLock(ctx) {
			diags.Append(noLocks(path.Root("csv"), fmt.Sprintf("Line %d locks %s: take the user out of all groups instead.", row.Line, row.Email)))
			return
		}
	}
}

func noLocks(at path.Path, instead string) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(at, "Locking Not Supported", "The API at hand cannot lock users, only the reference backend can. "+instead)
}

// warnOfLeaving names the groups that users will leave whose groups were not
// managed until now: who is taken over, or everybody of a table that gets the
// column. They are in no state yet, and would not show.
func (r *usersCSVResource) warnOfLeaving(ctx context.Context, table, former usersTable, adopts bool, diags *diag.Diagnostics) {
	if !table.Has("groups") || r.Client == nil {
		return
	}
	known := former.byEmail()
	rows := slices.DeleteFunc(slices.Clone(table.Users), func(row usertable.User) bool {
		if _, managed := known[strings.ToLower(row.Email)]; managed {
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
	r.NoteUsers(users)
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
			"Not in the column groups, and so left by these users in the apply:\n\n"+strings.Join(firstLines(lines), "\n")+"\n\nList the groups for the users to stay, or leave the column out to manage no groups here.")
	}
}

// tableChange is what a plan makes of a table.
type tableChange struct {
	mark          string // of the plan
	table, former usersTable
	adopts        bool // new rows take over users who exist
	kept          bool // nothing of the table changes
}

// checkOwners notes who manages the users and, where they are in the table, their
// groups.
func (r *usersCSVResource) checkOwners(ctx context.Context, c tableChange, diags *diag.Diagnostics) {
	at := path.Root("csv")
	found := 0
	add := func(d diag.Diagnostics) {
		if len(d) > 0 && found < mostLines {
			found++
			diags.Append(d...)
		}
	}
	known := c.former.byEmail()
	for _, row := range c.table.Users {
		claim := tableClaim(c.mark, row)
		if _, was := known[strings.ToLower(row.Email)]; was {
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
		if ids, err = r.UserIDs(ctx); err != nil {
			diags.Append(plumbing.Unable("read", "users", "of the table", err))
			return
		}
	}
	by := plumbing.Manager{Type: "iam_users_csv", Kept: c.kept}
	for _, row := range c.table.Users {
		person := plumbing.Person{ID: ids[strings.ToLower(row.Email)], Email: row.Email}
		add(r.ConflictError(ctx, r.Members.HoldGroups(by, person, row.Groups, true), at))
	}
}

// step plans what a table does for the guardrails.
func (r *usersCSVResource) step(plan, state *usersCSVModel) func(*access.Tenant) {
	return func(s *access.Tenant) {
		if plan != nil && plan.CSV.IsUnknown() {
			return
		}
		rows, how := map[string]usertable.User{}, ""
		var table usersTable
		if plan != nil {
			table = plan.table(plumbing.UserDefaults{})
			rows, how = table.byEmail(), plan.OnDestroy.ValueString()
		}
		if state != nil {
			former := *state
			if plan == nil {
				former, how = r.notTaken(former), former.OnDestroy.ValueString()
			}
			for _, row := range former.table(plumbing.UserDefaults{}).Users {
				if _, stays := rows[strings.ToLower(row.Email)]; !stays {
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

// endRow plans what becomes of a user whose row goes.
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
