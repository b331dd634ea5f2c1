package daemon

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"beibu/cmd/internal/config"
	"beibu/cmd/internal/secret"
	"beibu/exchange"
	"beibu/exchange/access"
	"beibu/queue/atomicfile"
)

// The files in DATA/access of the operator's own API key, and of that of the other
// person who approves what the operator requests.
const (
	OperatorKey = "operator.key"
	ApproverKey = "approver.key"
)

// ownAccess returns the credentials that the daemon makes for itself if the
// configuration names none: one API key a party, one for the operator and one for
// who approves, each in a file that only the daemon's user can read.
func ownAccess(dir string, parties []exchange.Party) ([]access.Credential, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make access folder: %w", err)
	}
	operator, err := ownKey(filepath.Join(dir, OperatorKey))
	if err != nil {
		return nil, err
	}
	approver, err := ownKey(filepath.Join(dir, ApproverKey))
	if err != nil {
		return nil, err
	}
	all := []access.Credential{
		{Name: "operator", Grants: access.Everywhere(access.StaffRoles), KeySHA256: config.HashKey(operator)},
		{Name: "approver", Grants: access.Everywhere(access.ObserverRole | access.ApproverRole), KeySHA256: config.HashKey(approver)},
	}
	for _, p := range parties {
		key, err := ownKey(filepath.Join(dir, p.ID+".key"))
		if err != nil {
			return nil, err
		}
		all = append(all, access.Credential{Name: p.ID, Party: p.ID, KeySHA256: config.HashKey(key)})
	}
	return all, nil
}

// ownKey reads an API key, or makes one of 256 random bits.
func ownKey(path string) (string, error) {
	key, err := secret.Key(path)
	if err == nil {
		return key, nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("read access key: %w", err)
	}
	random := make([]byte, 32)
	if _, err := rand.Read(random); err != nil {
		return "", fmt.Errorf("make access key: %w", err)
	}
	key = base64.RawURLEncoding.EncodeToString(random)
	return key, atomicfile.Replace(path, []byte(key+"\n"), 0o600)
}
