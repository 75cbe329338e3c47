package review

import (
	"slices"
	"strings"

	"github.com/access-config/terraform-provider-iam/internal/access"
)

// scope is the place of an expression.
type scope struct {
	module  []step // address of the module instance
	each    any    // key of the resource instance, nil without count or for_each
	forEach []string
	// index is the key applied to the value of the expression, or nil for the
	// whole value.
	index any
}

// resolver resolves references to resource instances in a plan.
type resolver struct {
	root      configModule
	instances map[string][]change
}

// newResolver indexes the objects that exist after the apply, and the data
// sources that are read during it.
func newResolver(p *Plan) *resolver {
	r := &resolver{root: p.config.Root, instances: map[string][]change{}}
	for _, c := range p.changes {
		if c.actionList() != "delete" {
			key := instanceKey(steps(c.module), c.mode, c.typeName, c.name)
			r.instances[key] = append(r.instances[key], c)
		}
	}
	return r
}

func instanceKey(module []step, mode, typeName, name string) string {
	return canonical(module) + "|" + mode + "." + typeName + "." + name
}

// meaning is the set of objects that an unknown value can refer to: addresses,
// sorted, without duplicates. It is not sure if the value could also refer to
// something else.
type meaning struct {
	addresses []string
	open      []string // those whose ids are unknown
	sure      bool
}

func (m *meaning) add(other meaning) {
	m.addresses, m.open, m.sure = append(m.addresses, other.addresses...), append(m.open, other.open...), m.sure && other.sure
}

func (m *meaning) sort() {
	for _, list := range []*[]string{&m.addresses, &m.open} {
		slices.Sort(*list)
		*list = slices.Compact(*list)
	}
}

// one returns the object that the value refers to: the only one or, if a
// condition chooses among several, the only one with an unknown id.
func (m meaning) one() (address string, sure bool) {
	switch {
	case !m.sure:
		return "", false
	case len(m.open) == 1:
		return m.open[0], true
	case len(m.addresses) == 1:
		return m.addresses[0], true
	}
	return "", false
}

// candidates names the objects if there are several.
func (m meaning) candidates() string {
	if len(m.addresses) < 2 {
		return ""
	}
	names := m.addresses
	if len(names) > 5 {
		names = append(slices.Clone(names[:5]), "…")
	}
	return ": it could be " + strings.Join(names, " or ")
}

// resolve returns the objects of the wanted types to which the attribute
// refers. A plan lists the names in an expression but not what it does with
// them, so a key computed from each.key or count.index looks like each.key or
// count.index itself.
func (r *resolver) resolve(c change, attribute string, wanted ...string) meaning {
	module := steps(c.module)
	resource := r.module(module).resource(c.mode, c.typeName, c.name)
	if resource == nil {
		return meaning{}
	}
	s := scope{module: module, each: c.index, forEach: resource.ForEach.References}
	m := r.follow(s, resource.Expressions[attribute].References, wanted, 0)
	m.sort()
	return m
}

// maxDepth is deeper than any nesting of modules, and ends cycles of
// references.
const maxDepth = 30

func (r *resolver) follow(s scope, references []string, wanted []string, depth int) meaning {
	all := meaning{sure: depth <= maxDepth}
	if !all.sure {
		return all
	}
	var paths [][]step
	for i, reference := range references {
		// Each reference is followed by its own prefixes, which are less specific.
		if i == 0 || !isStart(reference, references[i-1]) {
			paths = append(paths, steps(reference))
		}
	}
	s.index = s.indexOf(paths)
	for _, path := range paths {
		all.add(r.one(s, path, wanted, depth))
	}
	return all
}

func isStart(short, long string) bool {
	return strings.HasPrefix(long, short) && len(long) > len(short) && (long[len(short)] == '.' || long[len(short)] == '[')
}

// indexOf returns the key that an expression applies to what it refers to, as
// far as its references show: the key of the instance if the expression names
// each.key or count.index. With a variable or another value that can choose a
// key, the key is not known.
func (s scope) indexOf(paths [][]step) any {
	key, others, choosers := s.index, 0, 0
	for _, path := range paths {
		if len(path) < 2 {
			continue
		}
		switch path[0].name + "." + path[1].name {
		case "each.key", "count.index":
			key = s.each
			continue
		}
		switch path[0].name {
		case "var", "local", "each":
			choosers++
		}
		others++
	}
	if choosers > 0 && others > 1 {
		return nil
	}
	return key
}

