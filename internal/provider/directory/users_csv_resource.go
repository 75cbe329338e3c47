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

// onDestroyKeep leaves users as they are.
const onDestroyKeep = "keep"

func (r *usersCSVResource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Many users, and their groups, in one text. Ten thousand users are one resource. The plan of a change prints the whole text with its differences; from fifty rows on a warning names the rows that come, change and go. " +
			"Users of the tenant that the text does not name are left alone.\n\n" +
			"Of a user that the text names, this resource manages all that has a column: with a `groups` column it is authoritative for the groups of its users. " +
			"Do not manage such a user with `iam_user`, nor its groups with `iam_group_membership`, `iam_group_members` or `iam_user_groups`, unless they agree.\n\n" +
			"When something fails, what succeeded stays in the state, and the error names the others by line and e-mail address. " +
			"A table that is replaced, as Terraform does after a creation that failed, brings its users in line and removes nobody: a warning names those whose row has gone. " +
			"With `create_before_destroy`, those without a row in the new table go as `on_destroy` says.\n\n" +
			"**From `iam_user` to a row**, without touching the users: add their rows, set `adopt_existing = true`, and forget the resources with `removed { from = iam_user.name` and `lifecycle { destroy = false } }`. " +
			"Or, for a new table, import it by the e-mail addresses. **From a row to `iam_user`**: set `on_destroy = \"keep\"`, take the rows out, and import each user with `import { to = iam_user.name` and `id = \"EMAIL\" }`. Either way takes one apply.",
		Attributes: map[string]schema.Attribute{
			"csv": schema.StringAttribute{
				MarkdownDescription: "The users, as `file(\"users.csv\")` gives them: a header, then a row per user. Columns are `email`, `first_name` and `last_name`, and where wanted `department`, `preferred_site`, `preferred_currency`, " +
					"`preferred_language`, `locked` (`true` or `false`) and `groups` (ids, separated by spaces). Cells are separated by commas, semicolons, tabs or `|`; the line `sep=;` of Excel is understood. " +
					"White space and invisible characters around cells are dropped, and invisible characters within a cell are an error. The function `format_users_csv` writes such a text, and `parse_users_csv` reads tables with other columns. " +
					"The order of rows, columns and groups, quoting, line ends and the case of e-mail addresses make no difference.\n\n" +
					"What has no column is not managed; a new user then gets what `iam_user` gives. Empty cells are the provider's `user_defaults`, else what the user has; an empty `department` without a default is none, and empty `groups` are none. " +
					"Only the reference backend can lock users.",
				CustomType:    usersTextType{},
				Required:      true,
				Validators:    []validator.String{validUsers{}},
				PlanModifiers: []planmodifier.String{sameUsers{}},
			},
			"on_destroy": schema.StringAttribute{
				MarkdownDescription: "What happens to users whose row goes, or whose table does. `remove` (default), `delete` and `lock` are as for `iam_user`; `keep` leaves them as they are, no longer managed here. " +
					"A file that was cut off is a table with fewer rows: `guardrails` in the provider block stop a plan by which too many lose access.",
				Optional:   true,
				Computed:   true,
				Default:    stringdefault.StaticString(onDestroyRemove),
				Validators: []validator.String{stringvalidator.OneOf(onDestroyRemove, onDestroyDelete, onDestroyLock, onDestroyKeep)},
			},
			"adopt_existing": schema.BoolAttribute{
				MarkdownDescription: "Whether new rows take over users that the tenant has already and make them what the rows say. Otherwise such a row is an error, and nothing is changed.",
				Optional:            true,
			},
			"timeouts": plumbing.Timeouts(ctx,
				"Making the users. Once it is over, what is under way is finished and the others are left for the next apply. Left out, there is no limit.",
				"Changing the users, in the same way.",
				"Removing the users, in the same way."),
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
		hint = ". Those that were made are in the state. Apply again: Terraform says that it replaces a resource whose creation failed, but the users of a table stay"
	}
	resp.Diagnostics.Append(plumbing.UnableAt(path.Root("csv"), "create", "users", s.summary(), fmt.Errorf("%w%s", err, hint)))
}

// Read shows the users that differ from their rows in these rows, and leaves out
// rows whose user is gone.
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
	r.ForgetReplacement(tableObject(table)) // of an earlier plan: this run's is yet to come
	users, err := r.present(ctx, table)
	if err != nil {
		resp.Diagnostics.Append(plumbing.Unable("read", "users", "of the table", err))
		return
	}
	r.NoteUsers(users)
	for _, row := range table.Users {
		r.Keys.NoteInState(plumbing.User(row.Email))
	}
	state.CSV = newUsersText(written.Edit(func(row usertable.User) (usertable.User, bool) {
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

// present returns the tenant's users. Those of the table who are missing are
// looked for twice: a list that changes while it is read may leave somebody out.
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
	state = r.withoutOwner(ctx, r.notTaken(state), &resp.Diagnostics)
	nobody := state
	nobody.CSV = newUsersText(usertable.Table{Columns: state.table(r.Defaults).Columns}.CSV())
	s := r.newSync(nobody, state)
	s.limit = plumbing.Timeout(ctx, state.Timeouts.Delete, &resp.Diagnostics)
	if err := s.run(ctx); err != nil {
		if s.wrote {
			resp.Diagnostics.Append(resp.State.Set(ctx, s.outcome())...)
		}
		resp.Diagnostics.Append(plumbing.Unable("delete", "users", s.summary(), err))
	}
}

// ImportState takes "*" for all users, "group:ID" for those of a group, or
// e-mail addresses separated by commas.
func (r *usersCSVResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	if !r.Ready(&resp.Diagnostics) {
		return
	}
	chosen, err := r.choose(ctx, access.TrimBlanks(req.ID))
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

// choose returns the users that an import names.
func (r *usersCSVResource) choose(ctx context.Context, id string) (rows []usertable.User, err error) {
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
				rows = append(rows, asRow(u))
			}
		}
		return rows, nil
	}
	if !strings.Contains(id, "@") {
		return nil, fmt.Errorf("an import id is * for all users, group:ID for those of a group, or e-mail addresses separated by commas")
	}
	chosen := map[string]bool{}
	for email := range strings.FieldsFuncSeq(id, func(c rune) bool { return strings.ContainsRune(", \t\r\n", c) }) {
		email = access.TrimBlanks(email)
		u, ok := users[strings.ToLower(email)]
		if !ok {
			return nil, &client.NotFoundError{What: fmt.Sprintf("user with the e-mail address %q", email)}
		}
		if !chosen[u.ID] {
			rows = append(rows, asRow(u))
		}
		chosen[u.ID] = true
	}
	return rows, nil
}
