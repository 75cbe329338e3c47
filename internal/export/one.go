package export

import (
	"bytes"
	"maps"
	"slices"
)

// One returns the resource block of an object on its own, and its import block: what it
// refers to is named by its id.
func One(o Object) (resource, imports string) {
	return named(o, nameAll([]Object{o})[0])
}

// named is One with the label.
func named(o Object, label string) (resource, imports string) {
	w := writer{names: []string{label}, notes: notes([]Object{o}), files: map[string]*bytes.Buffer{}}
	w.resource(o, label)
	return w.files[fileOf(o.Type)].String(), w.files["imports.tf"].String()
}

// New returns the resource block of an object that does not exist yet, with the arguments. Its
// label is made of the name, of the e-mail address for a person.
func New(typeName, name string, arguments map[string]any) string {
	return NewAll(Object{Type: typeName, Name: name, Arguments: arguments})[0]
}

// NewAll is New for objects whose blocks belong in one folder: no two have the same label.
func NewAll(objects ...Object) []string {
	objects, blocks := slices.Clone(objects), make([]string, len(objects))
	for i := range objects {
		// Without an id, names without Latin letters would all have the same label.
		objects[i].ImportID, objects[i].Arguments = objects[i].Name, maps.Clone(objects[i].Arguments)
	}
	for i, label := range nameAll(objects) {
		blocks[i], _ = named(objects[i], label)
	}
	return blocks
}
