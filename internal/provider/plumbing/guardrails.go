package plumbing

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
)

// Guardrails are the limits that the provider block sets for plans.
type Guardrails struct {
	RequireDependencies bool
	ShowImpact          bool

	// nil means no limit.
	MaxUsersLosingAccess, MaxUsersGainingAccess, MaxNewAdmins *int64

	KeepAdmins                int64
	ForbidLiftingRestrictions bool
	ProtectUsers              []string // e-mails
}

// Enabled reports whether a guardrail needs the tenant's users and groups.
func (g Guardrails) Enabled() bool {
	return g.ShowImpact || g.MaxUsersLosingAccess != nil || g.MaxUsersGainingAccess != nil || g.MaxNewAdmins != nil ||
		g.KeepAdmins > 0 || g.ForbidLiftingRestrictions || len(g.ProtectUsers) > 0
}

// forecast is the tenant as the run plans it so far.
type forecast struct {
	mu       sync.Mutex
	warnings int                         // how many changes were reported so far
	reports  map[string]diag.Diagnostics // the reported changes, by planner

	broken
	*access.Forecast
}

// CheckImpact applies a planned change to the forecast of the tenant. It reports the
// effect of the change if show_impact is set, and returns an error if the change
// breaks a limit. Each broken limit is reported once, for the resource that broke
// it. Without guardrails CheckImpact does nothing and reads nothing. The tenant is
// read once per run.
func (d *Data) CheckImpact(ctx context.Context, change func(*access.Tenant)) (diags diag.Diagnostics) {
	if d == nil || d.Client == nil || !d.Guardrails.Enabled() {
		return nil
	}
	g := d.Guardrails
	d.forecast.mu.Lock()
	defer d.forecast.mu.Unlock()
	if d.forecast.Forecast == nil {
		state, err := d.Client.State(ctx)
		if err != nil {
			diags.Append(Unable("read", "users and groups", "for the guardrails of the provider", err))
			return diags
		}
		d.forecast.Forecast = access.NewForecast(state)
		diags.Append(g.unknownUsers(state)...)
		diags.Append(unread(state)...)
	}
	impact := d.forecast.Change(change)
	diags.Append(d.forecast.warn(ctx, g.visible(impact))...)
	diags.Append(d.report(ctx, g.breaking(impact))...)
	return diags
}

// warn reports the effects of a change. A change that was planned before has no further
// effect, so warn then repeats what it reported for that plan. The caller holds the lock.
func (f *forecast) warn(ctx context.Context, changes []access.UserChange) (diags diag.Diagnostics) {
	if len(changes) > 0 {
		f.warnings++
		diags.AddWarning(impactSummary(f.warnings), impactText(changes))
	}
	p, planned := ctx.Value(planCallKey{}).(*planCall)
	if !planned || len(diags)+len(f.reports) == 0 {
		return diags
	}
	planner := plannerOf(p.typeName, p.parts)
	if len(diags) == 0 {
		return f.reports[planner]
	}
	if f.reports == nil {
		f.reports = map[string]diag.Diagnostics{}
	}
	f.reports[planner] = diags
	return diags
}

// CheckPlanImpact is CheckImpact for the change from state to plan.
func CheckPlanImpact[T any](ctx context.Context, d *Data, plan tfsdk.Plan, state tfsdk.State, step func(plan, state *T) func(*access.Tenant)) (diags diag.Diagnostics) {
	if d == nil || !d.Guardrails.Enabled() {
		return nil
	}
	var is, was *T
	if !plan.Raw.IsNull() {
		is = new(T)
		diags.Append(plan.Get(ctx, is)...)
	}
	if !state.Raw.IsNull() {
		was = new(T)
		diags.Append(state.Get(ctx, was)...)
	}
	if diags.HasError() {
		return diags
	}
	return d.CheckImpact(ctx, step(is, was))
}

// unknownUsers warns of protected addresses that no user has. It is not an error,
// since this plan may invite the person; but a misspelled address protects nobody.
func (g Guardrails) unknownUsers(state access.State) (diags diag.Diagnostics) {
	missing := slices.DeleteFunc(slices.Clone(g.ProtectUsers), func(email string) bool {
		return slices.ContainsFunc(state.Users, func(u access.StateUser) bool { return api.SameEmail(u.Email, email) })
	})
	if len(missing) > 0 {
		slices.Sort(missing)
		diags.AddWarning("Protected Users Not Found", fmt.Sprintf("guardrails.protect_users of the provider lists addresses that no user of the tenant has yet: %s. "+
			"They are protected from the first plan after their invitation. Check their spelling: a misspelled address protects nobody.", strings.Join(missing, ", ")))
	}
	return diags
}

// unread warns of objects that the guardrails cannot read.
func unread(state access.State) (diags diag.Diagnostics) {
	if len(state.Unread) > 0 {
		diags.AddWarning("Access Not Checked", fmt.Sprintf("The access token may not read %s, so the guardrails of the provider do not see changes there. Use an API key with that permission.", strings.Join(state.Unread, ", ")))
	}
	return diags
}

// CheckTemplateImpact is CheckImpact for the planned change of a role template, which
// affects the groups that use it. A removed template gives no access.
func (d *Data) CheckTemplateImpact(ctx context.Context, id string, gives access.Access) diag.Diagnostics {
	return d.CheckImpact(ctx, func(t *access.Tenant) { t.SetTemplate(id, access.ControlIDs(gives)) })
}
