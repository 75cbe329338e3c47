package directory

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

var (
	_ resource.ResourceWithConfigure   = (*userResource)(nil)
	_ resource.ResourceWithIdentity    = (*userResource)(nil)
	_ resource.ResourceWithImportState = (*userResource)(nil)
	_ resource.ResourceWithModifyPlan  = (*userResource)(nil)
)

type userResource struct {
	plumbing.IdentifiedResource
}

// userType is shared by the resource and its list resource.
var userType = plumbing.NewIdentifiedResource("user", plumbing.ID("user")).Keyed(userKey)

// NewUserResource returns iam_user.
func NewUserResource() resource.Resource { return &userResource{userType} }

func (r *userResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	keep := []planmodifier.String{stringplanmodifier.UseStateForUnknown()}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Manages an employee of the tenant. Creating one sends an invitation to the e-mail address; " +
			"the user is `PROVISIONED` until it is accepted. A person who has already accepted an invitation on the platform, to this tenant or another, is `ACTIVE` immediately.\n\n" +
			"The resource does not manage memberships unless `group_ids` is set. Otherwise manage them with `iam_group_membership`, `iam_group_members` or `iam_user_groups`.",
		Attributes: map[string]schema.Attribute{
			"email": schema.StringAttribute{
				MarkdownDescription: "E-mail address, unique in the tenant without regard to case. Changing it replaces the user; changing only its case has no effect.",
				Required:            true,
				Validators:          []validator.String{plumbing.ValidEmail()},
				PlanModifiers:       []planmodifier.String{plumbing.EmailCase(), stringplanmodifier.RequiresReplace()},
			},
			"first_name": schema.StringAttribute{
				MarkdownDescription: "First name.",
				Required:            true,
				Validators:          []validator.String{plumbing.NotEmpty()},
			},
			"last_name": schema.StringAttribute{
				MarkdownDescription: "Last name.",
				Required:            true,
				Validators:          []validator.String{plumbing.NotEmpty()},
			},
			"department":         preference("Department. Every new user has one: an empty text is an error, unless an existing user has no department.", "`"+api.NoDepartment+"`"),
			"preferred_site":     preference("Code of the user's preferred site.", "the tenant's default site", plumbing.NotEmpty()),
			"preferred_currency": preference("Currency shown to the user, such as `EUR`.", "the currency of the tenant's default site", plumbing.ValidCurrency()),
			"preferred_language": preference("Language of the dashboard, such as `en`.", "the language of the tenant's default site", plumbing.ValidLanguage()),
			"group_ids": schema.SetAttribute{
				MarkdownDescription: "Ids of all groups of the user. If omitted, memberships are not managed here; do not combine it with `iam_group_membership`, `iam_group_members` or `iam_user_groups` for the same user.",
				ElementType:         types.StringType,
				Optional:            true,
				Validators:          []validator.Set{setvalidator.ValueStringsAre(plumbing.NotEmpty())},
			},
			"locked": schema.BoolAttribute{
				MarkdownDescription: "Whether the user is locked. A locked user stays in its groups and in reports but has no access; its `status` is `INACTIVE` until it is unlocked, and then the same as before. " +
					"If omitted, locks are not managed here. Only the reference backend can lock users; with other APIs `true` is an error, already in the plan if the provider can detect it.",
				Optional: true,
			},
			"on_destroy": schema.StringAttribute{
				MarkdownDescription: "What happens on destroy. `remove` (default) removes the user from the tenant and keeps the account on the platform. `delete` also deletes the account, which few API keys are permitted to do. " +
					"`lock` keeps the user in the tenant without access: the user is locked and removed from all groups, including those that were added elsewhere. " +
					"A user who is unlocked later has the same id and status as before, and no groups. Creating the same user again is an error that explains how to import it. Only the reference backend can lock users. " +
					"The Owner of the team cannot be removed or locked: transfer the ownership first.",
				Optional:   true,
				Computed:   true,
				Default:    stringdefault.StaticString(onDestroyRemove),
				Validators: []validator.String{stringvalidator.OneOf(onDestroyRemove, onDestroyDelete, onDestroyLock)},
			},

			"id": schema.StringAttribute{
				MarkdownDescription: "Id of the user, assigned by the platform.",
				Computed:            true,
				PlanModifiers:       keep,
			},
			"backoffice_user_number": schema.StringAttribute{
				MarkdownDescription: "Number of the user in the back office; equal to `id` for most users.",
				Computed:            true,
				PlanModifiers:       keep,
			},
			"status": schema.StringAttribute{
				MarkdownDescription: "`PROVISIONED` until the invitation is accepted, then `ACTIVE`; `INACTIVE` while the user is locked.",
				Computed:            true,
				PlanModifiers:       keep,
			},
		},
	}
}

