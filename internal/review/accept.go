package review

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/access"
)

// Acceptance records that a person accepts what a review fails on, for one
// plan.
type Acceptance struct {
	Plan   string `json:"plan"`   // the fingerprint that the review shows
	Person string `json:"person"` // who accepts it
	Reason string `json:"reason"`
	Date   string `json:"date"` // such as 2026-11-30
}

// ReadAcceptance reads an acceptance. It returns an error if a member is
// missing.
func ReadAcceptance(r io.Reader) (*Acceptance, error) {
	var a Acceptance
	d := json.NewDecoder(r)
	d.DisallowUnknownFields()
	if err := d.Decode(&a); err != nil {
		return nil, fmt.Errorf(`it must be JSON with "plan", "person", "reason" and "date": %w`, err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("unexpected data after the acceptance: a file accepts one plan")
	}
	for _, member := range []struct{ name, value string }{{"plan", a.Plan}, {"person", a.Person}, {"reason", a.Reason}, {"date", a.Date}} {
		if strings.TrimSpace(member.value) == "" {
			return nil, fmt.Errorf("%q is missing", member.name)
		}
	}
	if _, err := time.Parse(time.DateOnly, a.Date); err != nil {
		return nil, fmt.Errorf(`"date" must be a day such as 2026-11-30, not %q`, a.Date)
	}
	return &a, nil
}

// Fingerprint identifies what was reviewed: the changes of the plan and their
// effects on people. Planning the same changes again gives the same fingerprint
// as long as the effects are the same.
func (r Result) Fingerprint(p *Plan) string {
	hash := sha256.New()
	hash.Write(p.digest)
	known := map[*access.Change][]byte{} // people with the same changes share the slice
	for _, person := range r.People {
		fmt.Fprintf(hash, "%q %q %q %q %x\n", person.Tenant, person.User.ID, person.User.Email, person.Event, changesDigest(person.Changes, known))
	}
	for _, f := range r.Findings {
		fmt.Fprintf(hash, "%q %q %q %q %q\n", f.Tenant, f.UserID, f.Email, f.Groups, f.Text)
	}
	for _, u := range r.Unresolved {
		fmt.Fprintf(hash, "%q %q %q\n", u.Tenant, u.Address, u.Text)
	}
	return fmt.Sprintf("sha256:%x", hash.Sum(nil))
}

func changesDigest(changes []access.Change, known map[*access.Change][]byte) []byte {
	if len(changes) == 0 {
		return nil
	}
	digest, ok := known[&changes[0]]
	if !ok {
		hash := sha256.New()
		for _, c := range changes {
			fmt.Fprintf(hash, "%q %q\n", c.Kind, c.Text())
		}
		digest = hash.Sum(nil)
		known[&changes[0]] = digest
	}
	return digest
}
