package plumbing

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// NaturalKey identifies the objects of a type by attributes that the configuration
// sets.
type NaturalKey struct {
	Thing string   // "access control"
	At    []string // the attributes that form the key, joined by a slash; none: a tenant has one object
	Fold  bool     // the key is compared without regard to case
	Label string   // the attribute that distinguishes resources of the type for the reader
	// List returns the keys that the tenant has; true for predefined objects. nil if
	// a creation may proceed although the object exists.
	List func(context.Context, *Data) (map[string]bool, error)
	// Model returns the object as an import would write it to the state. Adoption
	// needs it.
	Model func(ctx context.Context, d *Data, key string, diags *diag.Diagnostics) (any, error)
	// Fixed are the attributes that no update can change. Unmanaged are those left
	// unchanged if the configuration omits them. Silent are those whose change is
	// visible in another attribute. Fill are those that an adoption takes from the
	// object if the plan does not know them.
	Fixed, Unmanaged, Silent, Fill []string
	// Stays is true if a destroy keeps the object, so another resource may create it
	// in the same run.
	Stays bool
}

// at returns the path for a diagnostic about the key.
func (n *NaturalKey) at() path.Path {
	switch {
	case len(n.At) > 0:
		return path.Root(n.At[0])
	case n.Label != "":
		return path.Root(n.Label)
	}
	return path.Empty()
}

// object returns the object with a key.
func (n *NaturalKey) object(key string) Object {
	if n.Fold {
		key = strings.ToLower(key)
	}
	return Object{Kind: n.Thing, ID: key}
}

// name returns how a sentence refers to an object.
func (n *NaturalKey) name(key string) string {
	if len(n.At) == 0 {
		return "the tenant's " + n.Thing
	}
	return n.Thing + " " + key
}

// Keyed returns the resource with the natural key added.
func (r IdentifiedResource) Keyed(n NaturalKey) IdentifiedResource {
	r.Natural = &n
	return r
}

// key reads the natural key from a configuration, plan or state; ok is false if it
// has none yet.
func (n *NaturalKey) key(raw tftypes.Value) (key string, ok bool) {
	all := attributes(raw)
	if len(n.At) == 0 {
		return KeyTenant, all != nil
	}
	parts := make([]string, len(n.At))
	for i, name := range n.At {
		if parts[i] = text(all[name]); parts[i] == "" {
			return "", false
		}
	}
	return strings.Join(parts, "/"), true
}

// text reads a string attribute; "" if it is null or unknown.
func text(v tftypes.Value) (s string) {
	if v.IsNull() || !v.IsKnown() || !v.Type().Is(tftypes.String) {
		return ""
	}
	_ = v.As(&s) // it is a string
	return s
}

// label distinguishes a resource from others of its type for the reader.
func (n *NaturalKey) label(raw tftypes.Value) string {
	v, ok := attributes(raw)[n.Label]
	if !ok {
		return ""
	}
	if s := text(v); s != "" {
		return fmt.Sprintf("%s = %q", n.Label, s)
	}
	var byLanguage map[string]tftypes.Value
	if v.IsNull() || !v.IsKnown() || v.As(&byLanguage) != nil {
		return ""
	}
	for _, language := range SortedKeys(byLanguage) {
		if s := text(byLanguage[language]); s != "" {
			return fmt.Sprintf("%s = { %s = %q }", n.Label, language, s)
		}
	}
	return ""
}

// The keys of the private data that PlanKey writes. Terraform plans a forced
// replacement twice: the second time without a state and with the private data of
// the first plan. The destroy that belongs to it has no plan of its own and gets the
// private data of the second.
const (
	privateDestroyed = "destroy"     // this is the plan of a destroy
	privateMark      = "mark"        // a random mark of the resource
	privatePrior     = "key_before"  // the natural key in the state
	privatePlanned   = "key_planned" // the natural key after the apply
)

// PrivateData is the private data of a request.
type PrivateData interface {
	GetKey(context.Context, string) ([]byte, diag.Diagnostics)
	SetKey(context.Context, string, []byte) diag.Diagnostics
}

