package query

import (
	"encoding/json"
	"fmt"
	"strings"
)

// Fields are the members that the fields parameter names, by the parts of their paths.
// A member without fields of its own is selected as a whole.
type Fields map[string]Fields

// ParseFields reads names separated by commas, such as "name,legalInfo.legalName". The
// id is always included, to identify the object.
func ParseFields(text string) Fields {
	tree := Fields{"id": nil}
	for name := range strings.SplitSeq(text, ",") {
		tree.add(strings.Split(strings.TrimSpace(name), "."))
	}
	return tree
}

func (f Fields) add(path []string) {
	below, named := f[path[0]]
	switch {
	case len(path) == 1:
		f[path[0]] = nil
		return
	case named && below == nil:
		return // selected as a whole
	case !named:
		below = Fields{}
		f[path[0]] = below
	}
	below.add(path[1:])
}

// Pick returns a document with the named members only. A path applies to each element
// of a list; a path to a missing member selects nothing.
func (f Fields) Pick(document any) (any, error) {
	text, err := json.Marshal(document)
	if err != nil {
		return nil, fmt.Errorf("encoding for fields: %w", err)
	}
	picked, _ := f.pickRaw(text)
	return picked, nil
}

// pickRaw works on the text, which keeps numbers as they are written. Ok is false if
// the text has no members to pick from.
func (f Fields) pickRaw(text json.RawMessage) (picked any, ok bool) {
	if f == nil {
		return text, true
	}
	var list []json.RawMessage
	if json.Unmarshal(text, &list) == nil {
		elements := []any{}
		for _, element := range list {
			if v, ok := f.pickRaw(element); ok {
				elements = append(elements, v)
			}
		}
		return elements, true
	}
	var object map[string]json.RawMessage
	if json.Unmarshal(text, &object) != nil {
		return nil, false
	}
	members := map[string]any{}
	for name, below := range f {
		if v, ok := below.pickRaw(object[name]); ok && object[name] != nil {
			members[name] = v
		}
	}
	return members, true
}
