package review

import (
	"io"

	"github.com/access-config/terraform-provider-iam/internal/access"
)

// writeCSV writes a row for each change of a person. What is unresolved and what
// was found has no place in it.
func (r Result) writeCSV(w io.Writer, _ Options) error {
	changes := make([]access.UserChange, len(r.People))
	for i, p := range r.People {
		changes[i] = p.UserChange
	}
	return access.WriteChangesCSV(w, changes)
}
