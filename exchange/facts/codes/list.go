package codes

import (
	"encoding/csv"
	"strings"
)

// words reads a list of codes with white space between them, under one header line.
func words(list string) map[string]bool {
	_, body, _ := strings.Cut(list, "\n")
	fields := strings.Fields(body)
	set := make(map[string]bool, len(fields))
	for _, code := range fields {
		set[code] = true
	}
	return set
}

// pairs reads a list of codes with one value each.
func pairs(list string) map[string]string {
	values := make(map[string]string)
	for _, record := range records(list, 2) {
		values[record[0]] = record[1]
	}
	return values
}

// places reads the list of locations.
func places(list string) map[string]Place {
	found := make(map[string]Place)
	for _, r := range records(list, 3) {
		found[r[0]] = Place{Code: r[0], Name: r[1], Country: r[0][:2], Functions: r[2]}
	}
	return found
}

// records reads comma separated lines. The lists are part of the program, and a
// test reads every one of them.
func records(list string, fields int) [][]string {
	r := csv.NewReader(strings.NewReader(list))
	r.Comment = '#'
	r.FieldsPerRecord = fields
	all, err := r.ReadAll()
	if err != nil {
		return nil
	}
	return all
}
