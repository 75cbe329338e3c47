package plumbing

import (
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
)

// String describes a resource by what the plan shows of it, as Terraform does not
// send its address to the provider.
func (c Claim) String() string {
	if c.Label == "" {
		return "an " + c.Type
	}
	return fmt.Sprintf("an %s (%s)", c.Type, c.Label)
}

// both describes two resources.
func both(a, b Claim) string {
	if a.String() != b.String() {
		return fmt.Sprintf("%s and %s", a, b)
	}
	if a.Label == "" {
		return "two " + a.Type + " resources"
	}
	return fmt.Sprintf("two %s resources (%s)", a.Type, a.Label)
}

// heading returns the name of a thing in title case, such as "Access Control".
func heading(thing string) string {
	words := strings.Fields(thing)
	for i, w := range words {
		words[i] = capital(w)
	}
	return strings.Join(words, " ")
}

func heldTwice(o Object, name string, mine, other Claim, at path.Path) diag.Diagnostics {
	return diag.Diagnostics{diag.NewAttributeErrorDiagnostic(at, fmt.Sprintf("%s Managed By Two Resources", heading(o.Kind)),
		fmt.Sprintf("%s of this configuration manage %s. Each would undo the other's changes, and destroying one would delete the object of the other. Keep one of them.", capital(both(other, mine)), name))}
}

// removedAndHeld returns the error for an object that one resource destroys and
// another creates or keeps. Terraform may run them in either order.
func removedAndHeld(o Object, name string, removes, holds Claim, at path.Path) diag.Diagnostics {
	const table = "iam_users_csv"
	switch {
	case removes.Type == holds.Type && !holds.Creates && removes.Type != table:
		return diag.Diagnostics{diag.NewAttributeErrorDiagnostic(at, fmt.Sprintf("%s Destroyed And Managed", heading(o.Kind)),
			fmt.Sprintf("This plan destroys %s as %s, but another %s of the configuration manages the same object and would lose it. "+
				"To stop managing the first without destroying the object, use a removed block with destroy = false.%s", name, removes, holds.Type, deposed))}
	case removes.Type == holds.Type && removes.Type != table:
		return diag.Diagnostics{diag.NewAttributeErrorDiagnostic(at, fmt.Sprintf("%s Destroyed And Created", heading(o.Kind)),
			fmt.Sprintf("This plan destroys %s as one %s and creates it as another. Terraform may do either first, and everything attached to the object would be lost. "+
				"If you only renamed the resource or changed its key in count or for_each, add a moved block:\n\n%s\n\n"+
				"OLD and NEW are the two names; Terraform prints one of them with this error.", name, removes.Type, movedBlock(removes.Type)))}
	}
	moved, left := "", ""
	if removes.Type == holds.Type {
		moved, left = fmt.Sprintf(" If you only renamed a table, add a moved block:\n\n%s", movedBlock(table)), deposed
	}
	return diag.Diagnostics{diag.NewAttributeErrorDiagnostic(at, "User Destroyed And Managed",
		fmt.Sprintf("This plan destroys %s with %s and manages the user with %s. Terraform may adopt the user first and then delete it. "+
			"For a removed row, set on_destroy = \"keep\" on its table. For a whole resource, use a removed block with destroy = false.%s%s", name, removes, holds, moved, left))}
}

const deposed = "\n\nIf Terraform calls the destroyed object deposed, as it does after a failed replacement with create_before_destroy, " +
	"remove both from the state with terraform state rm and import the resource again."

func movedBlock(typeName string) string {
	return fmt.Sprintf("  moved {\n    from = %s.OLD\n    to   = %s.NEW\n  }", typeName, typeName)
}

// ExistsText explains what to do about an object that already exists in the tenant.
// name names the object; id is its import id.
func ExistsText(name, typeName, id string) string {
	return fmt.Sprintf("%s already exists in the tenant and was left unchanged. No state that Terraform has read for this plan manages it. To manage it here, import it:\n\n"+
		"  import {\n    to = %s.NAME\n    id = %q\n  }\n\n"+
		"NAME is the name of this resource; terraform import %s.NAME %s does the same. "+
		"After an interrupted run, IAM_ADOPT_EXISTING=1 in the environment lets one run adopt everything that run created. "+
		"If you only renamed the resource, add a moved block instead. "+
		"If it is being replaced with create_before_destroy, remove that from its lifecycle block: the tenant cannot have two objects with the same key.", capital(name), typeName, id, typeName, id)
}
