package directory

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

// privateElsewhere is the key of private data for the ids of users or groups, as
// JSON, that a refresh found in a list and that no apply has written. They are in the
// state, so the plan shows their removal. A destroy keeps them, because the
// configuration never listed them.
const privateElsewhere = "elsewhere"

// privateImported marks the state of an import before its first read: everything that
// read finds belongs to the list.
const privateImported = "imported"

// elsewhere returns the ids that were added outside this resource.
func elsewhere(ctx context.Context, from plumbing.PrivateData) (ids []string, diags diag.Diagnostics) {
	text, diags := from.GetKey(ctx, privateElsewhere)
	if text == nil || diags.HasError() {
		return nil, diags
	}
	if err := json.Unmarshal(text, &ids); err != nil {
		diags.AddError("Unreadable Private Data", fmt.Sprintf("The state does not record which members were added outside this resource: %s. Apply the configuration again before destroying the resource.", err))
	}
	return ids, diags
}

// staying returns the ids that a destroy keeps because they were added outside this
// resource.
func staying(ctx context.Context, req resource.ModifyPlanRequest) (ids []string, diags diag.Diagnostics) {
	if !req.Plan.Raw.IsNull() {
		return nil, nil
	}
	return elsewhere(ctx, req.Private)
}

// noteElsewhere records which of the ids that were read no apply has written: those
// that are not in the state yet, or were recorded before.
func noteElsewhere(ctx context.Context, private plumbing.PrivateData, known map[string]bool, read []string) (diags diag.Diagnostics) {
	imported, diags := private.GetKey(ctx, privateImported)
	if imported != nil {
		diags.Append(private.SetKey(ctx, privateImported, nil)...)
		return diags
	}
	before, problems := elsewhere(ctx, private)
	diags.Append(problems...)
	found := map[string]bool{}
	for _, id := range read {
		if !known[id] || slices.Contains(before, id) {
			found[id] = true
		}
	}
	if len(found) == 0 {
		if len(before) > 0 {
			diags.Append(private.SetKey(ctx, privateElsewhere, nil)...)
		}
		return diags
	}
	text, _ := json.Marshal(slices.Sorted(maps.Keys(found))) // strings always can be marshaled
	diags.Append(private.SetKey(ctx, privateElsewhere, text)...)
	return diags
}

// forgetNotes removes the private data of the applied plan from the state, and the ids
// added outside this resource, which the apply has removed.
func forgetNotes(ctx context.Context, private plumbing.PrivateData) (diags diag.Diagnostics) {
	for _, key := range []string{privateNote, privateElsewhere} {
		diags.Append(private.SetKey(ctx, key, nil)...)
	}
	return diags
}

func idSet(ids []string) map[string]bool {
	set := make(map[string]bool, len(ids))
	for _, id := range ids {
		set[id] = true
	}
	return set
}
