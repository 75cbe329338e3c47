package directory

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

// userModel is the state of iam_user.
type userModel struct {
	ID                   types.String `tfsdk:"id"`
	Email                types.String `tfsdk:"email"`
	FirstName            types.String `tfsdk:"first_name"`
	LastName             types.String `tfsdk:"last_name"`
	Department           types.String `tfsdk:"department"`
	PreferredSite        types.String `tfsdk:"preferred_site"`
	PreferredCurrency    types.String `tfsdk:"preferred_currency"`
	PreferredLanguage    types.String `tfsdk:"preferred_language"`
	Locked               types.Bool   `tfsdk:"locked"`
	GroupIDs             types.Set    `tfsdk:"group_ids"`
	OnDestroy            types.String `tfsdk:"on_destroy"`
	BackofficeUserNumber types.String `tfsdk:"backoffice_user_number"`
	Status               types.String `tfsdk:"status"`
}

// fields returns the attributes by name.
func (m *userModel) fields() plumbing.Fields {
	return plumbing.Fields{
		"id": &m.ID, "email": &m.Email, "first_name": &m.FirstName, "last_name": &m.LastName, "department": &m.Department,
		"preferred_site": &m.PreferredSite, "preferred_currency": &m.PreferredCurrency, "preferred_language": &m.PreferredLanguage,
		"locked": &m.Locked, "group_ids": &m.GroupIDs, "on_destroy": &m.OnDestroy,
		"backoffice_user_number": &m.BackofficeUserNumber, "status": &m.Status,
	}
}

// toAPI returns the body that creates the user, without groups unless this resource
// manages them.
func (m userModel) toAPI() api.UserCreate {
	return api.UserCreate{
		FirstName: m.FirstName.ValueString(), LastName: m.LastName.ValueString(), ContactEmail: m.Email.ValueString(),
		Department: m.Department.ValueString(), PreferredSite: m.PreferredSite.ValueString(),
		PreferredCurrency: m.PreferredCurrency.ValueString(), PreferredLanguage: m.PreferredLanguage.ValueString(),
		GroupIDs: append([]string{}, plumbing.Strings(m.GroupIDs)...),
	}
}

// toUpdate returns the body that updates the user. Unless this resource manages the
// groups, it repeats the user's current ones, because the API removes missing ones.
func (m userModel) toUpdate(present api.User) api.UserUpdate {
	groups := present.GroupIDs
	if !m.GroupIDs.IsNull() {
		groups = append([]string{}, plumbing.Strings(m.GroupIDs)...)
	}
	return api.UserUpdate{
		FirstName: m.FirstName.ValueString(), LastName: m.LastName.ValueString(),
		Department: m.Department.ValueString(), PreferredSite: m.PreferredSite.ValueString(),
		PreferredCurrency: m.PreferredCurrency.ValueString(), PreferredLanguage: m.PreferredLanguage.ValueString(),
		BackofficeUserNumber: present.BackofficeUserNumber, GroupIDs: groups,
	}
}

// fromAPI sets the model to the user that the API returned. An e-mail address that
// differs in case only keeps its spelling, because the API ignores case.
func (m *userModel) fromAPI(u api.User) {
	m.ID = types.StringValue(u.ID)
	if !api.SameEmail(m.Email.ValueString(), u.ContactEmail) {
		m.Email = types.StringValue(u.ContactEmail)
	}
	m.FirstName = types.StringValue(u.FirstName)
	m.LastName = types.StringValue(u.LastName)
	m.Department = types.StringValue(u.Department)
	m.PreferredSite = types.StringValue(u.PreferredSite)
	m.PreferredCurrency = types.StringValue(u.PreferredCurrency)
	m.PreferredLanguage = types.StringValue(u.PreferredLanguage)
	m.BackofficeUserNumber = types.StringValue(u.BackofficeUserNumber)
	m.Status = types.StringValue(strings.ToUpper(string(u.Status)))
	if !m.Locked.IsNull() {
		m.Locked = types.BoolValue(u.Locked())
	}
	if !m.GroupIDs.IsNull() {
		m.GroupIDs = plumbing.StringSet(u.GroupIDs, m.GroupIDs)
	}
}

