package plumbing

import (
	"context"
	"crypto/sha256"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
)

// limit is a guardrail, identified by the name of its argument.
type limit string

// The limits.
const (
	limitLosing  limit = "max_users_losing_access"
	limitGaining limit = "max_users_gaining_access"
	limitAdmins  limit = "max_new_admins"
	limitKept    limit = "keep_admins"
	limitLifting limit = "forbid_lifting_restrictions"
	limitProtect limit = "protect_users"
)

// violation is a limit that the plan breaks.
type violation struct{ summary, detail string }

func (b violation) diagnostic() diag.Diagnostic {
	return diag.NewErrorDiagnostic(b.summary, b.detail+"\n\n"+guardrailHint)
}

const guardrailHint = "Guardrails check resources one at a time, in plan order, and only one resource reports a broken limit. " +
	"If another resource restores the access, add depends_on so that it is planned first. If the change is intended, relax the guardrail."

// counted is a limit on the number of users that a change affects.
type counted struct {
	most          *int64
	count         func(access.Impact) access.Count
	effect        access.Effect
	summary, what string // what has a verb for the number of users
}

func (g Guardrails) counted() map[limit]counted {
	return map[limit]counted{
		limitLosing: {
			g.MaxUsersLosingAccess, func(i access.Impact) access.Count { return i.Losing }, access.LosesAccess,
			"Too Many Users Lose Access", "takes access away from at least %s so far",
		},
		limitGaining: {
			g.MaxUsersGainingAccess, func(i access.Impact) access.Count { return i.Gaining }, access.GainsAccess,
			"Too Many Users Gain Access", "gives access to at least %s so far",
		},
		limitAdmins: {
			g.MaxNewAdmins, func(i access.Impact) access.Count { return i.NewAdmins }, access.BecomesAdmin,
			"Too Many New Admins", "gives at least %s so far the right to manage users and groups, wholly or in part, or the team",
		},
		limitLifting: {
			g.liftsAllowed(), func(i access.Impact) access.Count { return i.Lifted }, access.LiftsRestriction,
			"Restrictions Lifted", "gives at least %s so far access to records that a restriction hides from them",
		},
	}
}

// liftsAllowed returns how many users may lose a restriction; nil for any number.
func (g Guardrails) liftsAllowed() *int64 {
	if g.ForbidLiftingRestrictions {
		return new(int64)
	}
	return nil
}

// breaking returns the limits that a change may break, or break further. violation
// decides whether the plan breaks them.
func (g Guardrails) breaking(i access.Impact) (limits []limit) {
	for l, c := range g.counted() {
		if count := c.count(i); c.most != nil && count.More && int64(count.Users) > *c.most {
			limits = append(limits, l)
		}
	}
	if len(i.NoAdmins) > 0 && int64(i.Admins) < g.KeepAdmins {
		limits = append(limits, limitKept)
	}
	if slices.ContainsFunc(i.Step, g.unprotected) {
		limits = append(limits, limitProtect)
	}
	slices.Sort(limits)
	return limits
}

// unprotected reports whether a change takes access away from a protected user.
func (g Guardrails) unprotected(c access.UserChange) bool {
	return c.Loses() && slices.ContainsFunc(g.ProtectUsers, func(email string) bool { return api.SameEmail(email, c.User.Email) })
}

// violation describes how the plan so far breaks a limit; ok is false if it does
// not.
func (g Guardrails) violation(l limit, f *access.Forecast) (b violation, ok bool) {
	i := f.Change(func(*access.Tenant) {})
	switch c, is := g.counted()[l]; {
	case is:
		most, users := f.MostAffected(c.effect)
		detail := fmt.Sprintf("This plan "+c.what+", and guardrails.%s of the provider allows %d: %s.", plural(users, "user", "users"), l, *c.most, worst(most, users))
		return violation{c.summary, detail}, int64(users) > *c.most
	case l == limitKept:
		most, lost := f.MostAffected(access.CeasesAdmin)
		return violation{"Too Few Admins Left", fmt.Sprintf("So far this plan leaves %s who can manage users and groups, and guardrails.%s of the provider requires %d. Losing that right: %s.",
			plural(i.Admins, "user", "users"), l, g.KeepAdmins, worst(most, lost))}, lost > 0 && int64(i.Admins) < g.KeepAdmins
	}
	lost := slices.DeleteFunc(f.Totals(g.ProtectUsers), func(c access.UserChange) bool { return !c.Loses() })
	lines := make([]string, 0, shown)
	for _, c := range lost[:min(shown, len(lost))] {
		lines = append(lines, "  "+name(c.User)+": "+whatHappens(c))
	}
	if len(lost) > shown {
		lines = append(lines, fmt.Sprintf("  and %d more", len(lost)-shown))
	}
	return violation{"Protected Users Lose Access", fmt.Sprintf("guardrails.%s of the provider lists users who must not be removed, be locked or lose access:\n\n%s", l, strings.Join(lines, "\n"))}, len(lost) > 0
}

