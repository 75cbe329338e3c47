package directory

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-validators/actionvalidator"
	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/action/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

var (
	_ action.ActionWithConfigure        = (*lockAction)(nil)
	_ action.ActionWithConfigValidators = (*lockAction)(nil)
)

// lockAction locks users, or unlocks them.
type lockAction struct {
	plumbing.Action

	lock bool
}

// NewLockUserAction returns the action iam_lock_user.
func NewLockUserAction() action.Action {
	return &lockAction{plumbing.Action{Name: "lock_user"}, true}
}

// NewUnlockUserAction returns the action iam_unlock_user.
func NewUnlockUserAction() action.Action {
	return &lockAction{plumbing.Action{Name: "unlock_user"}, false}
}

// lockModel is the configuration of the actions.
type lockModel struct {
	UserID types.String `tfsdk:"user_id"`
	Email  types.String `tfsdk:"email"`
}

func (a *lockAction) Schema(_ context.Context, _ action.SchemaRequest, resp *action.SchemaResponse) {
	text := "Locks a user at once: it has no access any more, whatever its groups, and keeps them. A user who is locked stays so. The provider's `guardrails` hold here, too. "
	if !a.lock {
		text = "Unlocks a user: it has the access again that its groups give. A user who is not locked stays so. "
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: text + "Where an `iam_user` sets `locked`, its next plan shows the difference and takes it back: change it there instead. " +
			"Needs the reference backend, as the public API cannot lock users, and Terraform 1.14.",
		Attributes: map[string]schema.Attribute{
			"user_id": schema.StringAttribute{MarkdownDescription: "Id of the user. Give this or `email`.", Optional: true},
			"email": schema.StringAttribute{
				MarkdownDescription: "E-mail address of the user, in any case. Give this or `user_id`.",
				Optional:            true,
				Validators:          []validator.String{plumbing.ValidEmail()},
			},
		},
	}
}

func (a *lockAction) ConfigValidators(context.Context) []action.ConfigValidator {
	return []action.ConfigValidator{actionvalidator.ExactlyOneOf(path.MatchRoot("user_id"), path.MatchRoot("email"))}
}

func (a *lockAction) Invoke(ctx context.Context, req action.InvokeRequest, resp *action.InvokeResponse) {
	var m lockModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() || !a.Ready(&resp.Diagnostics) {
		return
	}
	verb, state := "lock", "locked"
	if !a.lock {
		verb, state = "unlock", "unlocked"
	}
	at, named := path.Root("user_id"), m.UserID.ValueString()
	if m.UserID.IsNull() {
		at, named = path.Root("email"), m.Email.ValueString()
	}
	user, err := a.Client.FindUser(ctx, m.UserID.ValueString(), m.Email.ValueString())
	if err != nil {
		resp.Diagnostics.Append(plumbing.UnableAt(at, verb, "user", named, err))
		return
	}
	if user.Locked() == a.lock {
		plumbing.Progress(resp, "%s is %s already", user.ContactEmail, state)
		return
	}
	resp.Diagnostics.Append(a.Judge(ctx, func(s *access.Step) { s.Lock(access.StateUser{ID: user.ID, Email: user.ContactEmail}, a.lock) })...)
	if resp.Diagnostics.HasError() {
		return
	}
	change := a.Client.UnlockUser
	if a.lock {
		change = a.Client.LockUser
	}
	if err := change(ctx, user.ID); err != nil {
		resp.Diagnostics.Append(plumbing.UnableAt(at, verb, "user", user.ContactEmail, err))
		return
	}
	plumbing.Progress(resp, "%s is %s", user.ContactEmail, state)
	_, err = client.Await(ctx, func(ctx context.Context) (*api.User, error) { return a.Client.User(ctx, user.ID) }, func(u api.User) bool { return u.Locked() == a.lock })
	if err != nil {
		resp.Diagnostics.AddWarning("Change Not Seen Yet", "User "+user.ContactEmail+" was "+state+", and reading it back failed: "+plumbing.Sentence(err.Error())+" The next refresh shows it.")
	}
}