// importedUser returns the state of an imported user, which manages neither groups nor
// locks.
func importedUser(u api.User) userModel {
	m := userModel{OnDestroy: types.StringValue(onDestroyRemove), GroupIDs: types.SetNull(types.StringType)}
	m.fromAPI(u)
	return m
}

// shownBy reports whether the user matches this model.
func (m userModel) shownBy(u api.User) bool {
	return u.FirstName == m.FirstName.ValueString() && u.LastName == m.LastName.ValueString() &&
		u.Department == m.Department.ValueString() && u.PreferredSite == m.PreferredSite.ValueString() &&
		u.PreferredCurrency == m.PreferredCurrency.ValueString() && u.PreferredLanguage == m.PreferredLanguage.ValueString() &&
		(m.Locked.IsNull() || u.Locked() == m.Locked.ValueBool()) &&
		(m.GroupIDs.IsNull() || sameIDs(u.GroupIDs, plumbing.Strings(m.GroupIDs)))
}

// expects reports whether the user matches this state. The state of an import is still
// empty and matches any user.
func (m userModel) expects(u api.User) bool {
	return m.Email.IsNull() || m.shownBy(u) && api.SameEmail(u.ContactEmail, m.Email.ValueString()) &&
		strings.EqualFold(string(u.Status), m.Status.ValueString())
}

// sameIDs compares ids regardless of their order.
func sameIDs(a, b []string) bool {
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}

// fill plans an attribute that the configuration omits: the provider's default, else
// the user's current value. A new user without a default has null: see complete.
func fill(planned *types.String, configured, present, fromProvider types.String) {
	switch {
	case !configured.IsNull():
	case !fromProvider.IsNull():
		*planned = fromProvider // even if it is unknown
	default:
		*planned = present // unknown if the user is adopted
	}
}

// setUnknown sets the attributes that a configuration can omit to unknown.
func (m *userModel) setUnknown() {
	for _, field := range []*types.String{&m.Department, &m.PreferredSite, &m.PreferredCurrency, &m.PreferredLanguage} {
		*field = types.StringUnknown()
	}
}

// fillFrom plans all attributes that the configuration omits.
func (m *userModel) fillFrom(config, prior userModel, defaults plumbing.UserDefaults) {
	fill(&m.Department, config.Department, prior.Department, defaults.Department)
	fill(&m.PreferredSite, config.PreferredSite, prior.PreferredSite, defaults.PreferredSite)
	fill(&m.PreferredCurrency, config.PreferredCurrency, prior.PreferredCurrency, defaults.PreferredCurrency)
	fill(&m.PreferredLanguage, config.PreferredLanguage, prior.PreferredLanguage, defaults.PreferredLanguage)
}

// complete gives a new user every attribute that neither the configuration nor the
// provider sets. It reads the tenant only if one is missing.
func (m *userModel) complete(ctx context.Context, d *plumbing.Data) {
	missing := func(v *types.String) bool { return v.IsNull() }
	if !slices.ContainsFunc([]*types.String{&m.Department, &m.PreferredSite, &m.PreferredCurrency, &m.PreferredLanguage}, missing) {
		return
	}
	m.fillFrom(*m, userModel{}, d.NewUserDefaults(ctx))
}

// isIncomplete reports whether an attribute of a new user is not known even in the apply,
// because the tenant could not be read.
func (m userModel) isIncomplete() bool {
	return m.PreferredSite.IsUnknown() || m.PreferredCurrency.IsUnknown() || m.PreferredLanguage.IsUnknown()
}

// createdBy reports whether the user is the one whose creation this model requested at
// the given time: it matches the model and was created since then. It allows for a
// difference between the clocks of both sides, so it may also accept a user that
// another client has just created.
func (m userModel) createdBy(u api.User, since time.Time) bool {
	const skew = 5 * time.Minute
	m.Locked = types.BoolValue(false) // users are created unlocked and locked afterwards
	return plumbing.ParseTime(u.ValidFrom).After(since.Add(-skew)) && m.shownBy(u) &&
		api.SameEmail(u.ContactEmail, m.Email.ValueString()) && sameIDs(u.GroupIDs, plumbing.Strings(m.GroupIDs))
}
