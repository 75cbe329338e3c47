package directory

import (
	"context"
	"errors"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/access-config/terraform-provider-iam/internal/access/usertable"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

// usersTextType is the type of CSV text with users. Two texts with the same users are
// semantically equal, however they are written.
type usersTextType struct{ basetypes.StringType }

func (t usersTextType) Equal(o attr.Type) bool {
	other, ok := o.(usersTextType)
	return ok && t.StringType.Equal(other.StringType)
}

func (t usersTextType) String() string { return "users as CSV" }

func (t usersTextType) ValueType(context.Context) attr.Value { return usersText{} }

func (t usersTextType) ValueFromString(_ context.Context, in basetypes.StringValue) (basetypes.StringValuable, diag.Diagnostics) {
	return usersText{in}, nil
}

func (t usersTextType) ValueFromTerraform(ctx context.Context, in tftypes.Value) (attr.Value, error) {
	v, err := t.StringType.ValueFromTerraform(ctx, in)
	if err != nil {
		return nil, err
	}
	text, ok := v.(basetypes.StringValue)
	if !ok {
		return nil, fmt.Errorf("a text is a %T", v)
	}
	return usersText{text}, nil
}

// usersText is a text with users.
type usersText struct{ basetypes.StringValue }

func newUsersText(text string) usersText { return usersText{basetypes.NewStringValue(text)} }

func (v usersText) Equal(o attr.Value) bool {
	other, ok := o.(usersText)
	return ok && v.StringValue.Equal(other.StringValue)
}

func (v usersText) Type(context.Context) attr.Type { return usersTextType{} }

// StringSemanticEquals reports whether another text has the same users.
func (v usersText) StringSemanticEquals(_ context.Context, o basetypes.StringValuable) (bool, diag.Diagnostics) {
	other, ok := o.(usersText)
	return ok && usertable.Same(v.ValueString(), other.ValueString()), nil
}

// sameUsers keeps the text in the state if the configuration has the same users in
// another notation.
type sameUsers struct{}

func (sameUsers) Description(context.Context) string {
	return "Differences in order, quoting and case have no effect."
}

func (m sameUsers) MarkdownDescription(ctx context.Context) string { return m.Description(ctx) }

func (sameUsers) PlanModifyString(_ context.Context, req planmodifier.StringRequest, resp *planmodifier.StringResponse) {
	if plumbing.IsSet(req.StateValue) && plumbing.IsSet(req.PlanValue) && usertable.Same(req.StateValue.ValueString(), req.PlanValue.ValueString()) {
		resp.PlanValue = req.StateValue
	}
}

// maxLines is how many lines one diagnostic lists.
const maxLines = 20

// validUsers refuses a text that cannot be parsed, and names the line of each mistake.
type validUsers struct{}

func (validUsers) Description(context.Context) string {
	return "must be CSV with a header and a row per user"
}

func (v validUsers) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (validUsers) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if !plumbing.IsSet(req.ConfigValue) {
		return
	}
	_, err := usertable.Check(req.ConfigValue.ValueString(), usertable.Format{}, client.EmailOfRow)
	if err == nil {
		return
	}
	mistakes := []error{err}
	var all interface{ Unwrap() []error }
	if errors.As(err, &all) {
		mistakes = all.Unwrap()
	}
	for n, mistake := range mistakes {
		if n == maxLines {
			resp.Diagnostics.AddAttributeError(req.Path, "Invalid Users", fmt.Sprintf("There are %d more mistakes like these.", len(mistakes)-n))
			return
		}
		resp.Diagnostics.AddAttributeError(req.Path, "Invalid Users", plumbing.Sentence(mistake.Error()))
	}
}