// The values of on_destroy.
const (
	onDestroyRemove = "remove"
	onDestroyDelete = "delete"
	onDestroyLock   = "lock"
)

// preference is an attribute that every user has and few configurations set.
func preference(text, fallback string, validators ...validator.String) schema.StringAttribute {
	return schema.StringAttribute{
		MarkdownDescription: text + " Defaults to the provider's `user_defaults`, else to the user's current value, else to " + fallback + ".",
		Optional:            true,
		Computed:            true,
		Validators:          validators,
	}
}

// ModifyPlan plans the attributes that the configuration omits, so the plan shows them.
func (r *userResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	key := r.PlanKey(ctx, req, resp)
	defer r.PlanAdoption(ctx, key, req, resp)
	if r.planOwner(ctx, key, req, resp) && req.Plan.Raw.IsNull() {
		return // the Owner is kept, or nothing is applied
	}
	if key.Replaces && !key.Removed {
		resp.Diagnostics.Append(r.checkReplacementImpact(ctx, req.Plan)...)
	}
	resp.Diagnostics.Append(plumbing.CheckPlanImpact(ctx, r.Data, req.Plan, req.State, userStep)...)
	if r.Data == nil {
		return
	}
	var plan, config, prior userModel
	if !req.State.Raw.IsNull() {
		resp.Diagnostics.Append(prior.fields().Decode(ctx, req.State.Raw)...)
	}
	if req.Plan.Raw.IsNull() {
		return
	}
	resp.Diagnostics.Append(plan.fields().Decode(ctx, req.Plan.Raw)...)
	resp.Diagnostics.Append(config.fields().Decode(ctx, req.Config.Raw)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if key.Adopts {
		prior.setUnknown() // the apply takes the user's current values
	}
	plan.fillFrom(config, prior, r.Defaults)
	plan.complete(ctx, r.Data)
	resp.Diagnostics.Append(checkDepartment(config, prior)...)
	if plumbing.IsSet(plan.Email) && !plan.Email.Equal(prior.Email) && !key.Adopts {
		resp.Diagnostics.Append(r.checkInvitation(ctx, plan.Email.ValueString())...)
	}
	resp.Diagnostics.Append(prior.warnOfKept(config)...)
	if plumbing.IsSet(prior.Email) && !plan.Email.Equal(prior.Email) { // EmailCase has made addresses equal that differ in case only
		resp.Diagnostics.AddAttributeWarning(path.Root("email"), "User Will Be Replaced",
			fmt.Sprintf("An e-mail address cannot change, so %s is removed and the new address is invited: the new user has another id and is not active before accepting. "+
				"Only memberships that this configuration manages are restored.", prior.Email.ValueString()))
	}
	resp.Diagnostics.Append(r.checkCodes(ctx, plan, prior, config)...)
	resp.Diagnostics.Append(warnMissingGroups(ctx, r.Data, path.Root("group_ids"), newIDs(plan.GroupIDs, prior.GroupIDs))...)
	r.planLock(ctx, &plan, prior, &resp.Diagnostics)
	resp.Diagnostics.Append(plan.fields().Encode(ctx, &resp.Plan.Raw)...)
	if plumbing.IsSet(plan.Email) && plumbing.IsSet(plan.GroupIDs) {
		by := plumbing.Manager{Type: "iam_user", Kept: req.Plan.Raw.Equal(req.State.Raw)}
		person := plumbing.Person{ID: plan.ID.ValueString(), Email: plan.Email.ValueString()}
		conflict := r.Members.HoldGroups(by, person, plumbing.Strings(plan.GroupIDs), plumbing.FullyKnown(plan.GroupIDs))
		resp.Diagnostics.Append(conflictError(ctx, r.Data, conflict, path.Root("group_ids"))...)
	}
	if plumbing.IsSet(prior.ID) && prior.GroupIDs.IsNull() && plumbing.IsSet(plan.GroupIDs) && plumbing.FullyKnown(plan.GroupIDs) && r.Client != nil {
		// They were not managed until now, so no state has them.
		warnOfLeaving(ctx, r.Client, prior.ID.ValueString(), plan.GroupIDs, &resp.Diagnostics)
	}
}

func (r *userResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	defer r.IdentifyCreated(resp)
	var plan userModel
	resp.Diagnostics.Append(plan.fields().Decode(ctx, req.Plan.Raw)...)
	if resp.Diagnostics.HasError() || !r.Ready(&resp.Diagnostics) || r.Adopt(ctx, req, resp, r.Update) {
		return
	}
	left := r.leftBy(plan)
	if left.stays {
		r.TakeOver(ctx, req, resp, r.Update)
		return
	}
	start := time.Now()
	id, err := r.create(ctx, plan, start)
	if err == nil && (left.locked || len(left.groups) > 0) { // restore writes to the user with the id
		err = r.checkNewID(ctx, id, plan)
	}
	switch {
	case client.IsConflict(err):
		resp.Diagnostics.Append(emailInUse(plan.Email.ValueString()))
	case client.IsUncertain(err), isWrongUser(err):
		r.noteUncertain(ctx, plan, start, err, resp)
	case emailRefused(err, plan.Email.ValueString()):
		resp.Diagnostics.Append(plumbing.UnableAt(path.Root("email"), "create", "user", plan.Email.ValueString(), err))
	case err != nil:
		resp.Diagnostics.Append(plumbing.Unable("create", "user", plan.Email.ValueString(), err))
	default:
		if err := r.setLock(ctx, id, plan.Locked, !plan.Locked.ValueBool()); err != nil {
			resp.Diagnostics.Append(notLocked(plan.Email.ValueString(), err))
			plan.Locked = types.BoolValue(false)
		}
		r.restore(ctx, id, plan, left, &resp.Diagnostics)
		if err := r.readBack(ctx, id, &plan, &resp.Diagnostics); err != nil {
			r.noteUncertain(ctx, plan, start, err, resp)
			return
		}
		resp.Diagnostics.Append(plan.fields().Encode(ctx, &resp.State.Raw)...)
	}
}

// readBack completes the state of a new user. If the user cannot be read, it is in the
// state as requested, because Terraform would create it again otherwise. readBack
// returns an error if the id belongs to another user.
func (r *userResource) readBack(ctx context.Context, id string, plan *userModel, diags *diag.Diagnostics) error {
	user, err := r.waitForUser(ctx, id, *plan)
	if err == nil {
		plan.fromAPI(*user)
		return nil
	}
	if isWrongUser(err) {
		return err
	}
	plan.ID, plan.BackofficeUserNumber = types.StringValue(id), types.StringValue(id)
	plan.Status = types.StringValue(string(api.UserProvisioned))
	if plan.Locked.ValueBool() {
		plan.Status = types.StringValue(string(api.UserInactive))
	}
	diags.Append(plumbing.ReadBackWarning("user", plan.Email.ValueString(), err))
	return nil
}

// privateUncertain is the key of private data for the time of a creation that got no
// answer, as a JSON string.
const privateUncertain = "uncertain_create"

// create creates the user and returns its id. If it gets no answer, it looks for the
// user and creates it again only if it does not find it. A conflict after that may be
// with the user that an earlier request created and the API did not show yet.
func (r *userResource) create(ctx context.Context, plan userModel, start time.Time) (string, error) {
	const tries = 5
	if plan.isIncomplete() {
		return "", errors.New("the tenant's default site cannot be read: apply again, or set the preferred site, currency and language, here or in user_defaults of the provider")
	}
	byEmail := func(ctx context.Context) (*api.User, error) {
		return r.Client.UserByEmail(ctx, plan.Email.ValueString())
	}
	for try := 1; ; try++ {
		id, err := r.Client.CreateUser(ctx, plan.toAPI())
		if client.IsConflict(err) && try > 1 {
			if found, lookup := client.WaitFor(ctx, byEmail, func(api.User) bool { return true }); lookup == nil && plan.createdBy(*found, start) {
				return found.ID, nil
			}
		}
		if err == nil && plan.Locked.ValueBool() {
			err = r.checkNewID(ctx, id, plan) // before the user is locked
		}
		if !client.IsUncertain(err) {
			return id, err
		}
		found, lookup := byEmail(ctx)
		if lookup == nil && plan.createdBy(*found, start) {
			return found.ID, nil
		}
		if lookup != nil && !client.IsNotFound(lookup) || try == tries {
			return "", err
		}
	}
}

// waitForUser reads the user when the API shows the write.
func (r *userResource) waitForUser(ctx context.Context, id string, plan userModel) (*api.User, error) {
	return client.WaitFor(ctx, func(ctx context.Context) (*api.User, error) { return r.read(ctx, id, plan) }, plan.shownBy)
}

// emailRefused reports whether the API refuses the e-mail address, for example because
// the tenant invites only people of its company.
func emailRefused(err error, email string) bool {
	e, ok := errors.AsType[*client.Error](err)
	return ok && e.StatusCode == http.StatusBadRequest && e.Document.ResourceID == email
}

func emailInUse(email string) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(path.Root("email"), "Unable to create user",
		plumbing.ExistsText("User "+email, "iam_user", email))
}

