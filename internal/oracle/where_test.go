package oracle_test

import "strings"

// reviewIt reviews the plan, with one of the options that say where the tenants
// are.
func (r *trial) reviewIt() review {
	path, file := strings.CutPrefix(r.backend.DSN, "sqlite:")
	switch {
	case file && r.seed%3 == 0:
		return r.reviewWith([]string{"--embedded", path}, nil)
	case file && r.seed%3 == 1:
		var args []string
		for _, t := range r.tenants {
			args = append(args, "--tenant", t.name+"="+path)
		}
		return r.reviewWith(args, nil)
	}
	environment := map[string]string{}
	for _, t := range r.tenants {
		environment["IAM_CLIENT_ID_"+strings.ToUpper(t.name)] = t.name + "-key"
		environment["IAM_CLIENT_SECRET_"+strings.ToUpper(t.name)] = t.name + "-secret"
	}
	return r.reviewWith([]string{"--api-url", r.backend.URL}, environment)
}
