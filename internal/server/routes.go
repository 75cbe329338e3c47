package server

import (
	"net/http"
	"slices"
	"strings"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/server/audit"
	"github.com/access-config/terraform-provider-iam/internal/server/dispatch"
)

// route is one operation of the API. A token must hold one of the scopes; without scopes,
// every valid token is enough.
type route struct {
	method string
	path   string
	scopes []string
	handle func(*call) error
}

// table returns the operations that need a token.
func (s *Server) table() []route {
	routes := slices.Concat(s.userTable(), s.groupTable(), s.settingTable(), s.siteTable(), s.vendorTable(), s.teamTable(), s.integromatTable(), s.clientTable())
	if !s.noLegacy {
		routes = append(routes, s.legacyTable()...)
	}
	if s.reset != nil {
		routes = append(routes, s.resetTable()...)
	}
	return routes
}

// one and either return the scopes of a route.
func one(scope string) []string             { return []string{scope} }
func either(scope, another string) []string { return []string{scope, another} }

func (s *Server) userTable() []route {
	return []route{
		{"GET", api.PathUsers, one(api.ScopeUserRead), s.handleUserList},
		{"POST", api.PathUsers, one(api.ScopeUserCreate), s.handleUserCreate},
		{"GET", api.PathUser, one(api.ScopeUserRead), s.handleUserGet},
		{"PUT", api.PathUser, one(api.ScopeUserUpdate), s.handleUserUpdate},
		{"DELETE", api.PathUser, one(api.ScopeUserDelete), s.handleUserDelete},
		{"GET", api.PathUserGroups, one(api.ScopeGroupRead), s.handleUserGroupList},
		{"DELETE", api.PathUserGroups, one(api.ScopeAssignmentManage), s.handleUserGroupClear},
		{"GET", api.PathUserGroup, one(api.ScopeGroupRead), s.handleUserGroupGet},
		{"GET", api.PathUserGrants, one(api.ScopeAccessRead), s.handleUserControlList},
		{"GET", api.PathUserScopes, one(api.ScopeScopeRead), s.handleUserScopes},
		{"POST", api.PathTestToken, one(api.ScopeUserUpdate), s.handleTestToken},
		{"PUT", api.PathUserLock, one(api.ScopeUserUpdate), s.handleUserLock},
		{"DELETE", api.PathUserLock, one(api.ScopeUserUpdate), s.handleUserUnlock},
		{"GET", api.PathUserReport, one(api.ScopeUserRead), s.handleUserReport},
		{"GET", api.PathReport, one(api.ScopeUserRead), s.handleReport},
		{"GET", api.PathAuditEvents, one(api.ScopeAuditRead), s.handleAuditEventList},
		{"GET", api.PathAuditExport, one(api.ScopeAuditRead), s.handleAuditExport},
		{"GET", api.PathUserMe, nil, s.handleMe},
		{"GET", api.PathMyScopes, nil, s.handleMyScopes},
		{"GET", api.PathMyGrants, nil, s.handleMyControls},
		{"GET", api.PathVendorUsers, one(api.ScopeUserRead), s.handleVendorUserList},
	}
}

func (s *Server) groupTable() []route {
	return []route{
		{"GET", api.PathGroups, either(api.ScopeGroupRead, api.ScopeGroupReadOwn), s.handleGroupList},
		{"POST", api.PathGroups, one(api.ScopeGroupManage), s.handleGroupCreate},
		{"GET", api.PathGroup, one(api.ScopeGroupRead), s.handleGroupGet},
		{"PUT", api.PathGroup, one(api.ScopeGroupManage), s.handleGroupPut},
		{"DELETE", api.PathGroup, one(api.ScopeGroupManage), s.handleGroupDelete},
		{"GET", api.PathGroupGrants, one(api.ScopeAccessRead), s.handleGroupControlList},

		{"GET", api.PathMembers, either(api.ScopeUserRead, api.ScopeUserReadOwn), s.handleMemberList},
		{"POST", api.PathMembers, either(api.ScopeAssignmentManage, api.ScopeAssignmentCreateOwn), s.handleMemberCreate},
		{"PUT", api.PathMemberType, one(api.ScopeAssignmentManage), s.handleMemberPut},
		{"DELETE", api.PathMember, either(api.ScopeAssignmentManage, api.ScopeAssignmentDeleteOwn), s.handleMemberDelete},
		{"DELETE", api.PathMembers, one(api.ScopeAssignmentManage), s.handleMemberClear},

		{"GET", api.PathControls, one(api.ScopeAccessRead), s.handleControlList},
		{"GET", api.PathControl, one(api.ScopeAccessRead), s.handleControlGet},
		{"PUT", api.PathControl, one(api.ScopeAccessManage), s.handleControlPut},
		{"DELETE", api.PathControl, one(api.ScopeAccessManage), s.handleControlDelete},
		{"GET", api.PathScopes, one(api.ScopeScopeRead), s.handleScopeList},
		{"GET", api.PathScope, one(api.ScopeScopeRead), s.handleScopeGet},
		{"PUT", api.PathScope, one(api.ScopeScopeManage), s.handleScopePut},
		{"DELETE", api.PathScope, one(api.ScopeScopeManage), s.handleScopeDelete},
		{"GET", api.PathTemplates, one(api.ScopeTemplateRead), s.handleTemplateList},
		{"GET", api.PathTemplate, one(api.ScopeTemplateRead), s.handleTemplateGet},
		{"PUT", api.PathTemplate, one(api.ScopeTemplateManage), s.handleTemplatePut},
		{"DELETE", api.PathTemplate, one(api.ScopeTemplateManage), s.handleTemplateDelete},
	}
}

