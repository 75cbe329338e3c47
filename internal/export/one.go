package export

import (
	"bytes"
	"maps"
)

// One returns the resource block of an object on its own, and its import block: what it
// refers to is named by its id.
func One(o Object) (resource, imports string) {
	w := writer{names: nameAll([]Object{o}), notes: notes([]Object{o}), files: map[string]*bytes.Buffer{}}
	w.resource(o, w.names[0])
	return w.files[fileOf(o.Type)].String(), w.files["imports.tf"].String()
}

// New returns the resource block of an object that does not exist yet, with the arguments. Its
// label is made of the name, of the e-mail address for a person.
func New(typeName, name string, arguments map[string]any) string {
	// Without an id, names without Latin letters would all have the same label.
	text, _ := One(Object{Type: typeName, ImportID: name, Name: name, Arguments: maps.Clone(arguments)})
	return text
}
