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

// Guardrails are the limits that the provider block sets to plans.
type Guardrails struct {
	RequireDependencies bool
	ShowImpact          bool

	// Nil is no limit.
	MaxUsersLosingAccess, MaxUsersGainingAccess, MaxNewAdmins *int64

	KeepAdmins                int64
	ForbidLiftingRestrictions bool
	ProtectUsers              []string // e-mails
}

// Enabled reports whether plans need the tenant's users and groups.
func (g Guardrails) Enabled() bool {
	return g.ShowImpact || g.MaxUsersLosingAccess != nil || g.MaxUsersGainingAccess != nil || g.MaxNewAdmins != nil ||
		g.KeepAdmins > 0 || g.ForbidLiftingRestrictions || len(g.ProtectUsers) > 0
}

// forecast is the tenant as the run plans it, as far as it has come.
type forecast struct {
	mu       sync.Mutex
	reported int // changes that were reported

	broken
	*access.Forecast
}

// CheckImpact follows a planned change through the tenant: it reports what the change
// does where that is wanted, and refuses what breaks a limit. A broken limit is
// reported once, to the resource that broke it. Without such a guardrail CheckImpact
// does nothing and reads nothing. The tenant is read once per run.
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
	if seen := g.visible(impact); len(seen) > 0 {
		d.forecast.reported++
		diags.AddWarning(impactSummary(d.forecast.reported), impactText(seen))
	}
	diags.Append(d.report(ctx, g.breaking(impact))...)
	return diags
}

// CheckPlanImpact is CheckImpact for the change from a state to a plan, as both are now.
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

// unknownUsers warns of protected addresses that nobody has: a guardrail with a
// mistake in it protects nobody, but the plan may be about to invite the person.
func (g Guardrails) unknownUsers(state access.State) (diags diag.Diagnostics) {
	missing := slices.DeleteFunc(slices.Clone(g.ProtectUsers), func(email string) bool {
		return slices.ContainsFunc(state.Users, func(u access.StateUser) bool { return api.SameEmail(u.Email, email) })
	})
	if len(missing) > 0 {
		slices.Sort(missing)
		diags.AddWarning("Protected Users Not Found", fmt.Sprintf("guardrails.protect_users of the provider names addresses that no user of the tenant has yet: %s. "+
			"They are protected from the next plan on after they are invited. If one of them is misspelled, correct it: it protects nobody.", strings.Join(missing, ", ")))
	}
	return diags
}

// unread warns of what the guardrails are blind to.
func unread(state access.State) (diags diag.Diagnostics) {
	if len(state.Unread) > 0 {
		diags.AddWarning("Access Not Judged", fmt.Sprintf("The access token may not read %s, so that the guardrails of the provider do not see what changes there. Use an API key that may read it.", strings.Join(state.Unread, ", ")))
	}
	return diags
}

// CheckTemplateImpact follows a planned change of a role template into the groups
// that start from it. Gone templates give nothing.
func (d *Data) CheckTemplateImpact(ctx context.Context, id string, gives access.Access) diag.Diagnostics {
	return d.CheckImpact(ctx, func(t *access.Tenant) { t.SetTemplate(id, access.ControlIDs(gives)) })
}
