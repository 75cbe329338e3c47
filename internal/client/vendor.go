package client

import (
	"context"
	"net/url"
	"slices"

	"github.com/access-config/terraform-provider-iam/internal/api"
)

func vendorKey(v api.Vendor) string { return v.ID }

// Vendors returns all vendors.
func (c *Client) Vendors(ctx context.Context) ([]api.Vendor, error) {
	return list(ctx, c, c.path(api.PathVendors), vendorKey)
}

// Vendor returns one vendor.
func (c *Client) Vendor(ctx context.Context, id string) (*api.Vendor, error) {
	return getOne(ctx, c, c.path(api.PathVendor, id), hasID(vendorKey, id))
}

// CreateVendor creates a vendor and returns its id. The API creates its groups some
// time later. With an id chosen by the caller the request may be repeated, because
// it cannot create a second vendor.
func (c *Client) CreateVendor(ctx context.Context, vendor api.VendorCreate) (string, error) {
	return c.create(ctx, call{path: c.path(api.PathVendors), body: vendor, again: vendor.ID != ""}, vendor.ID)
}

// UpdateVendor replaces a vendor. If it no longer exists the API creates it, and
// created is true.
func (c *Client) UpdateVendor(ctx context.Context, id string, vendor api.VendorUpdate) (created bool, err error) {
	return c.put(ctx, call{path: c.path(api.PathVendor, id), body: vendor}, id)
}

// DeleteVendor deletes a vendor. If its groups have members it stays, and the status
// is 400.
func (c *Client) DeleteVendor(ctx context.Context, id string) error {
	return c.remove(ctx, c.path(api.PathVendor, id), false)
}

// VendorGroups returns the groups of a vendor.
func (c *Client) VendorGroups(ctx context.Context, id string) ([]api.Group, error) {
	value := id
	if slices.Contains([]string{"null", "missing", "exists", "true", "false"}, id) {
		value = `"` + id + `"` // without quotes these words have a meaning of their own
	}
	groups, err := listWhere(ctx, c, c.path(api.PathGroups), url.Values{"q": {"vendorId:" + value}}, groupKey)
	return slices.DeleteFunc(groups, func(g api.Group) bool { return g.VendorID != id }), err
}

// VendorUsers returns the employees in groups of a vendor, each with its groups.
func (c *Client) VendorUsers(ctx context.Context, id string) ([]api.User, error) {
	return list(ctx, c, c.path(api.PathVendorUsers, id), userKey)
}
