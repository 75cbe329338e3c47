package server

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"time"
	_ "time/tzdata" // machines without a database of time zones accept the same sites

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/server/door"
	"github.com/access-config/terraform-provider-iam/internal/server/query"
	"github.com/access-config/terraform-provider-iam/internal/server/wire"
)

// decodeObject decodes the body, an object with any members.
func (c *call) decodeObject() (map[string]any, error) {
	doc, err := wire.DecodeObject(c.body)
	if err != nil {
		return nil, badRequest("The body must be a JSON object")
	}
	if err := door.Check(c.body, nil); err != nil {
		return nil, badRequest("The body is refused", err.Error())
	}
	// Filters convert numbers, so every number must fit.
	if err := json.Unmarshal(c.body, new(any)); err != nil {
		return nil, badRequest("The body contains a number that is too large")
	}
	return doc, nil
}

// requiredOfSites are the required members of a site.
var requiredOfSites = []string{
	"code", "name", "defaultLanguage", "languages", "currency",
	"homeBase", "homeBase.address", "homeBase.address.country", "homeBase.address.zipCode", "shipToCountries",
}

// defaultsOfSites are the defaults of members of a site.
var defaultsOfSites = wire.Object{"active": true, "default": false, "taxDeterminationBasedOn": api.TaxByBillingAddress}

// checkSite fills in defaults and decodes the members of a site that the backend knows, or
// refuses the site.
func checkSite(doc wire.Object) (api.Site, error) {
	const refused = "The site is not valid"
	var site api.Site
	var missing []api.ServiceDetail
	for _, path := range requiredOfSites {
		if !query.Has(doc, path) {
			missing = append(missing, missingMember("", path))
		}
	}
	if len(missing) > 0 {
		return site, invalid(refused, missing...)
	}
	for name, value := range defaultsOfSites {
		if _, ok := doc[name]; !ok {
			doc[name] = value
		}
	}
	for _, kind := range wire.SiteServices {
		wire.DropNulls(doc[kind])
	}
	text, err := json.Marshal(doc)
	if err != nil {
		return site, fmt.Errorf("encoding a site: %w", err)
	}
	var rest siteRest
	for _, members := range []any{&site, &rest} {
		if err := json.Unmarshal(text, members); err != nil {
			return site, invalid(refused, typeMistake(err))
		}
	}
	if mistakes := append(siteMistakes(site), rest.mistakes(doc)...); len(mistakes) > 0 {
		return site, invalid(refused, mistakes...)
	}
	return site, nil
}

// siteRest has the types of those members of a site that the backend only stores.
type siteRest struct {
	HomeBase struct {
		Address struct {
			Street         string `json:"street"`
			StreetNumber   string `json:"streetNumber"`
			StreetAppendix string `json:"streetAppendix"`
			ExtraLine1     string `json:"extraLine1"`
			ExtraLine2     string `json:"extraLine2"`
			ExtraLine3     string `json:"extraLine3"`
			ExtraLine4     string `json:"extraLine4"`
			City           string `json:"city"`
			State          string `json:"state"`
		} `json:"address"`
		Location struct {
			Latitude  float64 `json:"latitude"`
			Longitude float64 `json:"longitude"`
		} `json:"location"`
		Timezone *string `json:"timezone"`
	} `json:"homeBase"`
	Payment        []siteService `json:"payment"`
	Shipping       []siteService `json:"shipping"`
	Tax            []siteService `json:"tax"`
	AssistedBuying struct {
		StorefrontURL string `json:"storefrontUrl"`
	} `json:"assistedBuying"`
}

// siteService has the types of the configuration of a service.
type siteService struct {
	ID            string `json:"id"`
	Name          string `json:"name"`
	ServiceType   string `json:"serviceType"`
	ServiceURL    string `json:"serviceUrl"`
	Active        bool   `json:"active"`
	Configuration struct {
		Public     map[string]json.RawMessage `json:"public"`
		Restricted map[string]json.RawMessage `json:"restricted"`
	} `json:"configuration"`
}

// mistakes returns a cause for each of these members whose value is not valid.
func (r siteRest) mistakes(doc wire.Object) []api.ServiceDetail {
	var mistakes []api.ServiceDetail
	if zone := r.HomeBase.Timezone; zone != nil {
		if _, err := time.LoadLocation(*zone); err != nil || *zone == "" || *zone == "Local" {
			mistakes = append(mistakes, api.ServiceDetail{
				Field: "homeBase.timezone", Type: api.DetailInvalid, MoreInfo: "Europe/Berlin",
				Message: fmt.Sprintf("homeBase.timezone must be a time zone of the IANA database, not '%s'", *zone),
			})
		}
	}
	for _, kind := range wire.SiteServices {
		list, _ := doc[kind].([]any)
		for i, service := range list {
			if _, ok := service.(wire.Object); !ok {
				member := fmt.Sprintf("%s[%d]", kind, i)
				mistakes = append(mistakes, api.ServiceDetail{Field: member, Type: api.DetailType, Message: member + " must be an object"})
			}
		}
	}
	return mistakes
}

var (
	siteLanguage = regexp.MustCompile(`^[a-z]{2}$`)
	countryCode  = regexp.MustCompile(`^[A-Z]{2}$`)
)

// siteMistakes returns a cause for each invalid member of a site.
func siteMistakes(site api.Site) []api.ServiceDetail {
	var mistakes []api.ServiceDetail
	want := func(ok bool, member, value, rule string) {
		if !ok {
			mistakes = append(mistakes, api.ServiceDetail{Field: member, Type: api.DetailInvalid, Message: fmt.Sprintf("%s must %s, not '%s'", member, rule, value)})
		}
	}
	all := func(values []string, pattern *regexp.Regexp, member, rule string) {
		for _, value := range values {
			want(pattern.MatchString(value), member, value, rule)
		}
	}
	const language, currency, country = "be two lower-case letters such as en", "be three upper-case letters such as EUR", "be two upper-case letters such as DE"
	want(api.ValidSiteCode(site.Code), "code", site.Code, "hold no white space and no '#' and fit into a path")
	want(strings.TrimSpace(site.Name) != "", "name", site.Name, "have a visible character")
	all([]string{site.DefaultLanguage}, siteLanguage, "defaultLanguage", language)
	all(site.Languages, siteLanguage, "languages", language)
	all([]string{site.Currency}, currencyCode, "currency", currency)
	all(site.AvailableCurrencies, currencyCode, "availableCurrencies", currency)
	all([]string{site.HomeBase.Address.Country}, countryCode, "homeBase.address.country", country)
	all(site.ShipToCountries, countryCode, "shipToCountries", country)
	tax := site.TaxDeterminationBasedOn
	want(tax == api.TaxByBillingAddress || tax == api.TaxByShippingAddress, "taxDeterminationBasedOn", tax, "be "+api.TaxByBillingAddress+" or "+api.TaxByShippingAddress)
	if scale := site.CartCalculationScale; scale != nil {
		want(*scale >= 0, "cartCalculationScale", fmt.Sprint(*scale), "be 0 or more")
	}
	return mistakes
}
