package plumbing

import (
	"context"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/access-config/terraform-provider-iam/internal/access"
)

// trimmedDataSource is a data source that ignores white space and invisible
// characters around its arguments.
type trimmedDataSource struct{ trimmable }

// trimmable is implemented by every data source.
type trimmable interface {
	datasource.DataSourceWithConfigure
	datasource.DataSourceWithConfigValidators
}

// TrimArguments returns a data source that embeds DataSource with all its configured
// strings trimmed.
func TrimArguments(d datasource.DataSource) datasource.DataSource {
	full, ok := d.(trimmable)
	if !ok {
		return d
	}
	return trimmedDataSource{full}
}

// Schema returns the schema of the data source with validators of trimmed strings.
func (l trimmedDataSource) Schema(ctx context.Context, req datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	l.trimmable.Schema(ctx, req, resp)
	for name, a := range resp.Schema.Attributes {
		switch a := a.(type) {
		case schema.StringAttribute:
			if identifies(name) {
				a.Validators = append(a.Validators, NotEmpty())
			}
			a.Validators = TrimFirst(a.Validators...)
			resp.Schema.Attributes[name] = a
		case schema.ListAttribute:
			for i, v := range a.Validators {
				a.Validators[i] = trimmedList{v}
			}
		case schema.SetAttribute:
			for i, v := range a.Validators {
				a.Validators[i] = trimmedSet{v}
			}
		}
	}
}

// identifies reports whether an attribute identifies an object, so it must not be
// empty.
func identifies(attribute string) bool {
	return attribute == "id" || attribute == "email" || strings.HasSuffix(attribute, "_id")
}

// Read reads the data source with trimmed arguments.
func (l trimmedDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	req.Config.Raw = trimmed(req.Config.Raw)
	l.trimmable.Read(ctx, req, resp)
}

// trimmed returns a configuration with its strings trimmed.
func trimmed(config tftypes.Value) tftypes.Value {
	result, err := tftypes.Transform(config, func(_ *tftypes.AttributePath, v tftypes.Value) (tftypes.Value, error) {
		if v.IsNull() || !v.IsKnown() || !v.Type().Is(tftypes.String) {
			return v, nil
		}
		var text string
		err := v.As(&text)
		return tftypes.NewValue(tftypes.String, access.TrimBlanks(text)), err
	})
	if err != nil {
		return config // cannot happen: the framework built the value
	}
	return result
}

// TrimFirst returns validators that see the string trimmed.
func TrimFirst(validators ...validator.String) []validator.String {
	all := make([]validator.String, len(validators))
	for i, v := range validators {
		all[i] = trimmedString{v}
	}
	return all
}

type trimmedString struct{ validator.String }

func (v trimmedString) ValidateString(ctx context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	req.ConfigValue = trimmedText(req.ConfigValue)
	v.String.ValidateString(ctx, req, resp)
}

type trimmedList struct{ validator.List }

func (v trimmedList) ValidateList(ctx context.Context, req validator.ListRequest, resp *validator.ListResponse) {
	if IsSet(req.ConfigValue) {
		req.ConfigValue = types.ListValueMust(types.StringType, trimmedTexts(req.ConfigValue.Elements()))
	}
	v.List.ValidateList(ctx, req, resp)
}

type trimmedSet struct{ validator.Set }

func (v trimmedSet) ValidateSet(ctx context.Context, req validator.SetRequest, resp *validator.SetResponse) {
	if IsSet(req.ConfigValue) {
		req.ConfigValue = types.SetValueMust(types.StringType, trimmedTexts(req.ConfigValue.Elements()))
	}
	v.Set.ValidateSet(ctx, req, resp)
}

func trimmedTexts(elements []attr.Value) []attr.Value {
	all := make([]attr.Value, len(elements))
	for i, element := range elements {
		all[i] = element
		if text, ok := element.(types.String); ok {
			all[i] = trimmedText(text)
		}
	}
	return all
}

func trimmedText(v types.String) types.String {
	if !IsSet(v) {
		return v
	}
	return types.StringValue(access.TrimBlanks(v.ValueString()))
}
