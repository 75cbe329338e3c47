package plumbing

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/client"
)

// privateUses carries from the plan of a destroy to its apply, which is another
// process, what the plan said of the uses of the object, as JSON.
const privateUses = "uses"

// PlannedUses is what the plan of a destroy said of the uses of the object: the ids
// of those from which the destroy takes it, by kind.
type PlannedUses map[string][]string

// SaveUses keeps what the plan of a destroy said for Delete.
func SaveUses(ctx context.Context, p PlannedUses, private PrivateData) diag.Diagnostics {
	if len(p) == 0 {
		return private.SetKey(ctx, privateUses, nil)
	}
	text, _ := json.Marshal(p) // texts always can be
	return private.SetKey(ctx, privateUses, text)
}

// SavedUses returns what SaveUses kept; nil when the destroy was not planned as one,
// but as a part of a replacement.
func SavedUses(ctx context.Context, private PrivateData) (p PlannedUses, diags diag.Diagnostics) {
	text, diags := private.GetKey(ctx, privateUses)
	if len(text) == 0 || diags.HasError() {
		return nil, diags
	}
	if err := json.Unmarshal(text, &p); err != nil {
		diags.AddError("Unreadable Plan Data", fmt.Sprintf("What the plan kept for this destroy cannot be read: %v. Plan again.", err))
	}
	return p, diags
}

// RetryWhileInUse makes a request again while the API refuses it because an object is
// in use, for as long as something else of this run may end the use. Nothing may be
// locked meanwhile but by the request itself.
func (d *Data) RetryWhileInUse(ctx context.Context, request func(context.Context) error, inUse func(error) bool) error {
	var refused error
	_, err := client.WaitForOthers(ctx, d.Client, func(ctx context.Context) (done bool, err error) {
		refused = nil
		err = request(ctx)
		if err != nil && inUse(err) {
			refused, err = err, nil
		}
		return refused == nil, err
	})
	return cmp.Or(err, refused)
}

// JoinNames joins names for a message, and counts those that it leaves out.
func JoinNames(names []string) string {
	const most = 10
	shown := make([]string, min(len(names), most))
	for i := range shown {
		shown[i] = access.Visible(names[i]) // in one line, whatever a server calls them
	}
	if len(names) <= most {
		return strings.Join(shown, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(shown, ", "), len(names)-most)
}
