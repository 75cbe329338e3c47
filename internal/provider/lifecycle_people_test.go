package provider_test

import (
	"context"
	"fmt"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
)

// keptTimeouts are the timeouts of types that have them.
var keptTimeouts = argument{from: values{"create": "1m"}, to: values{"create": "2m"}, silent: "how long to wait is nothing that the server keeps"}

// lifecycleTypes has every managed type.
var lifecycleTypes = map[string]lifecycleType{
	"iam_user":                 userLife(),
	"iam_group":                groupLife(),
	"iam_group_membership":     groupMembershipLife(),
	"iam_group_members":        groupMembersLife(),
	"iam_user_groups":          userGroupsLife(),
	"iam_users_csv":            usersCSVLife(),
	"iam_scope":                scopeLife(),
	"iam_access_control":       accessControlLife(),
	"iam_role_template":        roleTemplateLife(),
	"iam_restriction":          restrictionLife(),
	"iam_restriction_settings": restrictionSettingsLife(),
	"iam_site":                 siteLife(),
	"iam_company_domains":      companyDomainsLife(),
	"iam_vendor":               vendorLife(),
	"iam_team_member":          teamMemberLife(),
	"iam_team_owner":           teamOwnerLife(),
	"iam_product":              productLife(),
	"iam_product_assignment":   productAssignmentLife(),
	"iam_make_organization":    makeOrganizationLife(),
}

func userLife() lifecycleType {
	return lifecycleType{
		keyed:   true,
		config:  fixed(values{"email": "new@acme.example", "first_name": "N", "last_name": "N"}),
		created: `"contactEmail":"new@acme.example"`,
		setup: func(ctx context.Context, c *client.Client) error {
			return c.CreateSite(ctx, api.Site{
				Code: "de", Name: "DE", DefaultLanguage: "en", Languages: []string{"en"}, Currency: "EUR",
				HomeBase: api.HomeBase{Address: api.SiteAddress{Country: "DE", ZipCode: "10115"}}, ShipToCountries: []string{"DE"},
			})
		},
		keys:   []string{"new@acme.example", "NEW@acme.example"},
		refers: []string{"group_ids"},
		losses: map[string]loss{"itself": loseNewUser},
		arguments: map[string]argument{
			"email":              {to: "other@acme.example", shown: `"contactEmail":"other@acme.example"`, replaces: true},
			"first_name":         {to: "M", shown: `"firstName":"M"`},
			"last_name":          {to: "M", shown: `"lastName":"M"`},
			"department":         {from: "Sales", to: "Stock", shown: `"department":"Stock"`, unset: `"department":"Sales"`},
			"preferred_site":     {from: "de", to: "main", shown: `"preferredSite":"main"`, unset: `"preferredSite":"de"`},
			"preferred_currency": {from: "USD", to: "EUR", shown: `"preferredCurrency":"EUR"`, unset: `"preferredCurrency":"USD"`},
			"preferred_language": {from: "de", to: "en", shown: `"preferredLanguage":"en"`, unset: `"preferredLanguage":"de"`},
			"group_ids":          {from: []any{"parent"}, to: []any{"oe-viewer"}, shown: `"groupIds":["oe-viewer"]`, unset: `"groupIds":["parent"]`},
			"locked":             {from: false, to: true, shown: `"status":"INACTIVE"`, unset: `"isAccountLocked":false`},
			"on_destroy": {
				from: "delete", to: "lock", silent: "what destroying does is nothing that the server keeps",
				destroyed: `"status":"INACTIVE"`, unsetDestroyed: "",
			},
		},
		cells: map[string]cell{
			"parent deleted outside": noParent,
		},
	}
}

