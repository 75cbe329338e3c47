package api

import "encoding/json"

// VendorType is a vendor's place in its company.
type VendorType string

// The types of vendors.
const (
	VendorCompany    VendorType = "COMPANY"
	VendorSubsidiary VendorType = "SUBSIDIARY"
)

// LocationType is the kind of a location.
type LocationType string

// The types of locations.
const (
	LocationHeadquarter LocationType = "HEADQUARTER"
	LocationWarehouse   LocationType = "WAREHOUSE"
	LocationOffice      LocationType = "OFFICE"
)

// Vendor is a supplier or business partner, as returned by the API, with complete
// locations.
type Vendor struct {
	ID             string                     `json:"id"`
	Name           string                     `json:"name"`
	Type           VendorType                 `json:"type"`
	ParentID       string                     `json:"parentId,omitempty"`
	LegalInfo      *LegalInfo                 `json:"legalInfo,omitempty"`
	ContactDetails []Contact                  `json:"contactDetails,omitempty"`
	Locations      []Location                 `json:"locations,omitempty"`
	Mixins         map[string]json.RawMessage `json:"mixins,omitempty"`
	Metadata       *VendorMetadata            `json:"metadata,omitempty"`
}

// VendorCreate is the body of POST PathVendors. Without an ID, the server chooses
// one; an id that exists is a conflict.
type VendorCreate struct {
	ID             string                     `json:"id,omitempty"`
	Name           string                     `json:"name"`
	Type           VendorType                 `json:"type,omitempty"` // default COMPANY
	ParentID       string                     `json:"parentId,omitempty"`
	LegalInfo      *LegalInfo                 `json:"legalInfo,omitempty"`
	ContactDetails []Contact                  `json:"contactDetails,omitempty"`
	Locations      []LocationRef              `json:"locations,omitempty"`
	Mixins         map[string]json.RawMessage `json:"mixins,omitempty"`
}

// VendorUpdate is the body of PUT PathVendor. It replaces the vendor: omitted
// members become unset. Name and Type are required.
type VendorUpdate struct {
	Name           string                     `json:"name"`
	Type           VendorType                 `json:"type"`
	ParentID       string                     `json:"parentId,omitempty"`
	LegalInfo      *LegalInfo                 `json:"legalInfo,omitempty"`
	ContactDetails []Contact                  `json:"contactDetails,omitempty"`
	Locations      []LocationRef              `json:"locations,omitempty"`
	Mixins         map[string]json.RawMessage `json:"mixins,omitempty"`
	Metadata       *VendorExpected            `json:"metadata,omitempty"`
}

// VendorSearch is the body of POST PathVendorSearch.
type VendorSearch struct {
	Q string `json:"q"`
}

// LegalInfo is the legal registration of a vendor.
type LegalInfo struct {
	LegalName             string `json:"legalName,omitempty"`
	RegistrationDate      string `json:"registrationDate,omitempty"` // ISO 8601
	CountryOfRegistration string `json:"countryOfRegistration,omitempty"`
	TaxRegistrationNumber string `json:"taxRegistrationNumber,omitempty"`
}

// Contact is a person, or a place with e-mail addresses and phones. The platform
// documents a vendor's contacts as places and returns them as people, so both are
// accepted. Those of locations are places.
type Contact struct {
	FirstName string `json:"firstName,omitempty"`
	LastName  string `json:"lastName,omitempty"`
	Email     string `json:"email,omitempty"`
	Phone     string `json:"phone,omitempty"`

	Emails       []string `json:"emails,omitempty"`
	Phones       []string `json:"phones,omitempty"`
	AddressLine1 string   `json:"addressLine1,omitempty"`
	AddressLine2 string   `json:"addressLine2,omitempty"`
	City         string   `json:"city,omitempty"`
	State        string   `json:"state,omitempty"`
	Postcode     string   `json:"postcode,omitempty"`
	CountryCode  string   `json:"countryCode,omitempty"`
	Tags         []string `json:"tags,omitempty"`
}

// LocationRef refers to a location of a vendor.
type LocationRef struct {
	ID string `json:"id"`
}

// Location is an address of vendors, as returned by the API.
type Location struct {
	ID             string                     `json:"id"`
	Name           string                     `json:"name,omitempty"`
	Type           LocationType               `json:"type,omitempty"`
	ContactDetails *Contact                   `json:"contactDetails,omitempty"`
	Mixins         map[string]json.RawMessage `json:"mixins,omitempty"`
	Metadata       *VendorMetadata            `json:"metadata,omitempty"`
}

// LocationCreate is the body of POST PathLocations. Without an ID, the server
// chooses one. Type and ContactDetails are required.
type LocationCreate struct {
	ID             string                     `json:"id,omitempty"`
	Name           string                     `json:"name,omitempty"`
	Type           LocationType               `json:"type"`
	ContactDetails *Contact                   `json:"contactDetails"`
	Mixins         map[string]json.RawMessage `json:"mixins,omitempty"`
}

// LocationUpdate is the body of PUT PathLocation. It replaces the location:
// omitted members become unset. Type and ContactDetails are required.
type LocationUpdate struct {
	Name           string                     `json:"name,omitempty"`
	Type           LocationType               `json:"type"`
	ContactDetails *Contact                   `json:"contactDetails"`
	Mixins         map[string]json.RawMessage `json:"mixins,omitempty"`
	Metadata       *VendorExpected            `json:"metadata,omitempty"`
}

// VendorMetadata is Metadata for vendors and locations. Mixins are links to the
// schemas of the mixins.
type VendorMetadata struct {
	Version    int                        `json:"version,omitempty"`
	CreatedAt  string                     `json:"createdAt,omitempty"`  // RFC 3339
	ModifiedAt string                     `json:"modifiedAt,omitempty"` // RFC 3339
	Mixins     map[string]json.RawMessage `json:"mixins,omitempty"`
}

// Created returns when the document was created, "" if unknown.
func (m *VendorMetadata) Created() string {
	if m == nil {
		return ""
	}
	return m.CreatedAt
}

// VendorExpected is Expected for vendors and locations. Mixins replace those of
// the metadata.
type VendorExpected struct {
	Version *int                       `json:"version,omitempty"`
	Mixins  map[string]json.RawMessage `json:"mixins,omitempty"`
}

// Allows reports whether a document of the stored version may be replaced.
func (e *VendorExpected) Allows(stored int) bool {
	return e == nil || (&Expected{Version: e.Version}).Allows(stored)
}

// Expected returns the metadata of a body that replaces exactly the version of
// the document that has this metadata, and keeps its mixins.
func (m *VendorMetadata) Expected() *VendorExpected {
	if m == nil {
		return nil // no version to compare
	}
	return &VendorExpected{Version: &m.Version, Mixins: m.Mixins}
}