func (s *Server) settingTable() []route {
	return []route{
		{"GET", api.PathSettings, one(api.ScopeSettingRead), s.handleSettingList},
		{"POST", api.PathSettings, one(api.ScopeSettingManage), s.handleSettingCreate},
		{"GET", api.PathSetting, one(api.ScopeSettingRead), s.handleSettingGet},
		{"PUT", api.PathSetting, one(api.ScopeSettingManage), s.handleSettingUpdate},
		{"DELETE", api.PathSetting, one(api.ScopeSettingManage), s.handleSettingDelete},
		{"GET", api.PathSettingClients, one(api.ScopeSettingRead), s.handleSettingClientList},
		{"GET", api.PathClientSettings, one(api.ScopeSettingRead), s.handleSettingList},
		{"POST", api.PathClientSettings, one(api.ScopeSettingManage), s.handleSettingCreate},
		{"GET", api.PathClientSetting, one(api.ScopeSettingRead), s.handleSettingGet},
		{"PUT", api.PathClientSetting, one(api.ScopeSettingManage), s.handleSettingUpdate},
		{"DELETE", api.PathClientSetting, one(api.ScopeSettingManage), s.handleSettingDelete},
		{"GET", api.PathGlobalSettings, nil, s.handleGlobalSettingList},
		{"GET", api.PathBasicSettings, nil, s.handleBasicSettingList},
	}
}

func (s *Server) siteTable() []route {
	return []route{
		{"GET", api.PathSiteCodes, either(api.ScopeSiteRead, api.ScopeSiteManage), s.handleSiteCodeList},
		{"GET", api.PathSites, nil, s.handleSiteList},
		{"POST", api.PathSites, one(api.ScopeSiteManage), s.handleSiteCreate},
		{"GET", api.PathSite, nil, s.handleSiteGet},
		{"PUT", api.PathSite, one(api.ScopeSiteManage), s.handleSitePut},
		{"PATCH", api.PathSite, one(api.ScopeSiteManage), s.handleSitePatch},
		{"DELETE", api.PathSite, one(api.ScopeSiteManage), s.handleSiteDelete},
		{"GET", api.PathSiteMixins, one(api.ScopeSiteManage), s.handleSiteMixinList},
		{"POST", api.PathSiteMixins, one(api.ScopeSiteManage), s.handleSiteMixinCreate},
		{"GET", api.PathSiteMixin, one(api.ScopeSiteManage), s.handleSiteMixinGet},
		{"PUT", api.PathSiteMixin, one(api.ScopeSiteManage), s.handleSiteMixinPut},
		{"PATCH", api.PathSiteMixin, one(api.ScopeSiteManage), s.handleSiteMixinPatch},
		{"DELETE", api.PathSiteMixin, one(api.ScopeSiteManage), s.handleSiteMixinDelete},
	}
}

func (s *Server) vendorTable() []route {
	readers := either(api.ScopeVendorRead, api.ScopeVendorManage)
	return []route{
		{"GET", api.PathVendors, readers, s.handleVendorList},
		{"POST", api.PathVendors, one(api.ScopeVendorManage), s.handleVendorCreate},
		{"POST", api.PathVendorSearch, readers, s.handleVendorSearch},
		{"GET", api.PathVendor, readers, s.handleVendorGet},
		{"PUT", api.PathVendor, one(api.ScopeVendorManage), s.handleVendorPut},
		{"DELETE", api.PathVendor, one(api.ScopeVendorManage), s.handleVendorDelete},
		{"GET", api.PathLocations, readers, s.handleLocationList},
		{"POST", api.PathLocations, one(api.ScopeVendorManage), s.handleLocationCreate},
		{"GET", api.PathLocation, readers, s.handleLocationGet},
		{"PUT", api.PathLocation, one(api.ScopeVendorManage), s.handleLocationPut},
		{"DELETE", api.PathLocation, one(api.ScopeVendorManage), s.handleLocationDelete},
	}
}

