package plumbing

import (
	"context"
	"slices"
	"strings"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
)

// PlanCompanyDomains records the plan for the company's e-mail domains.
func (d *Data) PlanCompanyDomains(domains PlannedSetting[[]string]) {
	if d == nil {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.planned.domains = domains
}

// InvitationFault returns a sentence if the tenant will refuse to invite the user or
// team member with the e-mail address, according to the plan so far, and "" if it will
// not or if that is unknown. Accepted addresses are recorded for PlannedInvitations.
func (d *Data) InvitationFault(ctx context.Context, o Object, email string) string {
	d.mu.Lock()
	planned := d.planned.domains
	d.mu.Unlock()
	domains, hint := planned.Value, " Use a company address, or add the domain to iam_company_domains."
	if planned.State == SettingNotPlanned && d.Client != nil {
		domains = d.codes.get("company domains", func() ([]string, error) {
			domains, _, err := Setting[[]string](ctx, d.Client, api.SettingEmailDomains)
			return domains, err
		})
		hint = " Use a company address. If this configuration adds the domain to iam_company_domains, add depends_on, so that the domain is added first; if it removes that resource, apply the removal first."
	}
	if err := access.CheckEmailDomain(email, domains); err != nil {
		return err.Error() + "." + hint
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.planned.invitations == nil {
		d.planned.invitations = map[Object]string{}
	}
	d.planned.invitations[o] = email
	return ""
}

// PlannedInvitations returns the e-mail addresses whose invitation the run has planned
// so far and not made yet, in alphabetical order.
func (d *Data) PlannedInvitations() (emails []string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for o, email := range d.planned.invitations {
		if !d.Keys.Created(o) && !d.Keys.Adopted(o) {
			emails = append(emails, email)
		}
	}
	slices.SortFunc(emails, func(a, b string) int { return strings.Compare(strings.ToLower(a), strings.ToLower(b)) })
	return slices.Compact(emails)
}
