package signing

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
)

// private refuses what others than the owner may read, write or enter.
func private(root *os.Root, name string) error {
	info, err := root.Lstat(name)
	if err != nil {
		return fmt.Errorf("look at key file: %w", err)
	}
	if loose := info.Mode().Perm() & 0o077; loose != 0 {
		return fmt.Errorf("use %s/%s: its permissions are %v, but only the owner may have any (chmod go= it)", root.Name(), name, info.Mode().Perm())
	}
	return nil
}

// readOrCreate reads a file, which it makes if it is not there.
func readOrCreate(root *os.Root, name string, content func() ([]byte, error)) ([]byte, error) {
	if _, err := root.Lstat(name); errors.Is(err, fs.ErrNotExist) {
		made, err := content()
		if err == nil {
			err = create(root, name, made)
		}
		if err != nil {
			return nil, fmt.Errorf("make %s: %w", name, err)
		}
	}
	if err := private(root, name); err != nil {
		return nil, err
	}
	text, err := root.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("read key: %w", err)
	}
	return text, nil
}

// create writes a file whole or not at all. If another process was first, its file
// remains. It does not use queue/atomicfile, because signing imports no package of ours
// and because root does not follow a link out of the folder.
func create(root *os.Root, name string, content []byte) error {
	temporary := fmt.Sprintf(".%s.%s", name, rand.Text())
	f, err := root.OpenFile(temporary, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer root.Remove(temporary) //nolint:errcheck // the linked file is what counts
	_, err = f.Write(content)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := root.Link(temporary, name); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return syncFolder(root)
}

// replace replaces the content of a file, whole or not at all.
func replace(root *os.Root, name string, content []byte) error {
	temporary := fmt.Sprintf(".%s.%s", name, rand.Text())
	if err := create(root, temporary, content); err != nil {
		return err
	}
	if err := root.Rename(temporary, name); err != nil {
		return errors.Join(err, root.Remove(temporary))
	}
	return syncFolder(root)
}

// readEarlier reads the certificates that sealed before.
func readEarlier(root *os.Root) ([]*Certificate, error) {
	names, err := fs.Glob(root.FS(), earlierPrefix+"*.pem")
	if err != nil {
		return nil, err
	}
	var earlier []*Certificate
	for _, name := range names {
		text, err := root.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("read old certificate: %w", err)
		}
		c, err := ParseCertificatePEM(text)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", name, err)
		}
		earlier = append(earlier, c)
	}
	slices.SortFunc(earlier, func(a, b *Certificate) int { return b.NotBefore.Compare(a.NotBefore) })
	return earlier, nil
}

// syncFolder makes the names in the folder durable.
func syncFolder(root *os.Root) error {
	folder, err := root.Open(".")
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}
