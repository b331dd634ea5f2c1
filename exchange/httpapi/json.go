package httpapi

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"sync"
)

// maxValues bounds the values in a JSON body, keys included: as many as the most
// acknowledgements have, and some. What they are decoded into takes many times
// the bytes that the shortest of them have.
const maxValues = 10_000

// exactKeys refuses JSON in which a key is given twice, or is spelled in other cases
// than a value of the type has it: encoding/json takes the last and any case, and
// another reader of the same bytes may see something else
// (RFC 8259 section 4). What is not well-formed is left to the decoder.
func exactKeys(body []byte, of reflect.Type) error {
	k := keyReader{Decoder: json.NewDecoder(bytes.NewReader(body))}
	err := k.value(of)
	if _, malformed := errors.AsType[*json.SyntaxError](err); malformed || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return nil
	}
	return err
}

// A keyReader reads the keys of a JSON value.
type keyReader struct {
	*json.Decoder

	values int
}

// value reads one value that is to be decoded into a type, or nil for one of which
// the type has its own way.
func (k *keyReader) value(of reflect.Type) error {
	for of != nil && of.Kind() == reflect.Pointer {
		of = of.Elem()
	}
	if k.values++; k.values > maxValues {
		return fmt.Errorf("there are more than %d values", maxValues)
	}
	token, err := k.Token()
	if err != nil {
		return err
	}
	switch token {
	case json.Delim('{'):
		return k.object(of)
	case json.Delim('['):
		var element reflect.Type
		if of != nil && of.Kind() == reflect.Slice {
			element = of.Elem()
		}
		for k.More() {
			if err := k.value(element); err != nil {
				return err
			}
		}
		_, err = k.Token()
	}
	return err
}

// object reads what is between braces.
func (k *keyReader) object(of reflect.Type) error {
	fields := fieldsOf(of)
	seen := make(map[string]bool)
	for k.More() {
		token, err := k.Token()
		if err != nil {
			return err
		}
		key, _ := token.(string)
		if seen[key] {
			return fmt.Errorf("the key %.64q is given twice", key)
		}
		seen[key] = true
		field, known := fields[key]
		if fields != nil && !known {
			return fmt.Errorf("unknown field %.64q", key)
		}
		if err := k.value(field); err != nil {
			return err
		}
	}
	_, err := k.Token()
	return err
}

// known holds what fieldsOf has returned, by type: 500 acknowledgements come in one body.
var known sync.Map

// fieldsOf returns the types of the fields of a struct by their keys, or nil for
// another type.
func fieldsOf(of reflect.Type) map[string]reflect.Type {
	if of == nil || of.Kind() != reflect.Struct {
		return nil
	}
	fields, ok := known.Load(of)
	if !ok {
		fields, _ = known.LoadOrStore(of, readFields(of))
	}
	return fields.(map[string]reflect.Type) //nolint:forcetypeassert // nothing else is stored
}

// readFields is fieldsOf for a struct that is not known yet.
func readFields(of reflect.Type) map[string]reflect.Type {
	if reflect.PointerTo(of).Implements(reflect.TypeFor[json.Unmarshaler]()) {
		return nil
	}
	fields := make(map[string]reflect.Type)
	for _, f := range reflect.VisibleFields(of) {
		if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); name != "" && name != "-" {
			fields[name] = f.Type
		}
	}
	return fields
}
