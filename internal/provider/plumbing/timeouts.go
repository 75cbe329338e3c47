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
// optional members. (A block refuses what it does not know.)
const UnknownMembers = " Terraform ignores a member with a misspelled name, without an error."

// Timeouts is the attribute timeouts, for creating, updating and deleting. The
// texts say what the limit of each is about.
func Timeouts(ctx context.Context, create, update, destroy string) schema.Attribute {
	a := timeouts.Attributes(ctx, timeouts.Opts{
		Create: true, Update: true, Delete: true, CreateDescription: create, UpdateDescription: update, DeleteDescription: destroy,
	})
	if nested, ok := a.(schema.SingleNestedAttribute); ok { // for it has no description of its own
		nested.MarkdownDescription = "How long operations may take, each as a duration such as `90s` or `10m`." + UnknownMembers
		return nested
	}
	return a
}

// NoTimeouts is the attribute timeouts where it is left out.
func NoTimeouts() timeouts.Value {
	return timeouts.Value{Object: types.ObjectNull(map[string]attr.Type{"create": types.StringType, "update": types.StringType, "delete": types.StringType})}
}

// Timeout reads one of timeouts' durations, such as its method Create; zero
// where there is none.
func Timeout(ctx context.Context, of func(context.Context, time.Duration) (time.Duration, diag.Diagnostics), diags *diag.Diagnostics) time.Duration {
	d, problems := of(ctx, 0)
	diags.Append(problems...)
	return d
}

// Within limits an operation to one of timeouts' durations, and lets it wait as
// long for what shows late.
func Within(ctx context.Context, of func(context.Context, time.Duration) (time.Duration, diag.Diagnostics), diags *diag.Diagnostics) (context.Context, context.CancelFunc) {
	d := Timeout(ctx, of, diags)
	if d <= 0 {
		return ctx, func() {}
	}
	return client.WithTimeout(ctx, d)
}
