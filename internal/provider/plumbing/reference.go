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

// Reference is an object that a filter refers to by id.
type Reference struct {
	thing string
	get   func(context.Context, *client.Client, string) error
	// Advice replaces the advice for an id that is not found. It explains when such
	// an id is not a mistake.
	Advice string
}

// ReferTo returns a reference to a thing that get, a method of the client, reads.
func ReferTo[T any](thing string, get func(*client.Client, context.Context, string) (*T, error)) Reference {
	return Reference{thing: thing, get: func(ctx context.Context, c *client.Client, id string) error {
		_, err := get(c, ctx, id)
		return err
	}}
}

// checkReferences warns if a filter that selects nothing refers to an object that
// does not exist. It does not return an error, which would stop the other lists of a
// query as well.
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
		diags.AddAttributeWarning(at, "Filter Not Checked", fmt.Sprintf("The list is empty, and the provider was unable to check whether the %s %q exists: %s", r.thing, id, Sentence(err.Error())))
	default:
		advice := r.Advice
		if advice == "" {
			advice = fmt.Sprintf("A name, a code or an e-mail address is not an id. Correct the id, or omit %s.", at)
		}
		diags.AddAttributeWarning(at, "Filtered Object Not Found", fmt.Sprintf("The tenant has no %s with the id %q, so the list is empty. %s", r.thing, id, advice))
	}
}
