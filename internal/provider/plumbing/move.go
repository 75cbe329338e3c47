package plumbing

import (
	"context"
	"fmt"
	"path"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"
)

// providerName is the last part of this provider's address. Hosts and namespaces
// differ between registries and mirrors.
const providerName = "iam"

// PrivateMoved is the key of private data that marks a moved state. Such a state may
// lack attributes that only a refresh sets. IdentifyRead removes the mark.
const PrivateMoved = "moved"

// MoveState refuses to move the state of another type or another provider, and
// explains what to write instead. A type that accepts the state of others has its own
// method.
func (r *Resource) MoveState(context.Context) []resource.StateMover {
	return []resource.StateMover{{StateMover: func(_ context.Context, req resource.MoveStateRequest, resp *resource.MoveStateResponse) {
		resp.Diagnostics.Append(r.NotMoved(req, "The two types record different objects."))
	}}}
}

// FromThisProvider reports whether the state to move belongs to this provider.
func FromThisProvider(req resource.MoveStateRequest) bool {
	return path.Base(req.SourceProviderAddress) == providerName
}

// NotMoved returns the error for a moved block whose state this type does not accept.
// reason is a sentence. ids are the import ids of the objects to import instead; if
// there are none, the error leaves them to the reader.
func (r *Resource) NotMoved(req resource.MoveStateRequest, reason string, ids ...string) diag.Diagnostic {
	to, from := "iam_"+r.Name, req.SourceTypeName
	if from == to {
		return diag.NewErrorDiagnostic("State Of Another Provider", fmt.Sprintf("A moved block does not move %s from the provider %s to this one. Remove the block, and run:\n\n  terraform state replace-provider %s NEW_SOURCE\n\nwhere NEW_SOURCE is the source of this provider in required_providers.",
			from, req.SourceProviderAddress, req.SourceProviderAddress))
	}
	var blocks strings.Builder
	where := "NAME"
	if len(ids) == 0 {
		ids, where = []string{"ID"}, "ID is the import id of the object, as the documentation of "+to+" shows it, and NAME"
	}
	for _, id := range ids {
		fmt.Fprintf(&blocks, "  import {\n    to = %s.NAME\n    id = %q\n  }\n\n", to, id)
	}
	fmt.Fprintf(&blocks, "  removed {\n    from = %s.NAME\n\n    lifecycle {\n      destroy = false\n    }\n  }\n", from)
	return diag.NewErrorDiagnostic("State Not Moved", fmt.Sprintf("%s cannot use the state of %s from the provider %s. %s Nothing was changed.\n\n"+
		"Replace the moved block with:\n\n%s\nwhere %s is the name of the resource, with its key if it has count or for_each. A removed block takes the name without the key.",
		to, from, req.SourceProviderAddress, reason, blocks.String(), where))
}
