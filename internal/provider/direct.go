package provider

import (
	"bytes"
	"context"
	"encoding/json"
	"reflect"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/defaults"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

// direct calls the methods of a type itself where the framework would do nothing else
// that has an effect: to refresh an object, to plan one whose configuration did not
// change, and to delete one. For each of these requests the framework walks the
// schema up to ten times, for blocks, defaults, unknown values, plan modifiers and
// write-only attributes, which takes half of the provider's time in a plan of thousands
// of objects. The types have no attribute for which such a walk finds anything, except
// for defaults. Every other request goes to the framework.
type direct struct {
	ProtocolServer
	configured *iamProvider
	types      map[string]*directType
}

// directTypes are the types of which configurations have thousands. Their schemas have
// only attributes of strings, booleans and sets of strings, and plan modifiers that do
// nothing if the plan and the state are equal.
var directTypes = map[string]bool{"iam_user": true, "iam_group_membership": true, "iam_user_groups": true}

// directResource is what a resource must be to be served directly.
type directResource interface {
	resource.ResourceWithConfigure
	resource.ResourceWithModifyPlan
	resource.ResourceWithIdentity
}

// directType is a type as the protocol encodes it.
type directType struct {
	new              func() resource.Resource // a directResource
	schema           schema.Schema
	identity         identityschema.Schema
	object, idObject tftypes.Type
	defaults         map[string]tftypes.Value
}

// newDirectType describes the type of a resource.
func newDirectType(ctx context.Context, r directResource, made func() resource.Resource) *directType {
	var s resource.SchemaResponse
	r.Schema(ctx, resource.SchemaRequest{}, &s)
	var i resource.IdentitySchemaResponse
	r.IdentitySchema(ctx, resource.IdentitySchemaRequest{}, &i)
	t := &directType{
		new: made, schema: s.Schema, identity: i.IdentitySchema, defaults: map[string]tftypes.Value{},
		object: s.Schema.Type().TerraformType(ctx), idObject: i.IdentitySchema.Type().TerraformType(ctx),
	}
	for name, a := range s.Schema.Attributes {
		if text, ok := a.(schema.StringAttribute); ok && text.Default != nil {
			var resp defaults.StringResponse
			text.Default.DefaultString(ctx, defaults.StringRequest{Path: path.Root(name)}, &resp)
			t.defaults[name] = tftypes.NewValue(tftypes.String, resp.PlanValue.ValueString())
		}
	}
	return t
}

// configure returns a resource of the type. It reports false if the type is not served
// directly.
func (s direct) configure(ctx context.Context, t *directType) (directResource, bool) {
	if t == nil {
		return nil, false
	}
	r, ok := t.new().(directResource)
	if ok {
		r.Configure(ctx, resource.ConfigureRequest{ProviderData: s.configured.data.Load()}, &resource.ConfigureResponse{})
	}
	return r, ok
}

// UpgradeResourceState encodes a state that needs no upgrade.
func (s direct) UpgradeResourceState(ctx context.Context, req *tfprotov6.UpgradeResourceStateRequest) (*tfprotov6.UpgradeResourceStateResponse, error) {
	if t := s.types[req.TypeName]; t != nil && req.Version == t.schema.Version && req.RawState != nil && len(req.RawState.JSON) > 0 {
		if state, err := req.RawState.Unmarshal(t.object); err == nil {
			resp := &tfprotov6.UpgradeResourceStateResponse{}
			resp.UpgradedState, err = encodeAs(t.object, state)
			return resp, err
		}
	}
	return s.ProtocolServer.UpgradeResourceState(ctx, req)
}

// ReadResource calls Read, unless the object was just imported.
func (s direct) ReadResource(ctx context.Context, req *tfprotov6.ReadResourceRequest) (*tfprotov6.ReadResourceResponse, error) {
	t := s.types[req.TypeName]
	r, ok := s.configure(ctx, t)
	var read resource.ReadRequest
	read.Private = newOf(read.Private)
	if !ok || !decodeTo(&read.State.Raw, t.object, req.CurrentState) || !decodePrivate(ctx, req.Private, read.Private) {
		return s.ProtocolServer.ReadResource(ctx, req)
	}
	identity, ok := t.decodeIdentity(req.CurrentIdentity)
	if !ok {
		return s.ProtocolServer.ReadResource(ctx, req)
	}
	read.State.Schema, read.Identity = t.schema, identity
	done := resource.ReadResponse{State: read.State, Private: read.Private, Identity: copyOf(identity)}
	r.Read(ctx, read, &done)
	resp := &tfprotov6.ReadResourceResponse{Diagnostics: encodeDiagnostics(done.Diagnostics), Private: encodePrivate(done.Private)}
	var err error
	if resp.NewState, err = encodeAs(t.object, done.State.Raw); err != nil {
		return nil, err
	}
	resp.NewIdentity, err = t.encodeIdentity(done.Identity)
	return resp, err
}

// PlanResourceChange calls ModifyPlan if the configuration proposes no change, or the
// plan destroys the object.
func (s direct) PlanResourceChange(ctx context.Context, req *tfprotov6.PlanResourceChangeRequest) (*tfprotov6.PlanResourceChangeResponse, error) {
	t := s.types[req.TypeName]
	var plan resource.ModifyPlanRequest
	plan.Private = newOf(plan.Private)
	r, ok := s.configure(ctx, t)
	destroys := isNull(req.ProposedNewState)
	if !ok || !destroys && !sameBytes(req.PriorState, req.ProposedNewState) ||
		!decodeTo(&plan.State.Raw, t.object, req.PriorState) || !decodeTo(&plan.Config.Raw, t.object, req.Config) ||
		!destroys && !t.hasDefaults(plan.Config.Raw, plan.State.Raw) || !decodePrivate(ctx, req.PriorPrivate, plan.Private) {
		return s.ProtocolServer.PlanResourceChange(ctx, req)
	}
	identity, ok := t.decodeIdentity(req.PriorIdentity)
	if !ok {
		return s.ProtocolServer.PlanResourceChange(ctx, req)
	}
	plan.State.Schema, plan.Config.Schema, plan.Identity = t.schema, t.schema, identity
	plan.Plan = tfsdk.Plan(plan.State)
	if destroys {
		plan.Plan.Raw = tftypes.NewValue(t.object, nil)
	}
	done := resource.ModifyPlanResponse{Plan: plan.Plan, Private: plan.Private, Identity: copyOf(identity)}
	r.ModifyPlan(ctx, plan, &done)
	resp := &tfprotov6.PlanResourceChangeResponse{Diagnostics: encodeDiagnostics(done.Diagnostics), PlannedPrivate: encodePrivate(done.Private)}
	var err error
	if resp.PlannedState, err = encodeAs(t.object, done.Plan.Raw); err != nil {
		return nil, err
	}
	resp.PlannedIdentity, err = t.encodeIdentity(done.Identity)
	return resp, err
}

// ApplyResourceChange calls Delete if the plan destroys the object.
func (s direct) ApplyResourceChange(ctx context.Context, req *tfprotov6.ApplyResourceChangeRequest) (*tfprotov6.ApplyResourceChangeResponse, error) {
	t := s.types[req.TypeName]
	var gone resource.DeleteRequest
	gone.Private = newOf(gone.Private)
	r, ok := s.configure(ctx, t)
	if !ok || !isNull(req.PlannedState) || isNull(req.PriorState) ||
		!decodeTo(&gone.State.Raw, t.object, req.PriorState) || !decodePrivate(ctx, req.PlannedPrivate, gone.Private) {
		return s.ProtocolServer.ApplyResourceChange(ctx, req)
	}
	identity, ok := t.decodeIdentity(req.PlannedIdentity)
	if !ok {
		return s.ProtocolServer.ApplyResourceChange(ctx, req)
	}
	gone.State.Schema, gone.Identity = t.schema, identity
	done := resource.DeleteResponse{State: gone.State, Private: gone.Private, Identity: copyOf(identity)}
	r.Delete(ctx, gone, &done)
	resp := &tfprotov6.ApplyResourceChangeResponse{Diagnostics: encodeDiagnostics(done.Diagnostics)}
	if done.Diagnostics.HasError() {
		resp.Private = encodePrivate(done.Private)
	} else {
		done.State.Raw, done.Identity.Raw = tftypes.NewValue(t.object, nil), tftypes.NewValue(t.idObject, nil)
	}
	var err error
	if resp.NewState, err = encodeAs(t.object, done.State.Raw); err != nil {
		return nil, err
	}
	resp.NewIdentity, err = t.encodeIdentity(done.Identity)
	return resp, err
}

// hasDefaults reports whether the state has the default of each attribute that the
// configuration omits.
func (t *directType) hasDefaults(config, state tftypes.Value) bool {
	var configured, has map[string]tftypes.Value
	if config.As(&configured) != nil || state.As(&has) != nil {
		return false
	}
	for name, value := range t.defaults {
		if configured[name].IsNull() && !has[name].Equal(value) {
			return false
		}
	}
	return true
}

// sameBytes reports whether Terraform encoded two values as the same bytes.
func sameBytes(a, b *tfprotov6.DynamicValue) bool {
	return a != nil && b != nil && len(a.MsgPack) > 0 && bytes.Equal(a.MsgPack, b.MsgPack)
}

// isNull reports whether Terraform encoded null, as it does for an object that does not
// exist, or will not.
func isNull(v *tfprotov6.DynamicValue) bool {
	return v != nil && len(v.MsgPack) == 1 && v.MsgPack[0] == msgpackNull
}

// msgpackNull is null in MessagePack.
const msgpackNull = 0xc0

// decodeTo reports whether the value has the type.
func decodeTo(to *tftypes.Value, typ tftypes.Type, from *tfprotov6.DynamicValue) bool {
	if from == nil {
		return false
	}
	var err error
	*to, err = from.Unmarshal(typ)
	return err == nil
}

func encodeAs(typ tftypes.Type, value tftypes.Value) (*tfprotov6.DynamicValue, error) {
	encoded, err := tfprotov6.NewDynamicValue(typ, value)
	return &encoded, err
}

// decodeIdentity returns the identity, which is null if Terraform has none.
func (t *directType) decodeIdentity(from *tfprotov6.ResourceIdentityData) (*tfsdk.ResourceIdentity, bool) {
	identity := &tfsdk.ResourceIdentity{Schema: t.identity, Raw: tftypes.NewValue(t.idObject, nil)}
	if from == nil || from.IdentityData == nil {
		return identity, true
	}
	var err error
	identity.Raw, err = from.IdentityData.Unmarshal(t.idObject)
	return identity, err == nil
}

func (t *directType) encodeIdentity(identity *tfsdk.ResourceIdentity) (*tfprotov6.ResourceIdentityData, error) {
	data, err := encodeAs(t.idObject, identity.Raw)
	return &tfprotov6.ResourceIdentityData{IdentityData: data}, err
}

func copyOf(identity *tfsdk.ResourceIdentity) *tfsdk.ResourceIdentity {
	c := *identity
	return &c
}

// newOf returns a new value of a type that cannot be named, because it belongs to an
// internal package of the framework.
func newOf[T any](*T) *T { return new(T) }

// decodePrivate reads private data. It reports false for what only the framework
// handles: its own entries, which mark an import, and data that is unreadable.
func decodePrivate(ctx context.Context, from []byte, to plumbing.PrivateData) bool {
	if len(from) == 0 {
		return true
	}
	var entries map[string][]byte
	if json.Unmarshal(from, &entries) != nil {
		return false
	}
	for key, value := range entries {
		if to.SetKey(ctx, key, value).HasError() { // it refuses entries of the framework
			return false
		}
	}
	return true
}

// encodePrivate writes private data, which offers no list of its keys.
func encodePrivate(private plumbing.PrivateData) []byte {
	entries := map[string][]byte{}
	for each := reflect.ValueOf(private).Elem().Field(0).MapRange(); each.Next(); {
		entries[each.Key().String()] = each.Value().Bytes()
	}
	if len(entries) == 0 {
		return nil
	}
	text, _ := json.Marshal(entries) // strings always can be marshaled
	return text
}

// encodeDiagnostics encodes diagnostics, each about an attribute or the whole resource.
func encodeDiagnostics(diags diag.Diagnostics) (encoded []*tfprotov6.Diagnostic) {
	for _, d := range diags {
		e := &tfprotov6.Diagnostic{Severity: tfprotov6.DiagnosticSeverityError, Summary: d.Summary(), Detail: d.Detail()}
		if d.Severity() == diag.SeverityWarning {
			e.Severity = tfprotov6.DiagnosticSeverityWarning
		}
		if at, ok := d.(diag.DiagnosticWithPath); ok {
			e.Attribute = tftypes.NewAttributePath().WithAttributeName(at.Path().String())
		}
		encoded = append(encoded, e)
	}
	return encoded
}
