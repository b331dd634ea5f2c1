package sftp_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	server "github.com/pkg/sftp"
	"golang.org/x/crypto/ssh"

	"beibu/exchange/files"
	"beibu/exchange/files/filestest"
	"beibu/exchange/files/sftp"
	"beibu/exchange/files/sftp/sftptest"
)

func options(t *testing.T, s *sftptest.Server, dir string) sftp.Options {
	t.Helper()
	text, err := os.ReadFile(s.KeyFile)
	if err != nil {
		t.Fatal(err)
	}
	key, err := ssh.ParsePrivateKey(text)
	if err != nil {
		t.Fatal(err)
	}
	return sftp.Options{
		Address: s.Address, User: sftptest.User, HostKeys: []ssh.PublicKey{s.HostKey},
		Auth: []ssh.AuthMethod{ssh.PublicKeys(key)}, Path: dir,
	}
}

func open(t *testing.T, o sftp.Options) *sftp.Tree {
	t.Helper()
	tree := sftp.New(o)
	t.Cleanup(tree.Close)
	return tree
}

func TestServerOfGo(t *testing.T) {
	s := sftptest.Start(t, "")
	filestest.Run(t, func(t *testing.T, dir string) files.Tree { return open(t, options(t, s, dir)) })
}

func TestServerOfOpenSSH(t *testing.T) {
	s := sftptest.Start(t, sftptest.OpenSSH)
	filestest.Run(t, func(t *testing.T, dir string) files.Tree { return open(t, options(t, s, dir)) })
}

// A server without the extensions of OpenSSH serves as well.
func TestServerWithoutExtensions(t *testing.T) {
	if err := server.SetSFTPExtensions(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.SetSFTPExtensions("hardlink@openssh.com", "posix-rename@openssh.com", "statvfs@openssh.com"); err != nil {
			t.Error(err)
		}
	})
	s := sftptest.Start(t, "")
	filestest.Run(t, func(t *testing.T, dir string) files.Tree { return open(t, options(t, s, dir)) })
}

// Each way in which a login fails has its class, and nothing is written.
func TestLoginFails(t *testing.T) {
	s, other := sftptest.Start(t, ""), sftptest.Start(t, "")
	for name, c := range map[string]struct {
		change func(*sftp.Options)
		class  string
		words  string
	}{
		"host key":       {func(o *sftp.Options) { o.HostKeys = []ssh.PublicKey{other.HostKey} }, files.ClassHostKey, ssh.FingerprintSHA256(s.HostKey)},
		"no host key":    {func(o *sftp.Options) { o.HostKeys = nil }, files.ClassHostKey, ssh.FingerprintSHA256(s.HostKey)},
		"password":       {func(o *sftp.Options) { o.Auth = []ssh.AuthMethod{ssh.Password("guessed")} }, files.ClassLogin, "unable to authenticate"},
		"user":           {func(o *sftp.Options) { o.User = "root" }, files.ClassLogin, "unable to authenticate"},
		"nothing there":  {func(o *sftp.Options) { o.Address = "127.0.0.1:1" }, files.ClassConnect, "refused"},
		"no time at all": {func(o *sftp.Options) { o.Timeout = time.Nanosecond }, files.ClassTimeout, "deadline"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filestest.Folders(t)
			o := options(t, s, dir)
			c.change(&o)
			err := open(t, o).Write(t.Context(), files.In+"/a", nil)
			if files.Class(err) != c.class || !strings.Contains(err.Error(), c.words) {
				t.Errorf("%s: %v", files.Class(err), err)
			}
			if left, err := os.ReadDir(filepath.Join(dir, files.In)); err != nil || len(left) > 0 {
				t.Errorf("written: %v, %v", left, err)
			}
		})
	}
}

func TestPassword(t *testing.T) {
	s := sftptest.Start(t, "")
	o := options(t, s, filestest.Folders(t))
	o.Auth = []ssh.AuthMethod{ssh.Password(sftptest.Password)}
	if err := open(t, o).Write(t.Context(), files.In+"/a", nil); err != nil {
		t.Error(err)
	}
}

// One login serves many operations, and a connection that breaks is made again by the
// operation after the one that failed.
func TestReconnects(t *testing.T) {
	s := sftptest.Start(t, "")
	tree := open(t, options(t, s, filestest.Folders(t)))
	for range 3 {
		if err := tree.Write(t.Context(), files.In+"/a", nil); err != nil {
			t.Fatal(err)
		}
	}
	if n := s.Logins(); n != 1 {
		t.Errorf("%d logins for one connection", n)
	}
	address := s.Address
	s.Stop()
	if err := tree.Write(t.Context(), files.In+"/a", nil); files.Class(err) != files.ClassConnect {
		t.Errorf("%s: %v", files.Class(err), err)
	}
	s.Listen(address)
	if err := tree.Write(t.Context(), files.In+"/a", nil); err != nil {
		t.Error(err)
	}
}

// A server that ends a connection which nobody uses makes no operation fail.
func TestServerEndsTheConnection(t *testing.T) {
	s := sftptest.Start(t, "")
	tree := open(t, options(t, s, filestest.Folders(t)))
	for n := range 3 {
		if err := tree.Write(t.Context(), files.In+"/a", nil); err != nil {
			t.Fatalf("after %d connections: %v", n, err)
		}
		s.Cut()
		tree.Over()
	}
}
