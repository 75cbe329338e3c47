package provider_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

// issued collects the tokens that a backend issues.
type issued struct {
	mu     sync.Mutex
	tokens []string
}

func (i *issued) wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != api.PathToken {
			next.ServeHTTP(w, r)
			return
		}
		recorder := httptest.NewRecorder()
		next.ServeHTTP(recorder, r)
		var token api.Token
		if json.Unmarshal(recorder.Body.Bytes(), &token) == nil && token.AccessToken != "" {
			i.mu.Lock()
			i.tokens = append(i.tokens, token.AccessToken)
			i.mu.Unlock()
		}
		for name, values := range recorder.Header() {
			w.Header()[name] = values
		}
		w.WriteHeader(recorder.Code)
		_, _ = w.Write(recorder.Body.Bytes())
	})
}

// Neither the secret of the API key nor a token is in the state, in a plan or in
// the log, however much of it is written.
func TestAccAccessToken_isNowhere(t *testing.T) {
	t.Parallel()
	tokens := &issued{}
	s := servertest.New(t, servertest.Options{NoFaults: true, Wrap: tokens.wrap})
	w := providertest.NewWorkspace(t, map[string]string{"main.tf": providertest.Source})
	for file, text := range examples(t, "ephemeral-resources/*/ephemeral-resource.tf") {
		w.Write(filepath.Base(filepath.Dir(file))+".tf", text)
	}
	w.Write("group.tf", "resource \"iam_group\" \"g\" {\n  id   = \"g\"\n  name = { en = \"G\" }\n}\n")
	log := filepath.Join(t.TempDir(), "trace.log")
	for name, value := range map[string]string{
		"IAM_API_URL": s.URL, "IAM_TENANT": servertest.Tenant, "IAM_CLIENT_ID": servertest.ClientID, "IAM_CLIENT_SECRET": servertest.ClientSecret,
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
	// One of the provider and one of the ephemeral resource, for the plan and for
	// the apply.
	if len(tokens.tokens) < 4 || !strings.Contains(places["the log"], "iam_access_token") || len(places) < 5 {
		t.Fatalf("%d tokens were issued, %d places looked at", len(tokens.tokens), len(places))
	}
	for place, text := range places {
		if strings.Contains(text, servertest.ClientSecret) {
			t.Errorf("the secret is in %s", place)
		}
		if slices.ContainsFunc(tokens.tokens, func(token string) bool { return strings.Contains(text, token) }) {
			t.Errorf("a token is in %s", place)
		}
	}
}

func contents(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
