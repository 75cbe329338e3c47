package review_test

import (
	"strings"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/review"
)

func TestReadAcceptance(t *testing.T) {
	t.Parallel()
	full := `{"plan": "sha256:1", "person": "Jo", "reason": "meant", "date": "2026-11-30"}`
	a, err := review.ReadAcceptance(strings.NewReader(full))
	if err != nil || *a != (review.Acceptance{Plan: "sha256:1", Person: "Jo", Reason: "meant", Date: "2026-11-30"}) {
		t.Errorf("%+v, %v", a, err)
	}
	for text, want := range map[string]string{
		"":                                       `it must be JSON`,
		"[" + full + "]":                         `it must be JSON`,
		full + full:                              `unexpected data`,
		strings.Replace(full, "Jo", " ", 1):      `"person" is missing`,
		strings.Replace(full, "sha256:1", "", 1): `"plan" is missing`,
		strings.Replace(full, "meant", "", 1):    `"reason" is missing`,
		strings.Replace(full, "2026-11-30", "", 1):      `"date" is missing`,
		strings.Replace(full, "2026-11-30", "today", 1): `"date" must be a day`,
		strings.Replace(full, `"plan"`, `"plans"`, 1):   `unknown field`,
	} {
		if _, err := review.ReadAcceptance(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
}

// The same plan created again has the same fingerprint. A plan with other
// changes, or for other people, has another one.
func TestResult_Fingerprint(t *testing.T) {
	t.Parallel()
	plan := func(text string, r review.Result) string {
		t.Helper()
		p, err := review.Read(strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		fingerprint := r.Fingerprint(p)
		if !strings.HasPrefix(fingerprint, "sha256:") || len(fingerprint) != 71 {
			t.Fatalf("%q", fingerprint)
		}
		return fingerprint
	}
	text := `{"format_version": "1.2", "terraform_version": "1.11.4", "resource_changes": [], "timestamp": "2026-11-30T13:00:00Z"}`
	first := plan(text, staff())
	if again := plan(strings.NewReplacer("13:00", "14:00", "1.11.4", "1.12.0").Replace(text), staff()); again != first {
		t.Errorf("created again it is %s, was %s", again, first)
	}
	if other := plan(strings.Replace(text, "[]", `[{"address": "iam_user.a"}]`, 1), staff()); other == first {
		t.Error("another plan has the same fingerprint")
	}
	for what, change := range map[string]func(r *review.Result){
		"without somebody":     func(r *review.Result) { r.People = r.People[1:] },
		"of another":           func(r *review.Result) { r.People[0].User.Email = "x@acme.example" },
		"in another tenant":    func(r *review.Result) { r.People[0].Tenant = "beta" },
		"with another event":   func(r *review.Result) { r.People[0].Event = access.UserLocked },
		"with another change":  func(r *review.Result) { r.People[0].Changes[0].Entity = "media" },
		"without a finding":    func(r *review.Result) { r.Findings = r.Findings[1:] },
		"with less unresolved": func(r *review.Result) { r.Unresolved = r.Unresolved[1:] },
	} {
		r := staff()
		change(&r)
		if plan(text, r) == first {
			t.Errorf("a review %s has the same fingerprint", what)
		}
	}
}
