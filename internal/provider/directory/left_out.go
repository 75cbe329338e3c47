package directory

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

// An omitted argument is not managed. If it was set before, what it gave is kept
// although the plan shows a removal, so a warning names what is kept.

// warnOfKept names what a user keeps if the configuration omits an argument that was
// set before.
func (m userModel) warnOfKept(config userModel) (diags diag.Diagnostics) {
	email := m.Email.ValueString()
	if groups := plumbing.Strings(m.GroupIDs); config.GroupIDs.IsNull() && len(groups) > 0 {
		slices.Sort(groups)
		diags.AddAttributeWarning(path.Root("group_ids"), "Memberships Kept: "+email,
			fmt.Sprintf("Without group_ids, memberships are not managed here: %s stays in %s, unless another resource removes the membership. To remove the user from all groups, set group_ids = [].", email, strings.Join(groups, ", ")))
	}
	if config.Locked.IsNull() && m.Locked.ValueBool() {
		diags.AddAttributeWarning(path.Root("locked"), "Lock Kept: "+email,
			fmt.Sprintf("Without the argument locked, locks are not managed here: %s stays locked. To unlock the user, set locked = false.", email))
	}
	return diags
}

// warnOfColumns names the users who stay in groups, or locked, because the table no
// longer has the column.
func warnOfColumns(table, former usersTable, diags *diag.Diagnostics) {
	var members, locked []string
	for _, row := range former.Users {
		if _, stays := table.Find(row.Email); !stays {
			continue
		}
		if len(row.Groups) > 0 {
			members = append(members, fmt.Sprintf("%s (%s)", row.Email, strings.Join(row.Groups, ", ")))
		}
		if row.Locked {
			locked = append(locked, row.Email)
		}
	}
	if former.Has("groups") && !table.Has("groups") && len(members) > 0 {
		diags.AddAttributeWarning(path.Root("csv"), "Memberships Kept: "+andMore(members[0], len(members)),
			fmt.Sprintf("Without the column groups the table does not manage memberships, and these users stay in their groups: %s. To remove them from their groups, keep the column and leave its cells empty.", plumbing.JoinNames(members)))
	}
	if former.Has("locked") && !table.Has("locked") && len(locked) > 0 {
		diags.AddAttributeWarning(path.Root("csv"), "Locks Kept: "+andMore(locked[0], len(locked)),
			fmt.Sprintf("Without the column locked the table does not manage locks, and these users stay locked: %s. To unlock them, keep the column and set it to false.", plumbing.JoinNames(locked)))
	}
}
