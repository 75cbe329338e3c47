package review

import (
	"github.com/access-config/terraform-provider-iam/internal/access"
)

// Result is the result of a review.
type Result struct {
	Tenants    []string     // those reviewed
	People     []Person     // who gain or lose access
	Drift      []Person     // whose access has already changed outside of Terraform
	Findings   []Finding    // new ones
	Unresolved []Unresolved // unknown before the apply, or not supported
	Errored    bool         // the plan failed and is incomplete
	Incomplete bool         // the plan leaves out some changes, as with -target
}

// Person is a user of a tenant whose access changes.
type Person struct {
	Tenant string
	access.UserChange
}

// Finding is an issue in a tenant.
type Finding struct {
	Tenant string
	access.Finding
}

// Unresolved is something that the review could not determine, or that will
// make the apply fail.
type Unresolved struct {
	Tenant  string `json:"tenant"` // empty if the tenant is not known
	Address string `json:"address"`
	Text    string `json:"text"`
}
