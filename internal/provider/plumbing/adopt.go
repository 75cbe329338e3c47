package plumbing

import (
	"context"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/access-config/terraform-provider-iam/internal/client"
)

// PlanAdoption warns what the apply will change in an object that it adopts, and
// refuses changes that no update can make. Defer it in ModifyPlan: it reads the
// plan as ModifyPlan leaves it.
func (r *IdentifiedResource) PlanAdoption(ctx context.Context, planned PlannedKey, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if !planned.Adopts || planned.Replaces || resp.Diagnostics.HasError() {
		return
	}
	n, diags := r.Natural, &resp.Diagnostics
	key, _ := n.key(resp.Plan.Raw)
	present := tfsdk.State{Schema: req.State.Schema, Raw: req.State.Raw}
	if err := r.present(ctx, key, &present, diags); err != nil {
		diags.Append(Unable("read", n.Thing, key, err))
		return
	}
	plan, config, is := attributes(resp.Plan.Raw), attributes(req.Config.Raw), attributes(present.Raw)
	var lines []string
	for _, name := range SortedKeys(plan) {
		if config[name].IsNull() && slices.Contains(n.Unmanaged, name) || slices.Contains(n.Silent, name) || slices.Contains(n.At, name) {
			continue
		}
		changes := changes(name, is[name], plan[name])
		if a, d := req.Plan.Schema.AttributeAtPath(ctx, path.Root(name)); d.HasError() || a.IsSensitive() || len(changes) == 0 {
			continue
		}
		if slices.Contains(n.Fixed, name) {
			diags.AddAttributeError(path.Root(name), fmt.Sprintf("%s Cannot Be Adopted", heading(n.Thing)),
				fmt.Sprintf("%s exists with %s = %s, and no update can change that to %s. Set %[2]s to the existing value, or delete the object first.", capital(n.name(key)), name, show(is[name]), show(plan[name])))
			return
		}
		lines = append(lines, changes...)
	}
	what := "The apply does not change it and manages it from then on."
	if len(lines) > 0 {
		what = "The apply changes it to match the configuration and manages it from then on:\n\n" + strings.Join(lines, "\n")
	}
	diags.AddAttributeWarning(n.at(), fmt.Sprintf("%s Adopted: %s", heading(n.Thing), r.importID(key)),
		fmt.Sprintf("%s already exists in the tenant, and the provider sets adopt_existing. %s", capital(n.name(key)), what))
}

// changes describes the change of an attribute; for a map, entry by entry.
func changes(name string, is, plan tftypes.Value) (lines []string) {
	if !plan.IsFullyKnown() {
		return nil
	}
	was, wanted := map[string]tftypes.Value{}, map[string]tftypes.Value{}
	if plan.Type().Is(tftypes.Map{}) && is.As(&was) == nil && plan.As(&wanted) == nil {
		entries := maps.Clone(was)
		maps.Copy(entries, wanted)
		for _, entry := range SortedKeys(entries) {
			if before, after := show(was[entry]), show(wanted[entry]); before != after {
				lines = append(lines, fmt.Sprintf("  %s.%s: %s → %s", name, entry, before, after))
			}
		}
		return lines
	}
	if before, after := show(is), show(plan); before != after {
		lines = append(lines, fmt.Sprintf("  %s: %s → %s", name, before, after))
	}
	return lines
}

// present sets the state to what an import of the object would write.
func (r *IdentifiedResource) present(ctx context.Context, key string, state *tfsdk.State, diags *diag.Diagnostics) error {
	model, err := r.Natural.Model(ctx, r.Data, key, diags)
	if err != nil {
		return err
	}
	diags.Append(state.Set(ctx, model)...)
	return nil
}

// attributes returns the top-level attributes of a known object.
func attributes(raw tftypes.Value) (all map[string]tftypes.Value) {
	if raw.IsKnown() && !raw.IsNull() {
		_ = raw.As(&all) // it is an object
	}
	return all
}

// show formats a value for a message.
func show(v tftypes.Value) string {
	if v.IsNull() || !v.IsKnown() {
		return "none"
	}
	var (
		s    string
		b    bool
		f    big.Float
		list []tftypes.Value
		all  map[string]tftypes.Value
	)
	switch {
	case v.As(&s) == nil:
		return fmt.Sprintf("%q", s)
	case v.As(&b) == nil:
		return fmt.Sprint(b)
	case v.As(&f) == nil:
		return f.Text('g', -1)
	case v.As(&list) == nil:
		return showAll(list, v.Type().Is(tftypes.Set{}))
	case v.As(&all) == nil:
		var pairs []string
		for _, name := range SortedKeys(all) {
			if !all[name].IsNull() {
				pairs = append(pairs, name+" = "+show(all[name]))
			}
		}
		if len(pairs) == 0 {
			return "none"
		}
		return "{ " + strings.Join(pairs, ", ") + " }"
	}
	return "a value"
}

