package api

import "github.com/access-config/terraform-provider-iam/internal/access"

// UserReport is the permissions report of one user. It is not part of the public
// API.
type UserReport struct {
	UserID    string      `json:"userId"`
	Email     string      `json:"email"`
	Name      string      `json:"name"`
	Locked    bool        `json:"locked"`
	GroupIDs  []string    `json:"groupIds"`
	MakeRoles []string    `json:"makeRoles"` // in Make, granted by the groups
	Rows      []ReportRow `json:"rows"`

	VendorID string            `json:"vendorId,omitempty"` // of the vendor that the groups belong to
	TeamRole access.TeamRole   `json:"teamRole,omitempty"` // also absent if the token cannot read the team
	Products map[string]string `json:"products,omitempty"` // role by product; absent like TeamRole
	// Abilities are what the user may do in the team and its products, such as
	// "team.invite" or "orchestrator.view_logs"; absent like TeamRole.
	Abilities []string `json:"abilities,omitempty"`
}

// ReportRow is a level that a user holds on an entity, with the records it
// reaches. A level of which only some scopes are held is "partly" that level.
// Scopes that belong to no entity have a row without an entity.
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
	Scopes           []string `json:"scopes,omitempty"`   // those of a partial level, or those of no entity
}
