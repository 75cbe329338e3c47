package review

import (
	"encoding/json"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// step is one name in an address or a reference, with the key that follows it.
type step struct {
	name string
	key  any // a string, a number or nil
}

// steps reads an address or a reference, such as
// module.a["x"].iam_user.b[0].id. If several keys follow a name, it keeps the
// first. An unknown key, as in iam_user.b[*], is nil. A text that is not an
// address has no steps.
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

// keyOf converts a key to the type that encoding/json decodes.
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

// sameKey reports whether two keys select the same instance: 1 and "1" do not.
func sameKey(a, b any) bool { return a == b }

// canonical returns a text that is equal for equal paths.
func canonical(path []step) string {
	var b strings.Builder
	for _, s := range path {
		key, _ := json.Marshal(s.key)
		b.WriteString("." + s.name + string(key))
	}
	return b.String()
}
