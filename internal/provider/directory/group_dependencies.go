package directory

import (
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

// planDependencies reports dependencies that the plan newly leaves unmet: as a
// warning, or as an error if the provider block requires them. It does not warn about
// those that a predefined template leaves unmet by design, but the requirement has no
// exception for them.
func (r *groupResource) planDependencies(plan groupModel, unmet types.Map, tenant plumbing.Rights, prior types.Map) (diags diag.Diagnostics) {
	ignored := prior.Elements()
	if t, ok := access.TemplateByID(plan.RoleTemplate.ValueString()); ok && !r.Guardrails.RequireDependencies {
		ignored = plumbing.UnmetDependencies(access.Attainable(access.Expand(t.Access, nil), tenant.Has)).Elements()
		for entity, text := range prior.Elements() {
			ignored[entity] = text
		}
	}
	var open []string
	for _, entity := range plumbing.SortedKeys(unmet.Elements()) {
		text, _ := unmet.Elements()[entity].(types.String)
		if before, ok := ignored[entity]; !ok || !before.Equal(text) {
			open = append(open, plumbing.Sentence(text.ValueString()))
		}
	}
	if len(open) == 0 {
		return nil
	}
	at, detail := accessPath(plan), strings.Join(open, "\n")
	if r.Guardrails.RequireDependencies {
		diags.AddAttributeError(at, "Unmet Dependencies", detail+"\n\nguardrails.require_dependencies of the provider requires that they are met.")
	} else {
		diags.AddAttributeWarning(at, "Unmet Dependencies", detail+"\n\nIf another group of the members gives this access, you can ignore the warning.")
	}
	return diags
}

// accessPath returns the argument that a group's access comes from.
func accessPath(plan groupModel) path.Path {
	for _, from := range []struct {
		name  string
		value attr.Value
	}{{"access", plan.Access}, {"role_template", plan.RoleTemplate}} {
		if !from.value.IsNull() {
			return path.Root(from.name)
		}
	}
	return path.Root("access_control_ids")
}
