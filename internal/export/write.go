package export

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"
)

// Source is the address of the provider.
const Source = "registry.terraform.io/access-config/iam"

// Connection holds the arguments of the provider block. Credentials come from
// the environment.
type Connection struct {
	Tenant   string
	APIURL   string
	Embedded string // path of a database, instead of APIURL
}

// File is a file of a configuration.
type File struct {
	Name string
	Text []byte
}

// Write returns the configuration for the objects that the filter selects, and
// their number. The same objects always give the same files.
func Write(objects []Object, f Filter, to Connection) (files []File, count int, err error) {
	chosen, err := selected(objects, f)
	if err != nil {
		return nil, 0, err
	}
	w := writer{names: nameAll(chosen), notes: notes(objects), bodies: map[string]*hclwrite.File{}}
	w.index = newIndex(chosen, w.names)
	for i, o := range chosen {
		if o.Type == typeSettings && o.is("sync_with_sites") {
			w.synced = traversalTokens(o.Type, w.names[i])
		}
	}
	w.connect(to)
	for _, i := range w.order(chosen) {
		w.resource(chosen[i], w.names[i])
	}
	for _, name := range slices.Sorted(maps.Keys(w.bodies)) {
		files = append(files, File{name, hclwrite.Format(w.bodies[name].Bytes())})
	}
	return files, len(chosen), nil
}

type writer struct {
	names  []string
	notes  map[string]string // by type and import id
	index  index
	synced hclwrite.Tokens // the resource that ties restrictions to sites, or nil
	bodies map[string]*hclwrite.File
}

// order returns the indexes of the objects, sorted by type and then by name.
func (w *writer) order(objects []Object) []int {
	positions := make([]int, len(objects))
	for i := range positions {
		positions[i] = i
	}
	slices.SortStableFunc(positions, func(a, b int) int {
		if d := rank(objects[a].Type) - rank(objects[b].Type); d != 0 {
			return d
		}
		return strings.Compare(w.names[a], w.names[b])
	})
	return positions
}

// body returns the body of a file, with an empty line after what it already
// holds.
func (w *writer) body(file string) *hclwrite.Body {
	f := w.bodies[file]
	if f == nil {
		f = hclwrite.NewEmptyFile()
		w.bodies[file] = f
	} else {
		f.Body().AppendNewline()
	}
	return f.Body()
}

func (w *writer) connect(to Connection) {
	versions := w.body("versions.tf").AppendNewBlock("terraform", nil).Body()
	versions.SetAttributeValue("required_version", cty.StringVal(">= 1.5"))
	versions.AppendNewline()
	versions.AppendNewBlock("required_providers", nil).Body().
		SetAttributeValue("iam", cty.ObjectVal(map[string]cty.Value{"source": cty.StringVal(Source)}))
	file := w.body("provider.tf")
	if to.Embedded == "" {
		comment(file, "Credentials come from IAM_CLIENT_ID and IAM_CLIENT_SECRET, or IAM_ACCESS_TOKEN.")
	}
	block := file.AppendNewBlock("provider", []string{"iam"}).Body()
	block.SetAttributeValue("tenant", cty.StringVal(to.Tenant))
	if to.Embedded != "" {
		block.SetAttributeValue("embedded", cty.ObjectVal(map[string]cty.Value{"path": cty.StringVal(to.Embedded)}))
	} else {
		block.SetAttributeValue("api_url", cty.StringVal(to.APIURL))
	}
}

// resource writes the resource block and the import block of an object.
func (w *writer) resource(o Object, name string) {
	body := w.body(fileOf(o.Type))
	if note := w.notes[o.Type+" "+o.ImportID]; note != "" {
		comment(body, note)
	}
	block := body.AppendNewBlock("resource", []string{o.Type, name}).Body()
	for _, argument := range argumentsOf(o) {
		block.SetAttributeRaw(argument, w.value(o, argument))
	}
	if o.Type == typeGroup && o.Arguments["restrictions"] != nil && w.synced != nil {
		block.SetAttributeRaw("depends_on", hclwrite.TokensForTuple([]hclwrite.Tokens{w.synced}))
	}
	imports := w.body("imports.tf").AppendNewBlock("import", nil).Body()
	imports.SetAttributeRaw("to", traversalTokens(o.Type, name))
	imports.SetAttributeValue("id", cty.StringVal(o.ImportID))
}

