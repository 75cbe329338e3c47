package visibility

import (
	"errors"
	"fmt"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

// siteModel is the state of iam_site.
type siteModel struct {
	Code            types.String `tfsdk:"code"`
	Name            types.String `tfsdk:"name"`
	DefaultLanguage types.String `tfsdk:"default_language"`
	Languages       types.Set    `tfsdk:"languages"`
	Currency        types.String `tfsdk:"currency"`
	Country         types.String `tfsdk:"country"`
	ZipCode         types.String `tfsdk:"zip_code"`
	ShipToCountries types.Set    `tfsdk:"ship_to_countries"`
	Active          types.Bool   `tfsdk:"active"`
	Default         types.Bool   `tfsdk:"default"`
}

// texts are the sorted texts of a set: the same each time.
func texts(s types.Set) []string {
	list := append([]string{}, plumbing.Strings(s)...)
	slices.Sort(list)
	return list
}

// toAPI returns the body that makes the site. It is never made as the default
// one, which would take that from another site.
func (m siteModel) toAPI() api.Site {
	u := m.toUpdate(nil)
	return api.Site{
		Code: m.Code.ValueString(), Name: u.Name, Active: u.Active, DefaultLanguage: u.DefaultLanguage, Languages: u.Languages, Currency: u.Currency,
		HomeBase: u.HomeBase, ShipToCountries: u.ShipToCountries, TaxDeterminationBasedOn: api.TaxByBillingAddress,
	}
}

// toUpdate returns the body that changes the site as long as it has the
// version; nil is any.
func (m siteModel) toUpdate(version *int) api.SiteUpdate {
	u := api.SiteUpdate{
		Name: m.Name.ValueString(), Active: m.Active.ValueBool(), DefaultLanguage: m.DefaultLanguage.ValueString(), Languages: texts(m.Languages),
		Currency: m.Currency.ValueString(), ShipToCountries: texts(m.ShipToCountries),
		HomeBase: api.HomeBase{Address: api.SiteAddress{Country: m.Country.ValueString(), ZipCode: m.ZipCode.ValueString()}},
	}
	if version != nil {
		u.Metadata = &api.SiteMetadata{Version: version}
	}
	return u
}

// fromAPI takes over what the API says.
func (m *siteModel) fromAPI(s api.Site) {
	m.Code = types.StringValue(s.Code)
	m.Name = types.StringValue(s.Name)
	m.DefaultLanguage = types.StringValue(s.DefaultLanguage)
	m.Languages = setOf(s.Languages)
	m.Currency = types.StringValue(s.Currency)
	m.Country = types.StringValue(s.HomeBase.Address.Country)
	m.ZipCode = types.StringValue(s.HomeBase.Address.ZipCode)
	m.ShipToCountries = setOf(s.ShipToCountries)
	m.Active = types.BoolValue(s.Active)
	m.Default = types.BoolValue(s.Default)
}

// setOf returns a set of texts, never null.
func setOf(items []string) types.Set {
	distinct := slices.Compact(slices.Sorted(slices.Values(items)))
	return plumbing.StringSet(distinct, types.SetValueMust(types.StringType, nil))
}

// shownBy reports whether the site is as this model wants it.
func (m siteModel) shownBy(s api.Site) bool {
	return s.Name == m.Name.ValueString() && s.Active == m.Active.ValueBool() && s.DefaultLanguage == m.DefaultLanguage.ValueString() &&
		sameTexts(s.Languages, texts(m.Languages)) && s.Currency == m.Currency.ValueString() &&
		s.HomeBase.Address.Country == m.Country.ValueString() && s.HomeBase.Address.ZipCode == m.ZipCode.ValueString() &&
		sameTexts(s.ShipToCountries, texts(m.ShipToCountries))
}

// incomplete reports whether the configuration leaves out what the API
// requires and nothing else in it tells.
func (m siteModel) incomplete() bool {
	return m.DefaultLanguage.IsUnknown() || m.Currency.IsUnknown() || m.Country.IsUnknown() || m.ShipToCountries.IsUnknown()
}

// derive fills in what follows from other arguments: a site speaks its default
// language and ships within its country.
func (m *siteModel) derive() {
	if m.Languages.IsUnknown() && plumbing.IsSet(m.DefaultLanguage) {
		m.Languages = setOf([]string{m.DefaultLanguage.ValueString()})
	}
	if m.ShipToCountries.IsUnknown() && plumbing.IsSet(m.Country) {
		m.ShipToCountries = setOf([]string{m.Country.ValueString()})
	}
}

// follow lets what followed from other arguments so far, and is left out of the
// configuration, follow them on.
func (m *siteModel) follow(config, state siteModel) {
	if config.Languages.IsNull() && state.Languages.Equal(setOf([]string{state.DefaultLanguage.ValueString()})) {
		m.Languages = types.SetUnknown(types.StringType)
	}
	if config.ShipToCountries.IsNull() && state.ShipToCountries.Equal(setOf([]string{state.Country.ValueString()})) {
		m.ShipToCountries = types.SetUnknown(types.StringType)
	}
}

// completeFrom fills in what is left out from the tenant's default site.
func (m *siteModel) completeFrom(sites []api.Site) error {
	i := slices.IndexFunc(sites, func(s api.Site) bool { return s.Default })
	if i < 0 {
		return errors.New("the tenant has no active default site to take what is left out from: set default_language, currency, country and zip_code")
	}
	var model siteModel
	model.fromAPI(sites[i])
	if m.DefaultLanguage.IsUnknown() {
		m.DefaultLanguage, m.Languages = model.DefaultLanguage, model.Languages
	}
	if m.Currency.IsUnknown() {
		m.Currency = model.Currency
	}
	if m.Country.IsUnknown() {
		m.Country, m.ZipCode = model.Country, model.ZipCode
		if m.ShipToCountries.IsUnknown() {
			m.ShipToCountries = model.ShipToCountries
		}
	}
	m.derive()
	return nil
}

// checkLanguage refuses a default language that the site does not speak.
func (m siteModel) checkLanguage() error {
	languages := plumbing.Strings(m.Languages)
	if len(languages) < len(m.Languages.Elements()) || !plumbing.IsSet(m.Languages) || !plumbing.IsSet(m.DefaultLanguage) || slices.Contains(languages, m.DefaultLanguage.ValueString()) {
		return nil
	}
	return fmt.Errorf("the site's languages are %v, and its default language %s is none of them: add it to languages", texts(m.Languages), m.DefaultLanguage.ValueString())
}
