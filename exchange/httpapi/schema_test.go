package httpapi_test

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
)

// object is a JSON object as encoding/json reads it.
type object = map[string]any

// A description is an OpenAPI document as far as the tests ask it.
type description struct{ root object }

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

// keyword holds a value against one keyword of JSON Schema (2020-12). One that
// it does not know fails, so that nothing is passed over.
func (d description) keyword(keyword string, argument, v any) error {
	switch keyword {
	case "description", "default", "additionalProperties": // the last speaks with properties: see checkOthers
		return nil
	case "type":
		if got := typeOf(v); got != argument && (argument != "number" || got != "integer") {
			return fmt.Errorf("is of type %s, not %s", got, argument)
		}
		return nil
	case "enum":
		if !slices.Contains(argument.([]any), v) {
			return fmt.Errorf("%v is none of %v", v, argument)
		}
		return nil
	case "pattern":
		if text, ok := v.(string); ok && !regexp.MustCompile(argument.(string)).MatchString(text) {
			return fmt.Errorf("%q does not match %s", text, argument)
		}
		return nil
	case "format":
		return checkFormat(argument, v)
	case "minimum":
		return atLeast(v, argument.(float64))
	case "maximum":
		return atMost(v, argument.(float64))
	case "minLength", "minItems":
		return atLeast(size(v), argument.(float64))
	case "maxLength", "maxItems":
		return atMost(size(v), argument.(float64))
	case "required":
		return required(argument.([]any), v)
	case "items":
		return d.items(argument.(object), v)
	case "properties":
		return d.properties(argument.(object), v)
	}
	return fmt.Errorf("the checker does not know %q", keyword)
}

func required(names []any, v any) error {
	of, _ := v.(object)
	for _, name := range names {
		if _, there := of[name.(string)]; !there {
			return fmt.Errorf("%s is missing", name)
		}
	}
	return nil
}

func (d description) items(schema object, v any) error {
	all, _ := v.([]any)
	for i, item := range all {
		if err := d.check(schema, item); err != nil {
			return fmt.Errorf("[%d]: %w", i, err)
		}
	}
	return nil
}

func (d description) properties(schemas object, v any) error {
	of, _ := v.(object)
	for name, value := range of {
		if schema, known := schemas[name].(object); known {
			if err := d.check(schema, value); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
		}
	}
	return nil
}

// check holds a value against a schema.
func (d description) check(schema object, v any) error {
	schema = d.follow(schema)
	if schema == nil {
		return errors.New("the schema is not there")
	}
	for name, argument := range schema {
		if err := d.keyword(name, argument, v); err != nil {
			return err
		}
	}
	return d.checkOthers(schema, v)
}

// checkOthers holds additionalProperties, which speaks of what properties
// leaves.
func (d description) checkOthers(schema object, v any) error {
	of, isObject := v.(object)
	others, given := schema["additionalProperties"]
	if !isObject || !given {
		return nil
	}
	known, _ := schema["properties"].(object)
	for name, value := range of {
		if _, listed := known[name]; listed {
			continue
		}
		allowed, _ := others.(object)
		if allowed == nil {
			return fmt.Errorf("%s is not documented", name)
		}
		if err := d.check(allowed, value); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

func typeOf(v any) string {
	switch v := v.(type) {
	case object:
		return "object"
	case []any:
		return "array"
	case string:
		return "string"
	case bool:
		return "boolean"
	case float64:
		if v == float64(int64(v)) {
			return "integer"
		}
		return "number"
	}
	return "null"
}

func checkFormat(name, v any) error {
	text, _ := v.(string)
	var err error
	switch name {
	case "date-time":
		_, err = time.Parse(time.RFC3339, text)
	case "date":
		_, err = time.Parse(time.DateOnly, text)
	case "uuid":
		_, err = uuid.Parse(text)
	case "uri-reference":
		_, err = url.Parse(text)
	default:
		err = fmt.Errorf("the checker does not know the format %v", name)
	}
	return err
}

func size(v any) any {
	switch v := v.(type) {
	case string:
		return float64(len([]rune(v)))
	case []any:
		return float64(len(v))
	}
	return nil
}

func atLeast(v any, bound float64) error {
	if n, ok := v.(float64); ok && n < bound {
		return fmt.Errorf("%v is below %v", n, bound)
	}
	return nil
}

func atMost(v any, bound float64) error {
	if n, ok := v.(float64); ok && n > bound {
		return fmt.Errorf("%v is above %v", n, bound)
	}
	return nil
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