// first lists the arguments that identify an object; they are written before
// the others.
var first = []string{"id", "code", "value", "email", "group_id", "user_id", "member_id", "product", "name", "first_name", "last_name", "description"}

func argumentsOf(o Object) []string {
	list := slices.Sorted(maps.Keys(o.Arguments))
	place := func(name string) int {
		if i := slices.Index(first, name); i >= 0 {
			return i
		}
		return len(first)
	}
	slices.SortStableFunc(list, func(a, b string) int { return place(a) - place(b) })
	return list
}

// value returns the tokens of an argument, with references instead of ids.
func (w *writer) value(o Object, argument string) hclwrite.Tokens {
	return tokens(o.Arguments[argument], func(text string) hclwrite.Tokens {
		if to := w.index.find(o.Type, argument, text); to != nil {
			return hclwrite.TokensForTraversal(to)
		}
		return quoted(text)
	})
}

func keyTokens(key string) hclwrite.Tokens {
	if hclsyntax.ValidIdentifier(key) {
		return hclwrite.TokensForIdentifier(key)
	}
	return quoted(key)
}

func traversalTokens(parts ...string) hclwrite.Tokens {
	return hclwrite.TokensForTraversal(traversal(parts...))
}

func quoted(text string) hclwrite.Tokens {
	return hclwrite.TokensForValue(cty.StringVal(text))
}

// tokens returns the tokens of a value, in which ofText writes the strings.
func tokens(v any, ofText func(string) hclwrite.Tokens) hclwrite.Tokens {
	switch v := v.(type) {
	case bool:
		return hclwrite.TokensForValue(cty.BoolVal(v))
	case int64:
		return hclwrite.TokensForValue(cty.NumberIntVal(v))
	case []any:
		var elements []hclwrite.Tokens
		for _, element := range v {
			elements = append(elements, tokens(element, ofText))
		}
		return hclwrite.TokensForTuple(elements)
	case map[string]any:
		var members []hclwrite.ObjectAttrTokens
		for _, key := range slices.Sorted(maps.Keys(v)) {
			members = append(members, hclwrite.ObjectAttrTokens{Name: keyTokens(key), Value: tokens(v[key], ofText)})
		}
		return hclwrite.TokensForObject(members)
	}
	return ofText(fmt.Sprint(v))
}

func comment(body *hclwrite.Body, text string) {
	body.AppendUnstructuredTokens(hclwrite.Tokens{{Type: hclsyntax.TokenComment, Bytes: []byte("# " + text + "\n")}})
}

// notes returns comments for objects that need care, by type and import id.
func notes(objects []Object) map[string]string {
	owner := ""
	for _, o := range objects {
		if o.Type == typeOwner {
			owner = o.text("member_id")
		}
	}
	all := map[string]string{}
	for _, o := range objects {
		note := ""
		switch {
		case o.Type == typeUser && o.text("id") == owner && owner != "":
			note = "The Owner of the team: do not destroy this user."
		case o.Type == typeTeamMember && o.text("id") == owner && owner != "":
			note = "The Owner of the team cannot be destroyed: first transfer the ownership with iam_team_owner. The role applies after that."
		case o.Type == typeOwner:
			note = "Changing the member transfers the ownership. Destroying this resource leaves the Owner in place."
		case o.Type == typeUser && o.text("status") == "INACTIVE":
			note = "This user is locked. To manage that here, set locked = true."
		case o.Type == typeMake && o.text("api_url") != "":
			note = "The API does not return the key. Set api_key_wo and api_key_wo_version before you change api_url."
		case o.Type == typeSite && o.is("default"):
			note = "The default site cannot be destroyed."
		}
		if note != "" {
			all[o.Type+" "+o.ImportID] = note
		}
	}
	return all
}
