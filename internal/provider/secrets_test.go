package provider_test

import (
	"archive/zip"
	"io"
	"net/http"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

// asked collects the ids of the requests that a backend gets.
type asked struct {
	mu  sync.Mutex
	ids []string
}

func (a *asked) wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a.mu.Lock()
		a.ids = append(a.ids, r.Header.Get(api.HeaderRequestID))
		a.mu.Unlock()
		next.ServeHTTP(w, r)
	})
}

// secretProvider gives the secrets as a provider block can without leaving them
// in the plan: Terraform keeps other variables there.
const secretProvider = `provider "iam" {
  api_url       = var.api_url
  tenant        = "acme"
  client_id     = "acme-key"
  client_secret = var.client_secret
}

variable "api_url" {}

variable "make_url" {}

variable "client_secret" {
  ephemeral = true
}

variable "make_api_key" {
  ephemeral = true
}
`

// madeElsewhere is the Make organization of the whole tenant, in a Make that has
// a key.
const madeElsewhere = `resource "iam_make_organization" "this" {
  organization_id    = "12345"
  api_url            = var.make_url
  api_key_wo         = var.make_api_key
  api_key_wo_version = 1
}
`

// A whole tenant is applied with a log of everything: the secret of the API key,
// the tokens and the key of Make are in no output, plan, state or log, and the
// log has each request with its id.
func TestAccWholeTenant_secrets(t *testing.T) {
	t.Parallel()
	const makeKey = "make:m4ke-s3cret"
	elsewhere := servertest.New(t, servertest.Options{NoFaults: true})
	id, secret, _ := strings.Cut(makeKey, ":")
	if err := elsewhere.Server.EnsureClient(t.Context(), servertest.Tenant, id, secret); err != nil {
		t.Fatal(err)
	}
	tokens, requests := &issued{}, &asked{}
	s := servertest.New(t, servertest.Options{NoFaults: true, Wrap: func(next http.Handler) http.Handler { return requests.wrap(tokens.wrap(next)) }})
	w := providertest.NewWorkspace(t, nil)
	for _, text := range examples(t, "scenarios/whole-tenant/main.tf") {
		text = strings.Replace(text, `provider "iam" {}`, secretProvider, 1)
		before, after, found := strings.Cut(text, `resource "iam_make_organization"`)
		if _, after, _ = strings.Cut(after, "\n}\n"); !found || !strings.Contains(before, "make_api_key") {
			t.Fatalf("the scenario is not as this test wants it:\n%s", text)
		}
		w.Write("main.tf", before+madeElsewhere+after)
	}
	log := filepath.Join(t.TempDir(), "trace.log")
	for name, value := range map[string]string{
		"TF_VAR_api_url": s.URL, "TF_VAR_make_url": elsewhere.URL, "TF_VAR_client_secret": servertest.ClientSecret, "TF_VAR_make_api_key": makeKey,
		"TF_LOG": "trace", "TF_LOG_PATH": log,
	} {
		w.Setenv(name, value)
	}
	printed := w.MustRun("plan", "-no-color", "-out", "plan.out")
	printed += w.MustRun("show", "-json", "plan.out")
	printed += w.MustRun("apply", "-no-color", "plan.out")
	printed += w.MustRun("show", "-json")
	places := planParts(t, filepath.Join(w.Dir, "plan.out"))
	places["the output"], places["the log"], places["the state"] = printed, contents(t, log), contents(t, filepath.Join(w.Dir, "terraform.tfstate"))
	hidden := append([]string{servertest.ClientSecret, secret}, tokens.tokens...)
	if len(tokens.tokens) < 2 || len(places) < 5 || !strings.Contains(places["the state"], "api_key_wo_version") {
		t.Fatalf("%d tokens were issued, %d places looked at", len(tokens.tokens), len(places))
	}
	for place, text := range places {
		for _, text := range strings.Split(text, "\n") {
			if i := slices.IndexFunc(hidden, func(s string) bool { return strings.Contains(text, s) }); i >= 0 {
				t.Errorf("%q is in %s: %s", hidden[i], place, text)
			}
		}
	}
	checkRequestIDs(t, places["the log"], requests.ids)
	w.NoChanges()
}

var (
	loggedRequest = regexp.MustCompile(`IAM API request.*`)
	loggedID      = regexp.MustCompile(`request_id=([0-9a-f-]{36})`)
)

// checkRequestIDs wants each request in the log, by its id.
func checkRequestIDs(t *testing.T, log string, ids []string) {
	t.Helper()
	logged := map[string]bool{}
	for _, line := range loggedRequest.FindAllString(log, -1) {
		id := loggedID.FindStringSubmatch(line)
		if id == nil {
			t.Errorf("the log has a request without an id: %s", line)
			continue
		}
		logged[id[1]] = true
	}
	if len(ids) < 50 {
		t.Errorf("%d requests are fewer than a whole tenant takes", len(ids))
	}
	for _, id := range ids {
		if !logged[id] {
			t.Errorf("the log does not have the request %q", id)
		}
	}
}

// planParts returns what is in a saved plan.
func planParts(t *testing.T, file string) map[string]string {
	t.Helper()
	plan, err := zip.OpenReader(file)
	if err != nil {
		t.Fatal(err)
	}
	defer plan.Close()
	parts := map[string]string{}
	for _, file := range plan.File {
		part, err := file.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(part)
		if err != nil {
			t.Fatal(err)
		}
		parts["the plan's "+file.Name] = string(text)
	}
	return parts
}
