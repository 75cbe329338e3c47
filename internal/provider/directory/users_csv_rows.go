package directory

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/access-config/terraform-provider-iam/internal/access/usertable"
)

// planRows plans rows together with the text. A text that stays keeps the rows of the
// state, even if a release without the attribute wrote it: the next refresh adds them.
func planRows(ctx context.Context, plan, state usersCSVModel, resp *resource.ModifyPlanResponse) {
	rows := state.Rows
	switch {
	case plan.CSV.IsUnknown():
		rows = types.StringUnknown()
	case !state.CSV.Equal(plan.CSV):
		rows = plan.rows()
	}
	resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root("rows"), rows)...)
}

// setText sets the text and its rows.
func (m *usersCSVModel) setText(text string) {
	m.CSV = newUsersText(text)
	m.Rows = m.rows()
}

// rows returns the rows of the text.
func (m usersCSVModel) rows() types.String {
	table, _ := usertable.Parse(m.CSV.ValueString()) // validUsers refuses what cannot be parsed
	return types.StringValue(table.Rows())
}

// firstLines returns as many lines as one message lists, and the number of the others.
func firstLines(lines []string) []string {
	if more := len(lines) - maxLines; more > 0 {
		return append(lines[:maxLines:maxLines], fmt.Sprintf("  and %d more", more))
	}
	return lines
}

// andMore names the first of several, to make a summary unique: of warnings with the
// same summary the CLI shows only the first.
func andMore(first string, all int) string {
	if all == 1 {
		return first
	}
	return fmt.Sprintf("%s and %d more", first, all-1)
}
