package directory

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/access-config/terraform-provider-iam/internal/access/usertable"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

// privateRows has the e-mail addresses of a table that is planned as a new one.
// The half of a replacement that removes the old table gets them, and sees
// whose row has gone. They stand in the plan only, and in no state.
const privateRows = "rows"

// leave is for a destruction that is half of a replacement: it has no plan of its
// own. Terraform replaces what is tainted, as a table is when one of its users
// could not be created, and people must not lose their access, their groups and
// their ids for that. It leaves the users of the table where they are, and names
// those who have no row any more: Terraform shows no plan for their removal and no
// guardrail saw it, but nobody manages them now.
func (r *usersCSVResource) leave(state usersCSVModel, private []byte, diags *diag.Diagnostics) {
	var rows []string
	if private != nil {
		if err := json.Unmarshal(private, &rows); err != nil {
			diags.AddError("Private Data Of The Plan Not Understood", fmt.Sprintf("Plan again: %s.", err))
			return
		}
	}
	listed := map[string]bool{}
	for _, email := range rows {
		listed[email] = true
	}
	var left []string
	for _, row := range state.table(r.Defaults).Users {
		r.Keys.NoteReplaced(plumbing.User(row.Email), nil)
		if private != nil && !listed[strings.ToLower(row.Email)] {
			left = append(left, "  "+row.Email)
		}
	}
	if len(left) == 0 || state.OnDestroy.ValueString() == onDestroyKeep {
		return
	}
	slices.Sort(left)
	diags.AddWarning("Users Left In The Tenant", "The table was replaced, which removes nobody. These have no row any more, are as they were, and are not managed by the table now:\n\n"+
		strings.Join(firstLines(left), "\n")+"\n\nWhere nothing else manages them and they are to go, put their rows back with adopt_existing = true and apply, then take the rows out and apply again.")
}

// rowsMark is what privateRows keeps of a table.
func rowsMark(table usersTable) []byte {
	emails := make([]string, len(table.Users))
	for i, row := range table.Users {
		emails[i] = strings.ToLower(row.Email)
	}
	text, _ := json.Marshal(emails) // texts always can be
	return text
}

// notTaken is a table that goes, without the users whom another has taken over
// in the same run: with create_before_destroy the other half of a replacement
// comes first, and this half gets a plan of its own after all.
func (r *usersCSVResource) notTaken(m usersCSVModel) usersCSVModel {
	written, err := usertable.Read(m.CSV.ValueString())
	if err != nil { // not so: it was read before
		return m
	}
	m.CSV = newUsersText(written.Edit(func(row usertable.User) (usertable.User, bool) { return row, !r.Keys.Adopted(plumbing.User(row.Email)) }))
	return m
}
