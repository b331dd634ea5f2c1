// Package sftp is the [files.Tree] in a folder of an SFTP server (SSH file transfer
// protocol, version 3, as OpenSSH speaks it).
//
// What it promises:
//
//   - Nothing is sent to a server that does not have one of the host keys that are
//     pinned.
//   - No operation takes longer than its time. After a failure of the connection the
//     next operation makes another.
package sftp

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/pkg/sftp"
	"golang.org/x/crypto/ssh"

	"beibu/exchange/files"
)

// DefaultTimeout bounds an operation unless the options say otherwise.
const DefaultTimeout = 30 * time.Second

// Options say how to reach the folder.
type Options struct {
	Address  string // host and port
	User     string
	HostKeys []ssh.PublicKey  // one of them is the server's
	Auth     []ssh.AuthMethod // by which we log in
	Path     string           // of the folder that has the folders; relative to that of the login if it begins with no slash
	Timeout  time.Duration    // of one operation, with the login if there is no connection
}

// A Tree is a [files.Tree].
type Tree struct {
	options Options

	mu  sync.Mutex
	now *connection // guarded by mu; or nil
}

var _ files.Tree = (*Tree)(nil)

// A connection is one login.
type connection struct {
	net  net.Conn
	ssh  *ssh.Client
	sftp *sftp.Client
	over chan struct{} // closed once the connection has ended
}

// close ends a connection, which may be broken.
func (c *connection) close() {
	_ = c.net.Close() // first, since the others would wait for the server
	_ = c.sftp.Close()
	_ = c.ssh.Close()
}

// New returns the tree. It connects when it is used.
func New(o Options) *Tree {
	o.Timeout = cmp.Or(o.Timeout, DefaultTimeout)
	return &Tree{options: o}
}

// Close ends the connection.
func (t *Tree) Close() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.drop()
}

// drop ends the connection, if there is one. The caller holds mu.
func (t *Tree) drop() {
	if t.now != nil {
		t.now.close()
		t.now = nil
	}
}

// do does an operation. One at a time uses the connection.
func (t *Tree) do(ctx context.Context, work func(*sftp.Client) error) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	ctx, cancel := context.WithTimeout(ctx, t.options.Timeout)
	defer cancel()
	c, err := t.connected(ctx)
	if err != nil {
		return timed(ctx, err)
	}
	stop := context.AfterFunc(ctx, func() { _ = c.net.Close() })
	err = work(c.sftp)
	if !stop() || !answered(err) {
		t.drop()
		err = connectError(err)
	}
	return timed(ctx, err)
}

// timed says that an operation failed since its time was over, if it did.
func timed(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil {
		return fmt.Errorf("%w: %w", ctx.Err(), err)
	}
	return err
}

func connectError(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%w: %w", files.ErrConnect, err)
}

// answered reports whether an error is an answer of the server, or one of ours about it,
// so that the connection is good.
func answered(err error) bool {
	if err == nil {
		return true
	}
	if _, ok := errors.AsType[*sftp.StatusError](err); ok {
		return true
	}
	for _, known := range []error{fs.ErrNotExist, fs.ErrExist, fs.ErrPermission, files.ErrIrregular, files.ErrTooLarge} {
		if errors.Is(err, known) {
			return true
		}
	}
	return false
}

// connected returns the connection, or makes one: a server may end one that nobody uses,
// which is no failure. The caller holds mu.
func (t *Tree) connected(ctx context.Context) (*connection, error) {
	if t.now != nil {
		select {
		case <-t.now.over:
			t.drop()
		default:
			return t.now, nil
		}
	}
	var err error
	t.now, err = t.connect(ctx)
	return t.now, err
}

// connect logs in.
func (t *Tree) connect(ctx context.Context) (*connection, error) {
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", t.options.Address)
	if err != nil {
		return nil, connectError(err)
	}
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	pinned := pin{keys: t.options.HostKeys}
	session, channels, requests, err := ssh.NewClientConn(conn, t.options.Address, &ssh.ClientConfig{
		User: t.options.User, Auth: t.options.Auth,
		HostKeyCallback: pinned.check, HostKeyAlgorithms: pinned.algorithms(),
	})
	if err != nil {
		_ = conn.Close() // the error says more
		return nil, pinned.explain(err)
	}
	c := &connection{net: conn, ssh: ssh.NewClient(session, channels, requests), over: make(chan struct{})}
	if c.sftp, err = sftp.NewClient(c.ssh); err != nil {
		_ = conn.Close()
		return nil, connectError(err)
	}
	go func() {
		defer close(c.over)
		_ = c.sftp.Wait() // the next operation makes another connection, whatever the reason
	}()
	return c, nil
}

// A pin are the host keys that a server may have.
type pin struct {
	keys    []ssh.PublicKey
	offered string // what the server has instead
}

