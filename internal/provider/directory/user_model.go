package directory

import (
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

// fields are the attributes by name.
func (m *userModel) fields() plumbing.Fields {
	return plumbing.Fields{
		"id": &m.ID, "email": &m.Email, "first_name": &m.FirstName, "last_name": &m.LastName, "department": &m.Department,
		"preferred_site": &m.PreferredSite, "preferred_currency": &m.PreferredCurrency, "preferred_language": &m.PreferredLanguage,
		"locked": &m.Locked, "group_ids": &m.GroupIDs, "on_destroy": &m.OnDestroy,
		"backoffice_user_number": &m.BackofficeUserNumber, "status": &m.Status,
	}
}

// toAPI returns the body that makes the user, in no group unless this resource
// manages them.
func (m userModel) toAPI() api.UserCreate {
	return api.UserCreate{
		FirstName: m.FirstName.ValueString(), LastName: m.LastName.ValueString(), ContactEmail: m.Email.ValueString(),
		Department: m.Department.ValueString(), PreferredSite: m.PreferredSite.ValueString(),
		PreferredCurrency: m.PreferredCurrency.ValueString(), PreferredLanguage: m.PreferredLanguage.ValueString(),
		GroupIDs: append([]string{}, plumbing.Strings(m.GroupIDs)...),
	}
}

// toUpdate returns the body that changes the user. Unless this resource manages
// them it repeats the groups that the user is in now, because the API takes a
// missing one for a removal.
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

// fromAPI takes over what the API says. An e-mail that differs in case only
// keeps its spelling, as the API compares e-mails without case.
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

// importedUser is the state that an import takes a user over with: its groups
// and its lock are left to others.
func importedUser(u api.User) userModel {
	m := userModel{OnDestroy: types.StringValue(onDestroyRemove), GroupIDs: types.SetNull(types.StringType)}
	m.fromAPI(u)
	return m
}

// shownBy reports whether the user is as this model wants it.
func (m userModel) shownBy(u api.User) bool {
	return u.FirstName == m.FirstName.ValueString() && u.LastName == m.LastName.ValueString() &&
		u.Department == m.Department.ValueString() && u.PreferredSite == m.PreferredSite.ValueString() &&
		u.PreferredCurrency == m.PreferredCurrency.ValueString() && u.PreferredLanguage == m.PreferredLanguage.ValueString() &&
		(m.Locked.IsNull() || u.Locked() == m.Locked.ValueBool()) &&
		(m.GroupIDs.IsNull() || sameIDs(u.GroupIDs, plumbing.Strings(m.GroupIDs)))
}

// expects reports whether the user is as this state has it. The state of an
// import has nothing yet.
func (m userModel) expects(u api.User) bool {
	return m.Email.IsNull() || m.shownBy(u) && api.SameEmail(u.ContactEmail, m.Email.ValueString()) &&
		strings.EqualFold(string(u.Status), m.Status.ValueString())
}

// sameIDs compares ids whose order means nothing.
func sameIDs(a, b []string) bool {
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}

// Fallbacks for what the API requires of every user and nobody gave. They are
// what a new tenant has.
const (
	fallbackSite     = "main"
	fallbackCurrency = "EUR"
	fallbackLanguage = "en"
)

// fill plans an attribute that the configuration leaves out: the provider's
// default, else what the user has already, else the fallback.
func fill(planned *types.String, configured, present, fromProvider types.String, fallback string) {
	switch {
	case !configured.IsNull():
	case !fromProvider.IsNull():
		*planned = fromProvider // also while it is unknown
	case !present.IsNull():
		*planned = present // unknown, where the user is to be adopted
	default:
		*planned = types.StringValue(fallback)
	}
}

// leaveOpen makes what a configuration may leave out unknown.
func (m *userModel) leaveOpen() {
	for _, field := range []*types.String{&m.Department, &m.PreferredSite, &m.PreferredCurrency, &m.PreferredLanguage} {
		*field = types.StringUnknown()
	}
}

// fillFrom plans every attribute that the configuration leaves out.
func (m *userModel) fillFrom(config, prior userModel, defaults plumbing.UserDefaults) {
	fill(&m.Department, config.Department, prior.Department, defaults.Department, "")
	fill(&m.PreferredSite, config.PreferredSite, prior.PreferredSite, defaults.PreferredSite, fallbackSite)
	fill(&m.PreferredCurrency, config.PreferredCurrency, prior.PreferredCurrency, defaults.PreferredCurrency, fallbackCurrency)
	fill(&m.PreferredLanguage, config.PreferredLanguage, prior.PreferredLanguage, defaults.PreferredLanguage, fallbackLanguage)
}

// wasMadeBy reports whether the user is the one that this model asked for at
// the given time: all that was asked for, made since then. The clocks of both
// sides may differ somewhat, so that somebody else's user may be that new, too.
func (m userModel) wasMadeBy(u api.User, since time.Time) bool {
	const skew = 5 * time.Minute
	m.Locked = types.BoolValue(false) // users are made unlocked, and locked after that
	return plumbing.ParseTime(u.ValidFrom).After(since.Add(-skew)) && m.shownBy(u) &&
		api.SameEmail(u.ContactEmail, m.Email.ValueString()) && sameIDs(u.GroupIDs, plumbing.Strings(m.GroupIDs))
}
