package oracle_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"

	"github.com/access-config/terraform-provider-iam/internal/api"
)

// probe is a request that changes nothing, whoever sends it: it lists something,
// or is rejected for its content once the token is accepted.
type probe struct {
	method, path string
	body         string
	needs        []string // one of these scopes
}

var probes = []probe{
	{"GET", "/iam/{t}/users?pageSize=1", "", []string{"iam.user_read"}},
	{"POST", "/iam/{t}/users", "{}", []string{"iam.user_create"}},
	{"PUT", "/iam/{t}/users/nobody", "{}", []string{"iam.user_update"}},
	{"DELETE", "/iam/{t}/users/nobody", "", []string{"iam.user_delete"}},
	{"GET", "/iam/{t}/groups?pageSize=1", "", []string{"iam.group_read"}},
	{"POST", "/iam/{t}/groups", "{}", []string{"iam.group_manage"}},
	{"PUT", "/iam/{t}/groups/nothing", "{}", []string{"iam.group_manage"}},
	{"DELETE", "/iam/{t}/groups/nothing", "", []string{"iam.group_manage"}},
	{"POST", "/iam/{t}/groups/nothing/users", "{}", []string{"iam.assignment_manage"}},
	{"DELETE", "/iam/{t}/groups/nothing/users/nobody", "", []string{"iam.assignment_manage"}},
	{"GET", "/iam/{t}/access-controls?pageSize=1", "", []string{"iam.access_read"}},
	{"PUT", "/iam/{t}/access-controls/nothing", "{}", []string{"iam.access_manage"}},
	{"DELETE", "/iam/{t}/access-controls/nothing", "", []string{"iam.access_manage"}},
	{"GET", "/iam/{t}/scopes?pageSize=1", "", []string{"iam.scope_read"}},
	{"DELETE", "/iam/{t}/scopes/nothing", "", []string{"iam.scope_manage"}},
	{"GET", "/iam/{t}/templates?pageSize=1", "", []string{"iam.template_read"}},
	{"GET", "/configuration/{t}/configurations", "", []string{"configuration.configuration_view"}},
	{"POST", "/configuration/{t}/configurations", "{}", []string{"configuration.configuration_manage"}},
	{"GET", "/site/{t}/siteslist", "", []string{"site.site_read", "site.site_manage"}},
	{"DELETE", "/site/{t}/sites/nothing", "", []string{"site.site_manage"}},
	{"GET", "/vendor/{t}/vendors", "", []string{"vendor.vendor_read", "vendor.vendor_manage"}},
	{"DELETE", "/vendor/{t}/vendors/nothing", "", []string{"vendor.vendor_manage"}},
	{"GET", "/team/{t}/members", "", []string{"team.team_read"}},
	{"GET", "/make/{t}/organization", "", []string{"make.organization_read"}},
}

// probesEach is the number of random probes per person.
const probesEach = 6

// checkTokens compares the computed scopes with those that the API returns and
// with the responses to requests with each user's own token. It returns the
// differences.
func (t *tenant) checkTokens(ctx context.Context, random *rand.Rand, f *facts) (wrong []string, err error) {
	for _, u := range f.lists.users {
		p := f.people[strings.ToLower(u.ContactEmail)]
		says, err := t.client.UserScopes(ctx, u.ID)
		if err != nil {
			return nil, err
		}
		listed := slices.DeleteFunc(strings.Fields(says.Scopes), func(s string) bool { return strings.HasPrefix(s, "tenant=") })
		slices.Sort(listed)
		if sum := p.tokens(); !slices.Equal(sum, listed) {
			wrong = append(wrong, fmt.Sprintf("%s: %s has %v by the lists and %v by the API", t.name, p.email, sum, listed))
		}
		if says.VendorID != p.vendorID {
			wrong = append(wrong, fmt.Sprintf("%s: the vendor of %s is %q by the lists and %q by the API", t.name, p.email, p.vendorID, says.VendorID))
		}
		answers, err := t.probe(ctx, random, p)
		if err != nil {
			return nil, err
		}
		wrong = append(wrong, answers...)
	}
	return wrong, nil
}

// probe gets a token for the person and sends some of the probes.
func (t *tenant) probe(ctx context.Context, random *rand.Rand, p *person) (wrong []string, err error) {
	status, body, err := t.request(ctx, t.token, "POST", api.Path(api.PathTestToken, t.name, p.id), "")
	if err != nil {
		return nil, err
	}
	if p.locked != (status != http.StatusOK) {
		return []string{fmt.Sprintf("%s: locked of %s is %v, and the login was answered with %d", t.name, p.email, p.locked, status)}, nil
	}
	if p.locked {
		return nil, nil
	}
	var token api.Token
	if err := json.Unmarshal(body, &token); err != nil {
		return nil, err
	}
	held := p.tokens()
	for range probesEach {
		probe := probes[random.IntN(len(probes))]
		may := slices.ContainsFunc(probe.needs, func(s string) bool { return slices.Contains(held, s) })
		path := strings.ReplaceAll(probe.path, "{t}", t.name)
		status, _, err := t.request(ctx, token.AccessToken, probe.method, path, probe.body)
		if err != nil {
			return nil, err
		}
		if may == (status == http.StatusForbidden) || status == http.StatusUnauthorized {
			wrong = append(wrong, fmt.Sprintf("%s: %s has %v by the lists, and %s %s was answered with %d", t.name, p.email, held, probe.method, path, status))
		}
	}
	return wrong, nil
}

// request sends one request with the token.
func (t *tenant) request(ctx context.Context, token, method, path, body string) (status int, answer []byte, err error) {
	r, err := http.NewRequestWithContext(ctx, method, t.url+path, strings.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, nil, err
	}
	defer resp.Body.Close()
	answer, err = io.ReadAll(resp.Body)
	return resp.StatusCode, answer, err
}
