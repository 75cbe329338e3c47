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

// privateRows is the key of private data for the e-mail addresses of a new table. In a
// replacement, the destroy of the old table gets them and learns which rows were
// removed. They are in the plan only, and in no state.
const privateRows = "rows"

// leave handles a destroy that is half of a replacement, which has no plan of its own.
// Terraform replaces a tainted table, such as one with a user who could not be created,
// and people must not lose their access, groups and ids because of that. leave keeps
// the users of the table. It warns of those who no longer have a row, since nothing
// manages them now: they are not removed because neither a plan nor a guardrail has
// seen that.
func (r *usersCSVResource) leave(state usersCSVModel, private []byte, diags *diag.Diagnostics) {
	var rows []string
	if private != nil {
		if err := json.Unmarshal(private, &rows); err != nil {
			diags.AddError("Unreadable Plan Data", fmt.Sprintf("The private data of the plan is unreadable: %s. Run terraform plan again.", err))
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
	diags.AddWarning("Users Kept In The Tenant", "Replacing the table removed nobody. These users no longer have a row; they were left unchanged and are no longer managed by the table:\n\n"+
		strings.Join(firstLines(left), "\n")+"\n\nTo remove users whom nothing else manages, add their rows again with adopt_existing = true and apply, then remove the rows and apply again.")
}

// rowsMark returns the value of privateRows for a table.
func rowsMark(table usersTable) []byte {
	emails := make([]string, len(table.Users))
	for i, row := range table.Users {
		emails[i] = strings.ToLower(row.Email)
	}
	text, _ := json.Marshal(emails) // strings always can be marshaled
	return text
}

// withoutAdopted returns a table to destroy without the users whom another table
// adopted in the same run. With create_before_destroy the creation of a replacement
// runs first, and the destroy does get a plan of its own.
func (r *usersCSVResource) withoutAdopted(m usersCSVModel) usersCSVModel {
	written, err := usertable.Read(m.CSV.ValueString())
	if err != nil { // cannot happen: it was parsed before
		return m
	}
	m.CSV = newUsersText(written.Edit(func(row usertable.User) (usertable.User, bool) { return row, !r.Keys.Adopted(plumbing.User(row.Email)) }))
	return m
}
