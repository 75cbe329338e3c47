package api

import (
	"net/url"
	"strings"
)

// The paths of the API, in the form net/http patterns take. Each stands here
// once: the server registers them, the client fills them in with Path.
const (
	PathToken = "/oauth/token"

	PathUsers       = "/iam/{tenant}/users"
	PathUser        = "/iam/{tenant}/users/{userId}"
	PathUserGroups  = "/iam/{tenant}/users/{userId}/groups"
	PathUserGroup   = "/iam/{tenant}/users/{userId}/groups/{groupId}"
	PathUserGrants  = "/iam/{tenant}/users/{userId}/access-controls"
	PathGroups      = "/iam/{tenant}/groups"
	PathGroup       = "/iam/{tenant}/groups/{groupId}"
	PathGroupGrants = "/iam/{tenant}/groups/{groupId}/access-controls"
	PathMembers     = "/iam/{tenant}/groups/{groupId}/users"
	PathMember      = "/iam/{tenant}/groups/{groupId}/users/{userId}"
	PathMemberType  = "/iam/{tenant}/groups/{groupId}/users/{userType}/{userId}"
	PathControls    = "/iam/{tenant}/access-controls"
	PathControl     = "/iam/{tenant}/access-controls/{accessControlId}"
	PathTemplates   = "/iam/{tenant}/templates"

	PathHealth  = "/healthz"      // the process runs
	PathReady   = "/readyz"       // the process answers requests
	PathOpenAPI = "/openapi.yaml" // the description of all of these
)

// Path fills the segments in braces, in their order, with the values and
// escapes each, so that an id may hold any character. The ids "", "." and ".."
// cannot travel in a path.
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

// Scopes that the routes ask for.
const (
	ScopeUserRead         = "iam.user_read"
	ScopeUserCreate       = "iam.user_create"
	ScopeUserUpdate       = "iam.user_update"
	ScopeUserDelete       = "iam.user_delete"
	ScopeGroupRead        = "iam.group_read"
	ScopeGroupManage      = "iam.group_manage"
	ScopeAssignmentManage = "iam.assignment_manage"
	ScopeAccessRead       = "iam.access_read"
	ScopeTemplateRead     = "iam.template_read"
)

// AllScopes returns every scope that some route asks for.
func AllScopes() []string {
	return []string{
		ScopeUserRead, ScopeUserCreate, ScopeUserUpdate, ScopeUserDelete,
		ScopeGroupRead, ScopeGroupManage, ScopeAssignmentManage,
		ScopeAccessRead, ScopeTemplateRead,
	}
}

// Headers beyond the standard ones.
const (
	HeaderTotalCount = "X-Total-Count" // "true" in a request; the number in its answer
	HeaderRequestID  = "X-Request-Id"
	HeaderTenant     = "Emporix-Tenant"
)
