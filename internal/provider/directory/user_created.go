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

// read reads the user with the id and checks that it is the planned one.
func (r *userResource) read(ctx context.Context, id string, plan userModel) (*api.User, error) {
	user, err := r.Client.User(ctx, id)
	if err == nil && !api.SameEmail(user.ContactEmail, plan.Email.ValueString()) {
		return nil, &plumbing.WrongUserError{ID: id, Email: user.ContactEmail, Wanted: plan.Email.ValueString()}
	}
	return user, err
}

// noteUncertain saves a user that may have been created in the state, so the next
// refresh can look for it.
func (r *userResource) noteUncertain(ctx context.Context, plan userModel, start time.Time, err error, resp *resource.CreateResponse) {
	plan.ID, plan.BackofficeUserNumber, plan.Status = types.StringNull(), types.StringNull(), types.StringNull()
	resp.Diagnostics.Append(plan.fields().Encode(ctx, &resp.State.Raw)...)
	resp.Diagnostics.Append(resp.Private.SetKey(ctx, privateUncertain, []byte(start.UTC().Format(`"`+time.RFC3339+`"`)))...)
	resp.Diagnostics.Append(plumbing.Unable("create", "user", plan.Email.ValueString(),
		fmt.Errorf("%w. The user may have been created all the same. Run the same command again: it looks for the user by e-mail, removes the user if it exists, and creates it again", err)))
}

// checkNewID returns an error if the id of a new user belongs to another user. It
// returns nil if the API does not show the user yet.
func (r *userResource) checkNewID(ctx context.Context, id string, plan userModel) error {
	_, err := r.read(ctx, id, plan)
	if isWrongUser(err) {
		return err
	}
	return nil
}

func isWrongUser(err error) bool {
	_, wrong := errors.AsType[*plumbing.WrongUserError](err)
	return wrong
}
