package access

import "slices"

// Attainable returns as much of the wanted access as a tenant with only some of
// the predefined access controls can grant: for each entity the highest level, up
// to the wanted one, for which the tenant has every control (rule 6).
func Attainable(wanted Access, has func(control string) bool) Access {
	for i, level := range wanted {
		for level > None && !available(i, level, has) {
			level--
		}
		wanted[i] = level
	}
	return wanted
}

func available(entity int, level Level, has func(control string) bool) bool {
	bundle := bundles[entity][level]
	return len(bundle) > 0 && !slices.ContainsFunc(bundle, func(c int) bool { return !has(controls[c].ID) })
}
