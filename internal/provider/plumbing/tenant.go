package plumbing

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// tenant returns the provider's tenant; null while the provider's configuration is
// unknown.
func (r *IdentifiedResource) tenant() types.String {
	if r.Data == nil || r.Client == nil {
		return types.StringNull()
	}
	return types.StringValue(r.Client.Tenant())
}

// otherTenant returns the tenant in an identity if it is not the provider's, and ""
// otherwise.
func (r *IdentifiedResource) otherTenant(ctx context.Context, identity *tfsdk.ResourceIdentity, diags *diag.Diagnostics) string {
	if identity == nil || identity.Raw.IsNull() {
		return ""
	}
	var named types.String
	diags.Append(identity.GetAttribute(ctx, path.Root(KeyTenant), &named)...)
	if own := r.tenant(); own.IsNull() || strings.EqualFold(named.ValueString(), own.ValueString()) {
		return ""
	}
	return named.ValueString()
}

// keepsOther reports whether the state belongs to an object of another tenant. It then
// keeps the state, because the object is not deleted just because this tenant lacks
// it.
func (r *IdentifiedResource) keepsOther(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) bool {
	var diags diag.Diagnostics
	other := r.otherTenant(ctx, req.Identity, &diags)
	if other == "" {
		return false
	}
	diags.AddError("Object Of Another Tenant", fmt.Sprintf("The state records this object in the tenant %s, but the provider manages the tenant %s. The state is unchanged.\n\n"+
		"Set the provider's tenant back to %s, or use a provider configuration with an alias for each tenant. "+
		"To stop managing the object in %s, run terraform state rm with the address of this resource first.", other, r.Client.Tenant(), other, other))
	resp.State, resp.Diagnostics = req.State, diags
	return true
}

// UpgradeIdentity adds the tenant to identities that were recorded without it.
func (r *IdentifiedResource) UpgradeIdentity(context.Context) map[int64]resource.IdentityUpgrader {
	return map[int64]resource.IdentityUpgrader{0: {IdentityUpgrader: r.addTenant}}
}

// addTenant upgrades a recorded identity. It has no prior schema, because Terraform
// also upgrades identities that were never recorded: they stay null, and the next
// read sets them.
func (r *IdentifiedResource) addTenant(_ context.Context, req resource.UpgradeIdentityRequest, resp *resource.UpgradeIdentityResponse) {
	recorded := map[string]*string{}
	if req.RawIdentity != nil && len(req.RawIdentity.JSON) > 0 {
		if err := json.Unmarshal(req.RawIdentity.JSON, &recorded); err != nil {
			resp.Diagnostics.AddError("Unreadable Identity", fmt.Sprintf("The identity of an iam_%s in the state is not an object of strings: %s. Remove the object from the state with terraform state rm and import it again.", r.Name, err))
			return
		}
	}
	if len(recorded) > 0 {
		recorded[KeyTenant] = r.tenant().ValueStringPointer()
	}
	object, values := tftypes.Object{AttributeTypes: map[string]tftypes.Type{}}, map[string]tftypes.Value{}
	for _, k := range r.Identity {
		object.AttributeTypes[k.Name], values[k.Name] = tftypes.String, tftypes.NewValue(tftypes.String, recorded[k.Name])
	}
	resp.Identity.Raw = tftypes.NewValue(object, values)
}
