// Package sftptest is an SFTP server of this process, for tests.
package sftptest

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"errors"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"github.com/pkg/sftp"
	"golang.org/x/crypto/ssh"
)

// OpenSSH is the program of OpenSSH that serves one session.
const OpenSSH = "/usr/lib/openssh/sftp-server"

// User and Password are those of the one login.
const (
	User     = "beibu"
	Password = "correct horse"
)

// A Server serves the files of this machine.
type Server struct {
	Address string
	HostKey ssh.PublicKey
	KeyFile string // the private key that may log in, too

	t        *testing.T
	listener net.Listener
	config   *ssh.ServerConfig
	serve    func(io.ReadWriteCloser) error

	mu     sync.Mutex
	conns  map[net.Conn]bool // guarded by mu
	logins int               // guarded by mu
	all    sync.WaitGroup
}

// Start starts a server that ends with the test. Its program is one such as OpenSSH, or
// "" for the server of package sftp.
func Start(t *testing.T, program string) *Server {
	t.Helper()
	s := &Server{t: t, conns: make(map[net.Conn]bool), serve: inProcess}
	if program != "" {
		if _, err := os.Stat(program); err != nil {
			t.Skip("no OpenSSH here: ", err)
		}
		s.serve = func(c io.ReadWriteCloser) error { return run(program, c) }
	}
	host, _ := newKey(t)
	s.HostKey = host.PublicKey()
	user, block := newKey(t)
	s.KeyFile = filepath.Join(t.TempDir(), "sftp.key")
	if err := os.WriteFile(s.KeyFile, pem.EncodeToMemory(block), 0o600); err != nil {
		t.Fatal(err)
	}
	s.config = &ssh.ServerConfig{
		PasswordCallback: func(c ssh.ConnMetadata, password []byte) (*ssh.Permissions, error) {
			return nil, permit(c.User() == User && string(password) == Password)
		},
		PublicKeyCallback: func(c ssh.ConnMetadata, key ssh.PublicKey) (*ssh.Permissions, error) {
			return nil, permit(c.User() == User && string(key.Marshal()) == string(user.PublicKey().Marshal()))
		},
	}
	s.config.AddHostKey(host)
	s.Listen("127.0.0.1:0")
	t.Cleanup(s.Stop)
	return s
}

// newKey makes a key, and how it is written to a file.
func newKey(t *testing.T) (ssh.Signer, *pem.Block) {
	t.Helper()
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := ssh.NewSignerFromKey(private)
	if err != nil {
		t.Fatal(err)
	}
	block, err := ssh.MarshalPrivateKey(private, "of a test")
	if err != nil {
		t.Fatal(err)
	}
	return signer, block
}

func permit(ok bool) error {
	if ok {
		return nil
	}
	return errors.New("no")
}

// Pinned returns the host key as a map of parties has it.
func (s *Server) Pinned() string {
	line := ssh.MarshalAuthorizedKey(s.HostKey)
	return string(line[:len(line)-1])
}

// Logins returns how often somebody has logged in.
func (s *Server) Logins() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.logins
}

// Listen begins to serve at an address, also after Stop.
func (s *Server) Listen(address string) {
	s.t.Helper()
	l, err := net.Listen("tcp", address)
	if err != nil {
		s.t.Fatal(err)
	}
	s.listener, s.Address = l, l.Addr().String()
	s.all.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			s.mu.Lock()
			s.conns[c] = true
			s.mu.Unlock()
			s.all.Go(func() { s.session(c) })
		}
	})
}

// Stop ends the server and its connections.
func (s *Server) Stop() {
	_ = s.listener.Close()
	s.Cut()
	s.all.Wait()
}

// Cut ends the connections.
func (s *Server) Cut() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.conns {
		_ = c.Close()
		delete(s.conns, c)
	}
}

// session serves one connection.
func (s *Server) session(c net.Conn) {
	defer func() { _ = c.Close() }()
	_, channels, requests, err := ssh.NewServerConn(c, s.config)
	if err != nil {
		return
	}
	s.mu.Lock()
	s.logins++
	s.mu.Unlock()
	go ssh.DiscardRequests(requests)
	for one := range channels {
		channel, requests, err := one.Accept()
		if err != nil {
			return
		}
		go func() {
			for r := range requests {
				_ = r.Reply(r.Type == "subsystem", nil)
			}
		}()
		s.all.Go(func() {
			if err := s.serve(channel); err != nil && !errors.Is(err, io.EOF) {
				s.t.Log("sftp server: ", err)
			}
			_ = channel.Close()
		})
	}
}

func inProcess(c io.ReadWriteCloser) error {
	server, err := sftp.NewServer(c)
	if err != nil {
		return err
	}
	return server.Serve()
}

func run(program string, c io.ReadWriteCloser) error {
	command := exec.Command(program, "-e")
	command.Stdin, command.Stdout = c, c
	return command.Run()
}
