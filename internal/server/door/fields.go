package door

import (
	"fmt"
	"reflect"
	"strings"
	"sync"
)

// fields are the members of a type, by name. A type of free form has none.
type fields map[string]reflect.Type

var known sync.Map // of reflect.Type to fields

// fieldsOf returns the fields of a struct; none for any other type.
func fieldsOf(t reflect.Type) fields {
	t = base(t)
	if t == nil || t.Kind() != reflect.Struct {
		return nil
	}
	if found, ok := known.Load(t); ok {
		return found.(fields) //nolint:errcheck // nothing else is stored
	}
	all := fields{}
	for _, field := range reflect.VisibleFields(t) {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		if field.Anonymous && name == "" || name == "-" || !field.IsExported() {
			continue
		}
		if name == "" {
			name = field.Name
		}
		all[name] = field.Type
	}
	known.Store(t, all)
	return all
}

// named returns the type of the member, or nil if the type does not have it. It
// refuses a name that differs in case only.
func (f fields) named(name string) (reflect.Type, error) {
	if t, ok := f[name]; ok {
		return t, nil
	}
	for other := range f {
		if strings.EqualFold(other, name) {
			return nil, fmt.Errorf("is misspelled: the name is %s", other)
		}
	}
	return nil, nil
}

// base returns the type that a pointer points to.
func base(t reflect.Type) reflect.Type {
	for t != nil && t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t
}
