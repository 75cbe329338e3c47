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

// privateUses is the key of private data that carries the planned uses of an object,
// as JSON, from the plan of a destroy to its apply, which may be another process.
const privateUses = "uses"

// PlannedUses are the uses of an object that the plan of its destroy found: the ids of
// the users from which the destroy removes it, by kind.
type PlannedUses map[string][]string

// SaveUses saves the planned uses for Delete.
func SaveUses(ctx context.Context, p PlannedUses, private PrivateData) diag.Diagnostics {
	if len(p) == 0 {
		return private.SetKey(ctx, privateUses, nil)
	}
	text, _ := json.Marshal(p) // strings always can be marshaled
	return private.SetKey(ctx, privateUses, text)
}

// SavedUses returns what SaveUses saved; nil if the destroy is part of a replacement,
// which has no plan of its own.
func SavedUses(ctx context.Context, private PrivateData) (p PlannedUses, diags diag.Diagnostics) {
	text, diags := private.GetKey(ctx, privateUses)
	if len(text) == 0 || diags.HasError() {
		return nil, diags
	}
	if err := json.Unmarshal(text, &p); err != nil {
		diags.AddError("Unreadable Plan Data", fmt.Sprintf("The private data of the plan for this destroy is unreadable: %v. Run terraform plan again.", err))
	}
	return p, diags
}

// RetryWhileInUse repeats a request while the API refuses it because an object is in
// use, as long as another operation of this run may end the use. The caller must hold
// no locks; the request may take its own.
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

// JoinNames joins names for a message and counts those that it omits.
func JoinNames(names []string) string {
	const most = 10
	shown := make([]string, min(len(names), most))
	for i := range shown {
		shown[i] = access.Visible(names[i]) // on one line, whatever the names contain
	}
	if len(names) <= most {
		return strings.Join(shown, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(shown, ", "), len(names)-most)
}
