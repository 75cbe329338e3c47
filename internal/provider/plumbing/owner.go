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

// ownerRemoval is the plan of something that would take the Owner away.
type ownerRemoval struct {
	does   string    // "destroys" or "locks"
	email  string    // of the Owner
	at     path.Path // the argument that does it
	remedy string
}

// OwnerEmail returns the e-mail address of the team's Owner, read once per run;
// empty where the API has no teams or the token may not read them.
func (d *Data) OwnerEmail(ctx context.Context) (string, error) {
	d.Team.mu.Lock()
	defer d.Team.mu.Unlock()
	if d.Team.present == nil {
		owner, err := d.Client.TeamOwner(ctx)
		switch {
		case client.IsUnsupported(err) || client.IsForbidden(err) || client.IsNotFound(err):
			owner = &api.TeamMember{}
		case err != nil:
			return "", err
		}
		d.Team.present = owner
	}
	return d.Team.present.Email, nil
}

// CheckOwnerRemoval refuses the plan of something that takes a user away who is the Owner of
// the team. Does is what it does, "destroys" or "locks", and remedy how to keep the
// user besides. When the whole configuration is destroyed the apply leaves the Owner
// instead, and a warning says so: Terraform tells no provider what it destroys
// besides, so that is until the plan comes to a resource that stays. Ends reports
// whether anything was said.
func (d *Data) CheckOwnerRemoval(ctx context.Context, email, does string, at path.Path, remedy string) (ends bool, diags diag.Diagnostics) {
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
	end := ownerRemoval{does: does, email: owner, at: at, remedy: remedy}
	d.Team.mu.Lock()
	defer d.Team.mu.Unlock()
	if d.Team.stays {
		return true, diag.Diagnostics{end.refused()}
	}
	d.Team.ends = &end
	return true, diag.Diagnostics{diag.NewWarningDiagnostic("Owner Stays In The Tenant: "+owner,
		fmt.Sprintf("%s is the Owner of the tenant's team, and a team always has one. This plan destroys all that it manages: the apply leaves this user in the tenant, and Terraform forgets the user.", owner))}
}

func (e ownerRemoval) refused() diag.Diagnostic {
	title := "Owner Destroyed"
	if e.does == "locks" {
		title = "Owner Locked"
	}
	return diag.NewAttributeErrorDiagnostic(e.at, title, fmt.Sprintf(
		"This plan %s user %s, who is the Owner of the tenant's team: %s. "+
			"Let an iam_team_owner name another member, or run the action iam_transfer_team_owner, and apply that first.%s",
		e.does, e.email, access.CheckRemoval(access.RoleOwner), e.remedy))
}

// CheckOwnerLock refuses the plan of an action that locks the Owner of the team.
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

// ownerValidator is a validator of every resource: what Terraform validates in a plan
// stays in the configuration, so that the plan does not destroy all.
type ownerValidator struct{ data *Data }

// Description says what the validator wants.
func (ownerValidator) Description(context.Context) string { return "the team must keep its Owner" }

// MarkdownDescription is Description.
func (v ownerValidator) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

// ValidateResource implements resource.ConfigValidator.
func (v ownerValidator) ValidateResource(_ context.Context, _ resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	if v.data == nil {
		return
	}
	t := &v.data.Team
	t.mu.Lock()
	defer t.mu.Unlock()
	t.stays = true
	if t.ends != nil {
		resp.Diagnostics.Append(t.ends.refused())
		t.ends = nil // once is enough
	}
}

// KeepOwner reports whether a Delete has to leave a user, who is the Owner now.
// Plans refuse that, unless they destroy all.
func (d *Data) KeepOwner(ctx context.Context, email string, diags *diag.Diagnostics) bool {
	owner, err := d.Client.TeamOwner(ctx)
	if err != nil || !api.SameEmail(owner.Email, email) {
		return false // there is none, or the API says more
	}
	diags.AddWarning("Owner Left In The Tenant: "+owner.Email,
		fmt.Sprintf("%s is the Owner of the tenant's team and was left in the tenant, as a team always has one. Terraform no longer manages the user.", owner.Email))
	return true
}
