package review

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// source is the tenant of an object in a plan.
type source struct {
	name string
	why  string // why the tenant is not known, if it is not
}

// sources holds the tenants of a plan by provider configuration.
type sources struct {
	plan  *Plan
	byKey map[string]source // by the configuration's key
	all   *source           // the tenant of every object, if there is only one
}

// newSources determines the tenants of a plan.
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
	s.rejectAmbiguous()
	names := s.names()
	if o.Named && !slices.Contains(names, given) {
		return nil, fmt.Errorf("the plan is for the tenants %s, not %s: omit the name, or give the place of each tenant", strings.Join(names, ", "), given)
	}
	if len(names) == 1 && s.known() {
		s.all = &source{name: names[0]}
	}
	return s, nil
}

// learn takes tenants from the identities of objects where the provider
// configuration does not set the tenant as a constant: an expression can change
// the value of a variable.
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

// known reports whether the tenant of every provider configuration is known.
func (s *sources) known() bool {
	return !slices.ContainsFunc(slices.Collect(maps.Values(s.byKey)), func(of source) bool { return of.why != "" })
}

// single assigns every object to one tenant: the one named for this review,
// else the one in the plan, else the default.
func (s *sources) single(given string, named bool) error {
	s.all = &source{name: given}
	for key, of := range s.byKey {
		constant := len(s.plan.config.Providers[key].Expressions["tenant"].References) == 0
		switch {
		case of.name == "":
		case !named:
			s.all.name = of.name
		case constant && of.name != given:
			return fmt.Errorf("the plan is for tenant %s, not %s", of.name, given)
		}
	}
	return nil
}

// names returns the known tenants without duplicates, in the order of the
// configuration keys.
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

// read returns the tenant of a provider configuration.
func (s *sources) read(key string, c providerConfig) source {
	value, known := s.valueOf(c, "tenant")
	name, _ := value.(string)
	if name = strings.ToLower(strings.TrimSpace(name)); name == "" || !known {
		return source{why: fmt.Sprintf("the plan does not say which tenant the provider configuration %s manages", key)}
	}
	return source{name: name}
}

// rejectAmbiguous marks tenants as unknown whose name is used with different APIs: a
// review has one client for each name.
func (s *sources) rejectAmbiguous() {
	places := map[string][]string{}
	for key, of := range s.byKey {
		if place := s.place(s.plan.config.Providers[key]); of.why == "" && !slices.Contains(places[of.name], place) {
			places[of.name] = append(places[of.name], place)
		}
	}
	for key, of := range s.byKey {
		if len(places[of.name]) > 1 {
			s.byKey[key] = source{why: fmt.Sprintf("provider configurations use different APIs for tenant %s", of.name)}
		}
	}
}

// place returns a text that identifies the API or database of a provider
// configuration.
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

// valueOf returns an argument of a provider configuration that is a constant or
// a variable, or nil if it is not set. A plan does not show what an expression
// does with a variable, so the variable's value is used.
func (s *sources) valueOf(c providerConfig, argument string) (value any, known bool) {
	e, set := c.Expressions[argument]
	if !set {
		return nil, true
	}
	module := s.plan.config.Root
	var modules []configModule // the modules around the argument, from the root
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

// of returns the tenant of an object. known is false if the configuration no
// longer has the resource.
func (s *sources) of(module []step, mode, typeName, name string) (of source, known bool) {
	if s.all != nil {
		return *s.all, true
	}
	resource := (&resolver{root: s.plan.config.Root}).module(module).resource(mode, typeName, name)
	if resource == nil {
		return source{why: "it is no longer in the configuration, and the plan does not say which tenant it belongs to"}, false
	}
	if of, ok := s.byKey[resource.Provider]; ok {
		return of, true
	}
	return source{why: "the plan does not say which provider configuration it uses"}, true
}

// ofObject is like of, but uses the tenant in the object's identity if there is
// one.
func (s *sources) ofObject(tenant string, module []step, mode, typeName, name string) (of source, known bool) {
	of, known = s.of(module, mode, typeName, name)
	if of.why != "" && slices.Contains(s.names(), tenant) {
		return source{name: tenant}, true
	}
	return of, known
}

// ofAction returns the tenant of an action. For an action in a module, a plan
// does not show which configuration the caller passed.
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
	return source{why: "the plan does not say which provider configuration the action uses"}
}

// cutModule splits an address into the module and the rest.
func cutModule(address []step) (module, rest []step) {
	i := 0
	for i+1 < len(address) && address[i].name == "module" {
		i += 2
	}
	return address[:i], address[i:]
}
