package rights

import (
	"context"
	"maps"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

// customTemplateModel is the state of iam_role_template.
type customTemplateModel struct {
	ID              types.String `tfsdk:"id"`
	Name            types.Map    `tfsdk:"name"`
	Description     types.Map    `tfsdk:"description"`
	BasedOn         types.String `tfsdk:"based_on"`
	Access          types.Map    `tfsdk:"access"`
	EffectiveAccess types.Map    `tfsdk:"effective_access"`
}

// toAPI returns the body that creates or replaces the template.
func (m customTemplateModel) toAPI(ctx context.Context, diags *diag.Diagnostics) api.TemplateUpdate {
	body := api.TemplateUpdate{
		Name: plumbing.Text(ctx, m.Name, diags), Description: plumbing.Text(ctx, m.Description, diags),
		BasedOn: m.BasedOn.ValueString(), Access: map[string]string{},
	}
	diags.Append(m.Access.ElementsAs(ctx, &body.Access, false)...)
	return body
}

// fromAPI sets the attributes from the API.
func (m *customTemplateModel) fromAPI(t api.TemplateDefinition) {
	m.ID = types.StringValue(t.ID)
	m.Name = plumbing.TextMap(t.Name)
	m.Description = plumbing.TextMap(t.Description)
	m.BasedOn = plumbing.StringOrNull(t.BasedOn)
	levels := make(map[string]attr.Value, len(t.Access))
	for entity, level := range t.Access {
		levels[entity] = types.StringValue(level)
	}
	m.Access = types.MapValueMust(types.StringType, levels)
	m.EffectiveAccess = plumbing.LevelMap(t.Levels().Map(), false)
}

// sameTemplate reports whether the template matches the body, which means that
// a write is visible.
func sameTemplate(t api.TemplateDefinition, body api.TemplateUpdate) bool {
	return maps.Equal(t.Name, body.Name) && maps.Equal(t.Description, body.Description) &&
		t.BasedOn == body.BasedOn && maps.Equal(t.Access, body.Access)
}
