package review

// rule describes how a managed type affects access.
type rule struct {
	typeName string
	// name records the object at an address, if it exists before the apply.
	name func(*applied, change)
	// put applies the object in its planned form, and end removes its previous
	// form. Nil has no effect.
	put, end func(*applied, change)
	// harmless is the reason why objects of the type change nobody's access.
	harmless string
}

// rules returns the rules of all types in order of creation: types that others
// refer to come first. Removal uses the reverse order.
func rules() []rule {
	return []rule{
		{typeName: "iam_restriction", harmless: "it defines which values groups can use, and groups keep the values that they use"},
		{typeName: "iam_restriction_settings", harmless: "it defines which values groups can use, and groups keep the values that they use"},
		{typeName: "iam_site", harmless: "a site defines where something is sold; its restriction value is only a value that groups can use"},
		{typeName: "iam_company_domains", harmless: "it defines who can be invited, and users and team members outside the domains keep their access"},
		{typeName: "iam_scope", put: (*applied).putScope, end: (*applied).endScope},
		{typeName: "iam_access_control", put: (*applied).putControl, end: (*applied).endControl},
		{typeName: "iam_role_template", name: (*applied).nameTemplate, put: (*applied).putTemplate, end: (*applied).endTemplate},
		{typeName: "iam_vendor", name: (*applied).nameVendor, put: (*applied).putVendor, end: (*applied).endVendor},
		{typeName: "iam_group", name: (*applied).nameGroup, put: (*applied).putGroup, end: (*applied).endGroup},
		{typeName: "iam_user", name: (*applied).nameUser, put: (*applied).putUser, end: (*applied).endUser},
		{typeName: "iam_users_csv", put: (*applied).putUsers, end: (*applied).endUsers},
		{typeName: "iam_user_groups", put: (*applied).putUserGroups, end: (*applied).endUserGroups},
		{typeName: "iam_group_members", put: (*applied).putMembers, end: (*applied).endMembers},
		{typeName: "iam_group_membership", put: (*applied).putMembership, end: (*applied).endMembership},
		{typeName: "iam_team_member", name: (*applied).nameMember, put: (*applied).putMember, end: (*applied).endMember},
		{typeName: "iam_team_owner", put: (*applied).putOwner}, // destroying it leaves the Owner in place
		{typeName: "iam_product", put: (*applied).putProduct, end: (*applied).endProduct},
		{typeName: "iam_product_assignment", put: (*applied).putAssignment, end: (*applied).endAssignment},
		{typeName: "iam_make_organization", put: (*applied).putMake, end: (*applied).endMake},
	}
}

// ruleOf returns the rule of a type.
func ruleOf(typeName string) (r rule, known bool) {
	for _, r := range rules() {
		if r.typeName == typeName {
			return r, true
		}
	}
	return r, false
}

// Knows reports whether a review knows how a managed type or an action affects
// access.
func Knows(typeName string) bool {
	_, known := ruleOf(typeName)
	_, isAction := actions()[typeName]
	return known || isAction
}
