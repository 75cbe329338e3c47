package client

import (
	"context"
	"net/http"

	"github.com/access-config/terraform-provider-iam/internal/api"
)

// Only the reference backend has invitations. On any other API these methods return an
// UnsupportedError.

func (c *Client) orNoInvitations(ctx context.Context, err error) error {
	return c.orUnsupported(ctx, "invitations", c.path(api.PathInvitations), err)
}

// Invitations returns the invitations to the tenant and to its team that the token
// may read.
func (c *Client) Invitations(ctx context.Context) ([]api.Invitation, error) {
	invitations, err := list(ctx, c, c.path(api.PathInvitations), invitationKey)
	return invitations, c.orNoInvitations(ctx, err)
}

func invitationKey(i api.Invitation) string { return i.ID }

// Invitation returns one invitation.
func (c *Client) Invitation(ctx context.Context, id string) (*api.Invitation, error) {
	i, err := getOne(ctx, c, c.path(api.PathInvitation, id), hasID(invitationKey, id))
	return i, c.orNoInvitations(ctx, err)
}

// ResendInvitation sends an invitation again, and it can be accepted for seven more
// days. The request may be repeated: a second e-mail does no harm, a missing one
// would.
func (c *Client) ResendInvitation(ctx context.Context, id string) error {
	_, err := c.do(ctx, call{method: http.MethodPost, path: c.path(api.PathInvitationResend, id), again: true, want: []int{http.StatusNoContent}})
	return c.orNoInvitations(ctx, err)
}

// AcceptInvitation accepts an invitation on behalf of the invited person. It is for
// tests.
func (c *Client) AcceptInvitation(ctx context.Context, id string) error {
	_, err := c.do(ctx, call{method: http.MethodPost, path: c.path(api.PathInvitationAccept, id), want: []int{http.StatusNoContent}})
	return c.orNoInvitations(ctx, err)
}
