package rights

import (
	"context"
	"maps"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

// accessControlModel is the state of iam_access_control.
type accessControlModel struct {
	ID               types.String `tfsdk:"id"`
	Name             types.Map    `tfsdk:"name"`
	Description      types.Map    `tfsdk:"description"`
	Scopes           types.Set    `tfsdk:"scopes"`
	Domains          types.Set    `tfsdk:"domains"`
	RestrictedTo     types.String `tfsdk:"restricted_to"`
	RestrictionAware types.Bool   `tfsdk:"restriction_aware"`
	VendorAware      types.Bool   `tfsdk:"vendor_aware"`
}

// toAPI returns the body that creates or replaces the access control.
func (m accessControlModel) toAPI(ctx context.Context, diags *diag.Diagnostics) api.AccessControlUpdate {
	return api.AccessControlUpdate{
		Name: plumbing.Text(ctx, m.Name, diags), Description: plumbing.Text(ctx, m.Description, diags),
		Domains: plumbing.Strings(m.Domains), Scopes: plumbing.Strings(m.Scopes), RestrictedTo: access.UserType(m.RestrictedTo.ValueString()),
	}
}

// fromAPI sets the attributes from the API. The public API accepts descriptions
// but does not return them: the present description is then kept.
func (m *accessControlModel) fromAPI(c api.AccessControl) {
	m.ID = types.StringValue(c.ID)
	m.Name = plumbing.TextMap(c.Name)
	if len(c.Description) > 0 {
		m.Description = plumbing.TextMap(c.Description)
	}
	m.Scopes = plumbing.StringSet(c.Scopes, m.Scopes)
	m.Domains = plumbing.StringSet(c.Domains, m.Domains)
	m.RestrictedTo = plumbing.StringOrNull(string(c.RestrictedTo))
	m.RestrictionAware = types.BoolValue(c.RestrictionAware)
	m.VendorAware = types.BoolValue(c.VendorAware)
}

// sameControl reports whether the access control matches the body, as far as
// the API shows it.
func sameControl(c api.AccessControl, body api.AccessControlUpdate) bool {
	return maps.Equal(c.Name, body.Name) && (len(c.Description) == 0 || maps.Equal(c.Description, body.Description)) &&
		sameMembers(c.Scopes, body.Scopes) && sameMembers(c.Domains, body.Domains) && c.RestrictedTo == body.RestrictedTo
}

// sameMembers reports whether two lists have the same elements, in any order.
func sameMembers(a, b []string) bool {
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}
