package review_test

import (
	"strings"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/review"
)

// Texts name people in several ways: none is left, and what is about groups stays.
func TestRedacted_texts(t *testing.T) {
	t.Parallel()
	for _, u := range []review.Unresolved{
		{Address: "iam_user.ada", Text: "the user is not known before the apply"},
		{Address: `module.people["ada"].data.iam_user.ada-l[0]`, Text: "it depends on iam_user.ada.id and iam_user_groups.ada"},
		{Address: `iam_group_membership.orders["ada]\""]`, Text: "no user has the id ada"},
		{Address: "action.iam_lock_user.ada", Text: "there is no user id: of ada: the action will fail"},
		{Address: "iam_users_csv.of_ada", Text: "the users cannot be read: line 2:\nada"},
		{Text: "the tenant has changed since the plan was created: user ada is gone; create the plan again"},
		{Text: "the tenant has changed since the plan was created: member ada has left the team; create the plan again"},
		{Text: "a user with the e-mail ada@acme.example already exists"},
	} {
		r := review.Result{Unresolved: []review.Unresolved{u}}.Redacted()
		if got := r.Unresolved[0]; strings.Contains(got.Address+got.Text, "ada") {
			t.Errorf("%q, %q", got.Address, got.Text)
		}
	}
	kept := review.Unresolved{Address: "module.access.iam_group_members.orders[0]", Text: "the group is not known before the apply: it can be iam_group.orders"}
	if got := (review.Result{Unresolved: []review.Unresolved{kept}}).Redacted().Unresolved[0]; got != kept {
		t.Errorf("got %v, want %v", got, kept)
	}
}
