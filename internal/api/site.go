package api

import (
	"encoding/json"
	"strings"
	"unicode"
)

// Site is a site, as far as access configuration looks at it. The API keeps
// other members, too.
type Site struct {
	Code                    string                     `json:"code"`
	Name                    string                     `json:"name"`
	Active                  bool                       `json:"active"`
	Default                 bool                       `json:"default"` // of the sites of a tenant exactly one
	DefaultLanguage         string                     `json:"defaultLanguage"`
	Languages               []string                   `json:"languages"`
	Currency                string                     `json:"currency"`
	AvailableCurrencies     []string                   `json:"availableCurrencies,omitempty"`
	HomeBase                HomeBase                   `json:"homeBase"`
	ShipToCountries         []string                   `json:"shipToCountries"`
	TaxDeterminationBasedOn string                     `json:"taxDeterminationBasedOn,omitempty"`
	IncludesTax             *bool                      `json:"includesTax,omitempty"`
	CartCalculationScale    *int                       `json:"cartCalculationScale,omitempty"`
	Mixins                  map[string]json.RawMessage `json:"mixins,omitempty"` // only where the request expands them
	Metadata                *SiteMetadata              `json:"metadata,omitempty"`
}

// SiteUpdate is the body that changes some members of a site. What it does not
// name stays as it is.
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

// HomeBase says where a site is at home.
type HomeBase struct {
	Address SiteAddress `json:"address"`
}

// SiteAddress is the address of a site.
type SiteAddress struct {
	Country string `json:"country"`
	ZipCode string `json:"zipCode"`
}

// SiteMetadata says which version of a site it is; in a body, which one it must
// be (see Expected).
type SiteMetadata struct {
	Version *int                       `json:"version,omitempty"`
	Mixins  map[string]json.RawMessage `json:"mixins,omitempty"` // the addresses of their schemas
}

// What taxes go by.
const (
	TaxByBillingAddress  = "BILLING_ADDRESS"
	TaxByShippingAddress = "SHIPPING_ADDRESS"
)

// ValidSiteCode reports whether a site may have the code: no white space and no
// "#", which separates restriction values in scopes. Case counts.
func ValidSiteCode(code string) bool {
	return Addressable(code) && !strings.ContainsFunc(code, unicode.IsSpace) && !strings.Contains(code, "#")
}
