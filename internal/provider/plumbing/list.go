package plumbing

import (
	"cmp"
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/list/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
)

// ListItem is an object of the tenant that a list resource finds.
type ListItem struct {
	Name string // display name
	// State returns the model of the resource, as an import would write it. It is
	// called only for objects that are shown. A not-found error means that the object
	// was deleted meanwhile.
	State func(ctx context.Context) (any, error)
}

// Known returns the State of an item that is known.
func Known(model any) func(context.Context) (any, error) {
	return func(context.Context) (any, error) { return model, nil }
}

// Lister lists all objects of a managed type.
type Lister interface {
	list.ListResourceWithConfigure
	All(ctx context.Context) ([]ListItem, error)
	// IdentityOf returns the parts of an object's identity that, joined by slashes,
	// form the import id. attribute returns a string attribute of the object.
	IdentityOf(attribute func(name string) string) []string
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
	stream.Results = func(push func(list.ListResult) bool) {
		var shown int64
		for _, f := range found {
			state, err := f.State(ctx)
			if client.IsNotFound(err) {
				continue
			}
			shown++
			result := l.result(ctx, req, f.Name, state, err)
			last := shown == req.Limit
			if last && int64(len(found)) > req.Limit {
				result.Diagnostics.AddWarning("List Limit Reached", fmt.Sprintf("Only %d of %d iam_%s objects are listed, because limit is %d (the default is 100). "+
					"To list them all, set limit = %d in the list block, next to provider, or narrow the filter in its config block.", shown, len(found), l.Name, req.Limit, len(found)))
			}
			if !push(result) || last {
				return
			}
		}
	}
}

func (l *List[F]) result(ctx context.Context, req list.ListRequest, name string, state any, err error) list.ListResult {
	result := req.NewListResult(ctx)
	result.DisplayName = name
	if err != nil {
		result.Diagnostics.Append(Unable("read", "iam_"+l.Name, name, err))
		return result
	}
	result.Diagnostics.Append(result.Resource.Set(ctx, state)...)
	l.copyIdentity(result.Resource.Raw, result.Identity)
	return result
}

// All lists every object of the type.
func (l *List[F]) All(ctx context.Context) ([]ListItem, error) {
	var everything F
	return l.Find(ctx, l.Data, everything)
}

// Label returns a display name: a localized name and the id.
func Label(name api.Text, id string) string {
	if text := TextIn(name, "en"); text != "" {
		return text + " (" + id + ")"
	}
	return id
}

// TextIn returns a localized text in the language, else in English, else the first one
// by language tag; "" if there is none.
func TextIn(text api.Text, language string) string {
	if s := cmp.Or(text[language], text["en"]); s != "" {
		return s
	}
	for _, other := range SortedKeys(text) {
		if text[other] != "" {
			return text[other]
		}
	}
	return ""
}

// IdentityOf returns the parts of the identity that form the import id.
func (l *List[F]) IdentityOf(attribute func(name string) string) []string {
	var parts []string
	for _, k := range l.address() {
		if k.Name == KeyTenant {
			parts = append(parts, l.Client.Tenant())
		} else {
			parts = append(parts, attribute(k.Name)) // a string, as every part of an identity
		}
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
