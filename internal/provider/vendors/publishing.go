package vendors

import (
	"context"
	"fmt"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

// productManagers returns the group of a vendor's product managers among its groups,
// and false if there is none.
func productManagers(groups []api.Group) (api.Group, bool) {
	created := plumbing.VendorGroups(groups)
	i := slices.IndexFunc(created, func(g plumbing.VendorGroup) bool { return g.Kind == access.VendorPublisher })
	if i < 0 {
		return api.Group{}, false
	}
	return created[i].Group, true
}

// publishes reports whether the product managers of a vendor with these groups can
// publish products. If they have only a part of these rights, it is the opposite of
// what the state says, so that the next plan shows a change; true if there is no state.
func publishes(groups []api.Group, state types.Bool) types.Bool {
	group, _ := productManagers(groups)
	all, some := access.Publishes(group.AccessControls)
	if some && !all {
		return types.BoolValue(!state.ValueBool())
	}
	return types.BoolValue(all)
}

// grantPublishing gives the product managers of a new vendor the rights to publish. The
// vendor is kept in the state if that fails.
func (r *vendorResource) grantPublishing(ctx context.Context, plan vendorModel, diags *diag.Diagnostics) {
	if !plan.Publishing.ValueBool() {
		return
	}
	if err := r.setPublishing(ctx, plan.ID.ValueString(), true); err != nil {
		diags.AddAttributeWarning(path.Root("product_managers_publish"), "Publishing Not Granted",
			fmt.Sprintf("Vendor %s exists and is in the state, but its product managers cannot publish products yet: %s\n\nThe next plan shows it, and the next apply tries again.", label(plan), plumbing.Sentence(err.Error())))
	}
}

// setPublishing gives the product managers of a vendor the rights to publish, or takes
// them away. It keeps what else the group has, and writes only if something changes.
func (r *vendorResource) setPublishing(ctx context.Context, vendorID string, publish bool) error {
	group, err := r.publishers(ctx, vendorID, publish)
	if err != nil || group.ID == "" {
		return err
	}
	defer r.Client.Lock(plumbing.LockGroup, group.ID)()
	read := func(ctx context.Context) (*api.Group, error) { return r.Client.Group(ctx, group.ID) }
	const tries = 3
	present, err := read(ctx)
	for try := 1; err == nil; try++ {
		if all, some := access.Publishes(present.AccessControls); all == publish && some == publish {
			return nil
		}
		body := publishingBody(*present, publish)
		_, err = r.Client.UpdateGroup(ctx, group.ID, body)
		if client.IsConflict(err) && try < tries {
			present, err = client.WaitForUpdate(ctx, read, func(shown api.Group) bool {
				return shown.Metadata != nil && body.Metadata != nil && body.Metadata.Allows(shown.Metadata.Version)
			})
			continue
		}
		if err != nil {
			return err
		}
		_, err = client.WaitFor(ctx, read, func(shown api.Group) bool {
			all, some := access.Publishes(shown.AccessControls)
			return all == publish && some == publish
		})
		return err
	}
	return err
}

// publishers returns the group of the vendor's product managers. If they are to
// publish, it waits for the group; otherwise a vendor without the group has nothing to
// take away, and the group is the zero value.
func (r *vendorResource) publishers(ctx context.Context, vendorID string, publish bool) (group api.Group, err error) {
	exists := false
	_, err = client.WaitFor(ctx, func(ctx context.Context) (*bool, error) {
		groups, err := r.Client.VendorGroups(ctx, vendorID)
		if err == nil {
			group, exists = productManagers(groups)
		}
		return &exists, err
	}, func(exists bool) bool { return exists || !publish })
	if err != nil {
		err = fmt.Errorf("finding the group of its product managers: %w", err)
	}
	return group, err
}

// publishingBody returns the body that changes the rights of the group to publish and
// repeats everything else.
func publishingBody(g api.Group, publish bool) api.GroupUpdate {
	return api.GroupUpdate{
		Name: g.Name, Description: g.Description, UserType: g.UserType, AccessControls: access.SetPublishing(g.AccessControls, publish),
		Templates: g.Templates, Restrictions: g.Restrictions, B2B: g.B2B, Mixins: g.Mixins, Metadata: g.Metadata.Expected(),
	}
}
