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

// planDependencies tells which dependencies the plan newly leaves unmet: a
// warning, or an error where the provider block requires them. What a
// predefined template leaves open by itself is shown and not warned about: the
// templates of one trade do so on purpose. A requirement has no exception.
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
		diags.AddAttributeError(at, "Unmet Dependencies", detail+"\n\nguardrails.require_dependencies of the provider forbids leaving them open.")
	} else {
		diags.AddAttributeWarning(at, "Unmet Dependencies", detail+"\n\nMembers get it also when another of their groups gives it; then nothing is wrong.")
	}
	return diags
}

// accessPath is the argument that a group's access comes from.
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
