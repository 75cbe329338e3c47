package makesync

import (
	"context"
	"errors"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/action/schema"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

var (
	_ action.ActionWithConfigure  = (*syncAction)(nil)
	_ action.ActionWithModifyPlan = (*syncAction)(nil)
)

type syncAction struct {
	plumbing.Action
}

// NewSyncMakeAction returns the action iam_sync_make.
func NewSyncMakeAction() action.Action {
	return &syncAction{plumbing.Action{Name: "sync_make"}}
}

func (a *syncAction) Schema(_ context.Context, _ action.SchemaRequest, resp *action.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Runs the sync with the tenant's Make organization (`iam_make_organization`) now: checks every user, retries what failed, and reports each user's status. " +
			"The sync does this on its own when users and groups change: use the action after Make was down or was changed manually. " +
			"Needs Terraform 1.14 and the reference backend: the public API has no Make organizations.",
	}
}

// errNoOrganization is the error of a sync without an organization.
var errNoOrganization = errors.New("the tenant has no Make organization to sync with. Create one with iam_make_organization before this action runs, with depends_on or a trigger of that resource")

// ModifyPlan checks that the tenant has a Make organization that syncs, unless
// the plan has one.
func (a *syncAction) ModifyPlan(ctx context.Context, _ action.ModifyPlanRequest, resp *action.ModifyPlanResponse) {
	if a.Data == nil || a.Client == nil || a.Keys.Holds(plumbing.Object{Kind: organizationKey.Thing, ID: plumbing.KeyTenant}) {
		return
	}
	o, err := a.Client.MakeOrganization(ctx)
	if client.IsNotFound(err) {
		err = errNoOrganization
	}
	if err == nil && !o.Sync {
		err = fmt.Errorf("the sync of the Make organization is off: set sync = true in the iam_make_organization %s", o.OrganizationID)
	}
	if err != nil {
		resp.Diagnostics.Append(plumbing.Unable("sync", "Make organization", "of the tenant", err))
	}
}

func (a *syncAction) Invoke(ctx context.Context, _ action.InvokeRequest, resp *action.InvokeResponse) {
	if !a.Ready(&resp.Diagnostics) {
		return
	}
	err := a.Client.SyncMake(ctx)
	if client.IsNotFound(err) {
		err = errNoOrganization
	}
	if err != nil {
		resp.Diagnostics.Append(plumbing.Unable("sync", "Make organization", "of the tenant", err))
		return
	}
	members, err := a.Client.WaitForMakeMembers(ctx)
	if err != nil {
		plumbing.Progress(resp, "the sync checks every user")
		return
	}
	count := map[api.MakeStatus]int{}
	for _, m := range members {
		count[m.Status]++
		if m.LastError != "" {
			plumbing.Progress(resp, "%s is %s: %s", m.Email, m.Status, m.LastError)
		}
	}
	plumbing.Progress(resp, "members of Make: %d synced, %d pending, %d stale", count[api.MakeSynced], count[api.MakePending], count[api.MakeStale])
}
