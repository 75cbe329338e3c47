package directory

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/access/usertable"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

var (
	_ resource.ResourceWithConfigure   = (*usersCSVResource)(nil)
	_ resource.ResourceWithImportState = (*usersCSVResource)(nil)
	_ resource.ResourceWithModifyPlan  = (*usersCSVResource)(nil)
)

type usersCSVResource struct {
	plumbing.Resource
}

// NewUsersCSVResource returns iam_users_csv.
func NewUsersCSVResource() resource.Resource {
	return &usersCSVResource{plumbing.Resource{Name: "users_csv"}}
}

// onDestroyKeep is the value of on_destroy that keeps users unchanged.
const onDestroyKeep = "keep"

func (r *usersCSVResource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Manages many users and their groups as one CSV text. Ten thousand users are one resource, and a plan shows the rows that change. " +
			"The resource does not affect users of the tenant who have no row.\n\n" +
			"For each user with a row, it manages every attribute that has a column: with a `groups` column it is authoritative for the groups of its users. " +
			"Do not manage these users with `iam_user`, or their groups with `iam_group_membership`, `iam_group_members` or `iam_user_groups`, unless they agree.\n\n" +
			"If some users fail, the others stay in the state and the error lists the failed lines and e-mail addresses. " +
			"When Terraform replaces a table, for example after a failed creation, its users are updated and none is removed: a warning lists those who no longer have a row. " +
			"With `create_before_destroy`, `on_destroy` applies to those without a row in the new table.\n\n" +
			"**To move users from `iam_user` to rows** without changing them: add their rows, set `adopt_existing = true`, and forget the resources with `removed { from = iam_user.name` and `lifecycle { destroy = false } }`. " +
			"Alternatively, import a new table by the e-mail addresses. **To move users from rows to `iam_user`**: set `on_destroy = \"keep\"`, remove the rows, and import each user with `import { to = iam_user.name` and `id = \"EMAIL\" }`. Each takes one apply.",
		Attributes: map[string]schema.Attribute{
			"csv": schema.StringAttribute{
				MarkdownDescription: "The users as CSV, such as from `file(\"users.csv\")`: a header, then a row per user. The columns are `email`, `first_name` and `last_name` and, optionally, `department`, `preferred_site`, `preferred_currency`, " +
					"`preferred_language`, `locked` (`true` or `false`) and `groups` (ids, separated by spaces). Cells are separated by commas, semicolons, tabs or `|`; the line `sep=;` of Excel is accepted. " +
					"White space and invisible characters around cells are ignored; invisible characters within a cell are an error. The function `format_users_csv` writes this format, and `parse_users_csv` reads tables with other columns. " +
					"The order of rows, columns and groups, quoting, line endings and the case of e-mail addresses have no effect.\n\n" +
					"Attributes without a column are not managed; a new user gets the same values as from `iam_user`. An empty cell means the provider's `user_defaults`, else the user's current value, else for a new user the same as from `iam_user`; empty `groups` mean no groups. " +
					"Only the reference backend can lock users.\n\n" +
					"The text is sensitive: the CLI prints the changed `rows` instead. An output of it needs `sensitive = true`.",
				CustomType:    usersTextType{},
				Required:      true,
				Sensitive:     true,
				Validators:    []validator.String{validUsers{}},
				PlanModifiers: []planmodifier.String{sameUsers{}},
			},
			"rows": schema.StringAttribute{
				MarkdownDescription: "The rows of `csv` as JSON, for plans to show those that change and for `jsondecode`: by e-mail address in lower case, an object with each other column of the table. An empty cell is an empty text, `locked` is a boolean, and `groups` are sorted. Not sensitive.",
				Computed:            true,
			},
			"on_destroy": schema.StringAttribute{
				MarkdownDescription: "What happens to users when their row or the table is removed. `remove` (default), `delete` and `lock` are the same as for `iam_user`; `keep` leaves them unchanged and no longer managed. " +
					"A truncated file is a table with fewer rows: use `guardrails` in the provider block to stop a plan that takes access away from too many users.",
				Optional:   true,
				Computed:   true,
				Default:    stringdefault.StaticString(onDestroyRemove),
				Validators: []validator.String{stringvalidator.OneOf(onDestroyRemove, onDestroyDelete, onDestroyLock, onDestroyKeep)},
			},
			"adopt_existing": schema.BoolAttribute{
				MarkdownDescription: "Whether new rows adopt existing users and update them to match. If not set, a new row of an existing user is an error, and nothing is changed.",
				Optional:            true,
			},
			"timeouts": plumbing.Timeouts(ctx,
				"Time limit for creating the users. When it is reached, writes under way are finished and the other users are left for the next apply. No limit if omitted.",
				"Time limit for updating the users, in the same way.",
				"Time limit for removing the users, in the same way."),
		},
	}
}

