package plumbing

import (
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
)

// String names a resource by what the plan shows of it: a provider is never told
// its address.
func (c Claim) String() string {
	if c.Label == "" {
		return "an " + c.Type
	}
	return fmt.Sprintf("an %s (%s)", c.Type, c.Label)
}

// both names two resources.
func both(a, b Claim) string {
	if a.String() != b.String() {
		return fmt.Sprintf("%s and %s", a, b)
	}
	if a.Label == "" {
		return "two " + a.Type + " resources"
	}
	return fmt.Sprintf("two %s resources (%s)", a.Type, a.Label)
}

// heading makes a title of a thing: "access control" is "Access Control".
func heading(thing string) string {
	words := strings.Fields(thing)
	for i, w := range words {
		words[i] = capital(w)
	}
	return strings.Join(words, " ")
}

func heldTwice(o Object, name string, mine, other Claim, at path.Path) diag.Diagnostics {
	return diag.Diagnostics{diag.NewAttributeErrorDiagnostic(at, fmt.Sprintf("%s Managed By Two Resources", heading(o.Kind)),
		fmt.Sprintf("%s of this configuration manage %s. Each apply would undo what the other did, and destroying one would end what the other manages: keep one of them.", capital(both(other, mine)), name))}
}

// endedAndHeld is about an object that one resource destroys and another creates
// or keeps. Both run at once, in either order.
func endedAndHeld(o Object, name string, ends, holds Claim, at path.Path) diag.Diagnostics {
	const table = "iam_users_csv"
	switch {
	case ends.Type == holds.Type && !holds.Creates && ends.Type != table:
		return diag.Diagnostics{diag.NewAttributeErrorDiagnostic(at, fmt.Sprintf("%s Destroyed And Managed", heading(o.Kind)),
			fmt.Sprintf("This plan destroys %s as %s, which another %s of the configuration manages and would lose. "+
				"To let go of the first without destroying anything, forget it with a removed block and destroy = false.%s", name, ends, holds.Type, deposed))}
	case ends.Type == holds.Type && ends.Type != table:
		return diag.Diagnostics{diag.NewAttributeErrorDiagnostic(at, fmt.Sprintf("%s Destroyed And Created", heading(o.Kind)),
			fmt.Sprintf("This plan destroys %s as one %s and creates it as another. Terraform may do either first, and what belongs to the object would be lost. "+
				"If the resource only got another name, or another key in count or for_each, tell Terraform:\n\n%s\n\n"+
				"OLD and NEW stand for the two names, one of which Terraform prints with this error.", name, ends.Type, movedBlock(ends.Type)))}
	}
	moved, left := "", ""
	if ends.Type == holds.Type {
		moved, left = fmt.Sprintf(" If a table only got another name, write a moved block:\n\n%s", movedBlock(table)), deposed
	}
	return diag.Diagnostics{diag.NewAttributeErrorDiagnostic(at, "User Destroyed And Managed",
		fmt.Sprintf("This plan destroys %s with %s and manages the user with %s. Terraform may adopt the user first and then delete it. "+
			"For a row that is removed, set on_destroy = \"keep\" on its table. For a whole resource, forget it with a removed block and destroy = false.%s%s", name, ends, holds, moved, left))}
}

const deposed = "\n\nIf Terraform calls the destroyed object deposed, as it does after a replacement with create_before_destroy that failed, " +
	"take both out of the state with terraform state rm and import the resource again."

func movedBlock(typeName string) string {
	return fmt.Sprintf("  moved {\n    from = %s.OLD\n    to   = %s.NEW\n  }", typeName, typeName)
}

// ExistsText says what to do about an object that the tenant has already. Name
// names it, id is the import id.
func ExistsText(name, typeName, id string) string {
	return fmt.Sprintf("%s exists in the tenant already and was left as it is. No state that Terraform has read for this plan manages it. To manage it here, import it:\n\n"+
		"  import {\n    to = %s.NAME\n    id = %q\n  }\n\n"+
		"NAME stands for the name of this resource; terraform import %s.NAME %s does the same. "+
		"After a run that was stopped, IAM_ADOPT_EXISTING=1 in the environment lets one run adopt everything that it left behind. "+
		"If the resource only got another name, write a moved block instead. "+
		"If it is being replaced with create_before_destroy, take that out of its lifecycle block: the tenant cannot have two of one key at a time.", capital(name), typeName, id, typeName, id)
}
