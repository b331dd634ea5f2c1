package config

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"path"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"time"

	"golang.org/x/crypto/ssh"

	"beibu/cmd/internal/secret"
	"beibu/exchange"
	"beibu/exchange/courier/folder"
	"beibu/exchange/files"
	"beibu/exchange/files/sftp"
)

// A Folder says that documents of a party, and deliveries to it, go through folders.
type Folder struct {
	// Path is the folder that has the others, absolute on this machine.
	Path string `yaml:"path"`
	// Only is send or receive, if the party does not do both there.
	Only string `yaml:"only"`
	// Acknowledge says who acknowledges a delivery. Default: the receiver.
	Acknowledge exchange.Acknowledger `yaml:"acknowledge"`
	// Every is how often the exchange scans it for documents and answers. Default 2s.
	Every time.Duration `yaml:"every"`
	// Retry are the waits after failures to write a delivery.
	Retry []time.Duration `yaml:"retry"`
	// SFTP is the server that has the folder, if it is not on this machine.
	SFTP SFTP `yaml:"sftp"`
}

// An SFTP says how to reach a server.
type SFTP struct {
	Address string `yaml:"address"` // host, or host and port
	User    string `yaml:"user"`
	// HostKeys are the server's, as in a file known_hosts without the host: one of them
	// must be shown.
	HostKeys []string `yaml:"hostKeys"`
	// Key is a file with a private key, Password one with a password.
	Key      string `yaml:"key"`
	Password string `yaml:"password"`
	// Timeout bounds one operation, such as writing one file. Default 30s.
	Timeout time.Duration `yaml:"timeout"`
}

// What a party does in its folders, if not both.
const (
	onlySend    = "send"
	onlyReceive = "receive"
)

// The default and the bounds of a folder.
const (
	defaultEvery = 2 * time.Second
	minEvery     = time.Second
	maxEvery     = time.Hour
	maxTimeout   = 5 * time.Minute
)

// A LoadedFolder is a Folder with what its files hold.
type LoadedFolder struct {
	Folder
	Options sftp.Options // if SFTP has an address
	Steps   []time.Duration
	// Fingerprint is another one if anything of it is, also in its files.
	Fingerprint string
}

func (f Folder) sends() bool    { return f.Path != "" && f.Only != onlyReceive }
func (f Folder) receives() bool { return f.Path != "" && f.Only != onlySend }

// place names the folder for people.
func (f Folder) place() string {
	if f.SFTP.Address == "" {
		return f.Path
	}
	return "sftp://" + f.SFTP.User + "@" + f.SFTP.address() + path.Join("/", f.Path)
}

func (f Folder) party() exchange.Folder {
	return exchange.Folder{Place: f.place(), Sends: f.sends(), Receives: f.receives(), Acknowledge: f.Acknowledge}
}

func (s SFTP) address() string {
	if _, _, err := net.SplitHostPort(s.Address); err != nil {
		return net.JoinHostPort(s.Address, "22")
	}
	return s.Address
}

// folders returns the folders of the parties that have any, by their ids, and notes what
// could not work. Each is of one party: in one of two, each would see what is the
// other's, and speak for it.
func (s *source) folders(m Map) map[string]LoadedFolder {
	all, uses := make(map[string]LoadedFolder), make(map[string]string)
	for i, p := range m.Parties {
		at := fmt.Sprintf("parties[%d].folder", i)
		if reflect.ValueOf(p.Folder).IsZero() {
			continue
		}
		fill(&p.Folder.Every, defaultEvery)
		s.checkFolder(at, p)
		place := p.Folder.place() + "/"
		for other, id := range uses {
			if strings.HasPrefix(place, other) || strings.HasPrefix(other, place) {
				s.note(at+".path", "%s is in the folder of %s, or that one is in it", p.Folder.Path, id)
			}
		}
		uses[place] = p.ID
		all[p.ID] = s.loadFolder(at, p.Folder)
	}
	return all
}