func (r *usersCSVResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan usersCSVModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() || !r.Ready(&resp.Diagnostics) {
		return
	}
	s := r.newSync(plan, usersCSVModel{})
	s.limit = plumbing.Timeout(ctx, plan.Timeouts.Create, &resp.Diagnostics)
	s.adopts = s.adopts || r.ReplacementPlanned(tableObject(s.table))
	r.ForgetReplacement(tableObject(s.table))
	for _, row := range s.table.Users {
		r.Keys.NoteAdopted(plumbing.User(row.Email))
	}
	err := s.run(ctx)
	if err == nil {
		resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
		s.warnUnseen(&resp.Diagnostics)
		return
	}
	hint := ""
	if s.wrote {
		resp.Diagnostics.Append(resp.State.Set(ctx, s.outcome())...)
		hint = ". The users that were created are in the state. Apply again: Terraform shows a replacement of the resource whose creation failed, but the users of a table are kept"
	}
	resp.Diagnostics.Append(plumbing.UnableAt(path.Root("csv"), "create", "users", s.summary(), fmt.Errorf("%w%s", err, hint)))
}

// Read updates the rows of users who differ from them, and removes the rows of users who
// no longer exist.
func (r *usersCSVResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state usersCSVModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() || !r.ReadyToRead(&resp.Diagnostics) {
		return
	}
	written, err := usertable.Read(state.CSV.ValueString())
	if err != nil {
		resp.Diagnostics.Append(plumbing.Unable("read", "users", "in the state", err))
		return
	}
	table := usersTable{written.Table(), r.Defaults}
	r.ForgetReplacement(tableObject(table)) // of an earlier plan: this run has not planned one yet
	users, err := r.present(ctx, table)
	if err != nil {
		resp.Diagnostics.Append(plumbing.Unable("read", "users", "of the table", err))
		return
	}
	noteUsers(r.Data, users)
	for _, row := range table.Users {
		r.Keys.NoteInState(plumbing.User(row.Email))
	}
	state.setText(written.Edit(func(row usertable.User) (usertable.User, bool) {
		u, ok := users[strings.ToLower(row.Email)]
		if !ok {
			return row, false
		}
		return table.shown(row, u), true
	}))
	if state.OnDestroy.IsNull() {
		state.OnDestroy = types.StringValue(onDestroyRemove) // imported
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, state)...)
}

// present returns the tenant's users. If users of the table are missing, it reads the
// list again, because a list that changes while it is read may omit users.
func (r *usersCSVResource) present(ctx context.Context, table usersTable) (map[string]api.User, error) {
	users, err := r.users(ctx)
	missing := slices.ContainsFunc(table.Users, func(row usertable.User) bool {
		_, ok := users[strings.ToLower(row.Email)]
		return !ok
	})
	if err != nil || !missing {
		return users, err
	}
	again, err := r.users(ctx)
	if err != nil {
		return nil, err
	}
	maps.Copy(users, again)
	return users, nil
}

// users returns the tenant's users by e-mail address, in lower case.
func (r *usersCSVResource) users(ctx context.Context) (map[string]api.User, error) {
	list, err := r.Client.Users(ctx)
	if err != nil {
		return nil, err
	}
	users := make(map[string]api.User, len(list))
	for _, u := range list {
		users[strings.ToLower(u.ContactEmail)] = u
	}
	return users, nil
}

