package export

import (
	"bytes"
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
	w := writer{names: nameAll(chosen), notes: notes(objects), files: map[string]*bytes.Buffer{}}
	w.index = newIndex(chosen, w.names)
	for i, o := range chosen {
		if o.Type == typeSettings && o.is("sync_with_sites") {
			w.synced = o.Type + "." + w.names[i]
		}
	}
	w.connect(to)
	for _, i := range w.order(chosen) {
		w.resource(chosen[i], w.names[i])
	}
	for _, name := range slices.Sorted(maps.Keys(w.files)) {
		files = append(files, File{name, w.files[name].Bytes()})
	}
	return files, len(chosen), nil
}

type writer struct {
	names  []string
	notes  map[string]string // by type and import id
	index  index
	synced string // the address of the resource that ties restrictions to sites, or ""
	files  map[string]*bytes.Buffer
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

// file returns the text of a file, to write the next block to. Each block is formatted
// alone: HCL's writer keeps every token of a file in memory until the file is complete.
func (w *writer) file(name string) *bytes.Buffer {
	f := w.files[name]
	if f == nil {
		f = &bytes.Buffer{}
		w.files[name] = f
	} else {
		f.WriteByte('\n')
	}
	return f
}

func (w *writer) connect(to Connection) {
	fmt.Fprintf(w.file("versions.tf"), `terraform {
  required_version = ">= 1.5"

  required_providers {
    iam = {
      source = %q
    }
  }
}
`, Source)
	file := w.file("provider.tf")
	if to.Embedded == "" {
		comment(file, "Credentials come from IAM_CLIENT_ID and IAM_CLIENT_SECRET, or IAM_ACCESS_TOKEN.")
	}
	block := bytes.NewBufferString("provider \"iam\" {\ntenant = ")
	block.WriteString(quoted(to.Tenant))
	if to.Embedded != "" {
		block.WriteString("\nembedded = {\npath = ")
		block.WriteString(quoted(to.Embedded))
		block.WriteString("\n}\n}\n")
	} else {
		block.WriteString("\napi_url = ")
		block.WriteString(quoted(to.APIURL))
		block.WriteString("\n}\n")
	}
	file.Write(hclwrite.Format(block.Bytes()))
}

// resource writes the resource block and the import block of an object.
func (w *writer) resource(o Object, name string) {
	file := w.file(fileOf(o.Type))
	if note := w.notes[o.Type+" "+o.ImportID]; note != "" {
		comment(file, note)
	}
	var block bytes.Buffer
	fmt.Fprintf(&block, "resource \"%s\" \"%s\" {\n", o.Type, name)
	for _, argument := range argumentsOf(o) {
		block.WriteString(argument + " = ")
		w.value(&block, o, argument)
		block.WriteByte('\n')
	}
	if o.Type == typeGroup && o.Arguments["restrictions"] != nil && w.synced != "" {
		fmt.Fprintf(&block, "depends_on = [%s]\n", w.synced)
	}
	block.WriteString("}\n")
	file.Write(hclwrite.Format(block.Bytes()))
	imports := w.file("imports.tf")
	fmt.Fprintf(imports, "import {\n  to = %s.%s\n  id = ", o.Type, name)
	imports.WriteString(quoted(o.ImportID))
	imports.WriteString("\n}\n")
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

// value writes an argument, with references instead of ids.
func (w *writer) value(to *bytes.Buffer, o Object, argument string) {
	writeValue(to, o.Arguments[argument], func(text string) {
		if reference := w.index.find(o.Type, argument, text); reference != "" {
			to.WriteString(reference)
		} else {
			to.WriteString(quoted(text))
		}
	})
}

// writeValue writes a value, in which ofText writes the strings.
func writeValue(to *bytes.Buffer, v any, ofText func(string)) {
	switch v := v.(type) {
	case bool, int64:
		fmt.Fprint(to, v)
	case []any:
		to.WriteByte('[')
		for i, element := range v {
			if i > 0 {
				to.WriteString(", ")
			}
			writeValue(to, element, ofText)
		}
		to.WriteByte(']')
	case map[string]any:
		if len(v) == 0 {
			to.WriteString("{}")
			return
		}
		to.WriteString("{\n")
		for _, key := range slices.Sorted(maps.Keys(v)) {
			if hclsyntax.ValidIdentifier(key) {
				to.WriteString(key)
			} else {
				to.WriteString(quoted(key))
			}
			to.WriteString(" = ")
			writeValue(to, v[key], ofText)
			to.WriteByte('\n')
		}
		to.WriteByte('}')
	default:
		ofText(fmt.Sprint(v))
	}
}

// quoted returns a string of HCL.
func quoted(text string) string {
	return string(hclwrite.TokensForValue(cty.StringVal(text)).Bytes())
}

func comment(to *bytes.Buffer, text string) { fmt.Fprintf(to, "# %s\n", text) }

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
