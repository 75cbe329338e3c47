package api

import "encoding/json"

// Setting is one item of the tenant's configuration.
type Setting struct {
	Key         string          `json:"key"`
	Value       json.RawMessage `json:"value"` // any JSON except null
	Version     int             `json:"version,omitempty"`
	Description string          `json:"description,omitempty"`
	Secured     bool            `json:"secured"`
	Restricted  bool            `json:"restricted"` // cannot be deleted, nor made deletable again
	ReadOnly    bool            `json:"readOnly"`   // cannot be changed
	SchemaURL   string          `json:"schemaUrl,omitempty"`

	// Only for a client's item.
	ID     string `json:"_id,omitempty"`
	Client string `json:"client,omitempty"`
}

// SettingUpdate is the body that changes an item. Omitted members stay as they
// are.
type SettingUpdate struct {
	Key         string          `json:"key"`
	Value       json.RawMessage `json:"value"`
	Version     *int            `json:"version,omitempty"` // version that the item must have; see Expected
	Description *string         `json:"description,omitempty"`
	Secured     *bool           `json:"secured,omitempty"`
	Restricted  *bool           `json:"restricted,omitempty"`
	ReadOnly    *bool           `json:"readOnly,omitempty"`
	SchemaURL   *string         `json:"schemaUrl,omitempty"`
	Client      string          `json:"client,omitempty"` // only for a client's item: the one in the path
}

// Keys of the settings that affect access.
const (
	SettingLanguages    = "project_lang" // a JSON text that contains a list of SettingOption
	SettingCurrencies   = "project_curr" // like SettingLanguages
	SettingCountry      = "project_country"
	SettingRestrictions = "restrictions" // a list of texts: the values that groups can be restricted to
	SettingSiteSync     = "enableSyncBetweenRestrictionsAndSiteCodes"
	SettingEmailDomains = "company_email_domains" // a list of domains that users can be invited from; absent or empty for any
)

// SettingOption is an entry of the settings that list languages or currencies.
type SettingOption struct {
	ID       string `json:"id"`
	Label    string `json:"label"`
	Default  bool   `json:"default"`
	Required bool   `json:"required"`
}