// checkFolder notes what is outside the bounds.
func (s *source) checkFolder(at string, p Party) {
	f := p.Folder
	remote := !reflect.ValueOf(f.SFTP).IsZero()
	switch clean := filepath.Clean(f.Path); {
	case f.Path == "":
		s.note(at+".path", "it must be set")
	case !remote && !filepath.IsAbs(f.Path):
		s.note(at+".path", "%s is not absolute", f.Path)
	case clean != f.Path:
		s.note(at+".path", "%s must be written %s", f.Path, clean)
	}
	if f.Only != "" && f.Only != onlySend && f.Only != onlyReceive {
		s.note(at+".only", "%q is none of %s, %s", f.Only, onlySend, onlyReceive)
	}
	if f.receives() && (p.Deliver != (Outlet{}) || !reflect.ValueOf(p.Push).IsZero()) {
		s.note(at, "the party has a topic or an address too (deliver, push), and would get everything twice: write only: %s", onlySend)
	}
	switch f.Acknowledge { //nolint:exhaustive // topics and addresses have others
	case "", exchange.ByReceiver, exchange.ByWrite:
	default:
		s.note(at+".acknowledge", "%q is none of receiver, on-write", f.Acknowledge)
	}
	if f.Every < minEvery || f.Every > maxEvery {
		s.note(at+".every", "%s is not between %s and %s", f.Every, minEvery, maxEvery)
	}
	s.checkWaits(at+".retry", f.Retry)
	if remote {
		s.checkSFTP(at+".sftp", f.SFTP)
	}
}

func (s *source) checkSFTP(at string, f SFTP) {
	if f.Address == "" || f.User == "" {
		s.note(at, "address and user must be set")
	}
	if len(f.HostKeys) == 0 {
		s.note(at+".hostKeys", "there are none: ssh-keyscan HOST prints them, and the party confirms them")
	}
	if (f.Key == "") == (f.Password == "") {
		s.note(at, "either key or password must be set")
	}
	if t := f.Timeout; t != 0 && (t < time.Second || t > maxTimeout) {
		s.note(at+".timeout", "%s is not between 1s and %s", t, maxTimeout)
	}
}

// loadFolder reads the files of a folder on a server.
func (s *source) loadFolder(at string, f Folder) LoadedFolder {
	out := LoadedFolder{Folder: f, Steps: f.Retry}
	if len(out.Steps) == 0 {
		out.Steps = folder.DefaultSteps()
	}
	all := sha256.New()
	_, _ = fmt.Fprintf(all, "%+v", f)
	if f.SFTP.Address != "" {
		out.Options = sftp.Options{Address: f.SFTP.address(), User: f.SFTP.User, Path: f.Path, Timeout: f.SFTP.Timeout}
		for i, line := range f.SFTP.HostKeys {
			key, _, _, _, err := ssh.ParseAuthorizedKey([]byte(line))
			if err != nil {
				s.note(fmt.Sprintf("%s.sftp.hostKeys[%d]", at, i), "it is no key such as ssh-ed25519 AAAA…")
				continue
			}
			out.Options.HostKeys = append(out.Options.HostKeys, key)
		}
		auth, text, err := f.SFTP.auth()
		if err != nil {
			s.note(at+".sftp", "%s", cause(err))
		}
		out.Options.Auth = auth
		_, _ = fmt.Fprintf(all, "%q", text)
	}
	out.Fingerprint = hex.EncodeToString(all.Sum(nil))
	return out
}

// auth returns by what we log in, and the secret.
func (s SFTP) auth() ([]ssh.AuthMethod, string, error) {
	switch {
	case s.Password != "":
		text, err := secret.Password(s.Password)
		return []ssh.AuthMethod{ssh.Password(text)}, text, err
	case s.Key != "":
		text, err := secret.Read(s.Key)
		if err != nil {
			return nil, "", err
		}
		key, err := ssh.ParsePrivateKey(text)
		if err != nil {
			return nil, "", errors.New(s.Key + ": it holds no private key of OpenSSH or PEM without a passphrase")
		}
		return []ssh.AuthMethod{ssh.PublicKeys(key)}, string(text), nil
	}
	return nil, "", nil
}

// Folders returns the folders that are used.
func (f Folder) Folders() []string {
	var all []string
	if f.sends() {
		all = append(all, files.ToSend()...)
	}
	if f.receives() {
		all = append(all, files.ToReceive()...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}
