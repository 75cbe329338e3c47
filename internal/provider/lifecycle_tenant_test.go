package provider_test

import (
	"context"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
)

func scopeLife() lifecycleType {
	return lifecycleType{
		keyed:   true,
		config:  fixed(values{"id": "billing.new"}),
		created: `scope {"id":"billing.new"`,
		keys:    []string{"billing.new"},
		losses:  loseByID((*client.Client).DeleteScope, "billing.new"),
		arguments: map[string]argument{
			"id":          {to: "billing.newer", shown: `"id":"billing.newer"`, replaces: true},
			"description": {from: values{"en": "D"}, to: values{"en": "E"}, shown: `"description":{"en":"E"}`, unset: `!"description"`},
			"domain":      {from: "billing", to: "sales", shown: `"domain":"sales"`, unset: `!"domain":"billing"`},
		},
		cells: map[string]cell{
			"parent deleted outside": noParent,
			"id unknown":             noReference,
		},
	}
}

func accessControlLife() lifecycleType {
	return lifecycleType{
		keyed:   true,
		config:  fixed(values{"id": "new", "name": values{"en": "New"}, "scopes": []any{"order.order_read"}}),
		created: `control {"`,
		keys:    []string{"new"},
		refers:  []string{"scopes"},
		losses:  loseByID((*client.Client).DeleteAccessControl, "new"),
		arguments: map[string]argument{
			"id":            {to: "newer", shown: `"id":"newer"`, replaces: true},
			"name":          {from: values{"en": "New"}, to: values{"en": "Newer"}, shown: `"name":{"en":"Newer"}`, unset: `!"name":{"en":"New"}`},
			"description":   {from: values{"en": "D"}, to: values{"en": "E"}, shown: `"description":{"en":"E"}`, unset: `!"description"`},
			"scopes":        {to: []any{"order.order_manage"}, shown: `"scopes":["order.order_manage"]`},
			"domains":       {from: []any{"a"}, to: []any{"b"}, shown: `"domains":["b"]`, unset: `!"domains":["a"]`},
			"restricted_to": {from: "EMPLOYEE", to: "CUSTOMER", shown: `"CUSTOMER"`, replaces: true, keepsKey: true, unset: `!"EMPLOYEE"`, unsetReplaces: true},
		},
		cells: map[string]cell{
			"parent deleted outside": noParent,
		},
	}
}

func roleTemplateLife() lifecycleType {
	return lifecycleType{
		keyed:   true,
		config:  fixed(values{"id": "new", "name": values{"en": "New"}, "access": values{"orders": "read"}}),
		created: `template {"`,
		keys:    []string{"new"},
		refers:  []string{"based_on"},
		losses:  loseByID((*client.Client).DeleteTemplate, "new"),
		arguments: map[string]argument{
			"id":          {to: "newer", shown: `"id":"newer"`, replaces: true, unset: `"id":"new"`},
			"name":        {to: values{"en": "Newer"}, shown: `"name":{"en":"Newer"}`},
			"description": {from: values{"en": "D"}, to: values{"en": "E"}, shown: `"description":{"en":"E"}`, unset: `!"description"`},
			"based_on":    {from: "viewer", to: "manager", shown: `"basedOn":"manager"`, unset: `!"basedOn":"viewer"`},
			"access":      {to: values{"orders": "manage"}, shown: `"orders":"manage"`},
		},
		cells: map[string]cell{
			"parent deleted outside": noParent,
		},
	}
}

func restrictionLife() lifecycleType {
	return lifecycleType{
		keyed:   true,
		config:  fixed(values{"value": "NEW"}),
		created: `restrictions ["NEW"]`,
		keys:    []string{"NEW"},
		losses:  loseByID((*client.Client).DeleteSetting, api.SettingRestrictions),
		arguments: map[string]argument{
			"value":         {to: "NEWER", shown: `restrictions ["NEWER"]`, replaces: true},
			"external_site": {from: false, to: true, silent: "it says what the plan checks"},
		},
		cells: map[string]cell{
			"null element":           noCollection,
			"parent deleted outside": noParent,
			"id unknown":             noReference,
		},
	}
}

