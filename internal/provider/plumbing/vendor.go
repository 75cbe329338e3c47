package plumbing

import (
	"slices"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
)

// VendorGroup is a group that the API created for a vendor.
type VendorGroup struct {
	api.Group
	Kind string
}

// VendorGroups returns the groups that the API created for vendors, at most one of
// each kind per vendor. It recognizes them by their access control, because users can
// rename them. Of several groups of a kind it returns the oldest.
func VendorGroups(groups []api.Group) []VendorGroup {
	groups = slices.Clone(groups)
	SortByCreation(groups, func(g api.Group) (string, string) { return g.Metadata.Created(), g.ID })
	var created []VendorGroup
	seen := map[[2]string]bool{} // vendor and kind
	for _, g := range groups {
		kind, ok := access.VendorGroupKind(g.AccessControls)
		if key := [2]string{g.VendorID, kind}; ok && g.VendorID != "" && !seen[key] {
			seen[key] = true
			created = append(created, VendorGroup{g, kind})
		}
	}
	return created
}
