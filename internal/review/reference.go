package review

import (
	"fmt"
	"slices"
	"strings"
)

// configModule is a module of the configuration that was planned.
type configModule struct {
	Resources   []configResource      `json:"resources"`
	ModuleCalls map[string]moduleCall `json:"module_calls"`
	Outputs     map[string]struct {
		Expression expression `json:"expression"`
	} `json:"outputs"`
	Variables map[string]any `json:"variables"`
}

func (m configModule) empty() bool {
	return m.Resources == nil && m.ModuleCalls == nil && m.Outputs == nil && m.Variables == nil
}

type configResource struct {
	Mode        string                `json:"mode"`
	Type        string                `json:"type"`
	Name        string                `json:"name"`
	Expressions map[string]expression `json:"expressions"`
	ForEach     expression            `json:"for_each_expression"`
}

type moduleCall struct {
	Module      configModule          `json:"module"`
	Expressions map[string]expression `json:"expressions"`
	ForEach     expression            `json:"for_each_expression"`
}

// expression is the names that an expression refers to.
type expression struct {
	References []string
}

// UnmarshalJSON skips blocks, which hold expressions and are none.
func (e *expression) UnmarshalJSON(data []byte) error {
	e.References = expressionReferences(data)
	return nil
}

// scope is where a reference stands: in which instance of a module, and in
// which instance of what is repeated there.
type scope struct {
	module  string // address of the module's instance; empty in the root
	key     any    // of the instance, nil where it is not repeated
	forEach []string
}

// resolver finds what references mean, among the instances in a plan.
type resolver struct {
	root      configModule
	instances map[string][]resourceChange // by module address, type and name
}

func newResolver(p *Plan) *resolver {
	r := &resolver{root: p.Configuration.RootModule, instances: map[string][]resourceChange{}}
	for _, c := range p.ResourceChanges {
		if c.Mode == "managed" && !slices.Equal(c.Change.Actions, []string{"delete"}) {
			key := instanceKey(c.ModuleAddress, c.Type, c.Name)
			r.instances[key] = append(r.instances[key], c)
		}
	}
	return r
}

func instanceKey(module, resourceType, name string) string {
	return module + "|" + resourceType + "." + name
}

// resolve returns the addresses of the resources of a type that the attribute
// refers to, each once.
func (r *resolver) resolve(c resourceChange, attribute, wanted string) []string {
	module := r.module(c.ModuleAddress)
	i := slices.IndexFunc(module.Resources, func(m configResource) bool {
		return m.Mode == "managed" && m.Type == c.Type && m.Name == c.Name
	})
	if i < 0 {
		return nil
	}
	s := scope{module: c.ModuleAddress, key: c.Index, forEach: module.Resources[i].ForEach.References}
	found := r.follow(s, module.Resources[i].Expressions[attribute].References, wanted, 0)
	slices.Sort(found)
	return slices.Compact(found)
}

// maxDepth is more modules than anyone nests, and an end for references that
// turn in circles.
const maxDepth = 30

func (r *resolver) follow(s scope, references []string, wanted string, depth int) []string {
	var found []string
	if depth > maxDepth {
		return nil
	}
	for i, ref := range references {
		// A reference is followed by its own beginnings, which say less.
		if i > 0 && isStart(ref, references[i-1]) {
			continue
		}
		steps := split(ref)
		switch steps[0].name {
		case wanted:
			if len(steps) > 1 {
				found = append(found, r.pick(s, wanted, steps[1])...)
			}
		case "each":
			found = append(found, r.each(s, steps, wanted, depth)...)
		case "var":
			found = append(found, r.variable(s, steps, wanted, depth)...)
		case "module":
			found = append(found, r.output(s, steps, wanted, depth)...)
		}
	}
	return found
}

func isStart(short, long string) bool {
	return strings.HasPrefix(long, short) && len(long) > len(short) && (long[len(short)] == '.' || long[len(short)] == '[')
}

// each follows each.value to what the resource is repeated for.
func (r *resolver) each(s scope, steps []step, wanted string, depth int) []string {
	if len(steps) < 2 || steps[1].name != "value" {
		return nil
	}
	return r.follow(scope{module: s.module, key: s.key}, s.forEach, wanted, depth+1)
}

// variable follows a variable of a module to what the module's caller gives it.
func (r *resolver) variable(s scope, steps []step, wanted string, depth int) []string {
	parent, name, key, ok := cutModule(s.module)
	if !ok || len(steps) < 2 {
		return nil
	}
	call := r.module(parent).ModuleCalls[name]
	up := scope{module: parent, key: key, forEach: call.ForEach.References}
	if key == nil {
		up.key = s.key // a map that goes down as a whole keeps its keys
	}
	found := r.follow(up, call.Expressions[steps[1].name].References, wanted, depth+1)
	if len(found) == 0 && key != nil {
		up.key = s.key
		found = r.follow(up, call.Expressions[steps[1].name].References, wanted, depth+1)
	}
	return found
}

// output follows an output of a called module into the module.
func (r *resolver) output(s scope, steps []step, wanted string, depth int) []string {
	if len(steps) < 3 {
		return nil
	}
	call, ok := r.module(s.module).ModuleCalls[steps[1].name]
	if !ok {
		return nil
	}
	address := "module." + steps[1].name
	if s.module != "" {
		address = s.module + "." + address
	}
	key := s.key
	switch {
	case steps[1].key != nil:
		address += showKey(steps[1].key)
	case r.hasModule(address + showKey(s.key)):
		address += showKey(s.key)
	}
	if steps[2].key != nil {
		key = steps[2].key
	}
	return r.follow(scope{module: address, key: key}, call.Module.Outputs[steps[2].name].Expression.References, wanted, depth+1)
}

func (r *resolver) hasModule(address string) bool {
	for key := range r.instances {
		if module, _, _ := strings.Cut(key, "|"); module == address {
			return true
		}
	}
	return false
}

// pick returns the instances that are meant: the one with the key that is
// written, else the one with the key of what refers to it, else all.
func (r *resolver) pick(s scope, wanted string, name step) []string {
	instances := r.instances[instanceKey(s.module, wanted, name.name)]
	for _, key := range []any{name.key, s.key} {
		for _, c := range instances {
			if key != nil && sameKey(c.Index, key) {
				return []string{c.Address}
			}
		}
		if name.key != nil {
			return nil
		}
	}
	var all []string
	for _, c := range instances {
		all = append(all, c.Address)
	}
	return all
}

func sameKey(a, b any) bool { return showKey(a) == showKey(b) }

// showKey writes a key of an instance as addresses have it.
func showKey(key any) string {
	switch key := key.(type) {
	case nil:
		return ""
	case string:
		return fmt.Sprintf("[%q]", key)
	}
	return fmt.Sprintf("[%v]", key)
}

// module returns the configuration of the module at an address.
func (r *resolver) module(address string) configModule {
	m := r.root
	steps := split(address)
	for i := 1; i < len(steps); i += 2 {
		m = m.ModuleCalls[steps[i].name].Module
	}
	return m
}

// cutModule takes the last call off a module's address.
func cutModule(address string) (parent, name string, key any, ok bool) {
	steps := split(address)
	if len(steps) < 2 {
		return "", "", nil, false
	}
	last := steps[len(steps)-1]
	parent = strings.TrimSuffix(strings.TrimSuffix(address, "module."+last.name+showKey(last.key)), ".")
	return parent, last.name, last.key, true
}
