package server

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
)

// fieldTree are the members that the fields parameter names, by the parts of
// their paths. A member without a tree of its own is meant whole.
type fieldTree map[string]fieldTree

// parseFields reads names separated by commas, such as "name,legalInfo.legalName".
// The id always comes along: without it nobody knows whose fields these are.
func parseFields(text string) fieldTree {
	tree := fieldTree{"id": nil}
	for name := range strings.SplitSeq(text, ",") {
		tree.add(strings.Split(strings.TrimSpace(name), "."))
	}
	return tree
}

func (f fieldTree) add(path []string) {
	below, named := f[path[0]]
	switch {
	case len(path) == 1:
		f[path[0]] = nil
		return
	case named && below == nil:
		return // meant whole
	case !named:
		below = fieldTree{}
		f[path[0]] = below
	}
	below.add(path[1:])
}

// pick returns a document with the named members only. A path goes into each
// element of a list; where it leads nowhere there is nothing.
func (f fieldTree) pick(document any) (any, error) {
	text, err := json.Marshal(document)
	if err != nil {
		return nil, fmt.Errorf("encoding for fields: %w", err)
	}
	picked, _ := f.pickRaw(text)
	return picked, nil
}

// pickRaw works on the text, so that numbers stay as they are written. Ok is
// false when there is nothing to pick from.
func (f fieldTree) pickRaw(text json.RawMessage) (picked any, ok bool) {
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

// fields reads the fields parameter; nil when the request does not have it.
func (c *call) fields() (fieldTree, error) {
	text := c.query("fields")
	if len(text) > maxQueryBytes {
		return nil, badRequest(fmt.Sprintf("fields has at most %d bytes, not %d", maxQueryBytes, len(text)))
	}
	if text == "" {
		return nil, nil
	}
	return parseFields(text), nil
}

// writePicked answers with a document, or with those of its members that the
// fields parameter names.
func (c *call) writePicked(document any) error {
	fields, err := c.fields()
	if err != nil {
		return err
	}
	if fields == nil {
		return c.write(http.StatusOK, document)
	}
	picked, err := fields.pick(document)
	if err != nil {
		return err
	}
	return c.write(http.StatusOK, picked)
}

// writePickedList is writeList, with the fields parameter.
func writePickedList[T any](c *call, items []T, total int) error {
	fields, err := c.fields()
	if err != nil {
		return err
	}
	if fields == nil {
		return writeList(c, items, total)
	}
	picked := make([]any, len(items))
	for i, item := range items {
		if picked[i], err = fields.pick(item); err != nil {
			return err
		}
	}
	return writeList(c, picked, total)
}
