// Package deploy holds what ships with the daemon beside its code: the map of
// parties and routes, which is built in, and files for those who run it.
package deploy

import _ "embed"

// Parties is the real map: the Guangxi ports, the fourteen service units and
// the eleven national single windows, with the routes between them.
//
//go:embed parties.yaml
var Parties []byte
