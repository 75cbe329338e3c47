package directory

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

// read reads the user of the id, who must be the one of the plan.
func (r *userResource) read(ctx context.Context, id string, plan userModel) (*api.User, error) {
	user, err := r.Client.User(ctx, id)
	if err == nil && !api.SameEmail(user.ContactEmail, plan.Email.ValueString()) {
		return nil, &plumbing.WrongUserError{ID: id, Email: user.ContactEmail, Wanted: plan.Email.ValueString()}
	}
	return user, err
}

// noteUncertain keeps what is known of a user that may exist in the state, so that
// the next refresh can look for it.
func (r *userResource) noteUncertain(ctx context.Context, plan userModel, start time.Time, err error, resp *resource.CreateResponse) {
	plan.ID, plan.BackofficeUserNumber, plan.Status = types.StringNull(), types.StringNull(), types.StringNull()
	resp.Diagnostics.Append(plan.fields().Encode(ctx, &resp.State.Raw)...)
	resp.Diagnostics.Append(resp.Private.SetKey(ctx, privateUncertain, []byte(start.UTC().Format(`"`+time.RFC3339+`"`)))...)
	resp.Diagnostics.Append(plumbing.Unable("create", "user", plan.Email.ValueString(),
		fmt.Errorf("%w. The user may have been made all the same. Run the same command again: it looks for the user by e-mail, removes it if it is there, and makes it again", err)))
}

// ofAnother returns an error when the id of a new user is somebody else's. Where
// the user does not show yet nobody knows.
func (r *userResource) ofAnother(ctx context.Context, id string, plan userModel) error {
	_, err := r.read(ctx, id, plan)
	if isAnother(err) {
		return err
	}
	return nil
}

func isAnother(err error) bool {
	_, another := errors.AsType[*plumbing.WrongUserError](err)
	return another
}
