package plumbing

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/access-config/terraform-provider-iam/internal/client"
)

// Reference is what a filter refers to by its id.
type Reference struct {
	thing string
	get   func(context.Context, *client.Client, string) error
	// Else says when an id that is not found is no mistake; "" where it always is
	// one.
	Else string
}

// ReferTo returns a reference to a thing, which a method of the client gets.
func ReferTo[T any](thing string, get func(*client.Client, context.Context, string) (*T, error)) Reference {
	return Reference{thing: thing, get: func(ctx context.Context, c *client.Client, id string) error {
		_, err := get(c, ctx, id)
		return err
	}}
}

// checkReferences tells a filter that selects nothing from one that names
// nothing. It warns, because an error would end the other lists of a query, too.
func (l *List[F]) checkReferences(ctx context.Context, req list.ListRequest, diags *diag.Diagnostics) {
	for _, name := range SortedKeys(l.Refers) {
		var id types.String
		diags.Append(req.Config.GetAttribute(ctx, path.Root(name), &id)...)
		if IsSet(id) {
			l.Refers[name].check(ctx, l.Client, path.Root(name), id.ValueString(), diags)
		}
	}
}

func (r Reference) check(ctx context.Context, c *client.Client, at path.Path, id string, diags *diag.Diagnostics) {
	err := r.get(ctx, c, id)
	switch {
	case err == nil:
	case !client.IsNotFound(err):
		diags.AddAttributeWarning(at, "Filter Not Checked", fmt.Sprintf("Nothing was found, and whether the %s %q exists is not known: %s", r.thing, id, Sentence(err.Error())))
	default:
		advice := r.Else
		if advice == "" {
			advice = fmt.Sprintf("A name, a code or an e-mail address is no id. Correct the id, or leave %s out.", at)
		}
		diags.AddAttributeWarning(at, "Filter Selects Nothing", fmt.Sprintf("The tenant has no %s with the id %q, so nothing was found. %s", r.thing, id, advice))
	}
}
