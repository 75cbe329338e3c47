package plumbing

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/client"
)

// IdentifiedResource is embedded by every resource with a resource identity: all
// those that represent one object of the tenant.
type IdentifiedResource struct {
	Resource
	Identity []Key
	Natural  *NaturalKey // nil if the configuration chooses none
}

// NewIdentifiedResource returns the part that a resource type and its list resource
// share. name excludes the provider's prefix. Every identity includes the tenant:
// KeyTenant is added to the keys unless it is the only one.
func NewIdentifiedResource(name string, identity ...Key) IdentifiedResource {
	if len(identity) != 1 || identity[0].Name != KeyTenant {
		identity = append(slices.Clone(identity), Key{Name: KeyTenant, About: "The tenant. Defaults to the provider's tenant.", Optional: true})
	}
	return IdentifiedResource{Resource: Resource{Name: name}, Identity: identity}
}

// Key is an attribute of a resource's identity: an attribute of the resource, or
// KeyTenant.
type Key struct {
	Name     string
	About    string
	Optional bool // an import can determine it
}

// KeyTenant is the part of every identity that names the tenant. It is the whole
// identity of objects that a tenant has only one of.
const KeyTenant = "tenant"

// identityVersion is the version of identities that include the tenant and other
// keys. Version 0 has only the other keys.
const identityVersion = 1

// ID is the identity key of an object with an id of its own.
func ID(thing string) Key { return Key{Name: "id", About: "Id of the " + thing + "."} }

// IdentitySchema describes the identity of an object of this type.
func (r *IdentifiedResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	attributes := map[string]identityschema.Attribute{}
	for _, k := range r.Identity {
		attributes[k.Name] = identityschema.StringAttribute{Description: k.About, RequiredForImport: !k.Optional, OptionalForImport: k.Optional}
	}
	resp.IdentitySchema = identityschema.Schema{Attributes: attributes}
	if len(r.Identity) > 1 {
		resp.IdentitySchema.Version = identityVersion
	}
}

// Metadata names the type. The identity is mutable, because the tenant is added to
// identities recorded without it. IdentifyRead makes sure that an object of another
// tenant is not confused with one of this tenant.
func (r *IdentifiedResource) Metadata(ctx context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	r.Resource.Metadata(ctx, req, resp)
	resp.ResourceBehavior.MutableIdentity = true
}

// IdentifyCreated sets the identity of a new object and records its natural key.
// Defer it: it reads the state that the operation leaves.
func (r *IdentifiedResource) IdentifyCreated(resp *resource.CreateResponse) {
	r.identify(resp.State, resp.Identity)
	r.note(resp.State.Raw, func(o Object) { r.Keys.NoteCreated(o) })
}

// IdentifyUpdated is IdentifyCreated for an update.
func (r *IdentifiedResource) IdentifyUpdated(ctx context.Context, resp *resource.UpdateResponse) {
	ForgetPlan(ctx, resp.Private, &resp.Diagnostics)
	r.identify(resp.State, resp.Identity)
}

// IdentifyRead is IdentifyCreated for a read. An object that no longer exists keeps
// its identity. A state written by a release without identities has none, but the
// framework requires one, so IdentifyRead sets it from the prior state.
func (r *IdentifiedResource) IdentifyRead(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	if r.keepsOther(ctx, req, resp) {
		return
	}
	if !r.tenant().IsNull() && resp.Private != nil { // it was read
		resp.Diagnostics.Append(resp.Private.SetKey(ctx, PrivateMoved, nil)...)
	}
	state := resp.State
	if state.Raw.IsNull() {
		state = req.State
		r.note(state.Raw, func(o Object) { r.Keys.NoteMissing(o) })
	} else {
		r.note(state.Raw, func(o Object) {
			r.Keys.NoteInState(o)
			r.ForgetReplacement(o) // of an earlier plan: this run has not planned one yet
		})
	}
	r.identify(state, resp.Identity)
	if resp.Identity != nil && resp.Identity.Raw.IsFullyNull() {
		// The object never had an id because its creation was interrupted.
		for _, k := range r.Identity {
			resp.Diagnostics.Append(resp.Identity.SetAttribute(ctx, path.Root(k.Name), "")...)
		}
	}
}

