package review

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/access-config/terraform-provider-iam/internal/access"
)

// Redacted returns the review without names, addresses and ids of people: they are numbered
// instead. Groups and levels stay. Errors of Terraform are left out by the caller, since they
// can contain anything.
func (r Result) Redacted() Result {
	d := redaction{numbers: map[string]string{}}
	r.People, r.Drift = d.people(r.People), d.people(r.Drift)
	findings := slices.Clone(r.Findings)
	for i := range findings {
		f := &findings[i]
		if f.Email != "" || f.UserID != "" {
			f.Email, f.UserID = d.name(f.Tenant, f.UserID, f.Email), ""
		}
		f.Text = d.text(f.Text)
	}
	unresolved := slices.Clone(r.Unresolved)
	for i := range unresolved {
		unresolved[i].Address, unresolved[i].Text = d.text(unresolved[i].Address), d.text(unresolved[i].Text)
	}
	r.Findings, r.Unresolved = findings, unresolved
	return r
}

// redaction numbers the people of a review.
type redaction struct {
	numbers map[string]string // name by tenant and id, or tenant and e-mail address
	last    int
}

// name returns the name under which a person appears.
func (d *redaction) name(tenant, id, email string) string {
	for _, key := range []string{tenant + "\x00" + id, tenant + "\x01" + strings.ToLower(email)} {
		if name, ok := d.numbers[key]; ok && len(key) > len(tenant)+1 {
			return name
		}
	}
	d.last++
	name := fmt.Sprintf("user %d", d.last)
	if id != "" {
		d.numbers[tenant+"\x00"+id] = name
	}
	if email != "" {
		d.numbers[tenant+"\x01"+strings.ToLower(email)] = name
	}
	return name
}

func (d *redaction) people(all []Person) []Person {
	all = slices.Clone(all)
	for i := range all {
		u := &all[i].User
		*u = access.StateUser{Email: d.name(all[i].Tenant, u.ID, u.Email)}
	}
	return all
}

// emailPattern finds e-mail addresses in texts, such as the keys of resource instances.
var emailPattern = regexp.MustCompile(`[^\s"'<>()\[\]{},;:]+@[^\s"'<>()\[\]{},;:]+`)

// keyPattern finds the keys of resource instances, which are often names of people.
var keyPattern = regexp.MustCompile(`\["(?:[^"\\]|\\.)*"\]`)

// labelPattern finds resources and actions that are about people, whose labels are often names:
// iam_user.ada.
var labelPattern = regexp.MustCompile(`\b(iam_(?:user|user_groups|users_csv|group_membership|team_member|team_owner|product_assignment|lock_user|unlock_user|resend_invitation|transfer_team_owner)\.)[\pL_][\pL\pN_-]*`)

// idPattern finds ids of users, and what reading a table of users printed, in the texts of
// reviews.
var idPattern = regexp.MustCompile(`(?s)(there is no user ).*(: the action)|(no user has the id ).*|\b(user |member ).*?( is gone| has left the team)|(the users cannot be read: ).*`)

// text returns a text without people's addresses and ids, without labels of resources that are
// about people, and without keys of instances.
func (d *redaction) text(text string) string {
	text = keyPattern.ReplaceAllString(text, `["…"]`)
	text = labelPattern.ReplaceAllString(text, "${1}…")
	text = idPattern.ReplaceAllString(text, "$1$3$4$6…$2$5")
	return emailPattern.ReplaceAllString(text, "…")
}

// Redacted returns the acceptance without the person and the reason, which can name anyone.
func (a *Acceptance) Redacted() *Acceptance {
	b := *a
	b.Person, b.Reason = "someone", "…"
	return &b
}
