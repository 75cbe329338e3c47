package vendors

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

// lockVendor is the kind under which a vendor is locked while it is read and
// written back.
const lockVendor = "vendor"

var (
	_ resource.ResourceWithConfigure      = (*vendorResource)(nil)
	_ resource.ResourceWithIdentity       = (*vendorResource)(nil)
	_ resource.ResourceWithImportState    = (*vendorResource)(nil)
	_ resource.ResourceWithModifyPlan     = (*vendorResource)(nil)
	_ resource.ResourceWithValidateConfig = (*vendorResource)(nil)
)

type vendorResource struct {
	plumbing.IdentifiedResource
}

// vendorType is shared by the resource and its list resource.
var vendorType = plumbing.NewIdentifiedResource("vendor", plumbing.ID("vendor")).Keyed(vendorKey)

// vendorKey is the natural key of a vendor whose id the configuration sets.
var vendorKey = plumbing.NaturalKey{
	Thing: "vendor", At: []string{"id"}, Label: "name",
	List: func(ctx context.Context, d *plumbing.Data) (map[string]bool, error) {
		vendors, err := d.Client.Vendors(ctx)
		ids := make(map[string]bool, len(vendors))
		for _, v := range vendors {
			ids[v.ID] = false
		}
		return ids, err
	},
	Model: func(ctx context.Context, d *plumbing.Data, id string, diags *diag.Diagnostics) (any, error) {
		v, err := d.Client.Vendor(ctx, id)
		if err != nil {
			return nil, err
		}
		m := importedVendor()
		m.fromAPI(ctx, *v, diags)
		groups, err := d.Client.VendorGroups(ctx, id)
		m.readGroups(groups)
		m.GroupIDs = groupIDs(nil)
		return m, err
	},
	Silent: []string{"timeouts"},
}

// NewVendorResource returns iam_vendor.
func NewVendorResource() resource.Resource { return &vendorResource{vendorType} }

// ValidateConfig returns an error for a vendor that is its own parent.
func (r *vendorResource) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	var config vendorModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if plumbing.IsSet(config.ID) && config.ID.Equal(config.ParentID) {
		resp.Diagnostics.AddAttributeError(path.Root("parent_id"), "Vendor Is Its Own Parent", "Set another vendor as the parent, or leave the attribute out.")
	}
}

