package directory

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

// membersValidator refuses members that cannot be stored as written: a key without a
// user id, and the same user or address under two keys.
type membersValidator struct{}

func (membersValidator) Description(context.Context) string {
	return "must name each user once"
}

func (v membersValidator) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (membersValidator) ValidateMap(_ context.Context, req validator.MapRequest, resp *validator.MapResponse) {
	const summary = "Invalid Member"
	elements := req.ConfigValue.Elements()
	keys, ids := map[string]string{}, map[string]string{}
	for _, key := range plumbing.SortedKeys(elements) {
		at := req.Path.AtMapKey(key)
		if other, taken := keys[strings.ToLower(key)]; taken {
			resp.Diagnostics.AddAttributeError(at, summary, fmt.Sprintf("%s and %s are the same e-mail address, as case is ignored. Remove one of them.", key, other))
		}
		keys[strings.ToLower(key)] = key
		id, ok := elements[key].(types.String)
		if !ok || !plumbing.IsSet(id) { // NoNullElements refuses null
			continue
		}
		if id.ValueString() == "" {
			resp.Diagnostics.AddAttributeError(at, summary, fmt.Sprintf("%s has no user id. Set the id of the user, or remove the key.", key))
			continue
		}
		if other, taken := ids[id.ValueString()]; taken {
			resp.Diagnostics.AddAttributeError(at, summary, fmt.Sprintf("%s and %s are the same user, %s. Remove one of them.", key, other, id.ValueString()))
		}
		ids[id.ValueString()] = key
	}
}

// keyCase keeps the members in the state if the configuration differs from them only
// in the case of addresses.
type keyCase struct{}

func (keyCase) Description(context.Context) string {
	return "E-mail addresses are compared without regard to case."
}

func (m keyCase) MarkdownDescription(ctx context.Context) string { return m.Description(ctx) }

func (keyCase) PlanModifyMap(_ context.Context, req planmodifier.MapRequest, resp *planmodifier.MapResponse) {
	if plumbing.IsSet(req.StateValue) && plumbing.IsSet(req.PlanValue) && sameMembers(req.StateValue, req.PlanValue) {
		resp.PlanValue = req.StateValue
	}
}

// sameMembers reports whether both list the same ids under the same addresses,
// regardless of case.
func sameMembers(a, b types.Map) bool {
	if len(a.Elements()) != len(b.Elements()) {
		return false
	}
	ids := make(map[string]string, len(a.Elements()))
	for key, v := range a.Elements() {
		id, _ := v.(types.String)
		ids[strings.ToLower(key)] = id.ValueString()
	}
	for key, v := range b.Elements() {
		id, ok := v.(types.String)
		if was, listed := ids[strings.ToLower(key)]; !ok || !listed || !plumbing.IsSet(id) || was != id.ValueString() {
			return false
		}
	}
	return true
}
