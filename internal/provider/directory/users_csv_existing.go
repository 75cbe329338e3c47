package directory

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/access-config/terraform-provider-iam/internal/access/usertable"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

// planExisting looks for new rows of users who exist in the tenant and whom no state
// manages. It refuses them, or warns what their adoption changes.
func (r *usersCSVResource) planExisting(ctx context.Context, table, former usersTable, adopts bool, diags *diag.Diagnostics) {
	if r.Client == nil {
		return
	}
	whole := tableObject(table)
	if len(former.Users) > 0 {
		r.ForgetReplacement(whole)
	} else if r.ReplacementPlanned(whole) {
		return // the apply, which reports them itself
	}
	var rows []usertable.User
	for _, row := range table.Users {
		user := plumbing.User(row.Email)
		_, kept := former.Find(row.Email)
		_, stayed := r.Keys.Replaced(user)
		shown := r.Keys.InState(user)
		if shown && len(former.Users) == 0 {
			diags.Append(r.PlanReplacement(whole)...)
		}
		if !kept && !stayed && !shown {
			rows = append(rows, row)
		}
	}
	if len(rows) == 0 {
		return
	}
	existing, err := r.existing(ctx, rows, adopts)
	if err != nil {
		diags.Append(plumbing.UnableAt(path.Root("csv"), "read", "users", "of the table", err))
		return
	}
	r.checkInvitations(ctx, rows, existing, diags)
	if !adopts {
		r.refuseExisting(rows, existing, diags)
		return
	}
	var lines []string
	first := ""
	for _, row := range rows {
		u, ok := existing[strings.ToLower(row.Email)]
		if !ok {
			continue
		}
		if changes := table.adoption(row, u); changes != "" {
			first = cmp.Or(first, row.Email)
			lines = append(lines, fmt.Sprintf("  line %d, %s: %s", row.Line, row.Email, changes))
		}
	}
	if len(lines) > 0 {
		diags.AddAttributeWarning(path.Root("csv"), fmt.Sprintf("Users Adopted: %s", andMore(first, len(lines))),
			"These users already exist in the tenant. The apply updates them to match their rows, and the table manages them from then on:\n\n"+strings.Join(firstLines(lines), "\n"))
	}
}

// checkInvitations refuses new rows with e-mail addresses that are not of the company.
func (r *usersCSVResource) checkInvitations(ctx context.Context, rows []usertable.User, existing map[string]api.User, diags *diag.Diagnostics) {
	var lines []string
	fault := ""
	for _, row := range rows {
		if _, ok := existing[strings.ToLower(row.Email)]; ok {
			continue
		}
		if f := r.InvitationFault(ctx, plumbing.User(row.Email), row.Email); f != "" {
			fault = cmp.Or(fault, f)
			lines = append(lines, fmt.Sprintf("  line %d, %s", row.Line, row.Email))
		}
	}
	if len(lines) > 0 {
		diags.AddAttributeError(path.Root("csv"), "Not A Company Address", fault+" These rows invite other addresses:\n\n"+strings.Join(firstLines(lines), "\n"))
	}
}

// tableObject is the object of a table that may be replaced.
func tableObject(table usersTable) plumbing.Object {
	return plumbing.Object{Kind: "iam_users_csv", ID: string(rowsMark(table))}
}

// existing returns the users of the rows that exist in the tenant, by e-mail address in
// lower case. It returns their attributes only for adoptions.
func (r *usersCSVResource) existing(ctx context.Context, rows []usertable.User, adopts bool) (map[string]api.User, error) {
	if adopts {
		return r.users(ctx)
	}
	found := map[string]api.User{}
	for _, row := range rows {
		exists, _, err := r.Keys.Exists(ctx, plumbing.User(row.Email), func(ctx context.Context) (map[string]bool, error) { return userKey.List(ctx, r.Data) })
		if err != nil {
			return nil, err
		}
		if exists {
			found[strings.ToLower(row.Email)] = api.User{}
		}
	}
	return found, nil
}

// refuseExisting returns an error that names the rows of existing users.
func (r *usersCSVResource) refuseExisting(rows []usertable.User, existing map[string]api.User, diags *diag.Diagnostics) {
	var lines, emails []string
	for _, row := range rows {
		if _, ok := existing[strings.ToLower(row.Email)]; ok {
			lines = append(lines, fmt.Sprintf("  line %d, %s", row.Line, row.Email))
			emails = append(emails, row.Email)
		}
	}
	if len(lines) == 0 {
		return
	}
	id := strings.Join(emails, ",")
	if len(emails) > maxLines {
		id = strings.Join(emails[:maxLines], ",") + ",..."
	}
	diags.AddAttributeError(path.Root("csv"), fmt.Sprintf("Users Already Exist: %s", andMore(emails[0], len(emails))),
		"These users already exist in the tenant, and no state that Terraform has read for this plan manages them:\n\n"+strings.Join(firstLines(lines), "\n")+
			"\n\nTo adopt them, set adopt_existing = true on the table, or IAM_ADOPT_EXISTING=1 in the environment for one run. To import them into a new table:\n\n"+
			fmt.Sprintf("  import {\n    to = iam_users_csv.NAME\n    id = %q\n  }\n\n", id)+
			"NAME is the name of this resource. If you only renamed the table, add a moved block instead.")
}

// adoption describes what an adoption changes in a user; "" if nothing.
func (t usersTable) adoption(row usertable.User, u api.User) string {
	is, wanted := importedUser(u), t.wanted(row, &u)
	var changes []string
	for _, c := range []struct{ name, is, wanted string }{
		{"first_name", is.FirstName.ValueString(), wanted.FirstName.ValueString()},
		{"last_name", is.LastName.ValueString(), wanted.LastName.ValueString()},
		{"department", is.Department.ValueString(), wanted.Department.ValueString()},
		{"preferred_site", is.PreferredSite.ValueString(), wanted.PreferredSite.ValueString()},
		{"preferred_currency", is.PreferredCurrency.ValueString(), wanted.PreferredCurrency.ValueString()},
		{"preferred_language", is.PreferredLanguage.ValueString(), wanted.PreferredLanguage.ValueString()},
	} {
		if c.is != c.wanted {
			changes = append(changes, fmt.Sprintf("%s %q → %q", c.name, c.is, c.wanted))
		}
	}
	if !wanted.Locked.IsNull() && wanted.Locked.ValueBool() != u.Locked() {
		changes = append(changes, fmt.Sprintf("locked %t → %t", u.Locked(), wanted.Locked.ValueBool()))
	}
	if groups := plumbing.Strings(wanted.GroupIDs); !wanted.GroupIDs.IsNull() && !sameIDs(u.GroupIDs, groups) {
		changes = append(changes, fmt.Sprintf("groups %q → %q", strings.Join(slices.Sorted(slices.Values(u.GroupIDs)), " "), strings.Join(slices.Sorted(slices.Values(groups)), " ")))
	}
	return strings.Join(changes, ", ")
}

// NoteState records that a state has the users of a table.
func (r *usersCSVResource) NoteState(d *plumbing.Data, attributes map[string]json.RawMessage) {
	var text string
	if json.Unmarshal(attributes["csv"], &text) != nil {
		return
	}
	written, err := usertable.Read(text)
	if err != nil {
		return // the refresh reports it
	}
	for _, row := range written.Table().Users {
		d.Keys.NoteInState(plumbing.User(row.Email))
	}
}
