package server

import (
	_ "embed"
	"net/http"
)

// OpenAPI describes every route of the server, as an OpenAPI 3.1 document in
// YAML.
//
//go:embed openapi.yaml
var OpenAPI string

// handleOpenAPI answers GET /openapi.yaml.
func (s *Server) handleOpenAPI(c *call) error {
	c.w.Header().Set("Content-Type", "application/yaml")
	c.w.WriteHeader(http.StatusOK)
	_, _ = c.w.Write([]byte(OpenAPI)) // an error means that the caller went away
	return nil
}
