package server_test

// siteBody is the body of a site with everything that is required, changed.
func siteBody(changes map[string]any) string {
	return with(`{"name": "Site", "defaultLanguage": "en", "languages": ["en", "de"], "currency": "EUR",
		"homeBase": {"address": {"country": "DE", "zipCode": "10115"}}, "shipToCountries": ["DE", "AT"]}`, changes)
}
