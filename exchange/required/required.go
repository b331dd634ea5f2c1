// Package required checks that a caller has given all parts that something is made of.
package required

import (
	"fmt"
	"strings"
)

// Check returns an error that names the parts that were not given, in their order, or nil
// if none is missing. What is what is to be made of them, such as "HTTP API".
func Check(what string, parts []struct {
	Name  string
	Given bool
},
) error {
	var missing []string
	for _, part := range parts {
		if !part.Given {
			missing = append(missing, part.Name)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	return fmt.Errorf("make %s: missing: %s", what, strings.Join(missing, ", "))
}
