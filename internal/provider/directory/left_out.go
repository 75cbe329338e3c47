package directory

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

// An argument that is left out is not managed. Where it was written before, what it
// gave stays, and the plan shows a removal: so it says what stays.

// warnOfKept names what a user keeps where the configuration leaves out an argument
// that it had.
func (m userModel) warnOfKept(config userModel) (diags diag.Diagnostics) {
	email := m.Email.ValueString()
	if groups := plumbing.Strings(m.GroupIDs); config.GroupIDs.IsNull() && len(groups) > 0 {
		slices.Sort(groups)
		diags.AddAttributeWarning(path.Root("group_ids"), "Memberships Stay: "+email,
			fmt.Sprintf("Left out, group_ids is not managed here: %s stays in %s, unless another resource ends the membership. To take the user out of all groups, write group_ids = [].", email, strings.Join(groups, ", ")))
	}
	if config.Locked.IsNull() && m.Locked.ValueBool() {
		diags.AddAttributeWarning(path.Root("locked"), "Lock Stays: "+email,
			fmt.Sprintf("Left out, locked is not managed here: %s stays locked. To unlock the user, write locked = false.", email))
	}
	return diags
}

// warnOfColumns names whom a table leaves in groups, or locked, for which it has no
// column any more.
func warnOfColumns(table, former usersTable, diags *diag.Diagnostics) {
	rows := table.byEmail()
	var members, locked []string
	for _, row := range former.Users {
		if _, stays := rows[strings.ToLower(row.Email)]; !stays {
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
		diags.AddAttributeWarning(path.Root("csv"), "Memberships Stay: "+andMore(members[0], len(members)),
			fmt.Sprintf("Without the column groups the table does not manage memberships, and these users stay in their groups: %s. To take them out, keep the column and leave its cells empty.", plumbing.JoinNames(members)))
	}
	if former.Has("locked") && !table.Has("locked") && len(locked) > 0 {
		diags.AddAttributeWarning(path.Root("csv"), "Locks Stay: "+andMore(locked[0], len(locked)),
			fmt.Sprintf("Without the column locked the table does not manage locks, and these users stay locked: %s. To unlock them, keep the column and write false.", plumbing.JoinNames(locked)))
	}
}
