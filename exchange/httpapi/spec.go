package httpapi

import (
	_ "embed"
	"fmt"
	"net/http"

	"github.com/goccy/go-yaml"
)

// openAPI describes the API (OpenAPI 3.1). A test holds the two together.
//
//go:embed openapi.yaml
var openAPI []byte

// spec is the description in the two forms that are served.
type spec struct{ yaml, json []byte }

func loadSpec() (spec, error) {
	asJSON, err := yaml.YAMLToJSON(openAPI)
	if err != nil {
		return spec{}, fmt.Errorf("read openapi.yaml: %w", err)
	}
	return spec{yaml: openAPI, json: asJSON}, nil
}

// specYAML answers GET /v1/openapi.yaml (media type of RFC 9512).
func (s *Server) specYAML(c *call) error {
	c.bytes(http.StatusOK, "application/yaml", s.spec.yaml)
	return nil
}

// specJSON answers GET /v1/openapi.json.
func (s *Server) specJSON(c *call) error {
	c.bytes(http.StatusOK, mediaJSON, s.spec.json)
	return nil
}
