package report

import (
	"context"
	"errors"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
)

// readError is a user who could not be read, and the attribute that names the
// user.
type readError struct {
	at    path.Path
	user  string
	cause error
}

// readSubject loads the user that user_id or email names, with what the access
// rules need. It sets the attribute that was left out. reader names the data
// source and its subject.
func readSubject(ctx context.Context, c *client.Client, reader string, userID, email *types.String) (*api.User, access.User, *readError) {
	failed := &readError{at: path.Root("user_id"), user: userID.ValueString()}
	if userID.IsNull() {
		failed.at, failed.user = path.Root("email"), email.ValueString()
	}
	var user *api.User
	var subject access.User
	if user, failed.cause = c.ReadUserBy(ctx, reader, userID.ValueString(), email.ValueString()); failed.cause != nil {
		return nil, subject, failed
	}
	subject, failed.cause = c.Subject(ctx, *user)
	if failed.cause != nil && !errors.Is(failed.cause, client.ErrControlsUnread) {
		return nil, subject, failed
	}
	if email.IsNull() {
		*email = types.StringValue(user.ContactEmail)
	}
	if userID.IsNull() {
		*userID = types.StringValue(user.ID)
	}
	if failed.cause != nil {
		return user, subject, failed
	}
	return user, subject, nil
}
