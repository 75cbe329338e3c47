package cli_test

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
	"github.com/access-config/terraform-provider-iam/internal/store"
	"github.com/access-config/terraform-provider-iam/internal/store/sqlstore"
)

// The report says what the user is in the team.
func TestReport_team(t *testing.T) {
	t.Parallel()
	path := made(t)
	for format, want := range map[string]string{
		"text": "\nteam: owner, products: bot_runner, orchestrator (admin), studio_pro\n" +
			"may in team: invite, change roles, grant products, revoke products, exclude, transfer ownership, billing page\n" +
			"may in studio_pro: build bots, run bots\nmay in bot_runner: run attended bots, run unattended bots\nmay in orchestrator: publish bots, ",
		"json": "  \"team_role\": \"owner\",\n  \"products\": {\n    \"bot_runner\": \"\",\n    \"orchestrator\": \"admin\",\n    \"studio_pro\": \"\"\n  },\n  \"abilities\": [\n    \"team.invite\",\n",
	} {
		text, stderr, code := run(t, nil, "report", "--embedded", path, "--tenant", "acme", "--email", "OWNER@acme.example", "--format", format)
		if code != 0 || !strings.Contains(text, want) {
			t.Errorf("%s: code %d %s\n%s\nlacks %q", format, code, stderr, text, want)
		}
	}
}

// A token that may not read the team, and who is not in it, have the rest; what
// is missing is said beside the report.
func TestReport_noTeam(t *testing.T) {
	t.Parallel()
	b := servertest.New(t, servertest.Options{})
	_, err := b.Client.CreateUser(t.Context(), api.UserCreate{
		FirstName: "Anna", LastName: "Arm", ContactEmail: "anna@acme.example", PreferredSite: "main", PreferredCurrency: "EUR", PreferredLanguage: "en", GroupIDs: []string{},
	})
	if err != nil {
		t.Fatal(err)
	}
	for email, c := range map[string]struct {
		scopes []string
		want   string
		unread string
	}{
		"owner@acme.example": {
			[]string{api.ScopeUserRead, api.ScopeGroupRead, api.ScopeTemplateRead},
			"  \"team_role\": null,\n  \"products\": null,\n  \"abilities\": null,\n  \"organizations\": null\n",
			"report: the key may not read the team, which is missing below\n",
		},
		"anna@acme.example": {api.AllScopes(), "  \"team_role\": null,\n  \"products\": {},\n  \"abilities\": [],\n  \"organizations\": [\n    \"acme\"\n  ]\n", ""},
	} {
		token, err := b.Server.IssueToken("tests", "acme", c.scopes)
		if err != nil {
			t.Fatal(err)
		}
		environment := map[string]string{"IAM_API_URL": b.URL, "IAM_TENANT": "acme", "IAM_ACCESS_TOKEN": token}
		text, stderr, code := run(t, environment, "report", "--email", email, "--format", "json")
		if code != 0 || !strings.Contains(text, c.want) || stderr != c.unread {
			t.Errorf("%s: code %d %q\n%s\nlacks %q", email, code, stderr, text, c.want)
		}
	}
}

