package provider

import "github.com/access-config/terraform-provider-iam/internal/api"

// Needs are the scopes that a managed type needs.
type Needs struct {
	Plan        []string // to plan, refresh and import
	Apply       []string // to apply, in addition
	Conditional []Condition
	Checks      []string // for checks that the plan leaves out without them
}

// Condition are scopes that a type needs in some configurations only.
type Condition struct {
	When   string // such as "To delete its groups"
	Scopes []string
}

// ScopesOf returns the scopes that a managed type needs.
func ScopesOf(typeName string) Needs { return Scopes()[typeName] }

// Scopes returns the scopes that each managed type needs.
func Scopes() map[string]Needs {
	manages := func(read, manage string) Needs { return Needs{Plan: []string{read}, Apply: []string{manage}} }
	users := Needs{
		Plan:   []string{api.ScopeUserRead},
		Apply:  []string{api.ScopeUserCreate, api.ScopeUserUpdate, api.ScopeUserDelete},
		Checks: []string{api.ScopeSettingRead}, // of languages and the company's e-mail domains
		Conditional: []Condition{
			{"With `on_destroy = \"lock\"`", []string{api.ScopeAssignmentManage}},
		},
	}
	team := manages(api.ScopeTeamRead, api.ScopeTeamManage)
	return map[string]Needs{
		"iam_user": users,
		"iam_group": {
			Plan:   []string{api.ScopeGroupRead, api.ScopeTemplateRead},
			Apply:  []string{api.ScopeGroupManage},
			Checks: []string{api.ScopeAccessRead, api.ScopeSettingRead},
			Conditional: []Condition{
				{"To destroy a group with members (`force_delete`)", []string{api.ScopeAssignmentManage}},
			},
		},
		"iam_group_membership":     {Plan: []string{api.ScopeGroupRead, api.ScopeUserRead}, Apply: []string{api.ScopeAssignmentManage}},
		"iam_group_members":        {Plan: []string{api.ScopeUserRead}, Apply: []string{api.ScopeAssignmentManage}},
		"iam_user_groups":          {Plan: []string{api.ScopeUserRead}, Apply: []string{api.ScopeAssignmentManage}},
		"iam_users_csv":            users,
		"iam_company_domains":      manages(api.ScopeSettingRead, api.ScopeSettingManage),
		"iam_scope":                manages(api.ScopeScopeRead, api.ScopeScopeManage),
		"iam_access_control":       manages(api.ScopeAccessRead, api.ScopeAccessManage),
		"iam_role_template":        manages(api.ScopeTemplateRead, api.ScopeTemplateManage),
		"iam_restriction":          manages(api.ScopeSettingRead, api.ScopeSettingManage),
		"iam_restriction_settings": manages(api.ScopeSettingRead, api.ScopeSettingManage),
		"iam_site": {
			Apply: []string{api.ScopeSiteManage},
			Conditional: []Condition{
				{"To plan a site with `active = false`", []string{api.ScopeSiteManage}},
			},
		},
		"iam_vendor": {
			Plan:  []string{api.ScopeVendorRead, api.ScopeGroupRead},
			Apply: []string{api.ScopeVendorManage},
			Conditional: []Condition{
				{"To change `product_managers_publish`", []string{api.ScopeGroupManage}},
				{"To delete its groups (`delete_groups`)", []string{api.ScopeGroupManage, api.ScopeAssignmentManage}},
			},
		},
		"iam_team_member":        team,
		"iam_team_owner":         team,
		"iam_product":            team,
		"iam_product_assignment": team,
		"iam_make_organization":  manages(api.ScopeMakeRead, api.ScopeMakeManage),
	}
}
