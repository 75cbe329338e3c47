package directory_test

import (
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

// White space and invisible characters around what is looked up mean nothing: in
// data sources, actions and import ids.
func TestLookUps_areTrimmed(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	p := providertest.New(t, b.Config)
	user := p.MustApply("iam_user", state{}, anna())
	email := "\ufeff " + anna()["email"].(string) + "\u200b\n"
	found, d := p.ReadData("iam_user", values{"email": email})
	if d.Failed() || found["id"] != user.Values["id"] || found["email"] != anna()["email"] {
		t.Errorf("iam_user: %v, %v", found["email"], d)
	}
	if found, d := p.ReadData("iam_users", values{"sort": []any{" email:desc\u00a0"}, "email": email}); d.Failed() || len(found["users"].([]any)) != 1 {
		t.Errorf("iam_users: %v, %v", found, d)
	}
	if found, d := p.ReadData("iam_access_review", values{"emails": []any{email}}); d.Failed() || found["emails"].([]any)[0] != anna()["email"] {
		t.Errorf("iam_access_review: %v, %v", found["emails"], d)
	}
	if _, d := p.Invoke("iam_lock_user", values{"email": email}); d.Failed() {
		t.Errorf("iam_lock_user: %v", d)
	}
	if imported, d := p.Import("iam_user", email); d.Failed() || imported.Values["id"] != user.Values["id"] {
		t.Errorf("import: %v, %v", imported.Values, d)
	}
	if imported, d := p.Import("iam_users_csv", email); d.Failed() || imported.Values["csv"] == nil {
		t.Errorf("import of a table: %v, %v", imported.Values, d)
	}
	for _, blank := range []string{"", " \u200b"} {
		if _, d := p.ReadData("iam_user", values{"email": blank}); !d.Has(`error at AttributeName("email"): Empty Text`) {
			t.Errorf("iam_user of %q: %v", blank, d)
		}
		if _, d := p.Invoke("iam_lock_user", values{"email": blank}); !d.Has(`error at AttributeName("email"): Empty E-Mail Address`) {
			t.Errorf("iam_lock_user of %q: %v", blank, d)
		}
		if imported, d := p.Import("iam_user", blank); imported.Values != nil || !d.Has("error: Empty Import Id", "iam_user") || len(d) != 1 {
			t.Errorf("import of %q: %v", blank, d)
		}
		if imported, d := p.ImportIdentity("iam_user", values{"id": blank}); imported.Values != nil || !d.Has("error: Empty Identity", "needs id") {
			t.Errorf("identity %q: %v", blank, d)
		}
	}
}

// A protected address that nobody has yet is worth one warning in each run.
func TestGuardrails_protectNobody(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	p := providertest.New(t, with(b.Config, values{"guardrails": values{"protect_users": []any{"nobody@acme.example", "OWNER@acme.example"}}}))
	p.NextRun()
	_, _, d := p.Plan("iam_user", state{}, anna())
	if len(d) != 1 || !d.Has("warning: Protected Users Not Found", ": nobody@acme.example.") || d.Has("OWNER") {
		t.Errorf("got %v", d)
	}
	if _, _, d := p.Plan("iam_user", state{}, with(anna(), values{"email": "other@acme.example"})); len(d) > 0 {
		t.Errorf("the next resource says it again: %v", d)
	}
}