func (r *usersCSVResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state usersCSVModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() || !r.Ready(&resp.Diagnostics) {
		return
	}
	s := r.newSync(plan, state)
	s.limit = plumbing.Timeout(ctx, plan.Timeouts.Update, &resp.Diagnostics)
	if err := s.run(ctx); err != nil {
		if s.wrote {
			resp.Diagnostics.Append(resp.State.Set(ctx, s.outcome())...)
		}
		resp.Diagnostics.Append(plumbing.UnableAt(path.Root("csv"), "update", "users", s.summary(), err))
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	s.warnUnseen(&resp.Diagnostics)
}

func (r *usersCSVResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state usersCSVModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() || !r.Ready(&resp.Diagnostics) {
		return
	}
	planned := plumbing.PlannedDestroy(ctx, req.Private, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	if !planned {
		rows, diags := req.Private.GetKey(ctx, privateRows)
		resp.Diagnostics.Append(diags...)
		r.leave(state, rows, &resp.Diagnostics)
		return
	}
	state = r.withoutOwner(ctx, r.withoutAdopted(state), &resp.Diagnostics)
	empty := state
	empty.CSV = newUsersText(usertable.Table{Columns: state.table(r.Defaults).Columns}.CSV())
	s := r.newSync(empty, state)
	s.limit = plumbing.Timeout(ctx, state.Timeouts.Delete, &resp.Diagnostics)
	if err := s.run(ctx); err != nil {
		if s.wrote {
			resp.Diagnostics.Append(resp.State.Set(ctx, s.outcome())...)
		}
		resp.Diagnostics.Append(plumbing.Unable("delete", "users", s.summary(), err))
	}
}

// ImportState accepts "*" for all users, "group:ID" for the users in a group, or e-mail
// addresses separated by commas.
func (r *usersCSVResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	if !r.Ready(&resp.Diagnostics) {
		return
	}
	chosen, err := r.usersToImport(ctx, access.TrimBlanks(req.ID))
	if err != nil {
		resp.Diagnostics.Append(plumbing.Unable("import", "users", fmt.Sprintf("%q", req.ID), err))
		return
	}
	slices.SortFunc(chosen, func(a, b usertable.User) int {
		return strings.Compare(strings.ToLower(a.Email), strings.ToLower(b.Email))
	})
	text := strings.ReplaceAll(usertable.Table{Users: chosen}.CSV(), "\r\n", "\n")
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("csv"), newUsersText(text))...)
}

// usersToImport returns the users that an import id names.
func (r *usersCSVResource) usersToImport(ctx context.Context, id string) (rows []usertable.User, err error) {
	users, err := r.users(ctx)
	if err != nil {
		return nil, err
	}
	group, ofGroup := strings.CutPrefix(id, "group:")
	if ofGroup {
		if _, err := r.Client.Group(ctx, group); err != nil {
			return nil, err
		}
	}
	if ofGroup || id == "*" {
		for _, u := range users {
			if !ofGroup || slices.Contains(u.GroupIDs, group) {
				rows = append(rows, client.UserRow(u))
			}
		}
		return rows, nil
	}
	if !strings.Contains(id, "@") {
		return nil, fmt.Errorf("an import id is * for all users, group:ID for the users in a group, or e-mail addresses separated by commas")
	}
	chosen := map[string]bool{}
	for email := range strings.FieldsFuncSeq(id, func(c rune) bool { return strings.ContainsRune(", \t\r\n", c) }) {
		email = access.TrimBlanks(email)
		u, ok := users[strings.ToLower(email)]
		if !ok {
			return nil, &client.NotFoundError{What: fmt.Sprintf("user with the e-mail address %q", email)}
		}
		if !chosen[u.ID] {
			rows = append(rows, client.UserRow(u))
		}
		chosen[u.ID] = true
	}
	return rows, nil
}
