package api

// The documents of the old model, in which access controls did not list scopes.
// They are deprecated, read-only, and removed from the public API or about to be.
// Only the reference backend uses them.

// LegacyRole is a role, as returned by the API: a list of permissions.
type LegacyRole struct {
	ID          string                 `json:"id"`
	Name        Text                   `json:"name"`
	Description Text                   `json:"description,omitempty"`
	Permissions []LegacyRolePermission `json:"permissions"`
	Metadata    *Metadata              `json:"metadata,omitempty"`
}

// LegacyRolePermission is a permission in a role. Resources lists the resources
// it applies to, at most those that the permission itself allows.
type LegacyRolePermission struct {
	ID        string   `json:"id"`
	Resources []string `json:"applicablePermissionResources"`
}

// LegacyPermission is an operation on the resources that it lists, as returned by
// the API.
type LegacyPermission struct {
	ID          string    `json:"id"`
	Code        string    `json:"code"`
	Name        Text      `json:"name"`
	Description Text      `json:"description,omitempty"`
	Resources   []string  `json:"applicableResources"`
	Metadata    *Metadata `json:"metadata,omitempty"`
}

// LegacyResource is a kind of record, as returned by the API.
type LegacyResource struct {
	ID          string    `json:"id"`
	Code        string    `json:"code"` // service.resource
	Name        Text      `json:"name"`
	Description Text      `json:"description,omitempty"`
	Metadata    *Metadata `json:"metadata,omitempty"`
}

// LegacyAccessControl is an access control with the role and the resource that it
// consists of. Custom access controls have neither.
type LegacyAccessControl struct {
	AccessControl
	RoleID     string          `json:"roleId,omitempty"`
	ResourceID string          `json:"resourceId,omitempty"`
	Role       *LegacyRole     `json:"role,omitempty"`     // only with expand=role
	Resource   *LegacyResource `json:"resource,omitempty"` // only with expand=resource
}