func restrictionSettingsLife() lifecycleType {
	return lifecycleType{
		config:  fixed(values{"values": []any{"main", "NEW"}}),
		created: `restrictions ["NEW","main"]`,
		keys:    []string{"$tenant", "$TENANT"},
		refers:  []string{"values"},
		losses:  loseByID((*client.Client).DeleteSetting, api.SettingRestrictions),
		partly:  true,
		cells: map[string]cell{
			"create_before_destroy":  noReplacement,
			"parent deleted outside": noParent,
			"import":                 {imported: "update"},
		},
		stays: `restrictions ["NEW","main"]`,
		arguments: map[string]argument{
			"values":          {to: []any{"main"}, shown: `restrictions ["main"]`, unset: `restrictions ["NEW","main"]`},
			"external_sites":  {from: false, to: true, silent: "it says what the plan checks"},
			"sync_with_sites": {from: true, to: false, with: values{"values": nil}, shown: `!siteSync true`, unset: `siteSync true`},
		},
	}
}

func companyDomainsLife() lifecycleType {
	return lifecycleType{
		config:  fixed(values{"domains": []any{"acme.example", "new.example"}}),
		created: `domains ["acme.example","new.example"]`,
		keys:    []string{"$tenant", "$TENANT"},
		losses:  loseByID((*client.Client).DeleteSetting, api.SettingEmailDomains),
		cells: map[string]cell{
			"unset":                  noOptional,
			"create_before_destroy":  noReplacement,
			"parent deleted outside": noParent,
			"id unknown":             noReference,
		},
		arguments: map[string]argument{
			"domains": {to: []any{"acme.example"}, shown: `domains ["acme.example"]`},
		},
	}
}

func siteLife() lifecycleType {
	return lifecycleType{
		keyed:   true,
		config:  fixed(values{"code": "new", "name": "New"}),
		created: `site {"`,
		keys:    []string{"new"},
		losses:  loseByID((*client.Client).DeleteSite, "new"),
		arguments: map[string]argument{
			"code":              {to: "newer", shown: `"code":"newer"`, replaces: true},
			"name":              {to: "Newer", shown: `"name":"Newer"`},
			"active":            {from: false, to: true, shown: `"active":true`, unset: `"active":true`},
			"default_language":  {from: "de", to: "en", with: values{"languages": []any{"de", "en"}}, shown: `"defaultLanguage":"en"`, unsetRefused: "default_language"},
			"languages":         {from: []any{"de", "en"}, to: []any{"de"}, with: values{"default_language": "de"}, shown: `"languages":["de"]`, unset: `"languages":["de","en"]`},
			"currency":          {from: "USD", to: "EUR", shown: `"currency":"EUR"`, unset: `"currency":"USD"`},
			"country":           {from: "AT", to: "DE", with: values{"zip_code": "1010"}, shown: `"country":"DE"`, unsetRefused: "country"},
			"zip_code":          {from: "1010", to: "1020", with: values{"country": "AT"}, shown: `"zipCode":"1020"`, unsetRefused: "zip_code"},
			"ship_to_countries": {from: []any{"AT"}, to: []any{"DE"}, shown: `"shipToCountries":["DE"]`, unset: `"shipToCountries":["AT"]`},
		},
		cells: map[string]cell{
			"parent deleted outside": noParent,
			"id unknown":             noReference,
		},
	}
}

