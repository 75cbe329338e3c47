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

// texts returns the sorted elements of a set of strings.
func texts(s types.Set) []string {
	list := append([]string{}, plumbing.Strings(s)...)
	slices.Sort(list)
	return list
}

// toAPI returns the body that creates the site. It never creates a default
// site, which would replace the present one.
func (m siteModel) toAPI() api.Site {
	u := m.toUpdate(nil)
	return api.Site{
		Code: m.Code.ValueString(), Name: u.Name, Active: u.Active, DefaultLanguage: u.DefaultLanguage, Languages: u.Languages, Currency: u.Currency,
		HomeBase: u.HomeBase, ShipToCountries: u.ShipToCountries, TaxDeterminationBasedOn: api.TaxByBillingAddress,
	}
}

// toUpdate returns the body that updates the site if it has the version; nil
// matches any version.
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

// fromAPI sets the attributes from the API.
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

// setOf returns a set of strings, never null.
func setOf(items []string) types.Set {
	distinct := slices.Compact(slices.Sorted(slices.Values(items)))
	return plumbing.StringSet(distinct, types.SetValueMust(types.StringType, nil))
}

// shownBy reports whether the site matches the model.
func (m siteModel) shownBy(s api.Site) bool {
	return s.Name == m.Name.ValueString() && s.Active == m.Active.ValueBool() && s.DefaultLanguage == m.DefaultLanguage.ValueString() &&
		sameTexts(s.Languages, texts(m.Languages)) && s.Currency == m.Currency.ValueString() &&
		s.HomeBase.Address.Country == m.Country.ValueString() && s.HomeBase.Address.ZipCode == m.ZipCode.ValueString() &&
		sameTexts(s.ShipToCountries, texts(m.ShipToCountries))
}

// incomplete reports whether the configuration leaves out what the API requires
// and other arguments do not imply.
func (m siteModel) incomplete() bool {
	return m.DefaultLanguage.IsUnknown() || m.Currency.IsUnknown() || m.Country.IsUnknown() || m.ShipToCountries.IsUnknown()
}

// derive sets what other arguments imply: a site has its default language and
// ships within its country.
func (m *siteModel) derive() {
	if m.Languages.IsUnknown() && plumbing.IsSet(m.DefaultLanguage) {
		m.Languages = setOf([]string{m.DefaultLanguage.ValueString()})
	}
	if m.ShipToCountries.IsUnknown() && plumbing.IsSet(m.Country) {
		m.ShipToCountries = setOf([]string{m.Country.ValueString()})
	}
}

// follow updates derived values that the configuration leaves out when the
// arguments they derive from change.
func (m *siteModel) follow(config, state siteModel) {
	if config.Languages.IsNull() && state.Languages.Equal(setOf([]string{state.DefaultLanguage.ValueString()})) {
		m.Languages = types.SetUnknown(types.StringType)
	}
	if config.ShipToCountries.IsNull() && state.ShipToCountries.Equal(setOf([]string{state.Country.ValueString()})) {
		m.ShipToCountries = types.SetUnknown(types.StringType)
	}
}

// completeFrom copies what is left out from the tenant's default site.
func (m *siteModel) completeFrom(sites []api.Site) error {
	i := slices.IndexFunc(sites, func(s api.Site) bool { return s.Default })
	if i < 0 {
		return errors.New("the tenant has no active default site to copy missing arguments from: set default_language, currency, country and zip_code")
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

// checkLanguage returns an error if the default language is not one of the
// site's languages.
func (m siteModel) checkLanguage() error {
	languages := plumbing.Strings(m.Languages)
	if len(languages) < len(m.Languages.Elements()) || !plumbing.IsSet(m.Languages) || !plumbing.IsSet(m.DefaultLanguage) || slices.Contains(languages, m.DefaultLanguage.ValueString()) {
		return nil
	}
	return fmt.Errorf("the default language %[2]s is not one of the site's languages %[1]v: add it to languages", texts(m.Languages), m.DefaultLanguage.ValueString())
}