// worst names the most affected of a number of users.
func worst(most []access.UserChange, all int) string {
	var users []access.StateUser
	for _, c := range most {
		users = append(users, c.User)
	}
	return whom(users, all)
}

// planCall is one call to plan a resource or an action. Terraform may plan each of
// them several times.
type planCall struct {
	typeName string
	parts    [][]byte
	reported map[limit]bool // by this call
}

type planCallKey struct{}

// WithPlan returns a context for the plan of a resource or an action. The parts
// distinguish it from others of its type, as Terraform does not send addresses to
// providers.
func WithPlan(ctx context.Context, typeName string, parts ...[]byte) context.Context {
	return context.WithValue(ctx, planCallKey{}, &planCall{typeName, parts, map[limit]bool{}})
}

// plannerOf returns a value that is the same for every plan of one resource.
func plannerOf(typeName string, parts [][]byte) string {
	sum := sha256.New()
	for _, part := range append([][]byte{[]byte(typeName)}, parts...) {
		_, _ = fmt.Fprintf(sum, "%d:", len(part))
		_, _ = sum.Write(part)
	}
	return string(sum.Sum(nil))
}

// broken records the limits that a run has broken so far.
type broken struct {
	by       map[limit]string    // the planner that reports the limit
	reported map[limit]violation // what that planner reports
	refused  map[string]limit    // by planner: the limit it broke, first or further
}

// claim records the limits that a planner breaks, and returns those that no other
// planner reports.
func (b *broken) claim(planner string, limits []limit) (mine []limit) {
	if b.by == nil {
		b.by, b.reported, b.refused = map[limit]string{}, map[limit]violation{}, map[string]limit{}
	}
	for _, l := range limits {
		b.refused[planner] = l
		if by, claimed := b.by[l]; !claimed || by == planner {
			b.by[l] = planner
			mine = append(mine, l)
		}
	}
	return mine
}

// release forgets that a limit was broken: changes planned since respect it.
func (b *broken) release(l limit) {
	delete(b.by, l)
	maps.DeleteFunc(b.refused, func(_ string, broken limit) bool { return broken == l })
}

// report returns an error for each limit that a plan breaks and that no other
// resource reports. It repeats the errors that this resource reported when it was
// planned before, as planning the same change again has no further effect. Before
// report is the first to report a limit it waits for the plans under way, because
// they may restore the access that this change removes. The caller holds the lock.
//
// One error is enough to refuse a plan. It does not stop an apply, which checks what
// was unknown in the plan: there RefuseApply keeps the other resources from breaking
// the limit further. Changes that are checked outside a plan are always reported.
func (d *Data) report(ctx context.Context, limits []limit) (diags diag.Diagnostics) {
	f, g := &d.forecast, d.Guardrails
	p, planned := ctx.Value(planCallKey{}).(*planCall)
	if len(limits) == 0 && (!planned || len(f.by) == 0) {
		return nil
	}
	if !planned {
		for _, l := range limits {
			if b, ok := g.violation(l, f.Forecast); ok {
				diags.Append(b.diagnostic())
			}
		}
		return diags
	}
	planner := plannerOf(p.typeName, p.parts)
	if mine := f.claim(planner, limits); len(mine) > 0 {
		f.mu.Unlock()
		d.requests.waitUntilIdle(ctx)
		f.mu.Lock()
		for _, l := range mine {
			if b, ok := g.violation(l, f.Forecast); ok {
				f.reported[l] = b
			} else {
				f.release(l)
			}
		}
	}
	for _, l := range slices.Sorted(maps.Keys(f.by)) {
		if f.by[l] == planner && !p.reported[l] {
			p.reported[l] = true
			diags.Append(f.reported[l].diagnostic())
		}
	}
	return diags
}

// RefuseApply returns an error if the resource's plan in this run broke a limit that
// another resource reported, and nil otherwise.
func (d *Data) RefuseApply(typeName string, parts ...[]byte) diag.Diagnostic {
	if d == nil || !d.Guardrails.Enabled() {
		return nil
	}
	d.forecast.mu.Lock()
	defer d.forecast.mu.Unlock()
	l, refused := d.forecast.refused[plannerOf(typeName, parts)]
	if !refused {
		return nil
	}
	return diag.NewErrorDiagnostic("Guardrail Broken", fmt.Sprintf("Nothing was changed: this apply breaks guardrails.%s of the provider, and this resource would break it further. The users are named in the error of the resource that broke it first.", l))
}