func vendorLife() lifecycleType {
	return lifecycleType{
		keyed:   true,
		config:  fixed(values{"id": "new", "name": "New"}),
		created: `vendor {"`,
		setup: func(ctx context.Context, c *client.Client) error {
			_, err := c.CreateVendor(ctx, api.VendorCreate{ID: "tea", Name: "Tea", Type: api.VendorCompany})
			if err == nil {
				_, err = c.CreateVendor(ctx, api.VendorCreate{ID: "oat", Name: "Oat", Type: api.VendorCompany})
			}
			return err
		},
		keys:   []string{"new", "New"},
		refers: []string{"parent_id"},
		losses: loseByID((*client.Client).DeleteVendor, "new"),
		arguments: map[string]argument{
			"id":                       {to: "newer", shown: `"id":"newer"`, replaces: true, unset: `"id":"new"`},
			"name":                     {to: "Newer", shown: `"name":"Newer"`},
			"type":                     {from: "SUBSIDIARY", to: "COMPANY", with: values{"parent_id": "tea"}, shown: `"type":"COMPANY"`, unset: `"type":"COMPANY"`},
			"parent_id":                {from: "tea", to: "oat", with: values{"type": "SUBSIDIARY"}, shown: `"parentId":"oat"`, unset: `!"parentId":"tea"`},
			"legal_info":               {from: values{"legal_name": "L"}, to: values{"legal_name": "M"}, shown: `"legalName":"M"`, unset: `!"legalName"`},
			"contacts":                 {from: []any{values{"email": "a@acme.example"}}, to: []any{values{"email": "b@acme.example", "phone": "1"}}, shown: `"email":"b@acme.example"`, unset: `!"a@acme.example"`},
			"delete_groups":            {from: false, to: true, silent: "what destroying does is nothing that the server keeps"},
			"product_managers_publish": {from: true, to: false, shown: `!"4ac869fc-d548-4ec8-8e06-c01491314229"`, unset: `!"4ac869fc-d548-4ec8-8e06-c01491314229"`},
			"timeouts":                 keptTimeouts,
		},
		cells: map[string]cell{
			"parent deleted outside": noParent,
		},
	}
}

func teamMemberLife() lifecycleType {
	return lifecycleType{
		keyed:   true,
		config:  fixed(values{"email": "new@acme.example", "role": "member"}),
		created: `team {"email":"new@acme.example"`,
		keys:    []string{"new@acme.example", "NEW@acme.example"},
		losses: map[string]loss{"itself": func(ctx context.Context, c *client.Client, _ values) error {
			m, err := c.TeamMemberByEmail(ctx, "new@acme.example")
			if err != nil {
				return err
			}
			return c.RemoveTeamMember(ctx, m.ID)
		}},
		arguments: map[string]argument{
			"email": {to: "other@acme.example", shown: `team {"email":"other@acme.example"`, replaces: true},
			"role":  {to: "admin", shown: `"role":"admin"`},
		},
		cells: map[string]cell{
			"unset":                  noOptional,
			"null element":           noCollection,
			"parent deleted outside": noParent,
			"id unknown":             noReference,
		},
	}
}

func teamOwnerLife() lifecycleType {
	return lifecycleType{
		joined:  true,
		config:  func(ids values) values { return values{"member_id": ids["member"]} },
		created: `"role":"owner"`,
		setup: func(ctx context.Context, c *client.Client) error {
			_, err := join(ctx, c, "another@acme.example")
			return err
		},
		keys:   []string{"$member", "parent@acme.example", "$tenant"},
		refers: []string{"member_id"},
		stays:  `"role":"owner"`,
		arguments: map[string]argument{
			"member_id": {to: "$anotherMember", shown: `"email":"another@acme.example"`},
		},
		cells: map[string]cell{
			"unset":                  noOptional,
			"null element":           noCollection,
			"create_before_destroy":  noReplacement,
			"deleted outside":        onlyOneOwner,
			"parent deleted outside": onlyOneOwner,
			// The plan has named another former Owner: Terraform refuses what it becomes.
			"stale saved plan": {fails: []string{"inconsistent final plan", "previous_owner_id"}},
			"two runs at once": {fails: []string{"inconsistent final plan", "previous_owner_id"}},
		},
	}
}

