package review

import (
	"github.com/access-config/terraform-provider-iam/internal/access"
)

// Result is what a review found.
type Result struct {
	Tenants    []string     // those reviewed
	People     []Person     // who gains or loses
	Drift      []Person     // whose access has changed already, outside of Terraform
	Findings   []Finding    // that were not there before
	Unresolved []Unresolved // what is not known before the apply, or not understood
	Errored    bool         // the plan ended with an error and is not whole
	Incomplete bool         // the plan leaves something out, as with -target
}

// Person is somebody of a tenant whose access changes.
type Person struct {
	Tenant string
	access.UserChange
}

// Finding is something to look at in a tenant.
type Finding struct {
	Tenant string
	access.Finding
}

// Unresolved is what the review could not find out, or what will stop the apply.
type Unresolved struct {
	Tenant  string `json:"tenant"` // empty where that is not known either
	Address string `json:"address"`
	Text    string `json:"text"`
}
