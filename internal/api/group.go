package api

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/access-config/terraform-provider-iam/internal/access"
)

// Group is a user group, as returned by the API. Unset members are absent.
type Group struct {
	ID             string                     `json:"id"`
	Name           Text                       `json:"name"`
	Description    Text                       `json:"description,omitempty"`
	Code           string                     `json:"code,omitempty"` // predefined groups only
	UserType       access.UserType            `json:"userType"`
	VendorID       string                     `json:"vendorId,omitempty"`
	AccessControls []string                   `json:"accessControls"`
	Templates      []string                   `json:"templates,omitempty"`
	Restrictions   []string                   `json:"restrictions,omitempty"`
	B2B            *B2B                       `json:"b2b,omitempty"`
	Mixins         map[string]json.RawMessage `json:"mixins,omitempty"`
	Metadata       *Metadata                  `json:"metadata,omitempty"`
}

// GroupCreate is the body of POST PathGroups. Without an ID, the server chooses
// one; an id that exists is a conflict.
type GroupCreate struct {
	ID             string                     `json:"id,omitempty"`
	Name           Text                       `json:"name"`
	Description    Text                       `json:"description,omitempty"`
	UserType       access.UserType            `json:"userType,omitempty"`
	VendorID       string                     `json:"vendorId,omitempty"`
	AccessControls []string                   `json:"accessControls"`
	Templates      []string                   `json:"templates,omitempty"`
	Restrictions   []string                   `json:"restrictions,omitempty"`
	B2B            *B2B                       `json:"b2b,omitempty"`
	Mixins         map[string]json.RawMessage `json:"mixins,omitempty"`
}

// GroupUpdate is the body of PUT PathGroup. It replaces the group: omitted
// members become unset, except UserType and VendorID, which cannot change.
type GroupUpdate struct {
	Name           Text                       `json:"name"`
	Description    Text                       `json:"description,omitempty"`
	UserType       access.UserType            `json:"userType,omitempty"`
	AccessControls []string                   `json:"accessControls"`
	Templates      []string                   `json:"templates,omitempty"`
	Restrictions   []string                   `json:"restrictions,omitempty"`
	B2B            *B2B                       `json:"b2b,omitempty"`
	Mixins         map[string]json.RawMessage `json:"mixins,omitempty"`
	Metadata       *Expected                  `json:"metadata,omitempty"`
}

// Create returns the body that creates the group described by this update.
func (u GroupUpdate) Create(id string) GroupCreate {
	return GroupCreate{
		ID: id, Name: u.Name, Description: u.Description, UserType: u.UserType, AccessControls: u.AccessControls,
		Templates: u.Templates, Restrictions: u.Restrictions, B2B: u.B2B, Mixins: u.Mixins,
	}
}

// B2B ties a customers' group to a company.
type B2B struct {
	LegalEntityID string `json:"legalEntityId,omitempty"`
}

// Metadata is the version of a document and its timestamps. A new document has
// version 1; each change adds one.
type Metadata struct {
	Version    int    `json:"version,omitempty"`
	CreatedAt  string `json:"createdAt,omitempty"`  // RFC 3339
	ModifiedAt string `json:"modifiedAt,omitempty"` // RFC 3339
}

// Created returns when the document was created, "" if unknown.
func (m *Metadata) Created() string {
	if m == nil {
		return ""
	}
	return m.CreatedAt
}

// Expected returns the metadata of a body that replaces exactly the version of
// the document that has this metadata.
func (m *Metadata) Expected() *Expected {
	if m == nil {
		return nil // no version to compare
	}
	return &Expected{Version: &m.Version}
}

// Expected is the metadata of a body that replaces a document. If a version is
// given and is not the stored one, the response is 409. That includes version 0:
// the platform returns documents of version 0, and a caller that sends one must
// not overwrite what others wrote since. Without a version, and if there is
// nothing to replace yet, there is no check.
type Expected struct {
	Version *int `json:"version,omitempty"`
}

// Allows reports whether a document of the stored version may be replaced.
func (e *Expected) Allows(stored int) bool {
	return e == nil || e.Version == nil || *e.Version == stored
}

// VersionOnly is Expected in the bodies of scopes and access controls, which
// allow no other members in the metadata.
type VersionOnly Expected

// Allows reports whether a document of the stored version may be replaced.
func (v *VersionOnly) Allows(stored int) bool { return (*Expected)(v).Allows(stored) }

// UnmarshalJSON rejects other members.
func (v *VersionOnly) UnmarshalJSON(data []byte) error {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(data, &members); err != nil {
		return errors.New("metadata must be an object")
	}
	version := members["version"]
	delete(members, "version")
	if len(members) > 0 {
		return fmt.Errorf("metadata has %s: only version is allowed", strings.Join(slices.Sorted(maps.Keys(members)), ", "))
	}
	if version != nil && json.Unmarshal(version, &v.Version) != nil {
		return errors.New("metadata.version must be a whole number")
	}
	return nil
}