func productLife() lifecycleType {
	return lifecycleType{
		keyed:   true,
		config:  fixed(values{"id": "hub", "label": "Hub"}),
		created: `product {"id":"hub","label":"Hub"`,
		keys:    []string{"hub"},
		losses:  loseByID((*client.Client).DeleteTeamProduct, "hub"),
		arguments: map[string]argument{
			"id":    {to: "other-hub", shown: `product {"id":"other-hub"`, replaces: true},
			"label": {to: "Other Hub", shown: `"label":"Other Hub"`},
			"roles": {from: []any{"editor", "viewer"}, to: []any{"viewer"}, shown: `"roles":["viewer"]`, unset: `product {"id":"hub","label":"Hub","memberIds"`},
		},
		cells: map[string]cell{
			"parent deleted outside": noParent,
			"id unknown":             noReference,
		},
	}
}

func productAssignmentLife() lifecycleType {
	return lifecycleType{
		keyed: true,
		config: func(ids values) values {
			return values{"member_id": ids["member"], "product": "orchestrator", "role": "analyst"}
		},
		created: `"product":"orchestrator","role":"analyst"`,
		setup: func(ctx context.Context, c *client.Client) error {
			_, err := join(ctx, c, "another@acme.example")
			return err
		},
		keys:   []string{"$member/orchestrator", "parent@acme.example/orchestrator"},
		refers: []string{"member_id"},
		losses: map[string]loss{
			"itself": func(ctx context.Context, c *client.Client, ids values) error {
				id, _ := ids["member"].(string)
				return c.UnassignProduct(ctx, id, "orchestrator")
			},
			"its member": loseTeamMember,
		},
		arguments: map[string]argument{
			"member_id": {to: "$anotherMember", shown: `"email":"another@acme.example"`},
			"product":   {to: "studio_pro", also: values{"role": nil}, shown: `"product":"studio_pro"`, replaces: true},
			"role":      {to: "admin", shown: `"role":"admin"`, unsetRefused: "needs a role"},
			"permissions": {
				from: []any{"unattended"}, to: []any{"everything"}, with: values{"product": "bot_runner", "role": nil},
				refused: "Invalid Permission", unset: `"byTeamRole":false,"product":"bot_runner"`,
			},
		},
	}
}

func makeOrganizationLife() lifecycleType {
	key := values{"api_url": "https://eu1.make.com", "api_key_wo": "k", "api_key_wo_version": 1}
	return lifecycleType{
		keyed:   true,
		config:  fixed(values{"organization_id": "7"}),
		created: `make {`,
		keys:    []string{"7", "$tenant"},
		losses: map[string]loss{"itself": func(ctx context.Context, c *client.Client, _ values) error {
			return c.DeleteMakeOrganization(ctx)
		}},
		arguments: map[string]argument{
			"organization_id":    {to: "8", shown: `"organizationId":"8"`},
			"sync":               {from: true, to: false, shown: `"sync":false`, unset: `"sync":true`},
			"prune_stale":        {from: true, to: false, shown: `"pruneStale":false`, unset: `"pruneStale":false`},
			"api_url":            {from: "https://eu1.make.com", to: "https://eu2.make.com", with: key, shown: `"apiUrl":"https://eu2.make.com"`, unsetRefused: "api_url"},
			"api_key_wo":         {from: "k", to: "l", with: key, also: values{"api_key_wo_version": 2}, silent: "the server never shows the key", unsetRefused: "api_key_wo"},
			"api_key_wo_version": {from: 1, to: 2, with: key, silent: "the server never shows the key", unsetRefused: "api_key_wo_version"},
		},
		cells: map[string]cell{
			"null element":           noCollection,
			"create_before_destroy":  noReplacement,
			"parent deleted outside": noParent,
			"id unknown":             noReference,
		},
	}
}
