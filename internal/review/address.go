package review

import (
	"encoding/json"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// step is one name of an address or a reference, with the key behind it.
type step struct {
	name string
	key  any // a text, a number, or nothing
}

// steps reads an address or a reference, such as module.a["x"].iam_user.b[0].id.
// Of several keys behind a name it keeps the first; one that is not known yet, as
// in iam_user.b[*], is none. What is no address has no steps.
func steps(address string) []step {
	traversal, problems := hclsyntax.ParseTraversalPartial([]byte(address), "", hcl.InitialPos)
	if problems.HasErrors() {
		return nil
	}
	var all []step
	for _, part := range traversal {
		switch part := part.(type) {
		case hcl.TraverseRoot:
			all = append(all, step{name: part.Name})
		case hcl.TraverseAttr:
			all = append(all, step{name: part.Name})
		case hcl.TraverseIndex:
			if last := &all[len(all)-1]; last.key == nil {
				last.key = keyOf(part.Key)
			}
		}
	}
	return all
}

// keyOf is a key as JSON has it.
func keyOf(key cty.Value) any {
	switch key.Type() {
	case cty.String:
		return key.AsString()
	case cty.Number:
		n, _ := key.AsBigFloat().Float64()
		return n
	}
	return nil
}

// sameKey reports whether two keys are of the same instance: the number 1 and
// the text "1" are not.
func sameKey(a, b any) bool { return a == b }

// canonical writes steps so that the same ones are the same text.
func canonical(path []step) string {
	var b strings.Builder
	for _, s := range path {
		key, _ := json.Marshal(s.key)
		b.WriteString("." + s.name + string(key))
	}
	return b.String()
}