func (r *userResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	defer r.IdentifyRead(ctx, req, resp)
	var state userModel
	resp.Diagnostics.Append(state.fields().Decode(ctx, req.State.Raw)...)
	if resp.Diagnostics.HasError() || !r.ReadyToRead(&resp.Diagnostics) {
		return
	}
	var user *api.User
	var err error
	if state.ID.IsNull() {
		since, diags := req.Private.GetKey(ctx, privateUncertain)
		resp.Diagnostics.Append(diags...)
		user, err = r.findUncertain(ctx, state, since)
	} else {
		user, err = r.Client.ReadUser(ctx, "iam_user", state.ID.ValueString(), state.expects)
	}
	if client.IsNotFound(err) {
		if !state.ID.IsNull() { // otherwise its creation was interrupted
			resp.Diagnostics.Append(plumbing.GoneWarning("User", cmp.Or(state.Email.ValueString(), state.ID.ValueString())))
		}
		resp.State.RemoveResource(ctx)
		return
	}
	if err != nil {
		resp.Diagnostics.Append(plumbing.Unable("read", "user", state.Email.ValueString(), err))
		return
	}
	if state.OnDestroy.IsNull() {
		state = importedUser(*user)
	} else {
		state.fromAPI(*user)
	}
	resp.Diagnostics.Append(state.fields().Encode(ctx, &resp.State.Raw)...)
}