// getPrivate reads a string; "" if there is none.
func getPrivate(ctx context.Context, p PrivateData, key string, diags *diag.Diagnostics) (s string) {
	value, d := p.GetKey(ctx, key)
	diags.Append(d...)
	if len(value) > 0 && json.Unmarshal(value, &s) != nil {
		diags.AddError("Unreadable Plan Data", fmt.Sprintf("The private data %s of the plan is not a string. Run terraform plan again.", key))
	}
	return s
}

// setPrivate writes a string; "" removes it.
func setPrivate(ctx context.Context, p PrivateData, key, s string, diags *diag.Diagnostics) {
	var value []byte
	if s != "" {
		value, _ = json.Marshal(s) // a string always can be marshaled
	}
	diags.Append(p.SetKey(ctx, key, value)...)
}

// MarkPlan marks the plan of a destroy. A destroy that is half of a replacement has no
// plan of its own, and so no such mark. MarkPlan returns the mark that distinguishes
// the resource from others.
func MarkPlan(ctx context.Context, p PrivateData, destroys bool, diags *diag.Diagnostics) (mark string) {
	mark = getPrivate(ctx, p, privateMark, diags)
	if mark == "" {
		mark = rand.Text()
	}
	setPrivate(ctx, p, privateMark, mark, diags)
	destroyed := ""
	if destroys {
		destroyed = "planned"
	}
	setPrivate(ctx, p, privateDestroyed, destroyed, diags)
	return mark
}

// PlannedDestroy reports whether MarkPlan marked a destroy. It is false for one that
// is half of a replacement.
func PlannedDestroy(ctx context.Context, p PrivateData, diags *diag.Diagnostics) bool {
	return getPrivate(ctx, p, privateDestroyed, diags) != ""
}

// ForgetPlan removes the private data of a plan from that of a state.
func ForgetPlan(ctx context.Context, p PrivateData, diags *diag.Diagnostics) {
	for _, key := range []string{privateDestroyed, privateMark, privatePrior, privatePlanned} {
		setPrivate(ctx, p, key, "", diags)
	}
}

// PlannedKey is the result of PlanKey.
type PlannedKey struct {
	// Claim is the resource's claim to its object.
	Claim Claim
	// Replaces is true if the resource replaces one with the same key: Terraform
	// destroys the object and creates it again.
	Replaces bool
	// Removed is true if the run is applying that replacement and has removed the old
	// object or, with create_before_destroy, is about to.
	Removed bool
	// Adopts is true if the creation adopts an existing object.
	Adopts bool
}

// PlanKey checks the planned natural key against all other resources in this run and,
// for a creation, against the tenant. Call it first in ModifyPlan: it marks the plans
// of destroys.
func (r *IdentifiedResource) PlanKey(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) (planned PlannedKey) {
	if r.Data == nil || r.Natural == nil {
		return planned
	}
	n, diags := r.Natural, &resp.Diagnostics
	first := getPrivate(ctx, req.Private, privatePrior, diags)
	destroys := req.Plan.Raw.IsNull()
	mine := Claim{Type: "iam_" + r.Name, Mark: MarkPlan(ctx, resp.Private, destroys, diags)}
	prior, had := n.key(req.State.Raw)
	next, known := n.key(req.Plan.Raw)
	setPrivate(ctx, resp.Private, privatePrior, prior, diags)
	setPrivate(ctx, resp.Private, privatePlanned, next, diags)
	if had && (destroys || known && n.object(next) != n.object(prior)) && !n.Stays {
		mine.Label = n.label(req.State.Raw)
		r.ForgetReplacement(n.object(prior))
		diags.Append(r.Keys.NoteRemoval(n.object(prior), n.name(prior), mine, n.at())...)
	}
	if !known {
		return planned
	}
	o := n.object(next)
	kept := had && n.object(prior) == o
	mine.Label, mine.Creates, mine.ID = n.label(req.Plan.Raw), !kept, first
	if had {
		mine.ID = prior
	}
	planned.Claim = mine
	if !mine.Creates {
		r.ForgetReplacement(o)
	}
	conflict := r.Keys.Hold(o, n.name(next), mine, n.at())
	diags.Append(conflict...)
	if !req.State.Raw.IsNull() || len(conflict) > 0 {
		return planned // if a new key replaces the object, Terraform plans again without a state
	}
	_, planned.Removed = r.Keys.Replaced(o)
	planned.Replaces = planned.Removed || first != "" && n.object(first) == o || r.Keys.InState(o)
	switch {
	case planned.Removed:
		r.ForgetReplacement(o)
	case planned.Replaces:
		diags.Append(r.PlanReplacement(o)...)
	default: // in an apply
		planned.Replaces = r.ReplacementPlanned(o)
		planned.Removed = planned.Replaces // the plan has checked it
	}
	planned.Adopts = r.planExisting(ctx, o, next, planned.Replaces, diags)
	return planned
}

