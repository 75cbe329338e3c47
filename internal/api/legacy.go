package api

// The documents of the model before access controls held scopes: deprecated,
// read only, and gone from the public API or about to be. Only the reference
// backend uses them.

// LegacyRole is a role, as read: a list of permissions.
type LegacyRole struct {
	ID          string                 `json:"id"`
	Name        Text                   `json:"name"`
	Description Text                   `json:"description,omitempty"`
	Permissions []LegacyRolePermission `json:"permissions"`
	Metadata    *Metadata              `json:"metadata,omitempty"`
}

// LegacyRolePermission is a permission inside a role. Resources lists where it
// applies, which is no more than the permission itself allows.
type LegacyRolePermission struct {
	ID        string   `json:"id"`
	Resources []string `json:"applicablePermissionResources"`
}

// LegacyPermission is what can be done with the resources that it lists, as
// read.
type LegacyPermission struct {
	ID          string    `json:"id"`
	Code        string    `json:"code"`
	Name        Text      `json:"name"`
	Description Text      `json:"description,omitempty"`
	Resources   []string  `json:"applicableResources"`
	Metadata    *Metadata `json:"metadata,omitempty"`
}

// LegacyResource is a kind of record, as read.
type LegacyResource struct {
	ID          string    `json:"id"`
	Code        string    `json:"code"` // service.resource
	Name        Text      `json:"name"`
	Description Text      `json:"description,omitempty"`
	Metadata    *Metadata `json:"metadata,omitempty"`
}

// LegacyAccessControl is an access control with the role and the resource that
// it was made of; those of custom ones are absent.
type LegacyAccessControl struct {
	AccessControl
	RoleID     string          `json:"roleId,omitempty"`
	ResourceID string          `json:"resourceId,omitempty"`
	Role       *LegacyRole     `json:"role,omitempty"`     // only with expand=role
	Resource   *LegacyResource `json:"resource,omitempty"` // only with expand=resource
}
