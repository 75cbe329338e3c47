package oracle_test

import "strings"

// reviewIt reviews the plan, one way or another of saying where the tenants are.
func (r *trial) reviewIt() review {
	path := strings.TrimPrefix(r.backend.DSN, "sqlite:")
	var args []string
	environment := map[string]string{}
	switch r.seed % 3 {
	case 0:
		args = []string{"--embedded", path}
	case 1:
		args = []string{"--api-url", r.backend.URL}
		for _, t := range r.tenants {
			environment["IAM_CLIENT_ID_"+strings.ToUpper(t.name)] = t.name + "-key"
			environment["IAM_CLIENT_SECRET_"+strings.ToUpper(t.name)] = t.name + "-secret"
		}
	case 2:
		for _, t := range r.tenants {
			args = append(args, "--tenant", t.name+"="+path)
		}
	}
	return r.reviewWith(args, environment)
}
