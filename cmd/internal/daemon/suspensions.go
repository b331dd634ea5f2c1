package daemon

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"beibu/exchange"
)

// openSuspensions reads who operators have shut out, from a file that holds it
// over restarts. It is this daemon's alone: the record that daemons share is of
// exchanges, and a party is none. A file that cannot be read keeps the daemon
// from starting, since it would let in who was shut out.
func openSuspensions(data string) (*exchange.Suspensions, error) {
	path := filepath.Join(data, "suspensions.json")
	var standing []exchange.Suspension
	text, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(text, &standing)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("read suspensions in %s: %w", path, err)
	}
	return exchange.NewSuspensions(standing, func(all []exchange.Suspension) error {
		text, err := json.MarshalIndent(all, "", "  ")
		if err != nil {
			return fmt.Errorf("write suspensions: %w", err)
		}
		return writeWhole(path, string(text)+"\n")
	}), nil
}
