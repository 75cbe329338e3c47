package plumbing

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
)

// Guardrails are the limits that the provider block sets to plans.
type Guardrails struct {
	RequireDependencies  bool
	ShowImpact           bool
	MaxUsersLosingAccess *int64 // nil: no limit
	KeepAdmins           int64
	ProtectUsers         []string // e-mails
}

// Follow reports whether plans need the tenant's users and groups.
func (g Guardrails) Follow() bool {
	return g.ShowImpact || g.MaxUsersLosingAccess != nil || g.KeepAdmins > 0 || len(g.ProtectUsers) > 0
}

// forecast is the tenant as the run plans it, as far as it has come.
type forecast struct {
	mu   sync.Mutex
	told int // changes that were told
	*access.Forecast
}

// Judge follows a planned change through the tenant's users and groups: it
// tells what the change does where that is wanted, and refuses what breaks a
// limit. Without such a guardrail it does nothing and reads nothing. The tenant
// is read once per run.
func (d *Data) Judge(ctx context.Context, change func(*access.Tenant)) (diags diag.Diagnostics) {
	if d == nil || d.Client == nil || !d.Guardrails.Follow() {
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
	}
	impact := d.forecast.Change(change)
	if told := g.told(impact); len(told) > 0 {
		d.forecast.told++
		diags.AddWarning(impactSummary(d.forecast.told), impactText(told))
	}
	diags.Append(g.judge(impact, d.forecast.Forecast)...)
	return diags
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

// JudgeTemplate follows a planned change of a role template into the groups
// that start from it. Gone templates give nothing.
func (d *Data) JudgeTemplate(ctx context.Context, id string, gives access.Access) diag.Diagnostics {
	return d.Judge(ctx, func(t *access.Tenant) { t.SetTemplate(id, access.ControlIDs(gives)) })
}

// told is what a change does, as far as that is wanted.
func (g Guardrails) told(i access.Impact) []access.UserChange {
	if !g.ShowImpact {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(i.Step), func(c access.UserChange) bool { return c.Event == access.UserAdded && len(c.Changes) == 0 })
}

// toldApart is how many changes a plan shows one by one: of several warnings
// with one summary the CLI shows the first and counts the others, and nobody
// reads hundreds.
const toldApart = 30

func impactSummary(n int) string {
	switch {
	case n == 1:
		return "Access Changes"
	case n <= toldApart:
		return fmt.Sprintf("Access Changes (%d)", n)
	}
	return "More Access Changes"
}

// judge says which limits a change breaks.
func (g Guardrails) judge(i access.Impact, f *access.Forecast) (diags diag.Diagnostics) {
	if limit := g.MaxUsersLosingAccess; limit != nil && i.Losing.More && int64(i.Losing.Users) > *limit {
		diags.AddError("Too Many Users Lose Access", fmt.Sprintf("With this change %s by the plan up to here, and guardrails.max_users_losing_access of the provider is %d: %s.\n\n%s",
			plural(i.Losing.Users, "user loses access", "users lose access"), *limit, worst(f, access.UserChange.LosesAccess, i.Losing.Users), judgedSoFar))
	}
	if len(i.NoAdmins) > 0 && int64(i.Admins) < g.KeepAdmins {
		diags.AddError("Too Few Admins Left", fmt.Sprintf("After this change %s manage users and groups, and guardrails.keep_admins of the provider is %d. Who no longer can: %s.\n\n%s",
			plural(i.Admins, "user can", "users can"), g.KeepAdmins, everyone(i.NoAdmins), judgedSoFar))
	}
	var lines []string
	for _, c := range i.Total {
		protected := slices.ContainsFunc(g.ProtectUsers, func(email string) bool { return api.SameEmail(email, c.User.Email) })
		if protected && c.Loses() && stepTouches(i.Step, c.User) {
			lines = append(lines, "  "+name(c.User)+": "+whatHappens(c))
		}
	}
	if len(lines) > 0 {
		diags.AddError("Protected Users Lose Access", "guardrails.protect_users of the provider names users who must not be removed, locked or lowered:\n\n"+strings.Join(lines, "\n")+"\n\n"+judgedSoFar)
	}
	return diags
}

// worst names those of so many users to whom most happens.
func worst(f *access.Forecast, which func(access.UserChange) bool, all int) string {
	var users []access.StateUser
	for _, c := range f.Worst(shown, which) {
		users = append(users, c.User)
	}
	return whom(users, all)
}

const judgedSoFar = "A plan is judged resource by resource, by what was planned before: where another resource gives the access back, let this one depend on it. If this is meant, change the guardrail for it."

// stepTouches reports whether the change takes something from the user.
func stepTouches(step []access.UserChange, u access.StateUser) bool {
	return slices.ContainsFunc(step, func(c access.UserChange) bool {
		return c.User.ID == u.ID && api.SameEmail(c.User.Email, u.Email) && c.Loses()
	})
}

// shown is how many names, and how many kinds of change, a text tells.
const shown = 10

// impactText says how many users gain and lose, and then what, users to whom
// the same happens together.
func impactText(changes []access.UserChange) string {
	var gain, lose int
	var kinds []string
	users := map[string][]access.StateUser{}
	for _, c := range changes {
		if c.LosesAccess() {
			lose++
		}
		if slices.ContainsFunc(c.Changes, access.Change.Widens) {
			gain++
		}
		what := whatHappens(c)
		if users[what] == nil {
			kinds = append(kinds, what)
		}
		users[what] = append(users[what], c.User)
	}
	lines := []string{fmt.Sprintf("%s, %s, by this change:\n", plural(gain, "user gains access", "users gain access"), plural(lose, "loses access", "lose access"))}
	named := 0
	for n, what := range kinds {
		if n == shown {
			lines = append(lines, fmt.Sprintf("  and %d more kinds of change", len(kinds)-shown))
			break
		}
		these := users[what]
		few := these[:min(len(these), max(shown-named, 0))]
		named += len(few)
		lines = append(lines, "  "+whom(few, len(these))+": "+what)
	}
	return strings.Join(lines, "\n")
}

// whom names some of so many users.
func whom(some []access.StateUser, all int) string {
	switch {
	case len(some) == 0:
		return plural(all, "user", "users")
	case len(some) < all:
		return fmt.Sprintf("%s and %d more", everyone(some), all-len(some))
	}
	return everyone(some)
}

func everyone(users []access.StateUser) string {
	names := make([]string, len(users))
	for i, u := range users {
		names[i] = name(u)
	}
	return strings.Join(names, ", ")
}

func name(u access.StateUser) string {
	if u.Email == "" {
		return u.ID
	}
	return u.Email
}

// whatHappens says in one line what becomes of a user.
func whatHappens(c access.UserChange) string {
	var all []string
	if c.Event != "" {
		all = append(all, "is "+string(c.Event))
	}
	for _, change := range access.JoinEntities(c.Changes) {
		all = append(all, change.Text())
	}
	return strings.Join(all, "; ")
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