func groupLife() lifecycleType {
	return lifecycleType{
		keyed:   true,
		config:  fixed(values{"id": "new", "name": values{"en": "New"}}),
		created: `group {"accessControls":[],"id":"new"`,
		setup: func(ctx context.Context, c *client.Client) error {
			_, err := c.PutAccessControl(ctx, "extra", api.AccessControlUpdate{Name: api.Text{"en": "Extra"}, Scopes: []string{"order.order_read"}, Domains: []string{"extra"}})
			if err == nil {
				_, err = c.CreateVendor(ctx, api.VendorCreate{ID: "tea", Name: "Tea", Type: api.VendorCompany})
			}
			if err == nil {
				err = c.UpdateSetting(ctx, api.SettingUpdate{Key: api.SettingRestrictions, Value: []byte(`["DE","AT"]`)})
			}
			return err
		},
		keys:   []string{"new", "New"},
		refers: []string{"role_template", "access_control_ids", "vendor_id"},
		losses: map[string]loss{"itself": func(ctx context.Context, c *client.Client, _ values) error { return c.DeleteGroup(ctx, "new", false) }},
		arguments: map[string]argument{
			"id":                 {to: "newer", shown: `"id":"newer"`, replaces: true, unset: `"id":"new"`},
			"name":               {to: values{"en": "Newer"}, shown: `"name":{"en":"Newer"}`},
			"description":        {from: values{"en": "D"}, to: values{"en": "E"}, shown: `"description":{"en":"E"}`, unset: `!"description":`},
			"user_type":          {from: "CUSTOMER", to: "EMPLOYEE", shown: `"userType":"EMPLOYEE"`, replaces: true, keepsKey: true, unset: `"userType":"EMPLOYEE"`, unsetReplaces: true},
			"product":            {from: "commerce_engine", to: "orchestration_engine", silent: "the product is nothing that the server keeps"},
			"role_template":      {from: "viewer", to: "manager", shown: `"templates":["manager"]`, unset: `!"templates":["viewer"]`},
			"access":             {from: values{"orders": "read"}, to: values{"orders": "manage"}, shown: `"accessControls":["4ac869fc`, unset: `"accessControls":[]`},
			"access_control_ids": {from: []any{"extra"}, to: []any{}, shown: `"accessControls":[]`, unset: `"accessControls":["extra"]`},
			"restrictions":       {from: []any{"DE"}, to: []any{"AT"}, with: values{"access": values{"orders": "read"}}, shown: `"restrictions":["AT"]`, unset: `!"restrictions":["DE"]`},
			"vendor_id":          {from: "tea", to: nil, shown: `!"vendorId":`, replaces: true, keepsKey: true, unset: `!"vendorId":`, unsetReplaces: true},
			"legal_entity_id":    {from: "le-1", to: "le-2", with: values{"user_type": "CUSTOMER"}, shown: `"legalEntityId":"le-2"`, unset: `!"le-1"`},
			"mixins":             {from: `{"a":{"b":1}}`, to: `{"a":{"b":2}}`, shown: `"mixins":{"a":{"b":2}}`, unset: `"mixins":{"a":{"b":1}}`},
			"force_delete":       {from: false, to: true, silent: "what destroying does is nothing that the server keeps"},
		},
		cells: map[string]cell{
			"parent deleted outside": noParent,
		},
	}
}

func groupMembershipLife() lifecycleType {
	return lifecycleType{
		config:  func(ids values) values { return values{"group_id": ids["group"], "user_id": ids["user"]} },
		created: `member of parent: "<parent@acme.example>"`,
		setup:   customers,
		keys:    []string{"parent/$user", "parent/parent@acme.example", "Parent/employee/parent@acme.example"},
		refers:  []string{"group_id", "user_id"},
		losses:  map[string]loss{"itself": loseMembership, "its group": loseGroup, "its user": loseUser},
		arguments: map[string]argument{
			"group_id": {to: "oe-viewer", shown: `member of oe-viewer: "<parent@acme.example>"`},
			"user_id":  {to: "$another", shown: `member of parent: "<another@acme.example>"`},
			"user_type": {
				from: "CUSTOMER", to: "EMPLOYEE", with: values{"group_id": "shops", "user_id": "C1"}, also: values{"group_id": "parent", "user_id": "$parent"},
				shown: `member of parent: "<parent@acme.example>"`, replaces: true, unset: `member of parent: "<parent@acme.example>"`, unsetReplaces: true,
			},
		},
		cells: map[string]cell{
			"null element": noCollection,
		},
	}
}