// findUncertain looks for the user of a creation that got no answer. It returns a
// not-found error if another user has the e-mail address: only the user of this
// creation is added to the state.
func (r *userResource) findUncertain(ctx context.Context, state userModel, since []byte) (*api.User, error) {
	user, err := r.Client.UserByEmail(ctx, state.Email.ValueString())
	if err != nil {
		return nil, err
	}
	tried, err := time.Parse(`"`+time.RFC3339+`"`, string(since))
	if err != nil || !state.createdBy(*user, tried) {
		return nil, &client.NotFoundError{What: "user of the interrupted creation"}
	}
	return user, nil
}

func (r *userResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	defer r.IdentifyUpdated(ctx, resp)
	var plan userModel
	resp.Diagnostics.Append(plan.fields().Decode(ctx, req.Plan.Raw)...)
	if resp.Diagnostics.HasError() || !r.Ready(&resp.Diagnostics) {
		return
	}
	status := plan.Status
	user, err := r.update(ctx, plan)
	if client.IsUnsupported(err) {
		resp.Diagnostics.Append(plumbing.UnableAt(path.Root("locked"), "update", "user", plan.Email.ValueString(), err))
		return
	}
	if err != nil {
		resp.Diagnostics.Append(plumbing.Unable("update", "user", plan.Email.ValueString(), err))
		return
	}
	plan.fromAPI(*user)
	if !status.IsUnknown() {
		// Terraform accepts only the planned status. The next refresh updates it.
		plan.Status = status
	}
	resp.Diagnostics.Append(plan.fields().Encode(ctx, &resp.State.Raw)...)
}

