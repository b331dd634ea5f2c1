package httpapi

import (
	"net/http"
	"net/url"
	"time"

	"beibu/exchange"
	"beibu/exchange/kinds"
)

// Kinds answers GET /v1/kinds.
type Kinds struct {
	Kinds []kinds.Kind `json:"kinds"`
}

// SchemaFiles answers GET /v1/kinds/{kind}/schema.
type SchemaFiles struct {
	Files []SchemaFile `json:"files"` // the one that declares the root first
}

// SchemaFile is one schema file.
type SchemaFile struct {
	Name  string `json:"name"` // path that the files name each other by
	Bytes int    `json:"bytes"`
	Path  string `json:"path"` // for GET
}

// book answers by the configuration of the call.
func (c *call) book() kinds.Book {
	return kinds.Book{InForce: c.now.InForce, Routes: c.caller.Routes(c.now.InForce)}
}

// listKinds answers GET /v1/kinds.
func (s *Server) listKinds(c *call) error {
	return c.json(http.StatusOK, Kinds{Kinds: list(c.book().List(time.Now()))})
}

// showKind answers GET /v1/kinds/{kind}.
func (s *Server) showKind(c *call) error {
	guide, err := c.book().Show(c.request.PathValue("kind"), time.Now())
	if err != nil {
		return err
	}
	return c.json(http.StatusOK, guide)
}

// sampleKind answers GET /v1/kinds/{kind}/sample: with a document to submit.
func (s *Server) sampleKind(c *call) error {
	p := parametersOf(c.request)
	name := p.text("name")
	if err := p.err(); err != nil {
		return err
	}
	if err := c.ticket.TakeSlot(); err != nil {
		return err
	}
	document, err := c.book().Sample(c.request.Context(), c.request.PathValue("kind"), name, time.Now())
	if err != nil {
		return err
	}
	c.ticket.Keep(len(document))
	c.bytes(http.StatusOK, mediaXML, document)
	return nil
}

// listSchema answers GET /v1/kinds/{kind}/schema.
func (s *Server) listSchema(c *call) error {
	kind := c.request.PathValue("kind")
	files, err := c.book().Files(kind, time.Now())
	if err != nil {
		return err
	}
	out := SchemaFiles{Files: []SchemaFile{}}
	for _, f := range files {
		path := "/v1/kinds/" + url.PathEscape(kind) + "/schema/" + url.PathEscape(f.Name)
		out.Files = append(out.Files, SchemaFile{Name: f.Name, Bytes: len(f.Bytes), Path: path})
	}
	return c.json(http.StatusOK, out)
}

// schemaFile answers GET /v1/kinds/{kind}/schema/{file}.
func (s *Server) schemaFile(c *call) error {
	files, err := c.book().Files(c.request.PathValue("kind"), time.Now())
	if err != nil {
		return err
	}
	for _, f := range files {
		if f.Name == c.request.PathValue("file") {
			c.ticket.Keep(len(f.Bytes))
			c.bytes(http.StatusOK, mediaXML, f.Bytes)
			return nil
		}
	}
	return &exchange.Error{Op: "find schema file", Kind: exchange.NotFound}
}