func (s *Server) teamTable() []route {
	read, manage := one(api.ScopeTeamRead), one(api.ScopeTeamManage)
	readers, managers := either(api.ScopeUserRead, api.ScopeTeamRead), either(api.ScopeUserCreate, api.ScopeTeamManage)
	return []route{
		{"GET", api.PathTeamMembers, read, s.handleTeamMemberList},
		{"POST", api.PathTeamMembers, manage, s.handleTeamMemberCreate},
		{"GET", api.PathTeamMember, read, s.handleTeamMemberGet},
		{"PUT", api.PathTeamMember, manage, s.handleTeamMemberPut},
		{"DELETE", api.PathTeamMember, manage, s.handleTeamMemberDelete},
		{"GET", api.PathTeamOwner, read, s.handleTeamOwnerGet},
		{"PUT", api.PathTeamOwner, manage, s.handleTeamOwnerPut},
		{"GET", api.PathTeamProducts, read, s.handleTeamProductList},
		{"PUT", api.PathTeamProduct, manage, s.handleTeamProductPut},
		{"DELETE", api.PathTeamProduct, manage, s.handleTeamProductDelete},
		{"POST", api.PathTeamInvitations, manage, s.handleTeamInvite},
		{"PUT", api.PathTeamAssignment, manage, s.handleTeamAssignmentPut},
		{"DELETE", api.PathTeamAssignment, manage, s.handleTeamAssignmentDelete},
		{"GET", api.PathTeamOrganizations, nil, s.handleTeamOrganizationList},

		{"GET", api.PathInvitations, readers, s.handleInvitationList},
		{"GET", api.PathInvitation, readers, s.handleInvitationGet},
		{"POST", api.PathInvitationResend, managers, s.handleInvitationResend},
		{"POST", api.PathInvitationAccept, managers, s.handleInvitationAccept},
	}
}

func (s *Server) integromatTable() []route {
	read, manage := one(api.ScopeMakeRead), one(api.ScopeMakeManage)
	return []route{
		{"GET", api.PathMakeOrganization, read, s.handleIntegromatOrganizationGet},
		{"PUT", api.PathMakeOrganization, manage, s.handleIntegromatOrganizationPut},
		{"GET", api.PathMakeMembers, read, s.handleIntegromatMemberList},
		{"GET", api.PathMakeNotices, read, s.handleIntegromatNoticeList},
		{"POST", api.PathMakeSync, manage, s.handleIntegromatSync},
		{"DELETE", api.PathMakeOrganization, manage, s.handleIntegromatOrganizationDelete},
	}
}

func (s *Server) clientTable() []route {
	read, manage := one(api.ScopeClientRead), one(api.ScopeClientManage)
	return []route{
		{"GET", api.PathClients, read, s.handleClientList},
		{"POST", api.PathClients, manage, s.handleClientCreate},
		{"GET", api.PathClient, read, s.handleClientGet},
		{"DELETE", api.PathClient, manage, s.handleClientDelete},
		{"POST", api.PathClientRotate, manage, s.handleClientRotate},
	}
}

// openTable returns the operations that need no token. Those of Make need a key, those of
// links a secret.
func (s *Server) openTable() []route {
	return []route{
		{"GET", api.PathMakeRoles, nil, s.withIntegromatKey(s.handleIntegromatRoleList)},
		{"GET", api.PathMakeUsers, nil, s.withIntegromatKey(s.handleIntegromatUserList)},
		{"GET", api.PathMakeUserRoles, nil, s.withIntegromatKey(s.handleIntegromatUserRoleList)},
		{"GET", api.PathMakeMemberRole, nil, s.withIntegromatKey(s.handleIntegromatUserRoleGet)},
		{"GET", api.PathMakeRolesOf, nil, s.withIntegromatKey(s.handleIntegromatRolesOf)},
		{"GET", api.PathMakeUserRole, nil, s.withIntegromatKey(s.handleIntegromatUserRoleGet)},
		{"POST", api.PathMakeUserRole, nil, s.withIntegromatKey(s.handleIntegromatUserRolePost)},
		{"POST", api.PathMakeInvite, nil, s.withIntegromatKey(s.handleIntegromatInvite)},

		{"POST", api.PathLink, nil, s.handleLinkRead},
		{"POST", api.PathLinkAccept, nil, s.handleLinkAccept},
		{"POST", api.PathSignInLink, nil, s.handleSignInLink},
		{"POST", api.PathSignInRead, nil, s.handleSignInRead},
		{"POST", api.PathSignInAccept, nil, s.handleSignInAccept},

		{"POST", api.PathToken, nil, s.handleToken},
		{"GET", api.PathOpenAPI, nil, s.handleOpenAPI},
	}
}

