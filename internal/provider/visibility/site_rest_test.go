package visibility_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

// send makes a request of the API, and returns its decoded response.
func send(t *testing.T, r *http.Request) (document map[string]any) {
	t.Helper()
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("%s %s: %v %d %s", r.Method, r.URL, err, response.StatusCode, text)
	}
	if len(text) > 0 {
		if err := json.Unmarshal(text, &document); err != nil {
			t.Fatal(err)
		}
	}
	return document
}

// The members of a site that iam_site does not manage stay as others have set them, whatever
// it changes.
func TestSiteResource_keepsPublishedMembers(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{NoFaults: true})
	address := fmt.Sprint(b.Config["api_url"])
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {servertest.ClientID}, "client_secret": {servertest.ClientSecret}}
	login, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address+api.PathToken, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	login.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	token := fmt.Sprint(send(t, login)["access_token"])
	request := func(method, path, body string) map[string]any {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), method, address+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+token)
		return send(t, r)
	}
	const whole = "/site/" + servertest.Tenant + "/sites/uk-store?expand=payment:all,shipping:all,tax:all,mixin:*"
	p := providertest.New(t, b.Config)
	made := p.MustApply("iam_site", state{}, fullSite())
	request(http.MethodPatch, "/site/"+servertest.Tenant+"/sites/uk-store", `{
		"homeBase": {"address": {"street": "Downing Street", "streetNumber": "10", "city": "London", "state": "England"}, "location": {"latitude": 51.5, "longitude": -0.12}, "timezone": "Europe/London"},
		"payment": [{"id": "card", "configuration": {"public": {"methods": ["visa"]}, "restricted": {"key": "k"}}}, {"id": "old", "active": false}],
		"shipping": [{"id": "post", "active": false}], "tax": [{"id": "vat"}], "assistedBuying": {"storefrontUrl": "https://shop.example"},
		"includesTax": true, "availableCurrencies": ["GBP", "EUR"], "cartCalculationScale": 3, "taxDeterminationBasedOn": "SHIPPING_ADDRESS", "decimalPoints": 2,
		"mixins": {"coupons": {"length": 3}}, "metadata": {"mixins": {"coupons": "https://schemas.example/coupons.json"}}}`)
	before := request(http.MethodGet, whole, "")

	config := with(fullSite(), values{"name": "Britain", "active": true, "zip_code": "EC1", "languages": []any{"en"}, "ship_to_countries": []any{"GB"}})
	changed := p.MustApply("iam_site", made, config)
	noChange(t, p, "iam_site", changed, config)
	after := request(http.MethodGet, whole, "")
	if after["name"] != "Britain" || len(before) < 19 {
		t.Errorf("got %v", after)
	}
	before["name"], before["active"], before["languages"], before["shipToCountries"] = "Britain", true, []any{"en"}, []any{"GB"}
	before["homeBase"].(map[string]any)["address"].(map[string]any)["zipCode"] = "EC1"
	before["metadata"].(map[string]any)["version"] = after["metadata"].(map[string]any)["version"]
	if !reflect.DeepEqual(before, after) {
		t.Errorf("the site has become\n%v, want\n%v", after, before)
	}
}
