package access

import "strings"

// controlID writes the id of a predefined access control. Its first digit is 1
// for controls that view, 4 for controls that manage, 2 for customers' and 5
// for the Orchestration Engine's.
func controlID(prefix, number string) string {
	return prefix + "ac869fc-d548-4ec8-8e06-c01491314" + number
}

// pair makes the two controls, view and manage, of one thing. An empty number
// leaves that control out; scopes are separated by spaces.
func pair(entity, label, view, viewScopes, manage, manageScopes string) []Control {
	var both []Control
	if view != "" {
		both = append(both, Control{ID: controlID("1", view), Label: label + " Viewer", Entity: entity, Level: Read, Scopes: strings.Fields(viewScopes), RestrictedTo: Employee})
	}
	if manage != "" {
		both = append(both, Control{ID: controlID("4", manage), Label: label + " Manager", Entity: entity, Level: Manage, Scopes: strings.Fields(manageScopes), RestrictedTo: Employee})
	}
	return both
}

// single makes one control with an irregular id.
func single(id, entity, label string, level Level, scopes string) []Control {
	return []Control{{ID: id, Label: label, Entity: entity, Level: level, Scopes: strings.Fields(scopes), RestrictedTo: Employee}}
}

// vendorPair makes the two vendor-aware controls of one thing.
func vendorPair(entity, label, view, viewScopes, manage, manageScopes string) []Control {
	both := pair(entity, "Vendor "+label, view, viewScopes, manage, manageScopes)
	for i := range both {
		both[i].VendorAware = true
	}
	return both
}

// customerControl makes a control that only customers' groups may carry.
func customerControl(number, label, scopes string) []Control {
	return []Control{{ID: controlID("2", number), Label: label, Scopes: strings.Fields(scopes), RestrictedTo: Customer}}
}

// ladder makes the four controls of an Orchestration Engine module: viewer,
// editor, manager, administrator. The ids are those of the platform where ids
// are given, otherwise our own.
func ladder(entity, label string, ids ...string) []Control {
	var four []Control
	for i, role := range []string{"Viewer", "Editor", "Manager", "Administrator"} {
		id := "oe-" + strings.ReplaceAll(entity, "_", "-") + "-" + strings.ToLower(role)
		if len(ids) > 0 {
			id = "5ac869fc-d548-4ec8-cccc-c01491314" + ids[i]
		}
		level := []Level{Read, Edit, Manage, Administrate}[i]
		scope := "oe." + strings.ReplaceAll(entity, "_", "") + "_" + level.String()
		four = append(four, Control{ID: id, Label: label + " " + role, Entity: entity, Level: level, Scopes: []string{scope}, RestrictedTo: Employee})
	}
	return four
}

