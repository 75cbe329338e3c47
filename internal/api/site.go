package api

import (
	"encoding/json"
	"strings"
	"unicode"
)

// Site is a site. The API stores further members that access configuration does
// not need.
type Site struct {
	Code                    string                     `json:"code"`
	Name                    string                     `json:"name"`
	Active                  bool                       `json:"active"`
	Default                 bool                       `json:"default"` // true for exactly one site of a tenant
	DefaultLanguage         string                     `json:"defaultLanguage"`
	Languages               []string                   `json:"languages"`
	Currency                string                     `json:"currency"`
	AvailableCurrencies     []string                   `json:"availableCurrencies,omitempty"`
	HomeBase                HomeBase                   `json:"homeBase"`
	ShipToCountries         []string                   `json:"shipToCountries"`
	TaxDeterminationBasedOn string                     `json:"taxDeterminationBasedOn,omitempty"`
	IncludesTax             *bool                      `json:"includesTax,omitempty"`
	CartCalculationScale    *int                       `json:"cartCalculationScale,omitempty"`
	Mixins                  map[string]json.RawMessage `json:"mixins,omitempty"` // only if the request expands them
	Metadata                *SiteMetadata              `json:"metadata,omitempty"`
}

// SiteUpdate is the body that changes some members of a site. Other members stay
// as they are.
type SiteUpdate struct {
	Name            string        `json:"name"`
	Active          bool          `json:"active"`
	DefaultLanguage string        `json:"defaultLanguage"`
	Languages       []string      `json:"languages"`
	Currency        string        `json:"currency"`
	HomeBase        HomeBase      `json:"homeBase"`
	ShipToCountries []string      `json:"shipToCountries"`
	Metadata        *SiteMetadata `json:"metadata,omitempty"`
}

// HomeBase is the location of a site.
type HomeBase struct {
	Address SiteAddress `json:"address"`
}

// SiteAddress is the address of a site.
type SiteAddress struct {
	Country string `json:"country"`
	ZipCode string `json:"zipCode"`
}

// SiteMetadata is the version of a site; in a body, the version that it must have
// (see Expected).
type SiteMetadata struct {
	Version *int                       `json:"version,omitempty"`
	Mixins  map[string]json.RawMessage `json:"mixins,omitempty"` // the addresses of their schemas
}

// The values of TaxDeterminationBasedOn.
const (
	TaxByBillingAddress  = "BILLING_ADDRESS"
	TaxByShippingAddress = "SHIPPING_ADDRESS"
)

// ValidSiteCode reports whether the text is a valid site code: no white space and
// no "#", which separates restriction values in scopes. Codes are case-sensitive.
func ValidSiteCode(code string) bool {
	return Addressable(code) && !strings.ContainsFunc(code, unicode.IsSpace) && !strings.Contains(code, "#")
}
