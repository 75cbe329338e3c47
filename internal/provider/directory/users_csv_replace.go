package directory

import (
	"github.com/access-config/terraform-provider-iam/internal/access"
)

// privateDestroy marks the plan of a destruction. One that is half of a
// replacement has no plan of its own: Terraform replaces what is tainted, as a
// table is when one of its users could not be made, and people must not lose
// their access, their groups and their ids for that. They stay, and the other
// half finds them.
const privateDestroy = "destroy"

// destroyMark is the mark of a plan, nil for one that is no destruction: such a
// mark may be left from a destruction that failed.
func destroyMark(goes bool) []byte {
	if goes {
		return []byte("true")
	}
	return nil
}

// notTaken is a table that goes, without the users whom another has taken over
// in the same run: with create_before_destroy the other half of a replacement
// comes first, and this half gets a plan of its own after all.
func (r *usersCSVResource) notTaken(m usersCSVModel) usersCSVModel {
	written, err := access.ReadUsersCSV(m.CSV.ValueString())
	if err != nil { // not so: it was read before
		return m
	}
	m.CSV = newUsersText(written.Edit(func(row access.CSVUser) (access.CSVUser, bool) { return row, !r.Owners.Taken(row.Email) }))
	return m
}
