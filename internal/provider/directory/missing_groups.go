package directory

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

// missingGroups returns the ids for which neither the tenant nor the plan so far has a
// group. That includes groups which are planned later because nothing refers to
// them.
func missingGroups(ctx context.Context, d *plumbing.Data, ids []string) []string {
	if d == nil || d.Client == nil || len(ids) == 0 {
		return nil
	}
	r := runOf(d)
	r.groupsMu.Lock()
	defer r.groupsMu.Unlock()
	if !r.groupsGot {
		groups, err := d.Client.Groups(ctx)
		for _, g := range groups {
			r.groupIDs = append(r.groupIDs, g.ID)
		}
		if err != nil {
			r.groupIDs = nil // the apply reports the error
		}
		slices.Sort(r.groupIDs)
		r.groupsGot = true
	}
	return slices.DeleteFunc(slices.Clone(ids), func(id string) bool {
		_, found := slices.BinarySearch(r.groupIDs, id)
		return found || len(r.groupIDs) == 0 || d.IsPlanned(plumbing.Object{Kind: plumbing.KindGroup, ID: id})
	})
}

// warnMissingGroups warns of groups that a resource names and that do not exist: a
// mistake, or groups that the same plan creates later.
func warnMissingGroups(ctx context.Context, d *plumbing.Data, at path.Path, ids []string) (diags diag.Diagnostics) {
	missing := missingGroups(ctx, d, ids)
	if len(missing) == 0 {
		return nil
	}
	slices.Sort(missing)
	diags.AddAttributeWarning(at, fmt.Sprintf("Group Not Found: %s", strings.Join(slices.Compact(missing), ", ")), missingGroupsText)
	return diags
}

const missingGroupsText = "The group does not exist in the tenant, and this plan has not created it so far. If the id is wrong, the apply fails; the data source iam_groups lists the ids. If this configuration creates the group, refer to it, as in iam_group.name.id, or use depends_on, so that it is created first."