// A level on some records shows the values they carry, a part of a level its
// scopes, and a vendor's own records whose they are, in every format.
func TestReport_restrictions(t *testing.T) {
	t.Parallel()
	path := made(t)
	db, err := sqlstore.Open(t.Context(), "sqlite:"+path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.PutDocument(t.Context(), store.Document{Tenant: "acme", Kind: store.KindSetting, ID: api.SettingRestrictions, Body: `{"key": "restrictions", "value": ["DE", "AT"]}`}); err != nil {
		t.Fatal(err)
	}
	b := serve(t, "--database", "sqlite:"+path, "--tenant", "acme", "--client", "key:secret")
	c, err := client.New(client.Options{BaseURL: b.url, Tenant: "acme", ClientID: "key", ClientSecret: "secret"})
	if err != nil {
		t.Fatal(err)
	}
	customers := access.ControlIDs(access.FromMap(map[string]access.Level{"customers": access.Manage}))
	if _, err := c.PutAccessControl(t.Context(), "own", api.AccessControlUpdate{Scopes: []string{"iam.user_create", "ai.agent_read"}}); err != nil {
		t.Fatal(err)
	}
	if _, err := c.CreateVendor(t.Context(), api.VendorCreate{ID: "v", Name: "V"}); err != nil {
		t.Fatal(err)
	}
	sales := api.GroupCreate{ID: "sales", Name: api.Text{"en": "Sales"}, VendorID: "v", AccessControls: append(customers, "own", "1ac869fc-d548-4ec8-8e06-c01491314232"), Restrictions: []string{"DE", "AT"}}
	if _, err := c.CreateGroup(t.Context(), sales); err != nil {
		t.Fatal(err)
	}
	_, err = c.CreateUser(t.Context(), api.UserCreate{
		FirstName: "Anna", LastName: "Arm", ContactEmail: "anna@acme.example", PreferredSite: "main", PreferredCurrency: "EUR", PreferredLanguage: "en",
		GroupIDs: []string{"sales"},
	})
	if err != nil {
		t.Fatal(err)
	}
	for format, want := range map[string]string{
		"text": strings.Join([]string{
			"CATEGORY             ENTITY            LEVEL                            RECORDS      GRANTED BY  SOURCE",
			"Administration       Users and Groups  partly manage (iam.user_create)  all          sales       access_control",
			"Customer Management  Customer          manage                           AT, DE       sales       access",
			"Products             " + "Products          read                             of vendor v  sales       access_control",
			"Scopes               ai.agent_read     held                             all          sales       access_control",
		}, "\n"),
		"csv": "Administration,users_and_groups,Users and Groups,partly manage,,false,sales,access_control,,iam.user_create\r\n" +
			"Customer Management,customers,Customer,manage,AT DE,true,sales,access,,\r\n" +
			"Products,products,Products,read,,false,sales,access_control,v,\r\n" +
			"Scopes,,,,,false,sales,access_control,,ai.agent_read\r\n",
		"json": `      "level": "partly manage",
      "restrictions": [],
      "restriction_aware": false,
      "granted_by": [
        "sales"
      ],
      "source": "access_control",
      "sources": [
        "access_control"
      ],
      "vendor_id": null,
      "scopes": [
        "iam.user_create"
      ]
`,
	} {
		text, stderr, code := run(t, nil, "report", "--embedded", path, "--tenant", "acme", "--email", "anna@acme.example", "--format", format)
		text = personCells.ReplaceAllString(text, "")
		if code != 0 || !strings.Contains(text, want) {
			t.Errorf("%s: code %d %s\n%s\nlacks\n%s", format, code, stderr, text, want)
		}
	}
}

// personCells are the first cells of each line about anna.
var personCells = regexp.MustCompile(`(?m)^anna@acme\.example,[^,]+,Anna Arm,,false,sales,,,,,`)

// Missing credentials are an error that says where to set them.
func TestReport_noCredentials(t *testing.T) {
	t.Parallel()
	_, stderr, code := run(t, nil, "report", "--api-url", "http://127.0.0.1:1", "--tenant", "acme", "--email", "anna@acme.example")
	if code != 1 || !strings.Contains(stderr, "set IAM_CLIENT_ID and IAM_CLIENT_SECRET") {
		t.Errorf("code %d, %s", code, stderr)
	}
}

// Names that a server made up reach no terminal raw.
func TestReport_hostileNames(t *testing.T) {
	t.Parallel()
	b := servertest.New(t, servertest.Options{NoContract: true, Wrap: func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			answer := httptest.NewRecorder()
			next.ServeHTTP(answer, r)
			maps.Copy(w.Header(), answer.Header())
			w.WriteHeader(answer.Code)
			_, _ = w.Write([]byte(strings.NewReplacer(`"firstName":"`, `"firstName":"\u001b[2J\u202e\n`, `"tenant":"`, `"tenant":"\u202e`).Replace(answer.Body.String())))
		})
	}})
	environment := map[string]string{"IAM_API_URL": b.URL, "IAM_TENANT": "acme", "IAM_CLIENT_ID": servertest.ClientID, "IAM_CLIENT_SECRET": servertest.ClientSecret}
	for _, format := range []string{"text", "json"} {
		text, stderr, code := run(t, environment, "report", "--email", "owner@acme.example", "--format", format)
		if code != 0 || strings.ContainsFunc(strings.ReplaceAll(text, "\n", ""), access.Hidden) {
			t.Errorf("%s: code %d %s\n%q", format, code, stderr, text)
		}
		if want := map[string]string{"text": `\u{1b}[2J\u{202e}\u{a}`, "json": `"\u202eacme"`}[format]; !strings.Contains(text, want) {
			t.Errorf("%s: %q lacks %q", format, text, want)
		}
	}
}

// What of the environment is no trace is said, and not passed on.
func TestReport_trace(t *testing.T) {
	t.Parallel()
	const parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
	for given, c := range map[string]struct{ sent, says string }{
		parent:     {parent, ""},
		"nonsense": {"", "TRACEPARENT or TRACESTATE is ignored"},
	} {
		b := servertest.New(t, servertest.Options{NoFaults: true, Wrap: func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if got := r.Header.Get("traceparent"); got != c.sent {
					t.Errorf("%s has %q, want %q", r.URL.Path, got, c.sent)
				}
				next.ServeHTTP(w, r)
			})
		}})
		environment := map[string]string{"IAM_API_URL": b.URL, "IAM_TENANT": "acme", "IAM_CLIENT_ID": servertest.ClientID, "IAM_CLIENT_SECRET": servertest.ClientSecret, "TRACEPARENT": given}
		if _, stderr, code := run(t, environment, "report", "--email", "owner@acme.example"); code != 0 || !strings.Contains(stderr, c.says) || (stderr == "") != (c.says == "") {
			t.Errorf("%s: code %d %q", given, code, stderr)
		}
	}
}

// The report of all employees is that of the core, as CSV.
func TestReport_all(t *testing.T) {
	t.Parallel()
	b := servertest.New(t, servertest.Options{})
	state, err := b.Client.State(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var want strings.Builder
	if err := access.WriteReportCSV(&want, state); err != nil || strings.Count(want.String(), "owner@acme.example") < 10 {
		t.Fatalf("%v:\n%s", err, &want)
	}
	token, err := b.Server.IssueToken("tests", "acme", api.AllScopes())
	if err != nil {
		t.Fatal(err)
	}
	environment := map[string]string{"IAM_API_URL": b.URL, "IAM_TENANT": "acme", "IAM_ACCESS_TOKEN": token}
	text, stderr, code := run(t, environment, "report", "--all", "--format", "csv")
	if code != 0 || stderr != "" || text != want.String() {
		t.Errorf("code %d %q\n%s\nwant\n%s", code, stderr, text, &want)
	}
	for _, c := range [][]string{
		{"--all", "--all prints csv or html: add --format csv or --format html"},
		{"--all", "--format", "csv", "--redact", "--redact is for --format html"},
		{"--all", "--format", "csv", "--email", "a@b.example", "leave out --email"},
		{"--format", "csv", "or use --all"},
	} {
		args, want := c[:len(c)-1], c[len(c)-1]
		if _, stderr, code := run(t, environment, append([]string{"report"}, args...)...); code != 2 || !strings.Contains(stderr, want) {
			t.Errorf("%v: code %d %q", args, code, stderr)
		}
	}
}
