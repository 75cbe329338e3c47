package directory

import (
	"fmt"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

// checkVendorRole refuses what a group with the role of a vendor cannot have.
func (m *groupModel) checkVendorRole() (diags diag.Diagnostics) {
	if !m.isVendorRole() {
		return nil
	}
	if m.VendorID.IsNull() {
		diags.AddAttributeError(path.Root("vendor_id"), "Vendor Missing",
			`The role vendor gives access to a vendor's own records. Set vendor_id to the id of the vendor, or choose another role template.`)
	}
	entities := access.VendorEntities()
	for _, entity := range plumbing.SortedKeys(m.Access.Elements()) {
		if _, ok := access.EntityByCode(entity); ok && !slices.Contains(entities, entity) {
			diags.AddAttributeError(path.Root("access").AtMapKey(entity), "Entity Without Vendor Records",
				fmt.Sprintf("Vendors have no %s of their own: with role_template = %q, use %s. For access to every record, create a group without this role.", entity, access.VendorRole, access.Enumerate("or", entities)))
		}
	}
	return diags
}

// checkVendorRecords refuses access to every record for a group with the role of a
// vendor, which its listed access controls would give.
func (m *groupModel) checkVendorRecords(g plannedGroup) (diags diag.Diagnostics) {
	if !m.isVendorRole() || !g.known {
		return nil
	}
	for entity, level := range g.rights.Access(g.Group).Map() {
		diags.AddAttributeError(path.Root("access_control_ids"), "Access To Every Record",
			fmt.Sprintf("The access controls of group %s give %s on every record of %s, but a group with role_template = %q has access to its vendor's own records only. List them in a group without this role.", groupLabel(*m), level, entity, access.VendorRole))
	}
	return diags
}
