package review_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/review"
)

// in writes a result in a format.
func in(t *testing.T, r review.Result, o review.Options) string {
	t.Helper()
	var b strings.Builder
	if err := r.Write(&b, o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// person is a user of the tenant acme to whom this happens.
func person(email string, changes ...access.Change) review.Person {
	return review.Person{Tenant: "acme", UserChange: access.UserChange{User: access.StateUser{ID: email, Email: email}, Changes: changes}}
}

// The changes that tests are made of.
func gain(entity string) access.Change {
	return access.Change{Kind: access.Gained, Entity: entity, After: access.Read, Groups: []access.GroupRef{{ID: "clerks", Name: "Clerks"}}}
}

func loss(entity string) access.Change {
	return access.Change{Kind: access.Lost, Entity: entity, Before: access.Read, Groups: []access.GroupRef{{ID: "clerks", Name: "Clerks"}}}
}

func admin() access.Change {
	return access.Change{Kind: access.Gained, Entity: "users_and_groups", After: access.Manage, Groups: []access.GroupRef{{ID: "admins"}}}
}

func noAdmin() access.Change {
	return access.Change{Kind: access.Lowered, Entity: "users_and_groups", Before: access.Manage, After: access.Read}
}

func lifted() access.Change {
	return access.Change{Kind: access.Raised, Entity: "orders", Before: access.Read, After: access.Manage, Except: []string{"DE"}}
}

// mixed is a plan that changes something for many, for hardly two the same, and
// in the middle of it makes zoe an administrator.
func mixed() review.Result {
	r := review.Result{Tenants: []string{"acme"}}
	for i := range 299 {
		kind := []func(string) access.Change{gain, loss}[i%2]
		r.People = append(r.People, person(fmt.Sprintf("u%03d@acme.example", i), kind(fmt.Sprintf("entity_%d", i/3)), gain("carts")))
	}
	zoe := person("zoe@acme.example", loss("carts"), gain("orders"), admin())
	r.People = slices.Insert(r.People, 150, zoe)
	for i := range 40 {
		r.Findings = append(r.Findings, review.Finding{Finding: access.Finding{Email: fmt.Sprintf("u%03d@acme.example", i), Text: fmt.Sprintf("Finding %d.", i)}})
		r.Unresolved = append(r.Unresolved, review.Unresolved{Address: fmt.Sprintf("iam_user.u%d", i), Text: fmt.Sprintf("reason %d", i%20)})
	}
	return r
}

// The person that a review fails on is in the first lines of a comment, however
// much else is in the plan.
func TestReview_markdown(t *testing.T) {
	t.Parallel()
	text := in(t, mixed(), review.Options{Format: "markdown", FailOn: []string{review.Admin}, MaxBytes: review.MaxComment})
	first := strings.Split(text, "\n")[:10]
	want := []string{
		"**FAIL admin:** 1 user becomes administrator: `zoe@acme.example`", "",
		"**Become administrators (1 user)**", "",
		"```diff", "  zoe@acme.example", "+ gains manage on users_and_groups through admins",
		"- loses read on carts through Clerks (clerks)", "+ gains read on orders through Clerks (clerks)", "```",
	}
	if !slices.Equal(first, want) {
		t.Errorf("the comment begins with\n%s", strings.Join(first, "\n"))
	}
}
