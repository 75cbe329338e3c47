package directory

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

// conflictError returns the diagnostic of a conflict on the given attribute, and
// nil if c is nil.
func conflictError(ctx context.Context, d *plumbing.Data, c *plumbing.Conflict, at path.Path) diag.Diagnostics {
	switch {
	case c == nil, d.Keys.Runs.Several():
		return nil
	case c.Remover == "":
		return diag.Diagnostics{diag.NewAttributeErrorDiagnostic(at, "Membership Managed By Two Resources",
			fmt.Sprintf("Two resources of this configuration manage the same membership: %s. Each apply would undo the other's changes. "+
				"Manage a membership in one place: in the group's list of members, in the user's list of groups, or as an iam_group_membership.", c.Describe(nameOf(ctx, d, c.Who))))}
	}
	return diag.Diagnostics{diag.NewAttributeErrorDiagnostic(at, "Membership Removed And Managed", fmt.Sprintf(
		"This plan removes %s from group %s with an %s, while an %s of this configuration keeps the membership unchanged, so the apply would not add the user again. "+
			"To remove the %s from the configuration, make Terraform forget it instead of destroying it:\n\n  removed {\n    from = %s.NAME\n    lifecycle {\n      destroy = false\n    }\n  }\n\n"+
			"If you only renamed it, add a moved block. If Terraform calls the object deposed, remove the resource from the state with terraform state rm and import it again.",
		nameOf(ctx, d, c.Who), c.Group, c.Remover, c.Keeper, c.Remover, c.Remover))}
}