// controls holds the predefined access controls. Where the platform gives no
// control for a level that the catalog has, the id is our own and says so in
// words instead of digits.
var controls = concat(
	pair("companies", "Companies", "195", "customermanagement.legalentity_read", "195", "customermanagement.legalentity_read customermanagement.legalentity_manage"),
	pair("companies", "Contact Assignments", "198", "customermanagement.contactassignment_read", "198", "customermanagement.contactassignment_read customermanagement.contactassignment_manage"),
	pair("companies", "Locations", "196", "customermanagement.location_read", "196", "customermanagement.location_read customermanagement.location_manage"),
	pair("customers", "Customers", "122", "customer.customer_read", "122", "customer.customer_read customer.customer_manage"),
	pair("coupons", "Coupons", "205", "coupon.coupon_read", "120", "coupon.coupon_read coupon.coupon_manage"),
	pair("quotes", "Quotes", "203", "quote.quote_read", "202", "quote.quote_read quote.quote_manage"),
	single("quote-statuses-viewer", "quote_statuses", "Status Codes Viewer", Read, "quote.quote_read"),
	single("quote-statuses-manager", "quote_statuses", "Status Codes Manager", Manage, "quote.quote_read quote.quote_manage"),
	pair("orders", "Orders", "143", "order.order_read", "143", "order.order_read order.order_manage order.order_create order.order_update order.order_delete"),
	pair("sepa", "SEPA Jobs", "172", "sepaexport.job_view", "172", "sepaexport.job_view sepaexport.job_manage"),
	pair("returns", "Returns", "200", "returns.returns_read", "200", "returns.returns_read returns.returns_manage"),
	pair("catalogs", "Catalogs", "113", "catalog.catalog_view", "113", "catalog.catalog_view catalog.catalog_manage"),
	pair("categories", "Categories", "114", "category.category_read_unpublished", "114", "category.category_read_unpublished category.category_manage category.category_publish category.category_unpublish"),
	pair("products", "Products", "158", "product.product_read_unpublished", "158", "product.product_read_unpublished product.product_manage product.product_publish product.product_unpublish"),
	pair("product_templates", "Product Templates", "199", "product.product_template_read", "199", "product.product_template_read product.product_template_manage"),
	pair("labels", "Labels", "208", "label.label_read", "141", "label.label_read label.label_manage"),
	pair("suppliers", "Suppliers", "207", "supplier.supplier_read", "173", "supplier.supplier_read supplier.supplier_manage"),
	pair("brands", "Brands", "206", "brand.brand_read", "", ""),
	single("4ac869fc-d548-4ec8-8e06-c0149131411", "brands", "Brands Manager", Manage, "brand.brand_read brand.brand_manage brand.brand_delete"),
	pair("price_models", "Price Models", "157", "price.pricemodel_read", "157", "price.pricemodel_read price.pricemodel_manage"),
	pair("price_lists", "Price Lists", "170", "price.pricelist_read", "192", "price.pricelist_read price.pricelist_manage"),
	pair("sites", "Sites", "167", "site.site_read", "167", "site.site_read site.site_manage"),
	pair("delivery_methods", "Delivery Methods", "225", "shipping.shipping_read", "165", "shipping.shipping_read shipping.shipping_manage"),
	pair("delivery_methods", "Delivery Areas", "211", "shipping.shipping_read", "125", "shipping.shipping_read shipping.shipping_manage"),
	pair("delivery_times", "Delivery Times", "212", "shipping.shipping_read", "126", "shipping.shipping_read shipping.shipping_manage"),
	pair("units", "Units", "169", "unithandling.unit_read", "169", "unithandling.unit_read unithandling.unit_manage"),
	pair("tax", "Taxes", "168", "tax.tax_read", "168", "tax.tax_read tax.tax_manage"),
	single("countries-viewer", "countries", "Countries Viewer", Read, "country.country_read country.region_read"),
	pair("countries", "Countries", "", "", "175", "country.country_read country.region_read country.country_manage"),
	pair("currencies", "Currencies", "214", "currency.currency_read", "121", "currency.currency_read currency.currency_manage"),
	pair("languages", "Languages", "210", "configuration.configuration_view", "215", "configuration.configuration_view configuration.configuration_manage"),
	pair("system_preferences", "System Preferences", "215", "configuration.configuration_view", "218", "configuration.configuration_view configuration.configuration_manage"),
	pair("system_preferences", "Configuration", "117", "configuration.configuration_view", "117", "configuration.configuration_view configuration.configuration_manage"),
	pair("mixin_schemas", "Schemas", "227", "schema.schema_read", "212", "schema.schema_read schema.schema_manage"),
	single("extension-views-viewer", "extension_site_settings", "Extension Views Viewer", Read, "extension.extension_read"),
	single("extension-views-manager", "extension_site_settings", "Extension Views Manager", Manage, "extension.extension_read extension.extension_manage"),
	pair("users_and_groups", "IAM Users", "218", "iam.user_read", "185", "iam.user_read iam.user_create iam.user_update iam.user_delete"),
	pair("users_and_groups", "IAM Groups", "219", "iam.group_read", "188", "iam.group_read iam.group_manage"),
	pair("users_and_groups", "IAM Templates", "222", "iam.template_read", "190", "iam.template_read"),
	pair("users_and_groups", "IAM Assignments", "", "", "191", "iam.assignment_manage"),
	pair("users_and_groups", "IAM Access Controls", "", "", "189", "iam.access_read iam.access_manage"),
	pair("webhooks", "Webhooks", "193", "webhook.subscription_read", "193", "webhook.subscription_read webhook.subscription_manage"),
	pair("extensions", "Extensions", "209", "extension.extension_read", "214", "extension.extension_read extension.extension_manage"),

	pair("media", "Media", "202", "media.asset_read", "201", "media.asset_read media.asset_manage"),
	pair("prices", "Prices", "226", "price.price_read", "155", "price.price_read price.price_manage"),
	pair("availability", "Availability", "102", "availability.availability_view", "102", "availability.availability_view availability.availability_manage"),
	pair("payment_gateways", "Payment Modes", "224", "payment-gateway.paymentmodes_read", "206", "payment-gateway.paymentmodes_read payment-gateway.paymentmodes_manage"),
	// The platform's view control of carts starts with 4 like a manage control.
	single(controlID("4", "112"), "carts", "Carts Viewer", Read, "cart.cart_read"),
	pair("carts", "Carts", "", "", "221", "cart.cart_read cart.cart_manage"),

	ladder("digital_processes", "Digital Processes", "101", "102", "103", "104"),
	ladder("orchestration_center", "Orchestration Center"),
	ladder("process_context", "Process Context"),
	ladder("schedules", "Schedules", "109", "110", "111", "112"),
	ladder("forms", "Forms", "105", "106", "107", "108"),
	ladder("task_inbox", "Task Inbox"),
	ladder("kpis_and_analytics", "KPIs and Analytics"),
	ladder("business_rules", "Business Rules", "113", "114", "115", "116"),
	ladder("event_registry", "Event Registry"),
	ladder("event_log", "Event Log"),
	ladder("datastore", "Datastore"),
	ladder("oe_users_and_roles", "OE Users and Roles"),
	ladder("make_team", "Make Team"),

	vendorPair("orders", "Orders", "231", "order.order_read_by_vendor", "223", "order.order_read_by_vendor order.order_manage_by_vendor"),
	vendorPair("products", "Products", "232", "product.product_read_by_vendor", "224", "product.product_read_by_vendor product.product_manage_by_vendor"),
	vendorPair("prices", "Prices", "235", "price.price_read_by_vendor", "227", "price.price_read_by_vendor price.price_manage_by_vendor"),
	vendorPair("availability", "Availability", "234", "availability.availability_view_by_vendor", "226", "availability.availability_view_by_vendor availability.availability_manage_by_vendor"),
	vendorPair("media", "Media", "236", "media.asset_read_by_vendor", "228", "media.asset_read_by_vendor media.asset_manage_by_vendor"),
	vendorPair("", "Product Publish", "", "", "229", "product.product_publish"),
	vendorPair("", "Product Unpublish", "", "", "230", "product.product_unpublish"),

	pair("", "AI Agents", "233", "ai.agent_read", "225", "ai.agent_read ai.agent_manage"),
	pair("", "Segments", "228", "customersegment.segment_read", "219", "customersegment.segment_read customersegment.segment_manage"),
	pair("", "Shipping Notes", "", "", "153", "shipping.shipping_manage"),
	pair("", "Shipping E-mails", "", "", "133", "shipping.shipping_manage"),
	pair("", "Invoices", "", "", "140", "order.order_read"),
	pair("", "Order History", "144", "order.history_view", "", ""),
	pair("", "HTML to PDF", "136", "order.order_read", "", ""),
	pair("", "Payment Transactions", "223", "payment-gateway.paymenttransactions_read", "211", "payment-gateway.paymenttransactions_read payment-gateway.authorize_manage payment-gateway.capture_manage payment-gateway.cancel_manage"),
	pair("", "Payment Refunds", "", "", "209", "payment-gateway.refund_manage"),
	pair("", "SEPA Media", "161", "sepaexport.media_view", "", ""),
	pair("", "Custom Instances", "229", "schema.custominstance_read", "220", "schema.custominstance_read schema.custominstance_manage"),
	pair("", "Vendors", "230", "vendor.vendor_read", "222", "vendor.vendor_read vendor.vendor_manage"),
	pair("", "IAM Scopes", "237", "iam.scope_read", "186", "iam.scope_read iam.scope_manage"),
	pair("", "IAM Access Controls", "220", "iam.access_read", "", ""),
	pair("", "Statistics", "", "", "203", "indexing.search_view"),
	single("5ac869fc-d548-4ec8-0000-c01491314171", "", "Feature Toggles Viewer", Read, "configuration.configuration_view"),
	single("5ac869fc-d548-4ec8-0000-c01491314172", "", "Feature Toggles Manager", Manage, "configuration.configuration_view configuration.configuration_manage"),

	customerControl("124", "Customer Profile", "customer.customerprofile_edit customer.customerprofile_view"),
	customerControl("143", "Customer Orders", "order.order_readascustomer order.order_updateascustomer"),
	customerControl("144", "Customer Quotes", "quote.quote_manage_own quote.quote_read_own"),
	customerControl("214", "Company Orders Viewer", "order.order_read_le"),
	customerControl("199", "Own Companies Viewer", "customermanagement.legalentity_read_own"),
	customerControl("208", "Company Users Manager", "customer.customer_manage_own"),
	customerControl("211", "Company Users Assigner", "iam.assignment_create_own iam.assignment_delete_own"),
	customerControl("210", "Own Users Viewer", "iam.user_read_own"),
	customerControl("215", "Order Without Limit", "order.order_create"),
	customerControl("216", "Order Up To Limit", "order.order_create"),
)

func concat(lists ...[]Control) []Control {
	var all []Control
	for _, list := range lists {
		all = append(all, list...)
	}
	return all
}
