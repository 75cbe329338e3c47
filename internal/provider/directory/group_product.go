package directory

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

// plannedGroup is a group as it is planned.
type plannedGroup struct {
	access.Group
	known  bool          // whether the group has all that it will carry
	wanted access.Access // by the template, the levels and the listed access controls
	rights access.Rights
}

// unknownProduct makes the product of a plan unknown if the configuration leaves it out:
// it follows from the access.
func unknownProduct(ctx context.Context, config tfsdk.Config, plan *groupModel) diag.Diagnostics {
	var product types.String
	diags := config.GetAttribute(ctx, path.Root("product"), &product)
	if product.IsNull() {
		plan.Product = types.StringUnknown()
	}
	return diags
}

// planProduct plans the product that a group is for, and refuses access to another one.
// A group that has access to both already can stay as it is.
func (r *groupResource) planProduct(ctx context.Context, req resource.ModifyPlanRequest, plan *groupModel, state groupModel, g plannedGroup) diag.Diagnostics {
	var configured types.String
	diags := req.Config.GetAttribute(ctx, path.Root("product"), &configured)
	if diags.HasError() || configured.IsUnknown() {
		return diags
	}
	conflicts := productConflicts(*plan, configured.ValueString(), g.wanted)
	stays := configured.IsNull() && plan.ID.Equal(state.ID) && plan.RoleTemplate.Equal(state.RoleTemplate) &&
		plan.Access.Equal(state.Access) && plan.AccessControlIDs.Equal(state.AccessControlIDs)
	if stays && len(conflicts) > 0 {
		diags.AddAttributeWarning(path.Root("product"), "Group Of Two Products: "+plan.ID.ValueString(),
			fmt.Sprintf("Group %s has access to both the Commerce Engine and the Orchestration Engine. It stays as it is, but a change of its access is refused. %s", groupLabel(*plan), twoGroups))
		conflicts = nil
	}
	diags.Append(conflicts...)
	if !g.known || diags.HasError() {
		return diags
	}
	products := g.rights.Products(g.Group)
	switch {
	case configured.IsNull() && plan.Product.IsUnknown():
		plan.Product = types.StringNull()
		if plan.ID.Equal(state.ID) && len(products) > 1 {
			plan.Product = state.Product
		}
		plan.readProduct(products)
	case len(products) > 0 && !slices.Contains(products, access.Product(configured.ValueString())):
		diags.AddAttributeError(path.Root("product"), "Access To Another Product",
			fmt.Sprintf("Group %s would have access to the %s only. Set product = %q, or leave it out.", groupLabel(*plan), products[0].Label(), products[0]))
	}
	if req.State.Raw.IsNull() || !req.Plan.Raw.Equal(req.State.Raw) {
		diags.Append(idleRoles(*plan, g)...)
	} else if state.Product.IsNull() {
		plan.Product = state.Product // of a state that an older version wrote: the refresh completes it
	}
	return diags
}

// idleRoles warns about roles in Make that the group carries in vain.
func idleRoles(plan groupModel, g plannedGroup) (diags diag.Diagnostics) {
	if roles := g.rights.IdleMakeRoles(g.Group); len(roles) > 0 {
		diags.AddAttributeWarning(path.Root("access_control_ids"), "Make Role Without Effect: "+plan.ID.ValueString(),
			fmt.Sprintf("Only groups of the Orchestration Engine give roles in Make. Group %s is for the Commerce Engine, so its access controls give its members none of the roles %s. Move these access controls to another group.", groupLabel(plan), strings.Join(roles, ", ")))
	}
	return diags
}

// readProduct sets the product to the only one that the group gives access to. With
// access to none or to several, it stays if it is possible, and is null otherwise.
func (m *groupModel) readProduct(products []access.Product) {
	switch {
	case len(products) == 1:
		m.Product = types.StringValue(string(products[0]))
	case m.Product.IsUnknown(), len(products) > 1 && !slices.Contains(products, access.Product(m.Product.ValueString())):
		m.Product = types.StringNull()
	}
}

// checkConfiguredProduct refuses access to another product than the configured one, as
// far as it shows without the tenant.
func (m *groupModel) checkConfiguredProduct() diag.Diagnostics {
	own, known := plumbing.Levels(m.Access)
	if !known || !plumbing.IsSet(m.Product) {
		return nil
	}
	template, _ := templateAccess(m.RoleTemplate.ValueString(), nil)
	return productConflicts(*m, m.Product.ValueString(), wantedAccess(m.RoleTemplate.ValueString(), template, own, plumbing.Strings(m.AccessControlIDs)))
}

// twoGroups says how to give access to both products.
const twoGroups = "A group is for one product: give the access to the other product with a second group, and make the users members of both."

// productConflicts returns an error for each argument of a group that gives access to
// another product than its own. Without a configured one, the product is that of the
// role template, otherwise that of the first level, otherwise that of the first access
// control.
func productConflicts(plan groupModel, product string, wanted access.Access) (diags diag.Diagnostics) {
	own, _ := plumbing.Levels(plan.Access)
	listed := plumbing.Strings(plan.AccessControlIDs)
	slices.Sort(listed)
	fromTemplate := templatePart(wanted, own, listed).Products()
	if len(fromTemplate) > 1 {
		diags.AddAttributeError(path.Root("role_template"), "Role Template Of Two Products",
			fmt.Sprintf("The role template %s gives access to both the Commerce Engine and the Orchestration Engine. %s Or remove what belongs to one of them with the level none in access.", plan.RoleTemplate.ValueString(), twoGroups))
		return diags
	}
	is := access.Product(product)
	refuse := func(at path.Path, title, what string, p access.Product) {
		if is == "" {
			is = p
		}
		if p != is {
			diags.AddAttributeError(at, title, fmt.Sprintf("%s belongs to the %s, but this group is for the %s. %s", what, p.Label(), is.Label(), twoGroups))
		}
	}
	for _, p := range fromTemplate {
		refuse(path.Root("role_template"), "Role Template Of Another Product", "The role template "+plan.RoleTemplate.ValueString(), p)
	}
	for _, entity := range plumbing.SortedKeys(own) {
		if e, ok := access.EntityByCode(entity); ok && own[entity] > access.None {
			refuse(path.Root("access").AtMapKey(entity), "Entity Of Another Product", entity, e.Product)
		}
	}
	for _, id := range listed {
		if p, ok := access.ControlProduct(id); ok {
			refuse(path.Root("access_control_ids").AtSetValue(types.StringValue(id)), "Access Control Of Another Product", "The access control "+id, p)
		}
	}
	return diags
}

// templatePart returns the levels that a group has by its role template: those that it
// does not set itself and that no listed access control gives.
func templatePart(wanted access.Access, own map[string]access.Level, listed []string) access.Access {
	levels := wanted.Map()
	maps := []map[string]access.Level{access.ExpandOn(access.Access{}, own).Map(), access.ExpandOn(access.Access{}, nil, listed...).Map()}
	for _, given := range maps {
		for entity := range given {
			delete(levels, entity)
		}
	}
	return access.FromMap(levels)
}
