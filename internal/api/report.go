package api

import "github.com/access-config/terraform-provider-iam/internal/access"

// UserReport is the permissions report of one user. It is not of the public
// API.
type UserReport struct {
	UserID    string      `json:"userId"`
	Email     string      `json:"email"`
	Name      string      `json:"name"`
	Locked    bool        `json:"locked"`
	GroupIDs  []string    `json:"groupIds"`
	MakeRoles []string    `json:"makeRoles"` // in Make, by the groups
	Rows      []ReportRow `json:"rows"`

	VendorID string            `json:"vendorId,omitempty"` // of the vendor whom the groups belong to
	TeamRole access.TeamRole   `json:"teamRole,omitempty"` // absent also when the token may not read the team
	Products map[string]string `json:"products,omitempty"` // to the role in the product; alike
}

// ReportRow is a level that a user holds on an entity, and on which of its
// records. A level of which only some scopes are held is "partly" that level.
// Scopes of no entity have a row without an entity.
type ReportRow struct {
	Category         string   `json:"category"`
	Entity           string   `json:"entity"`
	EntityLabel      string   `json:"entityLabel"`
	Level            string   `json:"level"`
	Restrictions     []string `json:"restrictions"` // empty for every record
	RestrictionAware bool     `json:"restrictionAware"`
	GrantedBy        []string `json:"grantedBy"`
	Source           string   `json:"source"`             // in the first of these groups
	Sources          []string `json:"sources"`            // in each of them
	VendorID         string   `json:"vendorId,omitempty"` // records of this vendor only
	Scopes           []string `json:"scopes,omitempty"`   // where only a part of the level is held, and of no entity
}
