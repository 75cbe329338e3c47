package client

import (
	"context"
	"errors"
	"net/http"

	"github.com/access-config/terraform-provider-iam/internal/api"
)

// Only the reference backend syncs with Make. On any other API these methods return an
// UnsupportedError.

func (c *Client) orNoMake(ctx context.Context, err error) error {
	return c.orUnsupported(ctx, "Make organizations", c.path(api.PathMakeMembers), err)
}

// CheckMake returns an error if the API has no Make organizations, or they
// cannot be read.
func (c *Client) CheckMake(ctx context.Context) error {
	return c.orNoMake(ctx, probe(ctx, c, c.path(api.PathMakeMembers), makeMemberKey))
}

// MakeOrganization returns the tenant's Make organization. IsNotFound holds for the
// error if it has none.
func (c *Client) MakeOrganization(ctx context.Context) (*api.MakeOrganization, error) {
	o, err := getOne(ctx, c, c.path(api.PathMakeOrganization), func(o api.MakeOrganization) error {
		return sameID(o.OrganizationID, o.OrganizationID)
	})
	return o, c.orNoMake(ctx, err)
}

// PutMakeOrganization sets the tenant's Make organization and the options of the
// sync: created reports whether it had none.
func (c *Client) PutMakeOrganization(ctx context.Context, o api.MakeOrganizationUpdate) (created bool, err error) {
	created, err = c.put(ctx, call{path: c.path(api.PathMakeOrganization), body: o, secret: o.APIKey}, o.OrganizationID)
	return created, c.orNoMake(ctx, err)
}

// DeleteMakeOrganization ends the sync. Members stay in Make.
func (c *Client) DeleteMakeOrganization(ctx context.Context) error {
	return c.orNoMake(ctx, c.remove(ctx, c.path(api.PathMakeOrganization), false))
}

func makeMemberKey(m api.MakeMember) string { return m.UserID }

// MakeMembers returns the users that the sync knows.
func (c *Client) MakeMembers(ctx context.Context) ([]api.MakeMember, error) {
	members, err := list(ctx, c, c.path(api.PathMakeMembers), makeMemberKey)
	return members, c.orNoMake(ctx, err)
}

// WaitForMakeMembers is MakeMembers after the sync has at least tried the latest
// changes. It does not wait for changes that failed.
func (c *Client) WaitForMakeMembers(ctx context.Context) ([]api.MakeMember, error) {
	var last []api.MakeMember
	read := func(ctx context.Context) (*[]api.MakeMember, error) {
		members, err := c.MakeMembers(ctx)
		if err == nil {
			last = members
		}
		return &members, err
	}
	_, err := WaitFor(ctx, read, func(members []api.MakeMember) bool {
		for _, m := range members {
			if m.Status == api.MakePending && m.Attempts == 0 {
				return false
			}
		}
		return true
	})
	if errors.Is(err, errLag) {
		return last, nil
	}
	return last, err
}

// MakeNotices returns the e-mails that inform users about access to Make.
func (c *Client) MakeNotices(ctx context.Context) ([]api.MakeNotice, error) {
	notices, err := list(ctx, c, c.path(api.PathMakeNotices), func(n api.MakeNotice) string { return n.ID })
	return notices, c.orNoMake(ctx, err)
}

// SyncMake runs the sync now: it checks every user and retries what is pending. It
// is a conflict if the sync is off.
func (c *Client) SyncMake(ctx context.Context) error {
	_, err := c.do(ctx, call{method: http.MethodPost, path: c.path(api.PathMakeSync), want: []int{http.StatusNoContent}})
	return c.orNoMake(ctx, err)
}
