package server

import (
	"fmt"
	"slices"

	"github.com/access-config/terraform-provider-iam/internal/api"
)

// resetTable is what a backend has besides that was started over a seed.
func (s *Server) resetTable() []route {
	return []route{{"POST", api.PathReset, nil, s.handleReset}}
}

// handleReset answers POST /iam/{tenant}/reset: the tenant is what the seed made
// it, whatever became of it. It takes every scope, for it undoes what each of them
// allows.
func (s *Server) handleReset(c *call) error {
	missing := slices.DeleteFunc(api.AllScopes(), c.holds)
	if len(missing) > 0 {
		return forbidden(missing...)
	}
	if err := s.reset(c.ctx); err != nil {
		return fmt.Errorf("resetting the tenant: %w", err)
	}
	return c.done()
}