func showAll(list []tftypes.Value, sorted bool) string {
	if len(list) == 0 {
		return "none"
	}
	texts := make([]string, len(list))
	for i, item := range list {
		texts[i] = show(item)
	}
	if sorted {
		slices.Sort(texts)
	}
	return "[" + strings.Join(texts, ", ") + "]"
}

// Adopt updates an existing object to match the plan of a creation, through the
// type's Update, if the provider sets adopt_existing or if the creation replaces
// that object with create_before_destroy. Otherwise it reports false, and the caller
// creates the object.
func (r *IdentifiedResource) Adopt(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse, update func(context.Context, resource.UpdateRequest, *resource.UpdateResponse)) bool {
	n := r.Natural
	key, known := n.key(req.Plan.Raw)
	if !known || n.List == nil {
		return false
	}
	o := n.object(key)
	stays := r.ReplacementPlanned(o)
	if !r.AdoptExisting && !stays {
		return false
	}
	defer r.ForgetReplacement(o)
	if _, replaced := r.Keys.Replaced(o); replaced {
		return false
	}
	if exists, predefined, err := r.exists(ctx, o); err != nil || !exists || predefined {
		return false // the API's answer to the creation explains more
	}
	adopted := r.TakeOver(ctx, req, resp, update)
	if stays && adopted && !resp.Diagnostics.HasError() {
		resp.Diagnostics.AddAttributeWarning(n.at(), fmt.Sprintf("%s Not Replaced: %s", heading(n.Thing), r.importID(key)),
			fmt.Sprintf("With create_before_destroy Terraform creates the new object while the old one exists, and the tenant cannot have two objects with the same key. The provider therefore kept %s and updated it to match the configuration. "+
				"To replace it, remove create_before_destroy from the lifecycle block.", n.name(key)))
	}
	return adopted
}

// TakeOver updates an existing object to match the plan of a creation. It reports
// false if the object does not exist after all.
func (r *IdentifiedResource) TakeOver(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse, update func(context.Context, resource.UpdateRequest, *resource.UpdateResponse)) bool {
	n := r.Natural
	key, _ := n.key(req.Plan.Raw)
	r.Keys.NoteAdopted(n.object(key))
	state := tfsdk.State{Schema: resp.State.Schema, Raw: resp.State.Raw}
	switch err := r.present(ctx, key, &state, &resp.Diagnostics); {
	case client.IsNotFound(err):
		return false
	case err != nil:
		resp.Diagnostics.Append(Unable("read", n.Thing, key, err))
	}
	if resp.Diagnostics.HasError() {
		return true
	}
	plan := req.Plan
	wanted, is := attributes(plan.Raw), attributes(state.Raw)
	for _, name := range n.Fixed {
		if before, after := show(is[name]), show(wanted[name]); wanted[name].IsKnown() && before != after {
			resp.Diagnostics.AddAttributeError(path.Root(name), fmt.Sprintf("%s Cannot Be Changed", heading(n.Thing)),
				fmt.Sprintf("%s exists with %s = %s, and no update can change that to %s. If this run replaces it with create_before_destroy, remove that from its lifecycle block or choose another key: the tenant cannot have two objects with the same key.", capital(n.name(key)), name, before, after))
			return true
		}
	}
	for _, name := range n.Fill {
		if !wanted[name].IsKnown() {
			wanted[name] = is[name]
		}
	}
	plan.Raw = tftypes.NewValue(plan.Raw.Type(), wanted)
	updated := resource.UpdateResponse{State: tfsdk.State{Schema: resp.State.Schema, Raw: resp.State.Raw}, Identity: resp.Identity, Private: resp.Private}
	update(ctx, resource.UpdateRequest{Config: req.Config, Plan: plan, State: state, ProviderMeta: req.ProviderMeta, Private: resp.Private, Identity: req.Identity}, &updated)
	resp.Diagnostics.Append(updated.Diagnostics...)
	resp.State.Raw = updated.State.Raw
	return true
}
