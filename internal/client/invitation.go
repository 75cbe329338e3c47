package client

import (
	"context"
	"net/http"

	"github.com/access-config/terraform-provider-iam/internal/api"
)

// Only the reference backend has invitations. The errors of these methods are an
// UnsupportedError on any other API.

func (c *Client) orNoInvitations(ctx context.Context, err error) error {
	return c.orUnsupported(ctx, "invitations", c.path(api.PathInvitations), err)
}

// Invitations returns the invitations to the tenant and to its team, as far as
// the token may read them.
func (c *Client) Invitations(ctx context.Context) ([]api.Invitation, error) {
	invitations, err := list(ctx, c, c.path(api.PathInvitations), invitationKey)
	return invitations, c.orNoInvitations(ctx, err)
}

func invitationKey(i api.Invitation) string { return i.ID }

// Invitation returns one invitation.
func (c *Client) Invitation(ctx context.Context, id string) (*api.Invitation, error) {
	i, err := one(ctx, c, c.path(api.PathInvitation, id), named(invitationKey, id))
	return i, c.orNoInvitations(ctx, err)
}

// ResendInvitation sends an invitation again, which can then be accepted for
// seven more days. The request may be repeated: a second mail does no harm, and
// none would.
func (c *Client) ResendInvitation(ctx context.Context, id string) error {
	_, err := c.do(ctx, call{method: http.MethodPost, path: c.path(api.PathInvitationResend, id), again: true, want: []int{http.StatusNoContent}})
	return c.orNoInvitations(ctx, err)
}

// AcceptInvitation accepts an invitation in the place of the person. It is for
// tests.
func (c *Client) AcceptInvitation(ctx context.Context, id string) error {
	_, err := c.do(ctx, call{method: http.MethodPost, path: c.path(api.PathInvitationAccept, id), want: []int{http.StatusNoContent}})
	return c.orNoInvitations(ctx, err)
}
