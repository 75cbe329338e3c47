package review

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// source is the tenant that an object of a plan is of.
type source struct {
	name string
	why  string // the tenant is not known, if not empty
}

// sources are the tenants of a plan, by its provider configurations.
type sources struct {
	plan  *Plan
	byKey map[string]source // by the configuration's key
	all   *source           // of every object, where there is only one
}

// newSources finds out which tenants a plan concerns.
func newSources(p *Plan, o Against) (*sources, error) {
	s := &sources{plan: p, byKey: map[string]source{}}
	given := strings.ToLower(strings.TrimSpace(o.Tenant))
	for key, c := range p.config.Providers {
		if isOurProvider(c.FullName) {
			s.byKey[key] = s.read(key, c)
		}
	}
	s.learn()
	if len(s.byKey) < 2 {
		return s, s.single(given, o.Named)
	}
	s.tellPlaces()
	names := s.names()
	if o.Named && !slices.Contains(names, given) {
		return nil, fmt.Errorf("the plan concerns the tenants %s, and not %s: leave the name out, or say where each tenant is", strings.Join(names, ", "), given)
	}
	if len(names) == 1 && s.known() {
		s.all = &source{name: names[0]}
	}
	return s, nil
}

// learn takes from the identities of objects, which name their tenants, what an
// argument of their provider configuration does not say for certain: an expression
// may make something else of a variable.
func (s *sources) learn() {
	said := map[string][]string{}
	note := func(module []step, mode, typeName, name, tenant string) {
		r := (&resolver{root: s.plan.config.Root}).module(module).resource(mode, typeName, name)
		if r != nil && tenant != "" && !slices.Contains(said[r.Provider], tenant) {
			said[r.Provider] = append(said[r.Provider], tenant)
		}
	}
	for _, c := range s.plan.changes {
		note(steps(c.module), c.mode, c.typeName, c.name, c.tenant)
	}
	for _, r := range s.plan.prior {
		note(r.module, r.mode, r.typeName, r.name, r.tenant)
	}
	for key, tenants := range said {
		if _, ours := s.byKey[key]; ours && len(tenants) == 1 && s.plan.config.Providers[key].Expressions["tenant"].Constant == nil {
			s.byKey[key] = source{name: tenants[0]}
		}
	}
}

// known reports whether every provider configuration says its tenant.
func (s *sources) known() bool {
	return !slices.ContainsFunc(slices.Collect(maps.Values(s.byKey)), func(of source) bool { return of.why != "" })
}

// single takes every object as one of the only tenant: the one that was named
// for this review, else the one that the plan says, else the default.
func (s *sources) single(given string, named bool) error {
	s.all = &source{name: given}
	for key, of := range s.byKey {
		constant := len(s.plan.config.Providers[key].Expressions["tenant"].References) == 0
		switch {
		case of.name == "":
		case !named:
			s.all.name = of.name
		case constant && of.name != given:
			return fmt.Errorf("the plan is of tenant %s, and not of %s", of.name, given)
		}
	}
	return nil
}

// names are the tenants that are known, in the order of the configurations'
// keys, each once.
func (s *sources) names() []string {
	if s.all != nil {
		return []string{s.all.name}
	}
	var names []string
	for _, key := range slices.Sorted(maps.Keys(s.byKey)) {
		if of := s.byKey[key]; of.why == "" && !slices.Contains(names, of.name) {
			names = append(names, of.name)
		}
	}
	return names
}

// read reads which tenant a provider configuration says.
func (s *sources) read(key string, c providerConfig) source {
	value, known := s.valueOf(c, "tenant")
	name, _ := value.(string)
	if name = strings.ToLower(strings.TrimSpace(name)); name == "" || !known {
		return source{why: fmt.Sprintf("the plan does not say which tenant the provider configuration %s is of", key)}
	}
	return source{name: name}
}

