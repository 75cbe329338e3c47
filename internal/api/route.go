package api

import (
	"net/url"
	"strings"

	"github.com/access-config/terraform-provider-iam/internal/access"
)

// The paths of the API, as net/http patterns. The server registers them, the
// client fills them in with Path.
const (
	PathToken = "/oauth/token"

	PathUsers       = "/iam/{tenant}/users"
	PathUser        = "/iam/{tenant}/users/{userId}"
	PathUserGroups  = "/iam/{tenant}/users/{userId}/groups"
	PathUserGroup   = "/iam/{tenant}/users/{userId}/groups/{groupId}"
	PathUserGrants  = "/iam/{tenant}/users/{userId}/access-controls"
	PathUserScopes  = "/iam/{tenant}/users/{userId}/scopes"
	PathUserMe      = "/iam/{tenant}/users/me"
	PathMyScopes    = "/iam/{tenant}/users/me/scopes"
	PathMyGrants    = "/iam/{tenant}/users/me/access-controls"
	PathVendorUsers = "/iam/{tenant}/users/vendors/{vendorId}"
	PathGroups      = "/iam/{tenant}/groups"
	PathGroup       = "/iam/{tenant}/groups/{groupId}"
	PathGroupGrants = "/iam/{tenant}/groups/{groupId}/access-controls"
	PathMembers     = "/iam/{tenant}/groups/{groupId}/users"
	PathMember      = "/iam/{tenant}/groups/{groupId}/users/{userId}"
	PathMemberType  = "/iam/{tenant}/groups/{groupId}/users/{userType}/{userId}"
	PathControls    = "/iam/{tenant}/access-controls"
	PathControl     = "/iam/{tenant}/access-controls/{accessControlId}"
	PathScopes      = "/iam/{tenant}/scopes"
	PathScope       = "/iam/{tenant}/scopes/{scopeId}"
	PathTemplates   = "/iam/{tenant}/templates"

	// The old model, in which access controls did not list scopes: deprecated,
	// read-only.
	PathRoles           = "/iam/{tenant}/roles"
	PathRole            = "/iam/{tenant}/roles/{roleId}"
	PathPermissions     = "/iam/{tenant}/permissions"
	PathPermission      = "/iam/{tenant}/permissions/{permissionId}"
	PathResources       = "/iam/{tenant}/resources"
	PathResource        = "/iam/{tenant}/resources/{resourceId}"
	PathUserGrantsOn    = "/iam/{tenant}/users/{userId}/access-controls/{resourceId}"
	PathUserPermissions = "/iam/{tenant}/users/{userId}/permissions/{resourceId}"

	PathSettings       = "/configuration/{tenant}/configurations"
	PathSetting        = "/configuration/{tenant}/configurations/{propertyKey}"
	PathSettingClients = "/configuration/{tenant}/clients"
	PathClientSettings = "/configuration/{tenant}/clients/{client}/configurations"
	PathClientSetting  = "/configuration/{tenant}/clients/{client}/configurations/{propertyKey}"
	PathGlobalSettings = "/configuration/{tenant}/global-configurations"
	PathBasicSettings  = "/configuration/{tenant}/basic-configuration"

	PathSiteCodes  = "/site/{tenant}/siteslist"
	PathSites      = "/site/{tenant}/sites"
	PathSite       = "/site/{tenant}/sites/{siteCode}"
	PathSiteMixins = "/site/{tenant}/sites/{siteCode}/mixins"
	PathSiteMixin  = "/site/{tenant}/sites/{siteCode}/mixins/{mixinName}"

	PathVendors      = "/vendor/{tenant}/vendors"
	PathVendorSearch = "/vendor/{tenant}/vendors/search"
	PathVendor       = "/vendor/{tenant}/vendors/{vendorId}"
	PathLocations    = "/vendor/{tenant}/locations"
	PathLocation     = "/vendor/{tenant}/locations/{locationId}"

	// Not part of the public API: only the reference backend has these.
	PathUserLock  = "/iam/{tenant}/users/{userId}/lock"       // PUT locks, DELETE unlocks
	PathTestToken = "/iam/{tenant}/users/{userId}/test-token" // a token as if the user had logged in
	PathTemplate  = "/iam/{tenant}/templates/{templateId}"    // the definition of a role template

	PathUserReport = "/iam/{tenant}/users/{userId}/report" // what the user may do
	PathReport     = "/iam/{tenant}/report"                // what every employee may do

	PathTeamMembers       = "/team/{tenant}/members"
	PathTeamMember        = "/team/{tenant}/members/{memberId}"
	PathTeamAssignment    = "/team/{tenant}/members/{memberId}/products/{product}"
	PathTeamOwner         = "/team/{tenant}/owner"
	PathTeamProducts      = "/team/{tenant}/products"
	PathTeamProduct       = "/team/{tenant}/products/{product}"
	PathTeamInvitations   = "/team/{tenant}/invitations"
	PathTeamOrganizations = "/team/{tenant}/organizations"

	PathInvitations      = "/iam/{tenant}/invitations"
	PathInvitation       = "/iam/{tenant}/invitations/{invitationId}"
	PathInvitationResend = "/iam/{tenant}/invitations/{invitationId}/resend"
	PathInvitationAccept = "/iam/{tenant}/invitations/{invitationId}/accept"

	// For the person who has the link of an invitation, without a token.
	PathLink       = "/iam/{tenant}/invitation-link"
	PathLinkAccept = "/iam/{tenant}/invitation-link/accept"

	// For a person who has no token yet and signs in by a link.
	PathSignInLink   = "/iam/{tenant}/sign-in-link" // asks for one
	PathSignInRead   = "/iam/{tenant}/sign-in-link/read"
	PathSignInAccept = "/iam/{tenant}/sign-in-link/accept"

	PathReset = "/iam/{tenant}/reset" // restores the seed

	PathAuditEvents = "/iam/{tenant}/audit-events"        // what changed, and who changed it
	PathAuditExport = "/iam/{tenant}/audit-events/export" // all events, oldest first

	PathClients      = "/iam/{tenant}/clients" // API keys
	PathClient       = "/iam/{tenant}/clients/{clientId}"
	PathClientRotate = "/iam/{tenant}/clients/{clientId}/rotate"

	PathMakeOrganization = "/make/{tenant}/organization"
	PathMakeMembers      = "/make/{tenant}/members"
	PathMakeNotices      = "/make/{tenant}/notices"
	PathMakeSync         = "/make/{tenant}/sync"

	// Make's own API, which the reference backend also implements.
	PathMakeAPI        = "/api/v2/" // of all of them
	PathMakeRoles      = "/api/v2/users/roles"
	PathMakeUsers      = "/api/v2/users"
	PathMakeUserRoles  = "/api/v2/organizations/{organizationId}/user-organization-roles"
	PathMakeMemberRole = "/api/v2/organizations/{organizationId}/user-organization-roles/{userId}"
	PathMakeRolesOf    = "/api/v2/users/{userId}/user-organization-roles"
	PathMakeUserRole   = "/api/v2/users/{userId}/user-organization-roles/{organizationId}"
	PathMakeInvite     = "/api/v2/organizations/{organizationId}/invite"

	// PathConsoleInvitation is the page of the console that a link opens.
	PathConsoleInvitation = "/console/{tenant}/invitation/{secret}"
	// PathConsoleSignIn is the page that a link to sign in with opens.
	PathConsoleSignIn = "/console/{tenant}/sign-in/{secret}"

	PathHealth  = "/healthz"      // whether the process runs
	PathReady   = "/readyz"       // whether the process can serve requests
	PathMetrics = "/metrics"      // metrics for Prometheus
	PathOpenAPI = "/openapi.yaml" // the description of all paths
)

