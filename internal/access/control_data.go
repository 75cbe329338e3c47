package access

import "strings"

// controlID returns the id of a predefined access control. Its first digit is 1
// for viewing controls, 4 for managing ones, 2 for customers' controls and 5 for
// those of the Orchestration Engine.
func controlID(prefix, number string) string {
	return prefix + "ac869fc-d548-4ec8-8e06-c01491314" + number
}

// half is one control of a pair: the number in its id, and its scopes separated
// by spaces. Without a number the control does not exist.
type half struct{ number, scopes string }

// pair returns the view and manage controls of one thing.
func pair(entity, label string, view, manage half) []Control {
	var both []Control
	if view.number != "" {
		both = append(both, Control{ID: controlID("1", view.number), Label: label + " Viewer", Entity: entity, Level: Read, Scopes: strings.Fields(view.scopes), RestrictedTo: Employee})
	}
	if manage.number != "" {
		both = append(both, Control{ID: controlID("4", manage.number), Label: label + " Manager", Entity: entity, Level: Manage, Scopes: strings.Fields(manage.scopes), RestrictedTo: Employee})
	}
	return both
}

// single returns one control with an irregular id.
func single(id, entity, label string, level Level, scopes string) []Control {
	return []Control{{ID: id, Label: label, Entity: entity, Level: level, Scopes: strings.Fields(scopes), RestrictedTo: Employee}}
}

// vendorPair returns the two vendor-aware controls of one thing.
func vendorPair(entity, label string, view, manage half) []Control {
	both := pair(entity, "Vendor "+label, view, manage)
	for i := range both {
		both[i].VendorAware = true
	}
	return both
}

// customerControl returns a control that only customers' groups can carry.
func customerControl(number, label, scopes string) []Control {
	return []Control{{ID: controlID("2", number), Label: label, Scopes: strings.Fields(scopes), RestrictedTo: Customer}}
}

// ladder returns the four controls of an Orchestration Engine module: viewer,
// editor, manager, administrator. The ids are the platform's if given, otherwise
// our own.
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