// tellPlaces takes no tenant for known whose name stands for different places: a
// review has one place for each name.
func (s *sources) tellPlaces() {
	places := map[string][]string{}
	for key, of := range s.byKey {
		if place := s.place(s.plan.config.Providers[key]); of.why == "" && !slices.Contains(places[of.name], place) {
			places[of.name] = append(places[of.name], place)
		}
	}
	for key, of := range s.byKey {
		if len(places[of.name]) > 1 {
			s.byKey[key] = source{why: fmt.Sprintf("provider configurations call tenant %s in different places", of.name)}
		}
	}
}

// place is where a provider configuration calls its tenant, in a text that tells
// it from other places.
func (s *sources) place(c providerConfig) string {
	var texts []string
	for _, argument := range []string{"api_url", "embedded"} {
		value, known := s.valueOf(c, argument)
		if !known {
			value = c.Expressions[argument].References
		}
		text, _ := json.Marshal(value)
		texts = append(texts, string(text))
	}
	return strings.Join(texts, " ")
}

// valueOf is an argument of a provider configuration: a constant, or a variable.
// Nil is none. What an expression makes of a variable is not in the plan: it is
// taken as it is.
func (s *sources) valueOf(c providerConfig, argument string) (value any, known bool) {
	e, set := c.Expressions[argument]
	if !set {
		return nil, true
	}
	module := s.plan.config.Root
	var modules []configModule // that the argument stands in, from the root
	var calls []string
	path := steps(c.Module)
	for i := 1; i < len(path); i += 2 {
		modules, calls = append(modules, module), append(calls, path[i].name)
		module = module.ModuleCalls[path[i].name].Module
	}
	for {
		if e.Constant != nil {
			err := json.Unmarshal(e.Constant, &value)
			return value, err == nil
		}
		if len(e.References) != 1 {
			return nil, false
		}
		name, isVariable := strings.CutPrefix(e.References[0], "var.")
		if !isVariable {
			return nil, false
		}
		if len(modules) == 0 {
			v, set := s.plan.variables[name]
			return value, set && json.Unmarshal(v.Value, &value) == nil
		}
		last := len(modules) - 1
		e = modules[last].ModuleCalls[calls[last]].Expressions[name]
		modules, calls = modules[:last], calls[:last]
	}
}

// of says which tenant an object of a resource is of; known is false where the
// configuration does not have the resource any more.
func (s *sources) of(module []step, mode, typeName, name string) (of source, known bool) {
	if s.all != nil {
		return *s.all, true
	}
	resource := (&resolver{root: s.plan.config.Root}).module(module).resource(mode, typeName, name)
	if resource == nil {
		return source{why: "the configuration does not have it any more, and the plan does not say which tenant it is of"}, false
	}
	if of, ok := s.byKey[resource.Provider]; ok {
		return of, true
	}
	return source{why: "the plan does not say which provider configuration it has"}, true
}

// ofObject is of for an object whose identity may name the tenant.
func (s *sources) ofObject(tenant string, module []step, mode, typeName, name string) (of source, known bool) {
	of, known = s.of(module, mode, typeName, name)
	if of.why != "" && slices.Contains(s.names(), tenant) {
		return source{name: tenant}, true
	}
	return of, known
}

// ofAction says which tenant an action is of. In a module, a plan does not say
// which configuration the caller handed down.
func (s *sources) ofAction(i invocation) source {
	if s.all != nil {
		return *s.all
	}
	module, path := cutModule(steps(i.address))
	if len(path) == 3 {
		if action := (&resolver{root: s.plan.config.Root}).module(module).action(path[1].name, path[2].name); action != nil {
			if of, ok := s.byKey[action.Provider]; ok {
				return of
			}
		}
	}
	return source{why: "the plan does not say which provider configuration the action has"}
}

// cutModule returns the module of an address, and what is in it.
func cutModule(address []step) (module, rest []step) {
	i := 0
	for i+1 < len(address) && address[i].name == "module" {
		i += 2
	}
	return address[:i], address[i:]
}
