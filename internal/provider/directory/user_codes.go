package directory

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/access-config/terraform-provider-iam/internal/access/usertable"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

// checkCodes refuses a planned site or language that the tenant does not have, whether
// it comes from the configuration or the provider's user_defaults. It accepts the
// user's current values.
func (r *userResource) checkCodes(ctx context.Context, plan, prior, config userModel) (diags diag.Diagnostics) {
	for _, code := range []struct {
		attribute, summary         string
		planned, prior, configured types.String
		missing                    func(context.Context, string) string
	}{
		{"preferred_site", "Unknown Site", plan.PreferredSite, prior.PreferredSite, config.PreferredSite, r.SiteMissing},
		{"preferred_language", "Unknown Language", plan.PreferredLanguage, prior.PreferredLanguage, config.PreferredLanguage, r.LanguageMissing},
	} {
		if !plumbing.IsSet(code.planned) || code.planned.Equal(code.prior) || r.isFallback(code.attribute, code.configured) {
			continue
		}
		if fault := code.missing(ctx, code.planned.ValueString()); fault != "" {
			diags.AddAttributeError(path.Root(code.attribute), code.summary, fault)
		}
	}
	return diags
}

// checkInvitation refuses an e-mail address that is not one of the company.
func (r *userResource) checkInvitation(ctx context.Context, email string) (diags diag.Diagnostics) {
	if fault := r.InvitationFault(ctx, plumbing.User(email), email); fault != "" {
		diags.AddAttributeError(path.Root("email"), "Not A Company Address", fault)
	}
	return diags
}

// checkDepartment refuses an empty department, which the dashboard refuses too. A user
// who has none already, such as an imported one, can stay without.
func checkDepartment(config, prior userModel) (diags diag.Diagnostics) {
	if plumbing.IsSet(config.Department) && config.Department.ValueString() == "" && !config.Department.Equal(prior.Department) {
		diags.AddAttributeError(path.Root("department"), "Department Missing",
			"A user must have a department. Set one, or omit the argument: a new user then gets the department of the provider's user_defaults, else "+api.NoDepartment+", and an existing user keeps the current one.")
	}
	return diags
}

// isFallback reports whether neither the configuration nor the provider sets a value,
// so the configuration has no mistake to correct.
func (r *userResource) isFallback(attribute string, configured types.String) bool {
	byDefault := map[string]types.String{"preferred_site": r.Defaults.PreferredSite, "preferred_language": r.Defaults.PreferredLanguage}
	return configured.IsNull() && byDefault[attribute].IsNull()
}

// checkCodes refuses currencies that are not in ISO 4217, and sites and languages that
// the tenant does not have, in new and changed rows. It warns of groups that do not
// exist.
func (r *usersCSVResource) checkCodes(ctx context.Context, table, former usersTable, diags *diag.Diagnostics) {
	var faults, groups []string
	for _, row := range table.Users {
		before, _ := former.Find(row.Email)
		for _, fault := range r.faultsOf(ctx, row, before) {
			faults = append(faults, fmt.Sprintf("line %d, %s: %s", row.Line, row.Email, fault))
		}
		added := slices.DeleteFunc(slices.Clone(row.Groups), func(id string) bool { return slices.Contains(before.Groups, id) })
		for _, id := range missingGroups(ctx, r.Data, added) {
			groups = append(groups, fmt.Sprintf("  line %d, %s: %s", row.Line, row.Email, id))
		}
	}
	for n, fault := range faults {
		if n == maxLines {
			diags.AddAttributeError(path.Root("csv"), "Invalid Users", fmt.Sprintf("There are %d more mistakes like these.", len(faults)-n))
			break
		}
		diags.AddAttributeError(path.Root("csv"), "Invalid Users", plumbing.Sentence(fault))
	}
	if len(groups) > 0 {
		diags.AddAttributeWarning(path.Root("csv"), "Groups Not Found",
			"These groups do not exist in the tenant, and this plan has not created them so far:\n\n"+strings.Join(firstLines(groups), "\n")+
				"\n\nIf an id is wrong, the apply fails; the data source iam_groups lists the ids. If this configuration creates the groups, add depends_on so that they are created first.")
	}
}

// faultsOf describes what is wrong with the changed codes of a row.
func (r *usersCSVResource) faultsOf(ctx context.Context, row, before usertable.User) (faults []string) {
	for _, code := range []struct {
		now, before string
		fault       func(string) string
	}{
		{row.PreferredCurrency, before.PreferredCurrency, plumbing.CurrencyFault},
		{row.PreferredLanguage, before.PreferredLanguage, func(tag string) string {
			return cmp.Or(plumbing.LanguageFault(tag), r.LanguageMissing(ctx, tag))
		}},
		{row.PreferredSite, before.PreferredSite, func(code string) string { return r.SiteMissing(ctx, code) }},
	} {
		if code.now == "" || code.now == code.before {
			continue
		}
		if fault := code.fault(code.now); fault != "" {
			faults = append(faults, fault)
		}
	}
	return faults
}

// newIDs returns the planned ids that the prior set does not have.
func newIDs(planned, prior types.Set) []string {
	had := plumbing.Strings(prior)
	return slices.DeleteFunc(plumbing.Strings(planned), func(id string) bool { return slices.Contains(had, id) })
}

// newID returns the planned id, unless it is unknown or the prior id.
func newID(planned, prior types.String) []string {
	if !plumbing.IsSet(planned) || planned.Equal(prior) {
		return nil
	}
	return []string{planned.ValueString()}
}
