package visibility

import (
	"context"
	"errors"
	"fmt"
	"reflect"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

var (
	_ resource.ResourceWithConfigure   = (*siteResource)(nil)
	_ resource.ResourceWithIdentity    = (*siteResource)(nil)
	_ resource.ResourceWithImportState = (*siteResource)(nil)
	_ resource.ResourceWithModifyPlan  = (*siteResource)(nil)
)

// lockSite is the kind of lock for reading a site and writing it back.
const lockSite = "site"

type siteResource struct {
	plumbing.IdentifiedResource
}

// siteType is shared by the resource and its list resource.
var siteType = plumbing.NewIdentifiedResource("site", plumbing.Key{Name: "code", About: "Code of the site."}).Keyed(siteKey)

// NewSiteResource returns iam_site.
func NewSiteResource() resource.Resource { return &siteResource{siteType} }

// ModifyPlan sets derived values, announces the site to the checks of
// restriction values, and reports what uses the code of a destroyed site.
func (r *siteResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	key := r.PlanKey(ctx, req, resp)
	defer r.PlanAdoption(ctx, key, req, resp)
	if req.Plan.Raw.IsNull() {
		var state siteModel
		resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
		if r.Data != nil && r.Client != nil && !resp.Diagnostics.HasError() {
			resp.Diagnostics.Append(r.planDestroy(ctx, state.Code.ValueString(), resp.Private)...)
		}
		return
	}
	var plan siteModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if plumbing.IsSet(plan.Code) {
		r.NotePlanned(plumbing.Object{Kind: plumbing.KindSite, ID: plan.Code.ValueString()})
		if r.Data != nil {
			r.Uses.NoteKept(plumbing.Object{Kind: plumbing.KindSite, ID: plan.Code.ValueString()})
		}
	}
	var config, state siteModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if req.State.Raw.IsNull() {
		if !key.Adopts {
			plan.Default = types.BoolValue(false)
		}
	} else {
		resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
		plan.follow(config, state)
	}
	if !key.Adopts && !config.Languages.IsUnknown() && !config.ShipToCountries.IsUnknown() { // else they come later
		plan.derive()
	}
	resp.Diagnostics.Append(resp.Plan.Set(ctx, plan)...)
	if err := plan.checkLanguage(); err != nil {
		resp.Diagnostics.AddAttributeError(path.Root("default_language"), "Default Language Missing", plumbing.Sentence(err.Error()))
	}
}

func (r *siteResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	defer r.IdentifyCreated(resp)
	var plan siteModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() || !r.Ready(&resp.Diagnostics) || r.Adopt(ctx, req, resp, r.Update) {
		return
	}
	code := plan.Code.ValueString()
	if err := r.complete(ctx, &plan); err != nil {
		resp.Diagnostics.Append(plumbing.Unable("create", "site", code, err))
		return
	}
	err := r.create(ctx, plan)
	if errors.Is(err, errTaken) || client.IsConflict(err) {
		resp.Diagnostics.AddAttributeError(path.Root("code"), "Unable to create site",
			plumbing.ExistsText("Site "+code, "iam_site", code))
		return
	}
	if err != nil {
		resp.Diagnostics.Append(plumbing.Unable("create", "site", code, err))
		return
	}
	shown, err := r.await(ctx, code, plan.shownBy)
	if err != nil {
		resp.Diagnostics.Append(plumbing.ReadBackWarning("site", code, err))
	} else {
		plan.fromAPI(*shown)
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
}

// complete sets what the configuration leaves out.
func (r *siteResource) complete(ctx context.Context, plan *siteModel) error {
	plan.derive()
	if !plan.incomplete() {
		return nil
	}
	sites, err := r.Client.Sites(ctx, false)
	if err != nil {
		return err
	}
	return plan.completeFrom(sites)
}

// errTaken is returned if the site already exists: not every API refuses to
// create it again.
var errTaken = errors.New("the site already exists")

// create creates the site. A conflict on a repeated request can be with the
// site that the first request created.
func (r *siteResource) create(ctx context.Context, plan siteModel) error {
	code := plan.Code.ValueString()
	if _, err := r.Client.Site(ctx, code); err == nil {
		return errTaken
	} else if !client.IsNotFound(err) {
		return err
	}
	err := r.Client.CreateSite(ctx, plan.toAPI())
	if client.IsConflict(err) && client.IsUncertain(err) {
		if found, lookup := r.Client.Site(ctx, code); lookup == nil && plan.shownBy(*found) {
			return nil
		}
	}
	return err
}

// await reads the site after the API shows what was written.
func (r *siteResource) await(ctx context.Context, code string, shows func(api.Site) bool) (*api.Site, error) {
	return client.WaitFor(ctx, func(ctx context.Context) (*api.Site, error) { return r.Client.Site(ctx, code) }, shows)
}

func (r *siteResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	defer r.IdentifyRead(ctx, req, resp)
	var state siteModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() || !r.ReadyToRead(&resp.Diagnostics) {
		return
	}
	site, err := r.Client.Site(ctx, state.Code.ValueString())
	if client.IsNotFound(err) {
		resp.Diagnostics.Append(plumbing.GoneWarning("Site", state.Code.ValueString()))
		resp.State.RemoveResource(ctx)
		return
	}
	if err != nil {
		resp.Diagnostics.Append(plumbing.Unable("read", "site", state.Code.ValueString(), err))
		return
	}
	state.fromAPI(*site)
	resp.Diagnostics.Append(resp.State.Set(ctx, state)...)
}

func (r *siteResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	defer r.IdentifyUpdated(ctx, resp)
	var plan siteModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() || !r.Ready(&resp.Diagnostics) {
		return
	}
	site, err := r.update(ctx, plan)
	if err != nil {
		resp.Diagnostics.Append(plumbing.Unable("update", "site", plan.Code.ValueString(), err))
		return
	}
	plan.fromAPI(*site)
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
}

// update reads the site, changes it and reads it back. If someone else writes
// it in between, the API answers with a conflict and the site is read again.
func (r *siteResource) update(ctx context.Context, plan siteModel) (*api.Site, error) {
	code := plan.Code.ValueString()
	defer r.Client.Lock(lockSite, code)()
	for try := 1; ; try++ {
		present, err := r.Client.Site(ctx, code)
		if err != nil {
			return nil, err
		}
		var version *int
		if present.Metadata != nil {
			version = present.Metadata.Version
		}
		err = r.Client.UpdateSite(ctx, code, plan.toUpdate(version))
		if err == nil {
			return r.await(ctx, code, plan.shownBy)
		}
		if !client.IsConflict(err) || try == plumbing.Tries {
			return nil, err
		}
		// The version is someone else's, or our own if the request was repeated and
		// the first one took effect.
		shown, unseen := r.await(ctx, code, func(s api.Site) bool { return s.Metadata != nil && !reflect.DeepEqual(s.Metadata.Version, version) })
		if unseen != nil {
			return nil, err
		}
		if plan.shownBy(*shown) {
			return shown, nil
		}
	}
}

func (r *siteResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state siteModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() || !r.Ready(&resp.Diagnostics) || r.SkipDelete(ctx, req, resp) {
		return
	}
	code := state.Code.ValueString()
	planned, diags := plumbing.SavedUses(ctx, req.Private)
	if resp.Diagnostics.Append(diags...); resp.Diagnostics.HasError() {
		return
	}
	listed := len(planned[kindListed]) > 0
	inUse := func(err error) bool { return client.IsBadRequest(err) && !state.Default.ValueBool() }
	err := r.RetryWhileInUse(ctx, func(ctx context.Context) error { return r.delete(ctx, code, listed) }, inUse)
	if client.IsBadRequest(err) && state.Default.ValueBool() {
		err = fmt.Errorf("%w. The default site cannot be deleted: make another one the default in the dashboard, or remove this one from the state with a removed block", err)
	}
	if err != nil && !client.IsNotFound(err) {
		resp.Diagnostics.Append(plumbing.Unable("delete", "site", code, err))
	}
}

// ImportState accepts the code of a site.
func (r *siteResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	code, ok := r.ImportID(ctx, req, &resp.Diagnostics)
	if !ok {
		return
	}
	if _, err := r.Client.Site(ctx, code); err != nil {
		resp.Diagnostics.Append(plumbing.Unable("import", "site", fmt.Sprintf("%q", code), err))
		return
	}
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("code"), code)...)
}
