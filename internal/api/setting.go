package api

import "encoding/json"

// Setting is one item of the tenant's configuration, as read and written.
type Setting struct {
	Key         string          `json:"key"`
	Value       json.RawMessage `json:"value"` // any JSON but null
	Version     int             `json:"version,omitempty"`
	Description string          `json:"description,omitempty"`
	Secured     bool            `json:"secured"`
	Restricted  bool            `json:"restricted"` // cannot be deleted, and stays so
	ReadOnly    bool            `json:"readOnly"`   // cannot be changed
	SchemaURL   string          `json:"schemaUrl,omitempty"`

	// Of a client's item only.
	ID     string `json:"_id,omitempty"`
	Client string `json:"client,omitempty"`
}

// SettingUpdate is the body that changes an item. Members that it leaves out
// stay as they are.
type SettingUpdate struct {
	Key         string          `json:"key"`
	Value       json.RawMessage `json:"value"`
	Version     *int            `json:"version,omitempty"` // that the item must have; see Expected
	Description *string         `json:"description,omitempty"`
	Secured     *bool           `json:"secured,omitempty"`
	Restricted  *bool           `json:"restricted,omitempty"`
	ReadOnly    *bool           `json:"readOnly,omitempty"`
	SchemaURL   *string         `json:"schemaUrl,omitempty"`
}

// Keys of settings that matter for access.
const (
	SettingLanguages    = "project_lang" // a JSON text that holds a list of SettingOption
	SettingCurrencies   = "project_curr" // alike
	SettingCountry      = "project_country"
	SettingRestrictions = "restrictions" // a list of texts: the values that groups may be restricted to
	SettingSiteSync     = "enableSyncBetweenRestrictionsAndSiteCodes"
	SettingEmailDomains = "company_email_domains" // a list of texts: who may be invited; absent or empty: everybody
)

// SettingOption is an entry of the settings that list languages or currencies.
type SettingOption struct {
	ID       string `json:"id"`
	Label    string `json:"label"`
	Default  bool   `json:"default"`
	Required bool   `json:"required"`
}