// check is of ssh.HostKeyCallback.
func (p *pin) check(_ string, _ net.Addr, key ssh.PublicKey) error {
	if slices.ContainsFunc(p.keys, func(one ssh.PublicKey) bool { return bytes.Equal(one.Marshal(), key.Marshal()) }) {
		return nil
	}
	p.offered = ssh.FingerprintSHA256(key)
	return files.ErrHostKey
}

// algorithms are those of the keys, so that a server with keys of several kinds shows
// the one that is pinned.
func (p *pin) algorithms() (all []string) {
	for _, key := range p.keys {
		if key.Type() == ssh.KeyAlgoRSA {
			all = append(all, ssh.KeyAlgoRSASHA512, ssh.KeyAlgoRSASHA256)
		} else {
			all = append(all, key.Type())
		}
	}
	return all
}

// explain says why a login failed. The package ssh has no types for these errors.
func (p *pin) explain(err error) error {
	switch text := err.Error(); {
	case p.offered != "":
		return fmt.Errorf("%w: %s", files.ErrHostKey, p.offered)
	case strings.Contains(text, "no common algorithm for host key"):
		return fmt.Errorf("%w: of another kind than the one that is pinned", files.ErrHostKey)
	case strings.Contains(text, "unable to authenticate"):
		return fmt.Errorf("%w: %w", files.ErrLogin, err)
	}
	return connectError(err)
}

// at returns where a path is on the server.
func (t *Tree) at(p string) string { return path.Join(t.options.Path, p) }

// List is files.Tree's. The client has cut the names of the server to their last
// element, so that none leads elsewhere.
func (t *Tree) List(ctx context.Context, folder string, wanted func(name string) bool) (found []files.File, err error) {
	err = t.do(ctx, func(c *sftp.Client) error {
		entries, err := c.ReadDirContext(ctx, t.at(folder))
		if err != nil {
			return err
		}
		for _, e := range entries {
			if len(found) < files.MaxListed && !e.IsDir() && wanted(e.Name()) {
				found = append(found, files.File{Name: e.Name(), Size: e.Size(), Changed: e.ModTime(), Regular: e.Mode().IsRegular()})
			}
		}
		return nil
	})
	return found, err
}

// Read is files.Tree's.
func (t *Tree) Read(ctx context.Context, path string, most int64) (content []byte, err error) {
	err = t.do(ctx, func(c *sftp.Client) error {
		found, err := c.Lstat(t.at(path))
		if err != nil {
			return err
		}
		if !found.Mode().IsRegular() {
			return fmt.Errorf("%s: %w", path, files.ErrIrregular)
		}
		f, err := c.Open(t.at(path))
		if err != nil {
			return err
		}
		content, err = files.ReadUpTo(f, most)
		return errors.Join(err, f.Close())
	})
	return content, err
}

// The extensions of OpenSSH that are used if the server has them.
const (
	extensionRename = "posix-rename@openssh.com"
	extensionSync   = "fsync@openssh.com"
)

// Write is files.Tree's.
func (t *Tree) Write(ctx context.Context, to string, content []byte) error {
	return t.do(ctx, func(c *sftp.Client) error {
		part := t.at(files.Unfinished(to))
		f, err := c.OpenFile(part, os.O_WRONLY|os.O_CREATE|os.O_EXCL)
		if err != nil {
			return err
		}
		_, err = f.Write(content)
		if _, ok := c.HasExtension(extensionSync); ok && err == nil {
			err = f.Sync()
		}
		if err = errors.Join(err, f.Close()); err == nil {
			err = replace(c, part, t.at(to))
		}
		if err != nil {
			return errors.Join(err, c.Remove(part))
		}
		return nil
	})
}

// replace renames a file onto another, which may be there. A server that cannot do so at
// once has nothing there for a moment.
func replace(c *sftp.Client, from, to string) error {
	if _, ok := c.HasExtension(extensionRename); ok {
		return c.PosixRename(from, to)
	}
	if err := c.Remove(to); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return c.Rename(from, to)
}

// Move is files.Tree's.
func (t *Tree) Move(ctx context.Context, from, to string) error {
	return t.do(ctx, func(c *sftp.Client) error {
		if _, err := c.Lstat(t.at(to)); err == nil {
			return fmt.Errorf("%s: %w", to, fs.ErrExist)
		}
		if _, ok := c.HasExtension(extensionRename); ok {
			return c.PosixRename(t.at(from), t.at(to))
		}
		return c.Rename(t.at(from), t.at(to))
	})
}

// Remove is files.Tree's.
func (t *Tree) Remove(ctx context.Context, path string) error {
	return t.do(ctx, func(c *sftp.Client) error {
		if err := c.Remove(t.at(path)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		return nil
	})
}
