package plumbing

import (
	"context"
	"fmt"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/list/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/access-config/terraform-provider-iam/internal/api"
)

// ListItem is an object of the tenant that a list resource finds.
type ListItem struct {
	Name  string // display name
	State any    // the model of the resource, as an import would write it
}

// Lister lists all objects of a managed type.
type Lister interface {
	list.ListResourceWithConfigure
	All(ctx context.Context) ([]ListItem, error)
	// IdentityOf returns the parts of a state's identity that, joined by slashes,
	// form the import id.
	IdentityOf(ctx context.Context, state tfsdk.State) []string
}

// List is a list resource: it lists the objects of a managed type that a filter of
// type F selects. The zero value of F selects all.
type List[F any] struct {
	IdentifiedResource // with the name and the identity of the managed type
	About              string
	Filters            map[string]schema.Attribute
	Refers             map[string]Reference // filters that take the id of another object
	Find               func(ctx context.Context, d *Data, filter F) ([]ListItem, error)
}

// limitAbout is part of the description of every list resource.
const limitAbout = "Terraform lists at most 100 objects unless the block sets `limit`, next to `provider`. If there are more, a warning gives the total number."

// ListResourceConfigSchema describes the filter.
func (l *List[F]) ListResourceConfigSchema(_ context.Context, _ list.ListResourceSchemaRequest, resp *list.ListResourceSchemaResponse) {
	resp.Schema = schema.Schema{MarkdownDescription: l.About + "\n\n" + limitAbout, Attributes: l.Filters}
}

// ListResourceConfigValidators check all arguments of the filter.
func (l *List[F]) ListResourceConfigValidators(context.Context) []list.ConfigValidator {
	return []list.ConfigValidator{NoNullElements{}}
}

// List lists the objects that the configuration selects, up to Terraform's limit. If
// there are more, the last object carries a warning, because Terraform reads nothing
// beyond its limit.
func (l *List[F]) List(ctx context.Context, req list.ListRequest, stream *list.ListResultsStream) {
	var filter F
	req.Config.Raw = trimmed(req.Config.Raw)
	diags := req.Config.Get(ctx, &filter)
	var found []ListItem
	if l.Ready(&diags) && !diags.HasError() {
		var err error
		if found, err = l.Find(ctx, l.Data, filter); err != nil {
			diags.Append(Unable("list", "iam_"+l.Name, "of the tenant", err))
		}
	}
	if len(found) == 0 && !diags.HasError() {
		l.checkReferences(ctx, req, &diags)
	}
	if len(diags) > 0 {
		stream.Results = list.ListResultsStreamDiagnostics(diags)
		return
	}
	total := len(found)
	if req.Limit > 0 && int64(total) > req.Limit {
		found = found[:req.Limit]
	}
	results := make([]list.ListResult, len(found))
	for i, f := range found {
		results[i] = l.result(ctx, req, f)
	}
	if len(found) < total {
		results[len(found)-1].Diagnostics.AddWarning("List Limit Reached", fmt.Sprintf("Only %d of %d iam_%s objects are listed, because limit is %d (the default is 100). "+
			"To list them all, set limit = %d in the list block, next to provider, or narrow the filter in its config block.", len(found), total, l.Name, req.Limit, total))
	}
	stream.Results = slices.Values(results)
}

func (l *List[F]) result(ctx context.Context, req list.ListRequest, f ListItem) list.ListResult {
	result := req.NewListResult(ctx)
	result.DisplayName = f.Name
	result.Diagnostics.Append(result.Resource.Set(ctx, f.State)...)
	get := result.Resource.GetAttribute
	result.Diagnostics.Append(l.copyIdentity(ctx, get, result.Identity)...)
	return result
}

// All lists every object of the type.
func (l *List[F]) All(ctx context.Context) ([]ListItem, error) {
	var everything F
	return l.Find(ctx, l.Data, everything)
}

// Label returns a display name: a localized name and the id.
func Label(name api.Text, id string) string {
	for _, language := range append([]string{"en"}, SortedKeys(name)...) {
		if text := name[language]; text != "" {
			return text + " (" + id + ")"
		}
	}
	return id
}

// IdentityOf returns the parts of the identity that form the import id.
func (l *List[F]) IdentityOf(ctx context.Context, state tfsdk.State) []string {
	var parts []string
	for _, k := range l.address() {
		var v types.String
		if k.Name == KeyTenant {
			v = types.StringValue(l.Client.Tenant())
		} else {
			_ = state.GetAttribute(ctx, path.Root(k.Name), &v) // a string, as every part of an identity
		}
		parts = append(parts, v.ValueString())
	}
	return parts
}

// NoFilter is the filter of a list resource without one.
type NoFilter struct{}

// Filter is an optional string attribute of a filter.
func Filter(about string, validators ...validator.String) schema.Attribute {
	return schema.StringAttribute{MarkdownDescription: about, Optional: true, Validators: TrimFirst(append(validators, NotEmpty())...)}
}

// Matches reports whether a filter accepts the value. A null filter accepts any.
func Matches(filter types.String, value string) bool {
	return filter.IsNull() || filter.ValueString() == value
}

// FirstError returns the first error among diagnostics, or nil.
func FirstError(diags diag.Diagnostics) error {
	if !diags.HasError() {
		return nil
	}
	return diagError{diags.Errors()[0]}
}

type diagError struct{ diag.Diagnostic }

// Error returns the summary and the detail.
func (e diagError) Error() string { return e.Summary() + ": " + e.Detail() }
