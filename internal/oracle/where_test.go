package oracle_test

import "strings"

// whereToLook says where the review finds the tenants as they are.
func (r *trial) whereToLook() []string {
	path := strings.TrimPrefix(r.backend.DSN, "sqlite:")
	if !r.two() {
		return []string{"--embedded", path, "--tenant", "acme"}
	}
	return []string{"--tenant", "acme=" + path, "--tenant", "beta=" + path}
}
