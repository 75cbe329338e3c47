package console_test

import (
	"fmt"
	"html"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/console"
)

const reviewPath = "/console/acme/review"

// plan is what terraform show prints for a plan that changes a group.
const plan = `{"format_version":"1.2","terraform_version":"1.9.0","resource_changes":[{"address":"iam_group.g","mode":"managed","type":"iam_group","name":"g",
"provider_name":"registry.terraform.io/access-config/iam","change":{"actions":["delete"],"before":{"id":"g","tenant":"acme","user_type":"EMPLOYEE"},"after":null}}]}`

// A plan is reviewed against the tenant, and what is none is refused with the reason.
func TestReview(t *testing.T) {
	t.Parallel()
	s := signedIn(t, console.Options{})
	s.shows(t, "GET", s.url+reviewPath, 200, "Choose a plan", "up to 32 MB")
	before := events(t, s)
	if got := s.upload(t, reviewPath, "plan", plan); got.status != 200 || !strings.Contains(got.page, "people &lt;b&gt;.csv") || !strings.Contains(got.page, "Another plan") {
		t.Errorf("got %+v", got)
	}
	for name, c := range map[string]struct{ file, want string }{
		"empty":       {"", "the plan is empty"},
		"truncated":   {plan[:len(plan)/2], `role="alert"`},
		"other":       {`{"resources": []}`, `role="alert"`},
		"not of JSON": {"<script>alert(1)</script>", `role="alert"`},
	} {
		if got := s.upload(t, reviewPath, "plan", c.file); got.status != 422 || !strings.Contains(got.page, c.want) || strings.Contains(got.page, "<script>alert") {
			t.Errorf("%s: got %+v", name, got)
		}
	}
	if after := events(t, s); after != before {
		t.Errorf("reviews left %d events", after-before)
	}
	if log := s.log.String(); strings.Contains(log, "people") || strings.Contains(log, "iam_group") {
		t.Errorf("logged %s", log)
	}
}

// spaces is a file of spaces that is never in memory.
type spaces struct{}

func (spaces) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}

// A plan that is too long is refused, and the answer names the limit.
func TestReview_long(t *testing.T) {
	t.Parallel()
	s := signedIn(t, console.Options{})
	from, to := io.Pipe()
	form := multipart.NewWriter(to)
	go func() {
		file, err := form.CreateFormFile("plan", "plan.json")
		if err == nil {
			_, err = io.Copy(file, io.LimitReader(spaces{}, 100<<20))
		}
		if err == nil {
			err = form.Close()
		}
		to.CloseWithError(err)
	}()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.url+reviewPath, from)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", form.FormDataContentType())
	if got := s.send(t, r); got.status != 422 || !strings.Contains(got.page, "The file is longer than 32 MB.") {
		t.Errorf("got %+v", got)
	}
}

func events(t *testing.T, s site) int {
	t.Helper()
	all, err := s.Client.AuditEvents(t.Context(), client.AuditFilter{})
	if err != nil {
		t.Fatal(err)
	}
	return len(all)
}