// customers makes a group of customers with one, and another@acme.example.
func customers(ctx context.Context, c *client.Client) error {
	_, err := c.CreateGroup(ctx, api.GroupCreate{ID: "shops", Name: api.Text{"en": "Shops"}, UserType: access.Customer})
	if err == nil {
		err = anotherUser(ctx, c)
	}
	return err
}

// anotherUser makes another@acme.example.
func anotherUser(ctx context.Context, c *client.Client) error {
	_, err := c.CreateUser(ctx, api.UserCreate{
		FirstName: "A", LastName: "A", ContactEmail: "another@acme.example", Department: "D", PreferredSite: "main", PreferredCurrency: "EUR", PreferredLanguage: "en", GroupIDs: []string{},
	})
	return err
}

func groupMembersLife() lifecycleType {
	return lifecycleType{
		config: func(ids values) values {
			return values{"group_id": ids["group"], "members": values{fmt.Sprint(ids["email"]): ids["user"]}}
		},
		created: `member of parent: "<parent@acme.example>"`,
		setup:   customers,
		keys:    []string{"parent", "Parent"},
		refers:  []string{"group_id", "members"},
		losses:  map[string]loss{"its group": loseGroup},
		arguments: map[string]argument{
			"group_id": {to: "oe-viewer", shown: `member of oe-viewer: "<parent@acme.example>"`},
			"members":  {to: values{"another@acme.example": "$another"}, shown: `member of parent: "<another@acme.example>"`},
			"user_type": {
				from: "CUSTOMER", to: "EMPLOYEE", with: values{"group_id": "shops", "members": values{"C1": "C1"}}, also: values{"group_id": "parent", "members": values{"parent@acme.example": "$parent"}},
				shown: `member of parent: "<parent@acme.example>"`, replaces: true, unset: `member of parent: "<parent@acme.example>"`, unsetReplaces: true,
			},
		},
		cells: map[string]cell{
			"deleted outside": noOwnDeletion,
		},
	}
}

func userGroupsLife() lifecycleType {
	return lifecycleType{
		config: func(ids values) values {
			return values{"user_id": ids["user"], "group_ids": []any{ids["group"]}}
		},
		created: `member of parent: "<parent@acme.example>"`,
		setup:   anotherUser,
		keys:    []string{"$user", "parent@acme.example"},
		refers:  []string{"user_id", "group_ids"},
		losses:  map[string]loss{"its user": loseUser},
		arguments: map[string]argument{
			"user_id":   {to: "$another", shown: `member of parent: "<another@acme.example>"`},
			"group_ids": {to: []any{"oe-viewer"}, shown: `member of oe-viewer: "<parent@acme.example>"`},
		},
		cells: map[string]cell{
			"deleted outside":       noOwnDeletion,
			"unset":                 noOptional,
			"create_before_destroy": noReplacement,
		},
	}
}

// newUsers is a table of one user.
const newUsers = "email,first_name,last_name,groups\nnew@acme.example,N,N,parent\n"

func usersCSVLife() lifecycleType {
	return lifecycleType{
		keyed:   true,
		config:  fixed(values{"csv": newUsers}),
		created: `"contactEmail":"new@acme.example"`,
		keys:    []string{"new@acme.example"},
		refers:  []string{"csv"},
		losses:  map[string]loss{"a user": loseNewUser},
		partly:  true,
		arguments: map[string]argument{
			"csv":            {to: "email,first_name,last_name,groups\nnew@acme.example,M,N,oe-viewer\n", shown: `"firstName":"M"`},
			"adopt_existing": {from: false, to: true, silent: "it says what a new row may do"},
			"on_destroy": {
				from: "delete", to: "lock", silent: "what destroying does is nothing that the server keeps",
				destroyed: `"status":"INACTIVE"`, unsetDestroyed: "",
			},
			"timeouts": keptTimeouts,
		},
		cells: map[string]cell{
			"import":                 {imported: "update"}, // the text of the configuration takes the place of the imported one
			"null element":           noCollection,
			"create_before_destroy":  noReplacement,
			"parent deleted outside": noParent,
		},
	}
}
