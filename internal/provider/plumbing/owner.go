package plumbing

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
)

// ownerRemoval is a planned change that would remove or lock the Owner.
type ownerRemoval struct {
	does   string    // "destroys" or "locks"
	email  string    // of the Owner
	at     path.Path // the argument that causes it
	remedy string
}

// OwnerEmail returns the e-mail address of the team's Owner, read once per run. It is
// empty if the API has no teams or the token may not read them.
func (d *Data) OwnerEmail(ctx context.Context) (string, error) {
	d.team.mu.Lock()
	defer d.team.mu.Unlock()
	if d.team.present == nil {
		owner, err := d.Client.TeamOwner(ctx)
		switch {
		case client.IsUnsupported(err) || client.IsForbidden(err) || client.IsNotFound(err):
			owner = &api.TeamMember{}
		case err != nil:
			return "", err
		}
		d.team.present = owner
	}
	return d.team.present.Email, nil
}

// CheckOwnerRemoval refuses a plan that removes the Owner of the team. does is
// "destroys" or "locks"; remedy is a sentence on another way to keep the user.
//
// When the whole configuration is destroyed, the apply keeps the Owner instead and
// CheckOwnerRemoval warns. Terraform does not tell providers whether it destroys
// everything, so it warns until the plan reaches a resource that is kept. reported is
// true if there was an error or a warning about the Owner.
func (d *Data) CheckOwnerRemoval(ctx context.Context, email, does string, at path.Path, remedy string) (reported bool, diags diag.Diagnostics) {
	if d == nil || d.Client == nil || email == "" {
		return false, nil
	}
	owner, err := d.OwnerEmail(ctx)
	if err != nil {
		diags.Append(Unable("read", "Owner", "of the team", err))
		return false, diags
	}
	if !api.SameEmail(owner, email) {
		return false, nil
	}
	removal := ownerRemoval{does: does, email: owner, at: at, remedy: remedy}
	d.team.mu.Lock()
	defer d.team.mu.Unlock()
	if d.team.keepsOthers {
		return true, diag.Diagnostics{removal.refused()}
	}
	d.team.removal = &removal
	return true, diag.Diagnostics{diag.NewWarningDiagnostic("Owner Not Destroyed: "+owner,
		fmt.Sprintf("%s is the Owner of the tenant's team, and a team always has an Owner. This plan destroys everything it manages, so the apply keeps this user in the tenant and removes the user from the state.", owner))}
}

func (e ownerRemoval) refused() diag.Diagnostic {
	title := "Owner Destroyed"
	if e.does == "locks" {
		title = "Owner Locked"
	}
	return diag.NewAttributeErrorDiagnostic(e.at, title, fmt.Sprintf(
		"This plan %s user %s, who is the Owner of the tenant's team: %s. "+
			"Transfer the ownership first, with an iam_team_owner that names another member or with the action iam_transfer_team_owner.%s",
		e.does, e.email, access.CheckRemoval(access.RoleOwner), e.remedy))
}

// CheckOwnerLock refuses a plan of an action that locks the Owner of the team.
func (d *Data) CheckOwnerLock(ctx context.Context, email string, at path.Path) (diags diag.Diagnostics) {
	owner, err := d.OwnerEmail(ctx)
	switch {
	case err != nil:
		diags.Append(Unable("read", "Owner", "of the team", err))
	case owner != "" && api.SameEmail(owner, email):
		diags.Append(ownerRemoval{does: "locks", email: owner, at: at}.refused())
	}
	return diags
}

// ownerValidator is a validator of every resource. Terraform validates only resources
// that are in the configuration, so a plan that calls it does not destroy everything.
type ownerValidator struct{ data *Data }

// Description describes what the validator requires.
func (ownerValidator) Description(context.Context) string { return "the team must keep its Owner" }

// MarkdownDescription is Description.
func (v ownerValidator) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

// ValidateResource implements resource.ConfigValidator.
func (v ownerValidator) ValidateResource(_ context.Context, _ resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	if v.data == nil {
		return
	}
	t := &v.data.team
	t.mu.Lock()
	defer t.mu.Unlock()
	t.keepsOthers = true
	if t.removal != nil {
		resp.Diagnostics.Append(t.removal.refused())
		t.removal = nil // report it once
	}
}

// KeepOwner reports whether a user that a Delete does not remove is the Owner, and says
// so. Plans refuse to destroy the Owner unless they destroy everything.
func (d *Data) KeepOwner(ctx context.Context, email string, diags *diag.Diagnostics) bool {
	owner, err := d.Client.TeamOwner(ctx)
	if err != nil || !api.SameEmail(owner.Email, email) {
		return false // there is no Owner, or the delete reports the error
	}
	diags.AddWarning("Owner Kept In The Tenant: "+owner.Email,
		fmt.Sprintf("%s is the Owner of the tenant's team and remains in the tenant, because a team always has an Owner. Terraform no longer manages the user.", owner.Email))
	return true
}
