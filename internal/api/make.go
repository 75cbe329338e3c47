package api

// MakeOrganization is what a tenant says of its Make organization, as read. The
// key of a Make elsewhere is never shown.
type MakeOrganization struct {
	OrganizationID string `json:"organizationId"`
	Sync           bool   `json:"sync"`
	PruneStale     bool   `json:"pruneStale"`       // the sync removes who lost the roles
	APIURL         string `json:"apiUrl,omitempty"` // of a Make elsewhere; absent for the reference Make
	HasAPIKey      bool   `json:"hasApiKey"`
}

// MakeOrganizationUpdate is the body of PUT PathMakeOrganization. The key may be
// left out while the address stays.
type MakeOrganizationUpdate struct {
	OrganizationID string `json:"organizationId"`
	Sync           bool   `json:"sync"`
	PruneStale     bool   `json:"pruneStale"`
	APIURL         string `json:"apiUrl,omitempty"`
	APIKey         string `json:"apiKey,omitempty"`
}

// MakeStatus says how a user stands with the Make organization.
type MakeStatus string

// The states of a member of Make.
const (
	MakeSynced  MakeStatus = "synced"  // has the roles and is a member
	MakePending MakeStatus = "pending" // something is to be done yet
	MakeStale   MakeStatus = "stale"   // is a member and has lost the roles
)

// MakeMember is a user whom the sync knows.
type MakeMember struct {
	UserID    string     `json:"userId"`
	Email     string     `json:"email"`
	Status    MakeStatus `json:"status"`
	Present   bool       `json:"present"`             // the organization has the member
	Roles     []string   `json:"roles"`               // in Make, by the user's groups
	Pending   string     `json:"pending,omitempty"`   // what is to be done
	Attempts  int        `json:"attempts"`            // that failed since the last success
	LastError string     `json:"lastError,omitempty"` // of the last attempt, if it failed
	ChangedAt string     `json:"changedAt"`           // RFC 3339
	SyncedAt  string     `json:"syncedAt,omitempty"`
}

// MakeNotice is an e-mail that tells a user of access to Make.
type MakeNotice struct {
	ID        string `json:"id"`
	UserID    string `json:"userId"`
	Email     string `json:"email"`
	CreatedAt string `json:"createdAt"`
	SentAt    string `json:"sentAt,omitempty"` // absent while it waits for Make
}

// The roles of organizations in Make, as far as the sync has to do with them.
const (
	MakeRoleOwner  = 11
	MakeRoleAdmin  = 12
	MakeRoleMember = 13
)

// MakeRole is a role as GET PathMakeRoles lists them.
type MakeRole struct {
	ID         int    `json:"id"`
	Name       string `json:"name"`
	Subsidiary bool   `json:"subsidiary"`
	Category   string `json:"category"`
}

// MakeRoleList is the answer of GET PathMakeRoles.
type MakeRoleList struct {
	UsersRoles []MakeRole `json:"usersRoles"`
}

// MakeUser is someone in an organization of Make.
type MakeUser struct {
	ID    int64  `json:"id"`
	Name  string `json:"name"`
	Email string `json:"email"`
}

// MakeUserList is the answer of GET PathMakeUsers.
type MakeUserList struct {
	Users []MakeUser `json:"users"`
}

// MakeUserRole is what a user is in an organization of Make.
type MakeUserRole struct {
	UserID         int64   `json:"userId"`
	OrganizationID any     `json:"organizationId"` // a number, where the id is one
	UsersRoleID    int     `json:"usersRoleId"`
	Invitation     *string `json:"invitation"` // null once it is accepted
}

// MakeUserRoleList is the answer of GET PathMakeUserRoles.
type MakeUserRoleList struct {
	UserOrganizationRoles []MakeUserRole `json:"userOrganizationRoles"`
}

// MakeUserRoleAnswer is the answer of GET and POST PathMakeUserRole.
type MakeUserRoleAnswer struct {
	UserOrganizationRole MakeUserRole `json:"userOrganizationRole"`
}

// MakeRoleChange is the body of POST PathMakeUserRole. Without a role, the user
// is removed from the organization.
type MakeRoleChange struct {
	UsersRoleID int `json:"usersRoleId,omitempty"`
}

// MakeInvite is the body of POST PathMakeInvite.
type MakeInvite struct {
	Email       string `json:"email"`
	Name        string `json:"name"`
	UsersRoleID int    `json:"usersRoleId,omitempty"`
	Note        string `json:"note,omitempty"`
}