// The pages of a tenant with hostile names show what the API says, and reading them changes
// nothing.
func TestPages_rest(t *testing.T) {
	t.Parallel()
	s := signedIn(t, console.Options{})
	sample := fill(t, s.Client, func(text string) string { return text + " <b>&" })
	before := events(t, s)
	at := s.url + "/console/acme/"
	for _, c := range []struct {
		path   string
		status int
		texts  []string
	}{
		{"restrictions", 200, []string{"DE", "Values that the tenant does not have", "US Order Fulfillment &lt;b&gt;&amp;"}},
		{"sites", 200, []string{"Site DE &lt;b&gt;&amp;"}},
		{"vendors", 200, []string{"Tea Company &lt;b&gt;&amp;", "/vendors/" + sample.vendor}},
		{"vendors/tea", 200, []string{"Vendor tea", "Publishes products"}},
		{"vendors/none", 404, []string{"This does not exist"}},
		{"access-controls?q=accounting", 200, []string{"Accounting &lt;b&gt;&amp;", "billing.export"}},
		{"scopes?q=billing.export", 200, []string{"Export bills &lt;b&gt;&amp;"}},
		{"team", 200, []string{"Chat &lt;b&gt;&amp;", "Owner"}},
		{"make", 200, []string{"12345"}},
		{"findings", 200, []string{"Findings"}},
		{"audit", 200, []string{"API key acme-key"}},
		{"audit?kind=vendor", 200, []string{"vendor created"}},
		{"audit?kind=vendor&before=1", 200, []string{"Nothing is recorded.", `href="/console/acme/audit?kind=vendor">Newest`}},
		{"audit?before=none", 422, []string{"The form cannot be read"}},
		{"audit?since=yesterday", 422, []string{"The form cannot be read"}},
		{"audit?kind=none", 200, []string{"Nothing is recorded."}},
		{"terraform/iam_group/x", 404, []string{"There is no such page"}},
	} {
		s.shows(t, "GET", at+c.path, c.status, c.texts...)
	}
	if after := events(t, s); after != before {
		t.Errorf("the pages left %d events", after-before)
	}
}

// Make is synced by a button only.
func TestMake_sync(t *testing.T) {
	t.Parallel()
	s := signedIn(t, console.Options{})
	s.shows(t, "GET", s.url+"/console/acme/make", 200, "The tenant has no organization in Make")
	if _, err := s.Client.PutMakeOrganization(t.Context(), api.MakeOrganizationUpdate{OrganizationID: "12345", Sync: true}); err != nil {
		t.Fatal(err)
	}
	s.shows(t, "GET", s.url+"/console/acme/make", 200, "Sync now")
	if got := s.post(t, "/console/acme/make", url.Values{"action": {"sync"}}); got.status != 200 || !strings.Contains(got.page, "The sync has started.") {
		t.Errorf("got %+v", got)
	}
	if got := s.post(t, "/console/acme/make", url.Values{"action": {"explode"}}); got.status != 400 {
		t.Errorf("got %+v", got)
	}
}

// Every event can be reached from the newest.
func TestAudit_older(t *testing.T) {
	t.Parallel()
	s := signedIn(t, console.Options{})
	for i := range 105 {
		if err := s.Client.UpdateSetting(t.Context(), api.SettingUpdate{Key: api.SettingRestrictions, Value: fmt.Appendf(nil, `["value-%d-"]`, i)}); err != nil {
			t.Fatal(err)
		}
	}
	first := s.ask(t, "GET", s.url+"/console/acme/audit?kind=setting", nil).page
	link := regexp.MustCompile(`href="([^"]*)" rel="next">Older`).FindStringSubmatch(first)
	if link == nil || !strings.Contains(first, "value-104-") || strings.Contains(first, "value-3-") {
		t.Fatalf("got %s", first)
	}
	second := s.ask(t, "GET", s.url+html.UnescapeString(link[1]), nil).page
	if !strings.Contains(second, "value-3-") || strings.Contains(second, "value-104-") || strings.Contains(second, ">Older") || !strings.Contains(second, ">Newest") {
		t.Errorf("got %s", second)
	}
}

// Blocks of a list of new members have labels of their own, also for people with the same name.
func TestTeam_inviteLabels(t *testing.T) {
	t.Parallel()
	s := signedIn(t, console.Options{Blocks: configuration{}})
	emails := []string{"anna@a.example", "anna@b.example", "Anna@c.example", "anna_2@d.example", "ben@a.example"}
	got := s.ask(t, "GET", s.url+"/console/acme/team/invite?emails="+strings.Join(emails, "+"), nil)
	labels := regexp.MustCompile(`resource &#34;iam_team_member&#34; &#34;(\w+)&#34;`).FindAllStringSubmatch(got.page, -1)
	seen := map[string]bool{}
	for _, l := range labels {
		seen[l[1]] = true
	}
	if len(labels) != len(emails) || len(seen) != len(emails) {
		t.Errorf("got the labels %q", labels)
	}
}
