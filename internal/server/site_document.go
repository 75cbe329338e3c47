package server

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"strings"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/server/door"
	"github.com/access-config/terraform-provider-iam/internal/server/query"
	"github.com/access-config/terraform-provider-iam/internal/store"
)

// siteDocument is a site with all that callers keep in it, whether the backend
// knows it or not. Numbers are as they were written.
type siteDocument = map[string]any

// readSite returns a stored site with its version.
func readSite(d store.Document) (siteDocument, error) {
	doc, err := decodeDocument([]byte(d.Body))
	if err != nil {
		return nil, fmt.Errorf("reading site %s of %s: %w", d.ID, d.Tenant, err)
	}
	return mergePatch(doc, siteDocument{"metadata": siteDocument{"version": d.Version}}), nil
}

// siteVersion is the version that readSite gave.
func siteVersion(doc siteDocument) int {
	metadata, _ := doc["metadata"].(siteDocument)
	version, _ := metadata["version"].(int)
	return version
}

// siteToWire presents a site. Mixins are left out unless expand asks for them,
// as "mixin:*" or by name.
func siteToWire(doc siteDocument, expand string) siteDocument {
	mixins, ok := doc["mixins"].(siteDocument)
	if !ok {
		return doc
	}
	wanted := siteDocument{}
	asked := false
	for word := range strings.SplitSeq(expand, ",") {
		kind, name, _ := strings.Cut(strings.TrimSpace(word), ":")
		if kind != "mixin" && kind != "mixins" {
			continue
		}
		asked = true
		for key, value := range mixins {
			if name == "*" || name == key {
				wanted[key] = value
			}
		}
	}
	shown := maps.Clone(doc)
	delete(shown, "mixins")
	if asked {
		shown["mixins"] = wanted
	}
	return shown
}

// decodeObject reads the body, an object of any members.
func (c *call) decodeObject() (map[string]any, error) {
	doc, err := decodeDocument(c.body)
	if err != nil {
		return nil, badRequest("The body must be a JSON object")
	}
	if err := door.Check(c.body, nil); err != nil {
		return nil, badRequest("The body is refused", err.Error())
	}
	// Filters turn documents into values, so every number must have one.
	if err := json.Unmarshal(c.body, new(any)); err != nil {
		return nil, badRequest("The body holds a number that is too large")
	}
	return doc, nil
}

func decodeDocument(text []byte) (map[string]any, error) {
	if !json.Valid(text) {
		return nil, errors.New("it is not one JSON document")
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var doc map[string]any
	if err := d.Decode(&doc); err != nil {
		return nil, err
	}
	if doc == nil {
		return nil, errors.New("it is null")
	}
	return doc, nil
}

// mergePatch changes a document as a JSON merge patch (RFC 7396) does, and
// leaves both as they are.
func mergePatch(target, patch map[string]any) map[string]any {
	merged := maps.Clone(target)
	if merged == nil {
		merged = map[string]any{}
	}
	for name, value := range patch {
		switch value := value.(type) {
		case nil:
			delete(merged, name)
		case map[string]any:
			inner, _ := merged[name].(map[string]any)
			merged[name] = mergePatch(inner, value)
		default:
			merged[name] = value
		}
	}
	return merged
}

// requiredOfSites are the members that a site must have.
var requiredOfSites = []string{
	"code", "name", "defaultLanguage", "languages", "currency",
	"homeBase", "homeBase.address", "homeBase.address.country", "homeBase.address.zipCode", "shipToCountries",
}

// defaultsOfSites are members that a site has unless its caller says otherwise.
var defaultsOfSites = siteDocument{"active": true, "default": false, "taxDeterminationBasedOn": api.TaxByBillingAddress}

// checkSite reads a site as far as the backend knows its members, or refuses
// it. It fills in what has a default.
func checkSite(doc siteDocument) (api.Site, error) {
	const refused = "The site is not valid"
	var site api.Site
	var missing []string
	for _, path := range requiredOfSites {
		if !query.Has(doc, path) {
			missing = append(missing, "Required member is missing: "+path)
		}
	}
	if len(missing) > 0 {
		return site, badRequest(refused, missing...)
	}
	for name, value := range defaultsOfSites {
		if _, ok := doc[name]; !ok {
			doc[name] = value
		}
	}
	text, err := json.Marshal(doc)
	if err != nil {
		return site, fmt.Errorf("encoding a site: %w", err)
	}
	if err := json.Unmarshal(text, &site); err != nil {
		return site, badRequest(refused, typeMistake(err))
	}
	if mistakes := siteMistakes(site); len(mistakes) > 0 {
		return site, badRequest(refused, mistakes...)
	}
	return site, nil
}

var (
	siteLanguage = regexp.MustCompile(`^[a-z]{2}$`)
	countryCode  = regexp.MustCompile(`^[A-Z]{2}$`)
)

// siteMistakes are the members of a site whose values cannot be.
func siteMistakes(site api.Site) []string {
	var mistakes []string
	want := func(ok bool, member, value, rule string) {
		if !ok {
			mistakes = append(mistakes, fmt.Sprintf("%s must %s, not '%s'", member, rule, value))
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
