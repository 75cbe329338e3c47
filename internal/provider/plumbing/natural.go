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

// NaturalKey is what a type's objects are known by, if the configuration chooses
// it.
type NaturalKey struct {
	Thing string   // "access control"
	At    []string // the attributes that make the key, joined by a slash; none: a tenant has one object
	Fold  bool     // case does not count
	Label string   // the attribute that tells one resource of the type from another
	// List returns the keys that the tenant has; true for what is predefined. Nil:
	// what exists is no obstacle.
	List func(context.Context, *Data) (map[string]bool, error)
	// Model returns the object as an import would have it in the state, for an
	// adoption.
	Model func(ctx context.Context, d *Data, key string, diags *diag.Diagnostics) (any, error)
	// Fixed are the attributes that no update changes, Unmanaged those that are
	// left alone while the configuration leaves them out, Silent those whose change
	// another shows, and Fill those that an adoption keeps as they are while the
	// plan does not know them.
	Fixed, Unmanaged, Silent, Fill []string
	// Stays says that a destroy leaves the object, so that another resource may
	// create it in the same run.
	Stays bool
}

// at is where a diagnostic about the key belongs.
func (n *NaturalKey) at() path.Path {
	switch {
	case len(n.At) > 0:
		return path.Root(n.At[0])
	case n.Label != "":
		return path.Root(n.Label)
	}
	return path.Empty()
}

// object is the object of a key.
func (n *NaturalKey) object(key string) Object {
	if n.Fold {
		key = strings.ToLower(key)
	}
	return Object{Kind: n.Thing, ID: key}
}

// name names an object in a sentence.
func (n *NaturalKey) name(key string) string {
	if len(n.At) == 0 {
		return "the tenant's " + n.Thing
	}
	return n.Thing + " " + key
}

// Keyed adds the natural key to a type.
func (r IdentifiedResource) Keyed(n NaturalKey) IdentifiedResource {
	r.Natural = &n
	return r
}

// key reads the natural key from a configuration, plan or state; ok is false
// where there is none yet.
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

// text reads a string attribute; empty when it is null or unknown.
func text(v tftypes.Value) (s string) {
	if v.IsNull() || !v.IsKnown() || !v.Type().Is(tftypes.String) {
		return ""
	}
	_ = v.As(&s) // it is a string
	return s
}

// label tells a resource from others of its type.
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

// What PlanKey keeps in the private data of a plan. Terraform plans a forced
// replacement twice, the second time without a state and with the private data
// of the first; the destruction that belongs to it has no plan of its own and
// gets the private data of the second.
const (
	privateDestroyed = "destroy"     // this is the plan of a destruction
	privateMark      = "mark"        // a random mark of the resource
	privatePrior     = "key_before"  // the natural key in the state
	privatePlanned   = "key_planned" // the natural key after the apply
)

// PrivateData is the private data of a request.
type PrivateData interface {
	GetKey(context.Context, string) ([]byte, diag.Diagnostics)
	SetKey(context.Context, string, []byte) diag.Diagnostics
}

// getPrivate reads a text; empty where there is none.
func getPrivate(ctx context.Context, p PrivateData, key string, diags *diag.Diagnostics) (s string) {
	value, d := p.GetKey(ctx, key)
	diags.Append(d...)
	if len(value) > 0 && json.Unmarshal(value, &s) != nil {
		diags.AddError("Unreadable Plan Data", fmt.Sprintf("The private data %s of the plan is no text. Plan again.", key))
	}
	return s
}

// setPrivate keeps a text; an empty one is removed.
func setPrivate(ctx context.Context, p PrivateData, key, s string, diags *diag.Diagnostics) {
	var value []byte
	if s != "" {
		value, _ = json.Marshal(s) // texts always can be
	}
	diags.Append(p.SetKey(ctx, key, value)...)
}

// MarkPlan marks the plan of a destruction, which one that is half of a
// replacement does not have, and returns the mark that tells the resource from
// others.
func MarkPlan(ctx context.Context, p PrivateData, destroys bool, diags *diag.Diagnostics) (mark string) {
	mark = getPrivate(ctx, p, privateMark, diags)
	if mark == "" {
		mark = rand.Text()
	}
	setPrivate(ctx, p, privateMark, mark, diags)
	gone := ""
	if destroys {
		gone = "planned"
	}
	setPrivate(ctx, p, privateDestroyed, gone, diags)
	return mark
}