func (r *IdentifiedResource) identify(state tfsdk.State, identity *tfsdk.ResourceIdentity) {
	if identity != nil && !state.Raw.IsNull() {
		r.copyIdentity(state.Raw, identity)
	}
}

// copyIdentity sets the identity from the known attributes of a state. It creates the
// value itself: SetAttribute walks the schema for each attribute, which takes half the
// time of a read.
func (r *IdentifiedResource) copyIdentity(state tftypes.Value, identity *tfsdk.ResourceIdentity) {
	from, former := attributes(state), attributes(identity.Raw)
	keys := make(map[string]tftypes.Value, len(r.Identity))
	for _, k := range r.Identity {
		v := from[k.Name]
		if k.Name == KeyTenant {
			v = tftypes.NewValue(tftypes.String, r.tenant().ValueStringPointer())
		}
		if v.IsNull() || !v.IsKnown() {
			v = tftypes.NewValue(tftypes.String, nil)
			if kept, ok := former[k.Name]; ok {
				v = kept
			}
		}
		keys[k.Name] = v
	}
	identity.Raw = tftypes.NewValue(identity.Raw.Type(), keys)
}

// address returns the keys that form the import id: all except the tenant, unless
// it is the only one.
func (r *IdentifiedResource) address() []Key {
	if len(r.Identity) == 1 {
		return r.Identity
	}
	return slices.DeleteFunc(slices.Clone(r.Identity), func(k Key) bool { return k.Name == KeyTenant })
}

// ImportID returns the import id of a request: the given id, or the parts of the
// given identity joined by slashes. White space and invisible characters around the
// id or its parts are ignored. ok is false if the import is impossible: the provider
// cannot send requests yet, the id is empty, or the identity is of another tenant.
func (r *IdentifiedResource) ImportID(ctx context.Context, req resource.ImportStateRequest, diags *diag.Diagnostics) (id string, ok bool) {
	if !r.Ready(diags) {
		return "", false
	}
	if req.ID != "" || req.Identity == nil || req.Identity.Raw.IsNull() {
		id = access.TrimBlanks(req.ID)
		if id == "" {
			diags.AddError("Empty Import Id", fmt.Sprintf("The import id is empty. The documentation of iam_%s describes its import id.", r.Name))
		}
		return id, id != ""
	}
	if other := r.otherTenant(ctx, req.Identity, diags); other != "" {
		diags.AddError("Identity Of Another Tenant", fmt.Sprintf("The identity names an object of the tenant %s, but the provider manages the tenant %s. "+
			"Import it with a provider configuration for %s, or set tenant in the identity to %s if you mean the object of that name there.", other, r.Client.Tenant(), other, r.Client.Tenant()))
		return "", false
	}
	var parts []string
	for _, k := range r.address() {
		var v types.String
		diags.Append(req.Identity.GetAttribute(ctx, path.Root(k.Name), &v)...)
		switch part := access.TrimBlanks(v.ValueString()); {
		case part != "":
			parts = append(parts, part)
		case !k.Optional:
			diags.AddError("Empty Identity", fmt.Sprintf("The identity of an iam_%s needs %s, which is empty. %s", r.Name, k.Name, k.About))
		}
	}
	return strings.Join(parts, "/"), !diags.HasError()
}

// ExactlyOne returns the object that a natural key identifies, or an error if none or
// several match. things names the kind of object in the plural, by the attribute.
func ExactlyOne[T any](things, by, key string, found []T, id func(T) string) (*T, error) {
	switch len(found) {
	case 0:
		return nil, &client.NotFoundError{What: fmt.Sprintf("%s with the %s %q in the tenant", strings.TrimSuffix(things, "s"), by, key)}
	case 1:
		return &found[0], nil
	}
	ids := make([]string, len(found))
	for i, f := range found {
		ids[i] = id(f)
	}
	slices.Sort(ids)
	return nil, fmt.Errorf("%d %s have the %s %q: use one of the ids %s", len(found), things, by, key, strings.Join(ids, ", "))
}