// one resolves one reference.
func (r *resolver) one(s scope, path []step, wanted []string, depth int) meaning {
	if len(path) < 2 {
		return meaning{}
	}
	switch name := path[0].name; {
	case slices.Contains(wanted, name):
		return r.pick(s, managed, path)
	case name == "data" && len(path) > 2 && slices.Contains(wanted, path[1].name):
		return r.pick(s, "data", path[1:])
	}
	switch path[0].name {
	case "each":
		return r.each(s, path, wanted, depth)
	case "var":
		return r.variable(s, path, wanted, depth)
	case "module":
		return r.output(s, path, wanted, depth)
	case "count", "path", "terraform":
		return meaning{sure: true} // always known
	}
	return meaning{} // of another kind, known or unknown
}

// each resolves each.value through the for_each argument of the resource. Keys
// are known.
func (r *resolver) each(s scope, path []step, wanted []string, depth int) meaning {
	if path[1].name != "value" {
		return meaning{sure: true}
	}
	return r.follow(scope{module: s.module, index: s.each}, s.forEach, wanted, depth+1)
}

// variable resolves a module variable through the argument of the module call.
// Variables of the root module are known.
func (r *resolver) variable(s scope, path []step, wanted []string, depth int) meaning {
	if len(s.module) < 2 {
		return meaning{sure: true}
	}
	last := s.module[len(s.module)-1]
	parent := s.module[:len(s.module)-2]
	call := r.module(parent).ModuleCalls[last.name]
	up := scope{module: parent, each: last.key, forEach: call.ForEach.References, index: or(path[1].key, s.index)}
	return r.follow(up, call.Expressions[path[1].name].References, wanted, depth+1)
}

func or(key, other any) any {
	if key != nil {
		return key
	}
	return other
}

// output resolves an output of a child module.
func (r *resolver) output(s scope, path []step, wanted []string, depth int) meaning {
	if len(path) < 3 {
		return meaning{}
	}
	call, ok := r.module(s.module).ModuleCalls[path[1].name]
	if !ok {
		return meaning{}
	}
	module := append(slices.Clone(s.module), step{name: "module"}, path[1])
	return r.follow(scope{module: module, index: or(path[2].key, s.index)}, call.Module.Outputs[path[2].name].Expression.References, wanted, depth+1)
}

// pick returns the instances that a reference selects: the one with the written
// key, else the one with the applied key, else all.
func (r *resolver) pick(s scope, mode string, path []step) meaning {
	typeName, name := path[0].name, path[1]
	instances := r.instances[instanceKey(s.module, mode, typeName, name.name)]
	index := s.index
	if typeName == "iam_vendor" {
		index = nil // the key selects one of the vendor's groups
	}
	all := meaning{sure: true}
	for _, key := range []any{name.key, index} {
		for _, c := range instances {
			if key != nil && sameKey(c.index, key) {
				all.addInstance(c, s, path)
				return all
			}
		}
		if name.key != nil {
			return meaning{}
		}
	}
	for _, c := range instances {
		all.addInstance(c, s, path)
	}
	return all
}

// addInstance adds an object, or for a vendor the selected groups.
func (m *meaning) addInstance(c change, s scope, path []step) {
	addresses, open := []string{c.address}, c.isUnknown("id")
	if itself := len(path) > 2 && path[2].name == "id"; c.typeName == "iam_vendor" && !itself {
		addresses, open = nil, c.isUnknown("group_ids")
		key := s.index
		if len(path) > 2 && path[2].name == "group_ids" {
			key = or(path[2].key, key)
		}
		for _, g := range access.VendorGroups() {
			if key == nil || key == g.Kind {
				addresses = append(addresses, c.address+"/"+g.Kind)
			}
		}
	}
	m.addresses = append(m.addresses, addresses...)
	if open {
		m.open = append(m.open, addresses...)
	}
}

// module returns the configuration of the module at an address.
func (r *resolver) module(path []step) configModule {
	m := r.root
	for i := 1; i < len(path); i += 2 {
		m = m.ModuleCalls[path[i].name].Module
	}
	return m
}