// controls holds the predefined access controls. If the platform has no control
// for a level in the catalog, the id is our own and ends in words instead of
// digits.
var controls = concat(
	pair("companies", "Companies", half{"195", "customermanagement.legalentity_read"}, half{"195", "customermanagement.legalentity_read customermanagement.legalentity_manage"}),
	pair("companies", "Contact Assignments", half{"198", "customermanagement.contactassignment_read"}, half{"198", "customermanagement.contactassignment_read customermanagement.contactassignment_manage"}),
	pair("companies", "Locations", half{"196", "customermanagement.location_read"}, half{"196", "customermanagement.location_read customermanagement.location_manage"}),
	pair("customers", "Customers", half{"122", "customer.customer_read"}, half{"122", "customer.customer_read customer.customer_manage"}),
	pair("coupons", "Coupons", half{"205", "coupon.coupon_read"}, half{"120", "coupon.coupon_read coupon.coupon_manage"}),
	pair("quotes", "Quotes", half{"203", "quote.quote_read"}, half{"202", "quote.quote_read quote.quote_manage"}),
	single("quote-statuses-viewer", "quote_statuses", "Status Codes Viewer", Read, "quote.quote_read"),
	single("quote-statuses-manager", "quote_statuses", "Status Codes Manager", Manage, "quote.quote_read quote.quote_manage"),
	pair("orders", "Orders", half{"143", "order.order_read"}, half{"143", "order.order_read order.order_manage order.order_create order.order_update order.order_delete"}),
	pair("sepa", "SEPA Jobs", half{"172", "sepaexport.job_view"}, half{"172", "sepaexport.job_view sepaexport.job_manage"}),
	pair("returns", "Returns", half{"200", "returns.returns_read"}, half{"200", "returns.returns_read returns.returns_manage"}),
	pair("catalogs", "Catalogs", half{"113", "catalog.catalog_view"}, half{"113", "catalog.catalog_view catalog.catalog_manage"}),
	pair("categories", "Categories", half{"114", "category.category_read_unpublished"}, half{"114", "category.category_read_unpublished category.category_manage category.category_publish category.category_unpublish"}),
	pair("products", "Products", half{"158", "product.product_read_unpublished"}, half{"158", "product.product_read_unpublished product.product_manage product.product_publish product.product_unpublish"}),
	pair("product_templates", "Product Templates", half{"199", "product.product_template_read"}, half{"199", "product.product_template_read product.product_template_manage"}),
	pair("labels", "Labels", half{"208", "label.label_read"}, half{"141", "label.label_read label.label_manage"}),
	pair("suppliers", "Suppliers", half{"207", "supplier.supplier_read"}, half{"173", "supplier.supplier_read supplier.supplier_manage"}),
	pair("brands", "Brands", half{"206", "brand.brand_read"}, half{}),
	single("4ac869fc-d548-4ec8-8e06-c0149131411", "brands", "Brands Manager", Manage, "brand.brand_read brand.brand_manage brand.brand_delete"),
	pair("price_models", "Price Models", half{"157", "price.pricemodel_read"}, half{"157", "price.pricemodel_read price.pricemodel_manage"}),
	pair("price_lists", "Price Lists", half{"170", "price.pricelist_read"}, half{"192", "price.pricelist_read price.pricelist_manage"}),
	pair("sites", "Sites", half{"167", "site.site_read"}, half{"167", "site.site_read site.site_manage"}),
	pair("delivery_methods", "Delivery Methods", half{"225", "shipping.shipping_read"}, half{"165", "shipping.shipping_read shipping.shipping_manage"}),
	pair("delivery_methods", "Delivery Areas", half{"211", "shipping.shipping_read"}, half{"125", "shipping.shipping_read shipping.shipping_manage"}),
	pair("delivery_times", "Delivery Times", half{"212", "shipping.shipping_read"}, half{"126", "shipping.shipping_read shipping.shipping_manage"}),
	pair("units", "Units", half{"169", "unithandling.unit_read"}, half{"169", "unithandling.unit_read unithandling.unit_manage"}),
	pair("tax", "Taxes", half{"168", "tax.tax_read"}, half{"168", "tax.tax_read tax.tax_manage"}),
	single("countries-viewer", "countries", "Countries Viewer", Read, "country.country_read country.region_read"),
	pair("countries", "Countries", half{}, half{"175", "country.country_read country.region_read country.country_manage"}),
	pair("currencies", "Currencies", half{"214", "currency.currency_read"}, half{"121", "currency.currency_read currency.currency_manage"}),
	pair("languages", "Languages", half{"210", "configuration.configuration_view"}, half{"215", "configuration.configuration_view configuration.configuration_manage"}),
	pair("system_preferences", "System Preferences", half{"215", "configuration.configuration_view"}, half{"218", "configuration.configuration_view configuration.configuration_manage"}),
	pair("system_preferences", "Configuration", half{"117", "configuration.configuration_view"}, half{"117", "configuration.configuration_view configuration.configuration_manage"}),
	pair("mixin_schemas", "Schemas", half{"227", "schema.schema_read"}, half{"212", "schema.schema_read schema.schema_manage"}),
	single("extension-views-viewer", "extension_site_settings", "Extension Views Viewer", Read, "extension.extension_read"),
	single("extension-views-manager", "extension_site_settings", "Extension Views Manager", Manage, "extension.extension_read extension.extension_manage"),
	pair("users_and_groups", "IAM Users", half{"218", "iam.user_read"}, half{"185", "iam.user_read iam.user_create iam.user_update iam.user_delete"}),
	pair("users_and_groups", "IAM Groups", half{"219", "iam.group_read"}, half{"188", "iam.group_read iam.group_manage"}),
	pair("users_and_groups", "IAM Templates", half{"222", "iam.template_read"}, half{"190", "iam.template_read"}),
	pair("users_and_groups", "IAM Assignments", half{}, half{"191", "iam.assignment_manage"}),
	pair("users_and_groups", "IAM Access Controls", half{}, half{"189", "iam.access_read iam.access_manage"}),
	pair("webhooks", "Webhooks", half{"193", "webhook.subscription_read"}, half{"193", "webhook.subscription_read webhook.subscription_manage"}),
	pair("extensions", "Extensions", half{"209", "extension.extension_read"}, half{"214", "extension.extension_read extension.extension_manage"}),

	pair("media", "Media", half{"202", "media.asset_read"}, half{"201", "media.asset_read media.asset_manage"}),
	pair("prices", "Prices", half{"226", "price.price_read"}, half{"155", "price.price_read price.price_manage"}),
	pair("availability", "Availability", half{"102", "availability.availability_view"}, half{"102", "availability.availability_view availability.availability_manage"}),
	pair("payment_gateways", "Payment Modes", half{"224", "payment-gateway.paymentmodes_read"}, half{"206", "payment-gateway.paymentmodes_read payment-gateway.paymentmodes_manage"}),
	// The platform's view control of carts starts with 4 like a manage control.
	single(controlID("4", "112"), "carts", "Carts Viewer", Read, "cart.cart_read"),
	pair("carts", "Carts", half{}, half{"221", "cart.cart_read cart.cart_manage"}),

	ladder("digital_processes", "Digital Processes (Value Streams)", "101", "102", "103", "104"),
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

	single(makeAppDeveloperControl, "", "Make Application Developer", None, "integromat.app_developer"),
	single(makeScenarioEditorControl, "", "Make Scenario Editor", None, "integromat.scenario_edit"),
	single(makeMemberControl, "", "Make Member", None, "integromat.member"),
	single(makeOwnerControl, "", "Make Owner", None, "integromat.owner"),

	vendorPair("orders", "Orders", half{"231", "order.order_read_by_vendor"}, half{"223", "order.order_read_by_vendor order.order_manage_by_vendor"}),
	vendorPair("products", "Products", half{"232", "product.product_read_by_vendor"}, half{"224", "product.product_read_by_vendor product.product_manage_by_vendor"}),
	vendorPair("prices", "Prices", half{"235", "price.price_read_by_vendor"}, half{"227", "price.price_read_by_vendor price.price_manage_by_vendor"}),
	vendorPair("availability", "Availability", half{"234", "availability.availability_view_by_vendor"}, half{"226", "availability.availability_view_by_vendor availability.availability_manage_by_vendor"}),
	vendorPair("media", "Media", half{"236", "media.asset_read_by_vendor"}, half{"228", "media.asset_read_by_vendor media.asset_manage_by_vendor"}),
	vendorPair("", "Product Publish", half{}, half{"229", "product.product_publish"}),
	vendorPair("", "Product Unpublish", half{}, half{"230", "product.product_unpublish"}),

	pair("", "AI Agents", half{"233", "ai.agent_read"}, half{"225", "ai.agent_read ai.agent_manage"}),
	pair("", "Segments", half{"228", "customersegment.segment_read"}, half{"219", "customersegment.segment_read customersegment.segment_manage"}),
	pair("", "Shipping Notes", half{}, half{"153", "shipping.shipping_manage"}),
	pair("", "Shipping E-mails", half{}, half{"133", "shipping.shipping_manage"}),
	pair("", "Invoices", half{}, half{"140", "order.order_read"}),
	pair("", "Order History", half{"144", "order.history_view"}, half{}),
	pair("", "HTML to PDF", half{"136", "order.order_read"}, half{}),
	pair("", "Payment Transactions", half{"223", "payment-gateway.paymenttransactions_read"}, half{"211", "payment-gateway.paymenttransactions_read payment-gateway.authorize_manage payment-gateway.capture_manage payment-gateway.cancel_manage"}),
	pair("", "Payment Refunds", half{}, half{"209", "payment-gateway.refund_manage"}),
	pair("", "SEPA Media", half{"161", "sepaexport.media_view"}, half{}),
	pair("", "Custom Instances", half{"229", "schema.custominstance_read"}, half{"220", "schema.custominstance_read schema.custominstance_manage"}),
	pair("", "Vendors", half{"230", "vendor.vendor_read"}, half{"222", "vendor.vendor_read vendor.vendor_manage"}),
	pair("", "IAM Scopes", half{"237", "iam.scope_read"}, half{"186", "iam.scope_read iam.scope_manage"}),
	pair("", "IAM Access Controls", half{"220", "iam.access_read"}, half{}),
	pair("", "Statistics", half{}, half{"203", "indexing.search_view"}),
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

// The access controls that grant roles in Make. The platform does not publish
// their ids; these are our own.
const (
	makeAppDeveloperControl   = "make-app-developer"
	makeScenarioEditorControl = "make-scenario-editor"
	makeMemberControl         = "make-member"
	makeOwnerControl          = "make-owner"
)

func concat(lists ...[]Control) []Control {
	var all []Control
	for _, list := range lists {
		all = append(all, list...)
	}
	return all
}
