package httpapi_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/pb33f/libopenapi"
	validator "github.com/pb33f/libopenapi-validator"
	failures "github.com/pb33f/libopenapi-validator/errors"
)

// object is a JSON object as encoding/json reads it.
type object = map[string]any

// A description is the OpenAPI document that a server serves. The validator
// judges documents, bodies of requests and bodies of answers by it (JSON Schema
// 2020-12); root is for what tests ask themselves.
type description struct {
	root      object
	validator validator.Validator
}

// descriptions holds the description that was loaded last, since each world
// serves the same one and reading it takes long.
var descriptions struct {
	sync.Mutex
	text []byte
	last description
}

// loadDescription reads the description that a server serves.
func loadDescription(tb testing.TB, text []byte) description {
	tb.Helper()
	descriptions.Lock()
	defer descriptions.Unlock()
	if bytes.Equal(text, descriptions.text) {
		return descriptions.last
	}
	var d description
	if err := json.Unmarshal(text, &d.root); err != nil {
		tb.Fatal(err)
	}
	document, err := libopenapi.NewDocument(text)
	if err != nil {
		tb.Fatal(err)
	}
	var mistakes []error
	if d.validator, mistakes = validator.NewValidator(document); len(mistakes) > 0 {
		tb.Fatal(errors.Join(mistakes...))
	}
	descriptions.text, descriptions.last = bytes.Clone(text), d
	return d
}

// checkAnswer validates the body of an answer.
func (d description) checkAnswer(method string, r request, a result) error {
	out := httptest.NewRequest(method, r.path, strings.NewReader(r.body))
	in := &http.Response{StatusCode: a.status, Header: a.header, Body: io.NopCloser(bytes.NewReader(a.body)), Request: out}
	_, found := d.validator.GetResponseBodyValidator().ValidateResponseBody(out, in)
	return joined(found)
}

// checkRequest validates the body of a request.
func (d description) checkRequest(method string, r request) error {
	out := httptest.NewRequest(method, r.path, strings.NewReader(r.body))
	out.Header.Set("Content-Type", "application/json")
	_, found := d.validator.GetRequestBodyValidator().ValidateRequestBody(out)
	return joined(found)
}

// joined returns what a validator found as one error, or nil.
func joined(found []*failures.ValidationError) error {
	var all []error
	for _, f := range found {
		err := fmt.Errorf("%s: %s", f.Message, f.Reason)
		for _, breach := range f.SchemaValidationErrors {
			err = fmt.Errorf("%w; %s: %s", err, breach.FieldPath, breach.Reason)
		}
		all = append(all, err)
	}
	return errors.Join(all...)
}

// at returns what a reference ("#/components/…") points to, or nil.
func (d description) at(ref string) object {
	var here any = d.root
	for name := range strings.SplitSeq(strings.TrimPrefix(ref, "#/"), "/") {
		of, _ := here.(object)
		here = of[name]
	}
	found, _ := here.(object)
	return found
}

// follow returns an object, or what it refers to.
func (d description) follow(o object) object {
	if ref, ok := o["$ref"].(string); ok {
		return d.at(ref)
	}
	return o
}

// get walks down an object by names, following references.
func (d description) get(o object, names ...string) object {
	for _, name := range names {
		next, _ := o[name].(object)
		o = d.follow(next)
	}
	return o
}

// An operation is one method of one path.
type operation struct {
	method, path string
	body         object
}

// operations returns every operation, in a fixed order.
func (d description) operations() []operation {
	var all []operation
	paths, _ := d.root["paths"].(object)
	for _, path := range slices.Sorted(maps.Keys(paths)) {
		item, _ := paths[path].(object)
		for _, method := range []string{"get", "post", "put", "patch", "delete"} {
			if body, ok := item[method].(object); ok {
				all = append(all, operation{strings.ToUpper(method), path, body})
			}
		}
	}
	return all
}

// find returns the operation that a request is for.
func (d description) find(method, path string) (operation, bool) {
	path, _, _ = strings.Cut(path, "?")
	parts := strings.Split(path, "/")
	for _, o := range d.operations() {
		fits := func(pattern, part string) bool {
			return pattern == part || strings.HasPrefix(pattern, "{") && part != ""
		}
		if o.method == method && slices.EqualFunc(strings.Split(o.path, "/"), parts, fits) {
			return o, true
		}
	}
	return operation{}, false
}
