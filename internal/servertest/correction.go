package servertest

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// correction corrects some operations of a published description.
type correction struct {
	Reason     string         `yaml:"reason"`
	Operations []string       `yaml:"operations"` // as "GET /iam/{tenant}/users"; none means all
	Change     map[string]any `yaml:"change"`
}

// document is an OpenAPI document, decoded from YAML.
type document map[string]any

func readDocument(file string) (document, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var doc map[string]any
	if err := yaml.Unmarshal(text, &doc); err != nil {
		return nil, err
	}
	return doc, nil
}

// correct applies a correction. The operations that it names must exist.
func (d document) correct(c correction) error {
	paths, err := object(d["paths"])
	if err != nil {
		return err
	}
	found := 0
	for path := range paths {
		item, err := object(paths[path])
		if err != nil {
			return err
		}
		for member, o := range item {
			name := strings.ToUpper(member) + " " + path
			if !slices.Contains(methods, member) || len(c.Operations) > 0 && !slices.Contains(c.Operations, name) {
				continue
			}
			found++
			if _, err := d.merge(o, c.Change); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
		}
	}
	if found < len(c.Operations) {
		return fmt.Errorf("only %d of these operations exist: %q", found, c.Operations)
	}
	return nil
}

// methods are the members of a path that hold operations.
var methods = []string{"get", "put", "post", "delete", "options", "head", "patch", "trace"}

// merge changes a part of the document as a JSON merge patch does: objects are merged, null
// removes, everything else replaces. In addition it follows references, and treats a list
// of named items as an object.
func (d document) merge(node, change any) (any, error) {
	changes, ok := change.(map[string]any)
	if !ok {
		return change, nil
	}
	target, err := d.resolve(node)
	if err != nil {
		return nil, err
	}
	switch target := target.(type) {
	case map[string]any:
		return node, d.mergeMembers(target, changes)
	case []any:
		return node, d.mergeNamed(target, changes)
	}
	made := map[string]any{}
	return made, d.mergeMembers(made, changes)
}

func (d document) mergeMembers(target, changes map[string]any) error {
	for name, change := range changes {
		if change == nil {
			delete(target, name)
			continue
		}
		merged, err := d.merge(target[name], change)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		target[name] = merged
	}
	return nil
}

func (d document) mergeNamed(list []any, changes map[string]any) error {
	found := 0
	for i := range list {
		target, err := d.resolve(list[i])
		if err != nil {
			return err
		}
		element, err := object(target)
		if err != nil {
			return err
		}
		name, _ := element["name"].(string)
		change, ok := changes[name]
		if !ok {
			continue
		}
		found++
		if list[i], err = d.merge(list[i], change); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	if found < len(changes) {
		return fmt.Errorf("only %d of these exist: %v", found, changes)
	}
	return nil
}

// resolve follows a reference within the document.
func (d document) resolve(node any) (any, error) {
	holder, ok := node.(map[string]any)
	if !ok {
		return node, nil
	}
	reference, ok := holder["$ref"].(string)
	if !ok {
		return node, nil
	}
	var target any = map[string]any(d)
	for name := range strings.SplitSeq(strings.TrimPrefix(reference, "#/"), "/") {
		members, err := object(target)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", reference, err)
		}
		target = members[name]
	}
	return d.resolve(target)
}

func object(node any) (map[string]any, error) {
	members, ok := node.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("a %T is not an object", node)
	}
	return members, nil
}