// probeTable returns the operations that a busy backend answers as well: they check
// whether it runs.
func (s *Server) probeTable() []route {
	list := []route{
		{"GET", api.PathHealth, nil, s.handleHealth},
		{"GET", api.PathReady, nil, s.handleReady},
	}
	if !s.metricsElsewhere {
		list = append(list, s.metricsRoute())
	}
	return list
}

// unknownRoute is the route of requests that match no path of the tables.
const unknownRoute = "unknown"

func unknownPath(c *call) error {
	details := []string{"This API has no path " + c.r.URL.Path}
	path := c.r.URL.EscapedPath()
	if strings.Contains(path, "//") || c.r.Method == http.MethodDelete && strings.HasSuffix(path, "/") {
		details = append(details, "A segment of the path is empty: an id may be missing")
	}
	return notFound("Unknown path", "", details...)
}

// routes registers all tables, and handlers for all other requests.
func (s *Server) routes() http.Handler {
	mux := dispatch.NewMux()
	methods := map[string][]string{}
	register := func(method, path string, h http.HandlerFunc) {
		mux.Handle(method, path, h)
		methods[path] = append(methods[path], method)
	}
	for _, r := range s.table() {
		register(r.method, r.path, s.guarded(r))
	}
	for _, r := range s.openTable() {
		register(r.method, r.path, s.open(r.method, r.path, func(c *call) error { return s.admitted(c, maxTokenBody, r.handle) }))
	}
	for _, r := range s.probeTable() {
		register(r.method, r.path, s.open(r.method, r.path, r.handle))
	}
	for path, allowed := range methods {
		slices.Sort(allowed)
		mux.Handle("", path, s.open(otherMethod, path, func(c *call) error { return methodNotAllowed(allowed) }))
	}
	mux.Handle("", "/", s.open(otherMethod, unknownRoute, unknownPath))
	return s.observed(mux)
}

// guarded checks the token, then calls the handler.
func (s *Server) guarded(r route) http.HandlerFunc {
	return s.open(r.method, r.path, func(c *call) error {
		if err := s.authorize(c, r.scopes); err != nil {
			return err
		}
		c.ctx = audit.WithActor(c.ctx, c.actor())
		return s.admitted(c, maxBody, r.handle)
	})
}

// open calls the handler without checking a token, and writes its error.
func (s *Server) open(method, path string, handle func(*call) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		c := &call{w: w, r: r, ctx: r.Context(), room: s.room, figures: s.figures, tenant: r.PathValue("tenant")}
		if o, ok := w.(*observer); ok {
			o.method, o.route, o.tenant = method, path, c.tenant
		}
		if r.ContentLength != 0 {
			s.readWithin(c, 0) // also for a body that is refused unread
		}
		if err := handle(c); err != nil {
			s.writeError(c, err)
		}
	}
}

// legacyTable returns the operations of the model before access controls held scopes. The
// public API deprecates them, so they can be omitted.
func (s *Server) legacyTable() []route {
	return []route{
		{"GET", api.PathRoles, one(api.ScopeRoleRead), s.handleRoleList},
		{"GET", api.PathRole, one(api.ScopeRoleRead), s.handleRoleGet},
		{"GET", api.PathPermissions, one(api.ScopePermissionRead), s.handlePermissionList},
		{"GET", api.PathPermission, one(api.ScopePermissionRead), s.handlePermissionGet},
		{"GET", api.PathResources, one(api.ScopeResourceRead), s.handleResourceList},
		{"GET", api.PathResource, one(api.ScopeResourceRead), s.handleResourceGet},
		{"GET", api.PathUserGrantsOn, one(api.ScopeAccessRead), s.handleUserControlsOn},
		{"GET", api.PathUserPermissions, one(api.ScopePermissionRead), s.handleUserPermissions},
	}
}

// resetTable returns the operation that only a backend over a seed has.
func (s *Server) resetTable() []route {
	return []route{{"POST", api.PathReset, nil, s.handleReset}}
}

// metricsRoute returns GET /metrics.
func (s *Server) metricsRoute() route { return route{"GET", api.PathMetrics, nil, s.handleMetrics} }

// Metrics returns a handler of GET /metrics, and of no other path.
func (s *Server) Metrics() http.Handler {
	mux, r := dispatch.NewMux(), s.metricsRoute()
	mux.Handle(r.method, r.path, s.open(r.method, r.path, r.handle))
	mux.Handle("", "/", s.open(otherMethod, unknownRoute, unknownPath))
	return s.observed(mux)
}