func (r *vendorResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	defer r.IdentifyCreated(resp)
	var plan vendorModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() || !r.Ready(&resp.Diagnostics) {
		return
	}
	ctx, cancel := plumbing.Within(ctx, plan.Timeouts.Create, &resp.Diagnostics)
	defer cancel()
	if r.Adopt(ctx, req, resp, r.adopt) {
		return
	}
	if !plumbing.IsSet(plan.ID) {
		// With a generated id, the request can be repeated safely.
		plan.ID = types.StringValue(uuid.NewString())
	}
	id := plan.ID.ValueString()
	body := plan.toAPI(ctx, api.Vendor{}, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	err := r.create(ctx, id, body)
	switch {
	case err == nil:
		r.readBack(ctx, body, &plan, &resp.Diagnostics)
		r.readGroups(ctx, &plan, complete, &resp.Diagnostics)
		r.grantPublishing(ctx, plan, &resp.Diagnostics)
		resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	case client.IsConflict(err):
		resp.Diagnostics.AddAttributeError(path.Root("id"), "Unable to create vendor",
			plumbing.ExistsText("Vendor "+id, "iam_vendor", id))
	case client.IsUncertain(err):
		// The vendor can exist under the generated id: keep the id.
		plan.GroupIDs = groupIDs(nil)
		resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
		resp.Diagnostics.Append(plumbing.Unable("create", "vendor", label(plan), fmt.Errorf("%w. The vendor may still have been created. Run the same command again: it deletes the vendor if it exists and creates it again", err)))
	default:
		resp.Diagnostics.Append(refused("create", plan, err))
	}
}

// adopt updates an existing vendor and waits for its groups: an interrupted run
// can have created it before the API created the groups.
func (r *vendorResource) adopt(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan vendorModel
	if r.Update(ctx, req, resp); resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(resp.State.Get(ctx, &plan)...)
	r.readGroups(ctx, &plan, complete, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
}

// label names a vendor in a message.
func label(m vendorModel) string {
	return fmt.Sprintf("%s (%q)", m.ID.ValueString(), m.Name.ValueString())
}

// refused returns the diagnostic of a vendor that the API refused, on the
// argument that the API names.
func refused(verb string, plan vendorModel, err error) diag.Diagnostic {
	var e *client.Error
	if parent := plan.ParentID.ValueString(); parent != "" && errors.As(err, &e) && e.Document.ResourceID == parent {
		return plumbing.UnableAt(path.Root("parent_id"), verb, "vendor", label(plan), err)
	}
	return plumbing.Unable(verb, "vendor", label(plan), err)
}

// create creates the vendor. A conflict on a repeated request can be with the
// vendor that the first request created.
func (r *vendorResource) create(ctx context.Context, id string, body api.VendorUpdate) error {
	_, err := r.Client.CreateVendor(ctx, api.VendorCreate{
		ID: id, Name: body.Name, Type: body.Type, ParentID: body.ParentID, LegalInfo: body.LegalInfo, ContactDetails: body.ContactDetails,
	})
	if client.IsConflict(err) && client.IsUncertain(err) {
		// It exists, but the API may not show it yet.
		read := func(ctx context.Context) (*api.Vendor, error) { return r.Client.Vendor(ctx, id) }
		if found, lookup := client.WaitFor(ctx, read, func(api.Vendor) bool { return true }); lookup == nil && shows(*found, body) {
			return nil
		}
	}
	return err
}

// shows reports whether the vendor matches the body.
func shows(v api.Vendor, body api.VendorUpdate) bool {
	var legal, wanted api.LegalInfo
	if v.LegalInfo != nil {
		legal = *v.LegalInfo
	}
	if body.LegalInfo != nil {
		wanted = *body.LegalInfo
	}
	if sameTime(legal.RegistrationDate, wanted.RegistrationDate) {
		wanted.RegistrationDate = legal.RegistrationDate
	}
	same := func(a, b api.Contact) bool { return contactOf(a) == contactOf(b) }
	return v.Name == body.Name && v.Type == body.Type && v.ParentID == body.ParentID && legal == wanted &&
		slices.EqualFunc(v.ContactDetails, body.ContactDetails, same)
}

// readBack completes the state of a created vendor. A vendor that cannot be
// read is kept in the state with its planned values.
func (r *vendorResource) readBack(ctx context.Context, body api.VendorUpdate, plan *vendorModel, diags *diag.Diagnostics) {
	vendor, err := r.await(ctx, plan.ID.ValueString(), body)
	if err != nil {
		diags.Append(plumbing.ReadBackWarning("vendor", label(*plan), err))
		return
	}
	plan.fromAPI(ctx, *vendor, diags)
}

// await reads the vendor after the API shows what was written.
func (r *vendorResource) await(ctx context.Context, id string, body api.VendorUpdate) (*api.Vendor, error) {
	return client.WaitFor(ctx, func(ctx context.Context) (*api.Vendor, error) { return r.Client.Vendor(ctx, id) },
		func(v api.Vendor) bool { return shows(v, body) })
}

// readGroups waits for the groups, which the API creates some time after the
// vendor. Without them, the vendor is still kept in the state.
func (r *vendorResource) readGroups(ctx context.Context, plan *vendorModel, enough func(types.Map) bool, diags *diag.Diagnostics) {
	plan.GroupIDs = groupIDs(nil)
	_, err := client.WaitFor(ctx, func(ctx context.Context) (*types.Map, error) {
		groups, err := r.Client.VendorGroups(ctx, plan.ID.ValueString())
		if err == nil {
			plan.GroupIDs = groupIDs(groups)
		}
		return &plan.GroupIDs, err
	}, enough)
	if err != nil {
		diags.AddAttributeWarning(path.Root("group_ids"), "Vendor Groups Not Ready",
			fmt.Sprintf("Vendor %s exists and is in the state, but not all of its groups are visible yet: %s\n\nThe next refresh completes group_ids; resources that depend on it may need another apply.", label(*plan), plumbing.Sentence(err.Error())))
	}
}

func (r *vendorResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	defer r.IdentifyRead(ctx, req, resp)
	var state vendorModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() || !r.ReadyToRead(&resp.Diagnostics) {
		return
	}
	id := state.ID.ValueString()
	vendor, err := r.Client.Vendor(ctx, id)
	if client.IsNotFound(err) {
		resp.Diagnostics.Append(plumbing.GoneWarning("Vendor", id))
		resp.State.RemoveResource(ctx)
		return
	}
	var groups []api.Group
	if err == nil {
		groups, err = r.Client.VendorGroups(ctx, id)
	}
	if err != nil {
		resp.Diagnostics.Append(plumbing.Unable("read", "vendor", id, err))
		return
	}
	if state.DeleteGroups.IsNull() {
		state = importedVendor()
	}
	state.fromAPI(ctx, *vendor, &resp.Diagnostics)
	state.readGroups(groups)
	resp.Diagnostics.Append(resp.State.Set(ctx, state)...)
}

func (r *vendorResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	defer r.IdentifyUpdated(ctx, resp)
	var plan, state vendorModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() || !r.Ready(&resp.Diagnostics) {
		return
	}
	ctx, cancel := plumbing.Within(ctx, plan.Timeouts.Update, &resp.Diagnostics)
	defer cancel()
	id := plan.ID.ValueString()
	vendor, err := r.update(ctx, plan, &resp.Diagnostics)
	if err != nil {
		resp.Diagnostics.Append(refused("update", plan, err))
		return
	}
	plan.fromAPI(ctx, *vendor, &resp.Diagnostics)
	if plan.GroupIDs.IsUnknown() {
		// Groups that were missing at the refresh may never appear.
		r.readGroups(ctx, &plan, func(types.Map) bool { return true }, &resp.Diagnostics)
	}
	if !plan.Publishing.Equal(state.Publishing) {
		if err := r.setPublishing(ctx, id, plan.Publishing.ValueBool()); err != nil {
			resp.Diagnostics.Append(plumbing.UnableAt(path.Root("product_managers_publish"), "update", "vendor", label(plan), err))
			plan.Publishing = state.Publishing
		}
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
}

// update reads the vendor, replaces it and reads it back. If someone else
// writes it in between, the API answers with a conflict and the vendor is read
// again, so that members this resource does not manage are kept.
func (r *vendorResource) update(ctx context.Context, plan vendorModel, diags *diag.Diagnostics) (*api.Vendor, error) {
	const tries = 3
	id := plan.ID.ValueString()
	defer r.Client.Lock(lockVendor, id)()
	read := func(ctx context.Context) (*api.Vendor, error) { return r.Client.Vendor(ctx, id) }
	present, err := read(ctx)
	for try := 1; err == nil; try++ {
		body := plan.toAPI(ctx, *present, diags)
		var created bool
		created, err = r.Client.UpdateVendor(ctx, id, body)
		switch {
		case client.IsConflict(err) && try < tries:
			present, err = client.WaitForUpdate(ctx, read, func(shown api.Vendor) bool {
				return shown.Metadata != nil && body.Metadata != nil && body.Metadata.Allows(shown.Metadata.Version)
			})
			continue
		case err != nil:
			return nil, err
		case created:
			diags.AddWarning("Vendor Created Again", fmt.Sprintf("Vendor %s was deleted by someone else during the apply and was created again, with new groups that have no members. The next refresh shows them in group_ids.", id))
		}
		return r.await(ctx, id, body)
	}
	return nil, err
}

func (r *vendorResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state vendorModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() || !r.Ready(&resp.Diagnostics) || r.SkipDelete(ctx, req, resp) {
		return
	}
	ctx, cancel := plumbing.Within(ctx, state.Timeouts.Delete, &resp.Diagnostics)
	defer cancel()
	id, groups := state.ID.ValueString(), state.DeleteGroups.ValueBool()
	err := r.RetryWhileInUse(ctx, func(ctx context.Context) error { return r.delete(ctx, id, groups) }, client.IsBadRequest)
	if client.IsBadRequest(err) && !state.DeleteGroups.ValueBool() {
		err = fmt.Errorf("%w. If its groups still have members, remove them first, or set delete_groups = true, apply, and destroy again", err)
	}
	if err != nil && !client.IsNotFound(err) {
		resp.Diagnostics.Append(plumbing.Unable("delete", "vendor", id, err))
	}
}

// deleteGroups deletes the groups of a vendor with their memberships.
func (r *vendorResource) deleteGroups(ctx context.Context, id string) error {
	groups, err := r.Client.VendorGroups(ctx, id)
	if err != nil {
		return err
	}
	for _, g := range groups {
		if err := r.Client.DeleteGroup(ctx, g.ID, true); err != nil && !client.IsNotFound(err) {
			return err
		}
	}
	return nil
}

// ImportState accepts the id or the name of a vendor.
func (r *vendorResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	key, ok := r.ImportID(ctx, req, &resp.Diagnostics)
	if !ok {
		return
	}
	vendor, err := find(ctx, r.Client, key)
	if err != nil {
		resp.Diagnostics.Append(plumbing.Unable("import", "vendor", fmt.Sprintf("%q", key), err))
		return
	}
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("id"), vendor.ID)...)
}

// find returns the vendor with this id or, if there is none, with this name.
func find(ctx context.Context, c *client.Client, key string) (*api.Vendor, error) {
	if api.ValidVendorID(key) {
		vendor, err := c.Vendor(ctx, key)
		if err == nil || !client.IsNotFound(err) {
			return vendor, err
		}
	}
	return findByName(ctx, c, key)
}

// findByName returns the only vendor with this name.
func findByName(ctx context.Context, c *client.Client, name string) (*api.Vendor, error) {
	vendors, err := c.Vendors(ctx)
	if err != nil {
		return nil, err
	}
	vendors = slices.DeleteFunc(vendors, func(v api.Vendor) bool { return v.Name != name })
	return plumbing.ExactlyOne("vendors", "name", name, vendors, func(v api.Vendor) string { return v.ID })
}