// update reads the user, writes it, and reads it back. It holds the user's lock, so
// nothing else in this process changes the user's groups.
func (r *userResource) update(ctx context.Context, plan userModel) (*api.User, error) {
	id := plan.ID.ValueString()
	defer r.Client.Lock(lockUser, id)()
	present, err := r.Client.User(ctx, id)
	if err != nil {
		return nil, err
	}
	if err := writeUser(ctx, r.Data, plan, *present); err != nil {
		return nil, err
	}
	// The read may lag behind, so a planned change of the lock is always made.
	settled := present.Locked() == plan.Locked.ValueBool() && !plan.Status.IsUnknown()
	if err := r.setLock(ctx, id, plan.Locked, settled); err != nil {
		return nil, err
	}
	return r.waitForUser(ctx, id, plan)
}

func (r *userResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state userModel
	resp.Diagnostics.Append(state.fields().Decode(ctx, req.State.Raw)...)
	if resp.Diagnostics.HasError() || !r.Ready(&resp.Diagnostics) || state.ID.IsNull() ||
		r.SkipDeleteWith(ctx, req, &resp.Diagnostics, func() any { return r.leave(ctx, state) }) || r.leftBy(state).stays {
		return
	}
	defer r.Client.Lock(lockUser, state.ID.ValueString())()
	err := r.destroy(ctx, state.ID.ValueString(), state.OnDestroy.ValueString())
	switch {
	case err == nil, client.IsNotFound(err):
	case r.KeepOwner(ctx, state.Email.ValueString(), &resp.Diagnostics): // the API refuses to delete or lock the Owner
	case client.IsUnsupported(err):
		resp.Diagnostics.Append(plumbing.UnableAt(path.Root("on_destroy"), "delete", "user", state.Email.ValueString(), err))
	default:
		resp.Diagnostics.Append(plumbing.Unable("delete", "user", state.Email.ValueString(), err))
	}
}

// ImportState accepts an id or an e-mail address.
func (r *userResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	key, ok := r.ImportID(ctx, req, &resp.Diagnostics)
	if !ok {
		return
	}
	id, err := userID(ctx, r.Client, key)
	if err != nil {
		resp.Diagnostics.Append(plumbing.Unable("import", "user", key, err))
		return
	}
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("id"), id)...)
}

// userID returns the id of the user that an import names by id or e-mail address.
func userID(ctx context.Context, c *client.Client, key string) (string, error) {
	id, email := key, ""
	if strings.Contains(key, "@") {
		id, email = "", key
	}
	user, err := c.ReadUserBy(ctx, "import", id, email)
	if err != nil {
		return "", err
	}
	return user.ID, nil
}
