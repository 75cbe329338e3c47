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

// privateElsewhere has what a refresh has found in a list that no apply has put
// there: ids of users or groups, as JSON. The state shows it, for the plan to show
// that it would go. A destroy leaves it, as the configuration never listed it.
const privateElsewhere = "elsewhere"

// privateImported marks the state of an import that is still to be read: all that
// is there then belongs to the list.
const privateImported = "imported"

// elsewhere returns the ids that came from elsewhere.
func elsewhere(ctx context.Context, from plumbing.PrivateData) (ids []string, diags diag.Diagnostics) {
	text, diags := from.GetKey(ctx, privateElsewhere)
	if text == nil || diags.HasError() {
		return nil, diags
	}
	if err := json.Unmarshal(text, &ids); err != nil {
		diags.AddError("Unreadable Private Data", fmt.Sprintf("The state does not say which members came from elsewhere: %s. Apply the configuration again before destroying the resource.", err))
	}
	return ids, diags
}

// staying returns the ids that the plan of a destroy leaves, as they came from
// elsewhere.
func staying(ctx context.Context, req resource.ModifyPlanRequest) (ids []string, diags diag.Diagnostics) {
	if !req.Plan.Raw.IsNull() {
		return nil, nil
	}
	return elsewhere(ctx, req.Private)
}

// noteElsewhere notes which of the ids that were read no apply has written: they
// are not in the state yet, or came from elsewhere before.
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
	text, _ := json.Marshal(slices.Sorted(maps.Keys(found))) // texts always can be
	diags.Append(private.SetKey(ctx, privateElsewhere, text)...)
	return diags
}

// forgetNotes leaves in the state no private data of the plan that was applied, nor
// of what came from elsewhere: the apply has ended that.
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