// Path replaces the segments in braces, in order, with the escaped values, so an
// id can contain any character. The ids "", "." and ".." cannot be path segments.
func Path(pattern string, values ...string) string {
	segments := strings.Split(pattern, "/")
	next := 0
	for i, s := range segments {
		if strings.HasPrefix(s, "{") {
			segments[i] = url.PathEscape(values[next])
			next++
		}
	}
	return strings.Join(segments, "/")
}

// The scopes that the routes require. Those that end in _own are for customers
// and reach only their company.
const (
	ScopeUserRead            = "iam.user_read"
	ScopeUserReadOwn         = "iam.user_read_own"
	ScopeUserCreate          = "iam.user_create"
	ScopeUserUpdate          = "iam.user_update"
	ScopeUserDelete          = "iam.user_delete"
	ScopeGroupRead           = "iam.group_read"
	ScopeGroupReadOwn        = "iam.group_read_own"
	ScopeGroupManage         = "iam.group_manage"
	ScopeAssignmentManage    = "iam.assignment_manage"
	ScopeAssignmentCreateOwn = "iam.assignment_create_own"
	ScopeAssignmentDeleteOwn = "iam.assignment_delete_own"
	ScopeAccessRead          = "iam.access_read"
	ScopeAccessManage        = "iam.access_manage"
	ScopeScopeRead           = "iam.scope_read"
	ScopeScopeReadOwn        = "iam.scope_read_own"
	ScopeScopeManage         = "iam.scope_manage"
	ScopeTemplateRead        = "iam.template_read"
	ScopeTemplateManage      = "iam.template_manage" // not part of the public API
	ScopeRoleRead            = "iam.role_read"
	ScopePermissionRead      = "iam.permission_read"
	ScopeResourceRead        = "iam.resource_read"
	ScopeSettingRead         = "configuration.configuration_view"
	ScopeSettingManage       = "configuration.configuration_manage"
	ScopeSiteRead            = "site.site_read"
	ScopeSiteManage          = "site.site_manage"
	ScopeVendorRead          = "vendor.vendor_read"
	ScopeVendorManage        = "vendor.vendor_manage"
	ScopeTeamRead            = access.ScopeTeamRead
	ScopeTeamManage          = access.ScopeTeamManage
	ScopeAuditRead           = "iam.audit_read"    // not part of the public API
	ScopeClientRead          = "iam.client_read"   // not part of the public API
	ScopeClientManage        = "iam.client_manage" // not part of the public API
	ScopeMakeRead            = "make.organization_read"
	ScopeMakeManage          = "make.organization_manage"
)

