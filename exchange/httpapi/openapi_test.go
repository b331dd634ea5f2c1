package httpapi_test

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"beibu/exchange/answer"
	"beibu/exchange/httpapi"
)

// hold checks an exchange of request and answer against the description. Every
// request that a test of this package makes goes through here.
func (d description) hold(method string, r request, a result) error {
	o, found := d.find(method, r.path)
	if !found {
		return nil // tests of what is not there
	}
	if a.status == http.StatusMethodNotAllowed || a.status == http.StatusNoContent {
		return nil // said by the routing itself, for every path alike
	}
	documented := d.get(o.body, "responses", fmt.Sprint(a.status))
	if documented == nil {
		return fmt.Errorf("status %d of %s %s is not documented", a.status, o.method, o.path)
	}
	headers, _ := documented["headers"].(object)
	for name := range headers {
		if d.get(headers, name)["required"] == true && a.header.Get(name) == "" {
			return fmt.Errorf("%s %s: %d without the header %s", o.method, o.path, a.status, name)
		}
	}
	media := a.header.Get("Content-Type")
	content := d.get(documented, "content")
	if _, ok := content[media]; !ok {
		return fmt.Errorf("%s %s: %d of the undocumented type %q", o.method, o.path, a.status, media)
	}
	if strings.HasSuffix(media, "json") && !strings.HasSuffix(media, "ndjson") { // which is more than one value
		if err := d.checkAnswer(method, r, a); err != nil {
			return fmt.Errorf("%s %s: %d: %w", o.method, o.path, a.status, err)
		}
	}
	return d.holdRequest(o, method, r, a)
}

// holdRequest checks that no body was taken that is not documented.
func (d description) holdRequest(o operation, method string, r request, a result) error {
	if d.get(o.body, "requestBody", "content", "application/json") == nil || a.status >= 300 {
		return nil
	}
	if err := d.checkRequest(method, r); err != nil {
		return fmt.Errorf("%s %s took a body that is not documented: %w", o.method, o.path, err)
	}
	return nil
}

func TestEveryRouteIsDocumented(t *testing.T) {
	w := newWorld(t, httpapi.Limits{})
	documented := []string{}
	for _, o := range w.description.operations() {
		documented = append(documented, o.method+" "+o.path)
	}
	served := w.server.Patterns()
	slices.Sort(documented)
	slices.Sort(served)
	if !slices.Equal(documented, served) {
		t.Errorf("documented\n%s\nserved\n%s", strings.Join(documented, "\n"), strings.Join(served, "\n"))
	}
}

func TestDescriptionIsWhole(t *testing.T) {
	w := newWorld(t, httpapi.Limits{})
	d := w.description
	if version, _ := d.root["openapi"].(string); !strings.HasPrefix(version, "3.1.") {
		t.Errorf("OpenAPI %s", version)
	}
	if _, found := d.validator.ValidateDocument(); len(found) > 0 {
		t.Error(joined(found))
	}
	used := map[string]bool{}
	walk(d.root, func(o object) {
		if ref, ok := o["$ref"].(string); ok {
			used[ref] = true
			if d.at(ref) == nil {
				t.Errorf("%s points nowhere", ref)
			}
		}
	})
	components, _ := d.root["components"].(object)
	for _, section := range []string{"schemas", "responses", "parameters", "requestBodies", "headers"} {
		for name := range components[section].(object) {
			if ref := "#/components/" + section + "/" + name; !used[ref] {
				t.Errorf("nothing uses %s", ref)
			}
		}
	}
	ids := map[any]bool{}
	for _, o := range d.operations() {
		if id := o.body["operationId"]; id == nil || ids[id] || o.body["summary"] == nil || o.body["tags"] == nil {
			t.Errorf("%s %s: operationId %v, summary or tags", o.method, o.path, id)
		}
		ids[o.body["operationId"]] = true
	}
}

func walk(v any, visit func(object)) {
	switch v := v.(type) {
	case object:
		visit(v)
		for _, name := range slices.Sorted(maps.Keys(v)) {
			walk(v[name], visit)
		}
	case []any:
		for _, item := range v {
			walk(item, visit)
		}
	}
}

func TestDescriptionIsServed(t *testing.T) {
	w := newWorld(t, httpapi.Limits{})
	for path, media := range map[string]string{"/v1/openapi.yaml": "application/yaml", "/v1/openapi.json": "application/json"} {
		a := w.do(request{path: path})
		if a.status != http.StatusOK || a.header.Get("Content-Type") != media || len(a.body) < 10_000 {
			t.Errorf("%s: %d %v, %d bytes", path, a.status, a.header, len(a.body))
		}
	}
}

// Whether credentials are needed is documented as it is.
func TestSecurityIsDocumented(t *testing.T) {
	w := newWorld(t, httpapi.Limits{})
	for _, o := range w.description.operations() {
		security, own := o.body["security"].([]any)
		open := own && len(security) == 0
		a := w.do(request{method: o.method, path: strings.ReplaceAll(o.path, "{id}", "x")})
		if (a.status == http.StatusUnauthorized) == open {
			t.Errorf("%s %s: %d without credentials, documented as open: %t", o.method, o.path, a.status, open)
		}
	}
}

// Every parameter of a query that is documented is taken, and no other.
func TestParametersAreDocumented(t *testing.T) {
	w := newWorld(t, httpapi.Limits{})
	for _, o := range w.description.operations() {
		parameters, _ := o.body["parameters"].([]any)
		takes, as, path := false, receiver, strings.ReplaceAll(o.path, "{kind}", "import-licence")
		if o.method == http.MethodDelete {
			as = operator
		}
		for _, p := range parameters {
			p := w.description.follow(p.(object))
			if p["in"] != "query" {
				continue
			}
			takes = true
			query := fmt.Sprintf("?%s=%s", p["name"], sample(w.description, p))
			taken := []int{http.StatusOK, http.StatusForbidden, http.StatusUnprocessableEntity} // there is no party x
			if strings.Contains(o.path, "{") && !strings.Contains(o.path, "{key}") {            // any key has a lane
				taken = []int{http.StatusNotFound} // there is no such thing, whatever is asked of it
			}
			if a := w.do(request{method: o.method, path: path + query, as: as}); !slices.Contains(taken, a.status) {
				t.Errorf("%s%s: %d %s", o.path, query, a.status, a.body)
			}
		}
		if o.path == "/v1/audit" {
			as = operator // nobody else may read it
		}
		if takes {
			read[answer.Problem](t, w.do(request{method: o.method, path: path + "?surprise=1", as: as}), http.StatusBadRequest)
		}
	}
}

// sample returns a value that fits a parameter.
func sample(d description, p object) string {
	schema := d.get(p, "schema")
	switch {
	case schema["default"] != nil:
		return fmt.Sprint(schema["default"])
	case schema["example"] != nil:
		return fmt.Sprint(schema["example"])
	case schema["enum"] != nil:
		return fmt.Sprint(schema["enum"].([]any)[0])
	case schema["format"] == "date-time":
		return "2026-09-01T08:00:00Z"
	case p["name"] == "cursor" || p["name"] == "holder": // what the API itself has written
		return ""
	case schema["pattern"] == "^[0-9a-f]{64}$":
		return strings.Repeat("0", 64)
	}
	return "x"
}