// planExisting checks whether an object to create already exists in the tenant. It
// refuses the creation unless the object is adopted.
func (r *IdentifiedResource) planExisting(ctx context.Context, o Object, key string, replaces bool, diags *diag.Diagnostics) (adopts bool) {
	n := r.Natural
	if n.List == nil || r.Client == nil || replaces && !r.AdoptExisting {
		return false
	}
	exists, predefined, err := r.exists(ctx, o)
	switch {
	case err != nil:
		diags.Append(Unable("read", n.Thing+"s", "of the tenant", err))
		return false
	case predefined:
		return false // the type refuses it
	case replaces || !exists:
		return exists || replaces
	case !r.AdoptExisting:
		diags.AddAttributeError(n.at(), fmt.Sprintf("%s Already Exists", heading(n.Thing)), ExistsText(n.name(key), "iam_"+r.Name, r.importID(key)))
		return false
	}
	return true
}

// importID returns the import id of the object.
func (r *IdentifiedResource) importID(key string) string {
	if len(r.Natural.At) == 0 {
		return r.Client.Tenant()
	}
	return key
}

// exists reports whether the tenant has an object of the type.
func (r *IdentifiedResource) exists(ctx context.Context, o Object) (exists, predefined bool, err error) {
	return r.Keys.Exists(ctx, o, func(ctx context.Context) (map[string]bool, error) { return r.Natural.List(ctx, r.Data) })
}

// SkipDeleteWith reports whether a Delete must keep the object because a Create of
// this run has adopted it. Otherwise it records that the object is deleted. left
// returns what the Create of a replacement needs to know; it is called only for a
// replacement.
func (r *IdentifiedResource) SkipDeleteWith(ctx context.Context, req resource.DeleteRequest, diags *diag.Diagnostics, left func() any) bool {
	key, ok := r.Natural.key(req.State.Raw)
	if !ok {
		return false
	}
	o := r.Natural.object(key)
	if r.Keys.Adopted(o) || r.Natural.Stays && r.Keys.Created(o) {
		return true
	}
	planned := PlannedDestroy(ctx, req.Private, diags)
	if next := getPrivate(ctx, req.Private, privatePlanned, diags); planned || next == "" || r.Natural.object(next) != o {
		r.Keys.NoteDeleted(o)
		return false
	}
	r.Keys.NoteReplaced(o, left())
	return false
}

// nothing is what most types pass to the Create of a replacement.
func nothing() any { return nil }

// SkipDelete is SkipDeleteWith for a type that passes nothing to its replacement.
func (r *IdentifiedResource) SkipDelete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) bool {
	return r.SkipDeleteWith(ctx, req, &resp.Diagnostics, nothing)
}

// NoteState records that a state has the object with the given attributes, in JSON.
func (r *IdentifiedResource) NoteState(d *Data, attributes map[string]json.RawMessage) {
	if r.Natural == nil {
		return
	}
	if len(r.Natural.At) == 0 {
		d.Keys.NoteInState(r.Natural.object(KeyTenant))
		return
	}
	parts := make([]string, len(r.Natural.At))
	for i, name := range r.Natural.At {
		if json.Unmarshal(attributes[name], &parts[i]) != nil || parts[i] == "" {
			return
		}
	}
	d.Keys.NoteInState(r.Natural.object(strings.Join(parts, "/")))
}

// note records the result of an operation in the ledger: that the object was created,
// that a refresh found it, or that it did not.
func (r *IdentifiedResource) note(raw tftypes.Value, record func(Object)) {
	if r.Data == nil || r.Natural == nil {
		return
	}
	if key, ok := r.Natural.key(raw); ok {
		record(r.Natural.object(key))
	}
}
