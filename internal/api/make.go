package api

// MakeOrganization is a tenant's configuration of its Make organization, as
// returned by the API. The key of another Make service is never returned.
type MakeOrganization struct {
	OrganizationID string `json:"organizationId"`
	Sync           bool   `json:"sync"`
	PruneStale     bool   `json:"pruneStale"`       // the sync removes members who lost their roles
	APIURL         string `json:"apiUrl,omitempty"` // of another Make service; absent for the reference one
	HasAPIKey      bool   `json:"hasApiKey"`
}

// MakeOrganizationUpdate is the body of PUT PathMakeOrganization. The key can be
// omitted if the address does not change.
type MakeOrganizationUpdate struct {
	OrganizationID string `json:"organizationId"`
	Sync           bool   `json:"sync"`
	PruneStale     bool   `json:"pruneStale"`
	APIURL         string `json:"apiUrl,omitempty"`
	APIKey         string `json:"apiKey,omitempty"`
}

// MakeStatus is the sync status of a user in the Make organization.
type MakeStatus string

// The statuses of a member of Make.
const (
	MakeSynced  MakeStatus = "synced"  // has the roles and is a member
	MakePending MakeStatus = "pending" // the sync still has something to do
	MakeStale   MakeStatus = "stale"   // is a member but has lost the roles
)

// MakeMember is a user that the sync tracks.
type MakeMember struct {
	UserID    string     `json:"userId"`
	Email     string     `json:"email"`
	Status    MakeStatus `json:"status"`
	Present   bool       `json:"present"`             // the organization has the member
	Roles     []string   `json:"roles"`               // in Make, granted by the user's groups
	Pending   string     `json:"pending,omitempty"`   // what the sync still has to do
	Attempts  int        `json:"attempts"`            // failed attempts since the last success
	LastError string     `json:"lastError,omitempty"` // of the last attempt, if it failed
	ChangedAt string     `json:"changedAt"`           // RFC 3339
	SyncedAt  string     `json:"syncedAt,omitempty"`
}

// MakeNotice is an e-mail that notifies a user of a change of access to Make.
type MakeNotice struct {
	ID        string `json:"id"`
	UserID    string `json:"userId"`
	Email     string `json:"email"`
	CreatedAt string `json:"createdAt"`
	Change    string `json:"change"`           // joined, changed, lost or removed
	SentAt    string `json:"sentAt,omitempty"` // when a mail server accepted it
	LastError string `json:"lastError,omitempty"`
}

// The organization roles in Make that the sync uses.
const (
	MakeRoleOwner  = 11
	MakeRoleAdmin  = 12
	MakeRoleMember = 13
)

// MakeError is the error document of Make's API.
type MakeError struct {
	Detail    string         `json:"detail"`  // what happened
	Message   string         `json:"message"` // such as "Permission denied"
	Code      string         `json:"code"`    // such as SC403
	Suberrors []MakeSuberror `json:"suberrors,omitempty"`
}

// MakeSuberror is one cause of a MakeError.
type MakeSuberror struct {
	Message string `json:"message"`
}

// MakeDuplicate is the code of a MakeError for something that exists already.
const MakeDuplicate = "IM005"

// MakePage describes the page of a list of Make.
type MakePage struct {
	SortBy  string `json:"sortBy"`
	SortDir string `json:"sortDir"` // asc or desc
	Limit   int    `json:"limit"`
	Offset  int    `json:"offset"`
}

// MakeRole is a role, as listed by GET PathMakeRoles.
type MakeRole struct {
	ID         int    `json:"id"`
	Name       string `json:"name"`
	Subsidiary bool   `json:"subsidiary"`
	Category   string `json:"category"`
}

// MakeRoleList is the response of GET PathMakeRoles.
type MakeRoleList struct {
	UsersRoles []MakeRole `json:"usersRoles"`
}

// MakeUser is a user in a Make organization.
type MakeUser struct {
	ID    int64  `json:"id"`
	Name  string `json:"name"`
	Email string `json:"email"`
}

// MakeUserList is the response of GET PathMakeUsers.
type MakeUserList struct {
	Users []MakeUser `json:"users"`
}

// MakeUserRole is a user's role in a Make organization.
type MakeUserRole struct {
	UserID         int64   `json:"userId"`
	OrganizationID any     `json:"organizationId"` // a number if the id is numeric
	UsersRoleID    int     `json:"usersRoleId"`
	Invitation     *string `json:"invitation"` // null once accepted
}

// MakeUserRoleList is the response of GET PathMakeUserRoles.
type MakeUserRoleList struct {
	UserOrganizationRoles []MakeUserRole `json:"userOrganizationRoles"`
}

// MakeUserRoleAnswer is the response of GET and POST PathMakeUserRole.
type MakeUserRoleAnswer struct {
	UserOrganizationRole MakeUserRole `json:"userOrganizationRole"`
}

// MakeRoleChange is the body of POST PathMakeUserRole. Without a role, it removes
// the user from the organization.
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