// AllScopes returns every scope that a route requires and an API key can have.
func AllScopes() []string {
	return []string{
		ScopeUserRead, ScopeUserCreate, ScopeUserUpdate, ScopeUserDelete,
		ScopeGroupRead, ScopeGroupManage, ScopeAssignmentManage,
		ScopeAccessRead, ScopeAccessManage, ScopeScopeRead, ScopeScopeManage, ScopeTemplateRead, ScopeTemplateManage,
		ScopeRoleRead, ScopePermissionRead, ScopeResourceRead,
		ScopeSettingRead, ScopeSettingManage, ScopeSiteRead, ScopeSiteManage, ScopeVendorRead, ScopeVendorManage,
		ScopeTeamRead, ScopeTeamManage, ScopeAuditRead, ScopeClientRead, ScopeClientManage, ScopeMakeRead, ScopeMakeManage,
	}
}

// OwnScopes returns the scopes that every customer has.
func OwnScopes() []string {
	return []string{ScopeUserReadOwn, ScopeGroupReadOwn, ScopeAssignmentCreateOwn, ScopeAssignmentDeleteOwn, ScopeScopeReadOwn}
}

// Headers beyond the standard ones.
const (
	HeaderTotalCount = "X-Total-Count" // "true" in a request; the number in its response
	HeaderSiteCount  = "X-Count"       // the number of all sites
	HeaderRequestID  = "X-Request-Id"
	HeaderTenant     = "Emporix-Tenant"
)
