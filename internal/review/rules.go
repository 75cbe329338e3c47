package review

// rule says what a managed type does to access.
type rule struct {
	typeName string
	// name notes which object an address stands for, where it is there already.
	name func(*applied, change)
	// put makes an object as it is after the change, and end ends it as it was
	// before. Nil does nothing.
	put, end func(*applied, change)
	// harmless says why objects of the type change nobody's access.
	harmless string
}

// rules are those of every type, in the order in which objects are made: what
// others refer to comes first. They end in the other order.
func rules() []rule {
	return []rule{
		{typeName: "iam_restriction", harmless: "it says which values groups may name, and groups keep those that they name"},
		{typeName: "iam_restriction_settings", harmless: "it says which values groups may name, and groups keep those that they name"},
		{typeName: "iam_site", harmless: "a site says where something is sold; its restriction value is only one that groups may name"},
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
		{typeName: "iam_team_owner", put: (*applied).putOwner}, // a team keeps its Owner
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

// Knows reports whether a review knows what objects of a managed type, or an
// action of that name, do to access.
func Knows(typeName string) bool {
	_, known := ruleOf(typeName)
	_, isAction := actions()[typeName]
	return known || isAction
}