// PlannedDestroy reports whether MarkPlan marked a destruction: one that is half
// of a replacement has no plan of its own.
func PlannedDestroy(ctx context.Context, p PrivateData, diags *diag.Diagnostics) bool {
	return getPrivate(ctx, p, privateDestroyed, diags) != ""
}

// ForgetPlan takes what a plan keeps out of the private data of a state.
func ForgetPlan(ctx context.Context, p PrivateData, diags *diag.Diagnostics) {
	for _, key := range []string{privateDestroyed, privateMark, privatePrior, privatePlanned} {
		setPrivate(ctx, p, key, "", diags)
	}
}

// PlannedKey is what PlanKey found out.
type PlannedKey struct {
	// Claim is what the resource says of its object.
	Claim Claim
	// Replaces says that the resource takes the place of one with the same key:
	// Terraform destroys the object and creates it again.
	Replaces bool
	// Removed says that the run applies that, and removed the one before or, with
	// create_before_destroy, is about to.
	Removed bool
	// Adopts says that the creation takes over what exists.
	Adopts bool
}

// PlanKey holds the natural key of what is planned against everything else in
// this run, and that of a creation against the tenant. Call it first in
// ModifyPlan: it marks destructions.
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
	if mine.Label, mine.Creates = n.label(req.Plan.Raw), !kept; kept {
		mine.ID = prior
	}
	planned.Claim = mine
	if !mine.Creates {
		r.ForgetReplacement(o)
	}
	conflict := r.Keys.Hold(o, n.name(next), mine, n.at())
	diags.Append(conflict...)
	if !req.State.Raw.IsNull() || len(conflict) > 0 {
		return planned // where another key replaces the object, Terraform plans again without a state
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
		planned.Removed = planned.Replaces // the plan has judged it
	}
	planned.Adopts = r.planExisting(ctx, o, next, planned.Replaces, diags)
	return planned
}

// planExisting looks whether the tenant has an object that is to be created. It
// refuses the creation, unless the object is to be adopted.
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
		return false // that is for the type to refuse
	case replaces || !exists:
		return exists || replaces
	case !r.AdoptExisting:
		diags.AddAttributeError(n.at(), fmt.Sprintf("%s Already Exists", heading(n.Thing)), ExistsText(n.name(key), "iam_"+r.Name, r.importID(key)))
		return false
	}
	return true
}

// importID is what imports the object.
func (r *IdentifiedResource) importID(key string) string {
	if len(r.Natural.At) == 0 {
		return r.Client.Tenant()
	}
	return key
}

// exists looks for an object of the type in the tenant.
func (r *IdentifiedResource) exists(ctx context.Context, o Object) (exists, predefined bool, err error) {
	return r.Keys.Exists(ctx, o, func(ctx context.Context) (map[string]bool, error) { return r.Natural.List(ctx, r.Data) })
}

// SkipDeleteWith reports whether a Delete is to leave the object: when a Create of this
// run has adopted it. Otherwise it notes that the object ends. Left is what a
// Create that takes the place needs to know; it is asked for only where there
// will be one.
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

// nothing is what most types leave for the Create of a replacement.
func nothing() any { return nil }

// SkipDelete is SkipDeleteWith for a type whose replacement needs to know nothing.
func (r *IdentifiedResource) SkipDelete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) bool {
	return r.SkipDeleteWith(ctx, req, &resp.Diagnostics, nothing)
}

// NoteState notes that a state has the object whose attributes are given as
// JSON.
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

// note tells the ledger what an operation left: what was made, what a refresh
// found, and what it did not find.
func (r *IdentifiedResource) note(raw tftypes.Value, tell func(Object)) {
	if r.Data == nil || r.Natural == nil {
		return
	}
	if key, ok := r.Natural.key(raw); ok {
		tell(r.Natural.object(key))
	}
}
