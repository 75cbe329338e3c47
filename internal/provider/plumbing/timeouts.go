package plumbing

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/access-config/terraform-provider-iam/internal/client"
)

// UnknownMembers ends the description of every argument that is an object with
// optional attributes. (A block refuses unknown names.)
const UnknownMembers = " Terraform silently ignores misspelled names in this object."

// Timeouts returns the attribute timeouts, for creating, updating and deleting. The
// arguments are the descriptions of the three limits.
func Timeouts(ctx context.Context, create, update, destroy string) schema.Attribute {
	a := timeouts.Attributes(ctx, timeouts.Opts{
		Create: true, Update: true, Delete: true, CreateDescription: create, UpdateDescription: update, DeleteDescription: destroy,
	})
	if nested, ok := a.(schema.SingleNestedAttribute); ok { // which has no description of its own
		nested.MarkdownDescription = "How long operations may take, each as a duration such as `90s` or `10m`." + UnknownMembers
		return nested
	}
	return a
}

// NoTimeouts returns the value of the attribute timeouts if it is omitted.
func NoTimeouts() timeouts.Value {
	return timeouts.Value{Object: types.ObjectNull(map[string]attr.Type{"create": types.StringType, "update": types.StringType, "delete": types.StringType})}
}

// Timeout reads one of timeouts' durations; zero if it is not set. of is a method such
// as timeouts.Value.Create.
func Timeout(ctx context.Context, of func(context.Context, time.Duration) (time.Duration, diag.Diagnostics), diags *diag.Diagnostics) time.Duration {
	d, problems := of(ctx, 0)
	diags.Append(problems...)
	return d
}

// Within limits an operation to one of timeouts' durations. The operation also waits
// that long for the API to show its writes.
func Within(ctx context.Context, of func(context.Context, time.Duration) (time.Duration, diag.Diagnostics), diags *diag.Diagnostics) (context.Context, context.CancelFunc) {
	d := Timeout(ctx, of, diags)
	if d <= 0 {
		return ctx, func() {}
	}
	return client.WithTimeout(ctx, d)
}
