// Package keycloaktest starts Keycloak for tests, with a realm in which people have the
// roles of an exchange. Maven fetches it once.
package keycloaktest

import (
	"archive/zip"
	"context"
	_ "embed"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"beibu/signing/signingtest"
)

// Version is that of Keycloak.
const Version = "26.4.0"

// What the realm has: the client of the exchange, and the password of everybody. Of the
// people, li.na has the realm role beibu-operators and the group night-shift, wei.min has
// beibu-observers and beibu-approvers, nguyen.lan has beibu-hai-phong, and pham.an nothing.
const (
	ClientID     = "beibu"
	ClientSecret = "tide tables of the gulf"
	Password     = "mangrove at low tide"
)

//go:embed testdata/customs-realm.json
var realm string

// Start starts Keycloak until the test ends, and returns the address of the issuer. The
// realm sends people back to redirect alone, and logout tokens to the same daemon. Without Java or Maven the test is skipped, or
// fails, as [signingtest.Tool] says.
func Start(tb testing.TB, redirect string) (issuer string) {
	tb.Helper()
	signingtest.Tool(tb, "java")
	back, err := url.Parse(redirect)
	if err != nil {
		tb.Fatal(err)
	}
	home := filepath.Join(tb.TempDir(), "keycloak-"+Version)
	if err := unzip(fetch(tb, signingtest.Tool(tb, "mvn")), filepath.Dir(home)); err != nil {
		tb.Fatal(err)
	}
	text := strings.NewReplacer("REDIRECT", redirect, "ORIGIN", back.Scheme+"://"+back.Host, "CLIENT-SECRET", ClientSecret).Replace(realm)
	if err := os.MkdirAll(filepath.Join(home, "data/import"), 0o700); err != nil {
		tb.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(home, "data/import/customs-realm.json"), []byte(text), 0o600); err != nil {
		tb.Fatal(err)
	}
	address := FreeAddress(tb)
	issuer = "http://" + address + "/realms/customs"
	ended := run(tb, home, address)
	awaitReady(tb, issuer+"/.well-known/openid-configuration", ended)
	return issuer
}

// FreeAddress returns an address of this machine at which nothing listens just now.
func FreeAddress(tb testing.TB) string {
	tb.Helper()
	config := net.ListenConfig{}
	l, err := config.Listen(tb.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

// fetch returns the distribution, which Maven fetches into the cache of the user.
func fetch(tb testing.TB, mvn string) string {
	tb.Helper()
	cache, err := os.UserCacheDir()
	if err != nil {
		cache = tb.TempDir()
	}
	folder := filepath.Join(cache, "beibu-test", "keycloak-"+Version)
	file := filepath.Join(folder, "keycloak-quarkus-dist-"+Version+".zip")
	if _, err := os.Stat(file); err == nil {
		return file
	}
	fresh := tb.TempDir()
	command := exec.CommandContext(tb.Context(), mvn, "-q", "-B", "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy",
		"-Dartifact=org.keycloak:keycloak-quarkus-dist:"+Version+":zip", "-DoutputDirectory="+fresh)
	if out, err := command.CombinedOutput(); err != nil {
		signingtest.Missing(tb, fmt.Sprintf("Maven cannot fetch Keycloak %s (%v): %.500s", Version, err, out))
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		tb.Fatal(err)
	}
	if err := os.Rename(filepath.Join(fresh, filepath.Base(file)), file); err != nil {
		return filepath.Join(fresh, filepath.Base(file)) // the cache is on another disk
	}
	return file
}

// unzip unpacks an archive into a folder.
func unzip(archive, folder string) error {
	z, err := zip.OpenReader(archive)
	if err != nil {
		return fmt.Errorf("read %s: %w", archive, err)
	}
	defer func() { _ = z.Close() }()
	for _, f := range z.File {
		if err := unpack(f, filepath.Join(folder, filepath.Clean("/"+f.Name))); err != nil {
			return fmt.Errorf("unpack %s: %w", f.Name, err)
		}
	}
	return nil
}

func unpack(f *zip.File, to string) error {
	if f.FileInfo().IsDir() {
		return os.MkdirAll(to, 0o700)
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		return err
	}
	from, err := f.Open()
	if err != nil {
		return err
	}
	defer func() { _ = from.Close() }()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY|os.O_EXCL, f.Mode().Perm())
	if err != nil {
		return err
	}
	if _, err := io.Copy(out, from); err != nil {
		_ = out.Close()
		return err
	}
	return out.Close()
}

// run runs Keycloak until the test ends. The channel is closed if it ends before. A short
// life is faster without the second compiler.
func run(tb testing.TB, home, address string) <-chan struct{} {
	tb.Helper()
	host, port, _ := net.SplitHostPort(address)
	command := exec.CommandContext(context.WithoutCancel(tb.Context()), "sh", filepath.Join(home, "bin/kc.sh"), "start-dev", "--import-realm", "--db", "dev-mem", "--http-host", host, "--http-port", port)
	command.Env = append(os.Environ(), "KC_BOOTSTRAP_ADMIN_USERNAME=admin", "KC_BOOTSTRAP_ADMIN_PASSWORD="+Password,
		"JAVA_OPTS=-Xms64m -Xmx512m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Dfile.encoding=UTF-8")
	command.Stdout, command.Stderr = tb.Output(), tb.Output()
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // the script has children
	if err := command.Start(); err != nil {
		tb.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = command.Wait() // it is killed, or awaitReady fails
	}()
	tb.Cleanup(func() {
		_ = syscall.Kill(-command.Process.Pid, syscall.SIGKILL)
		<-ended
	})
	return ended
}

// awaitReady returns once an address answers.
func awaitReady(tb testing.TB, address string, ended <-chan struct{}) {
	tb.Helper()
	for {
		request, err := http.NewRequestWithContext(tb.Context(), http.MethodGet, address, http.NoBody)
		if err != nil {
			tb.Fatal(err)
		}
		response, err := http.DefaultClient.Do(request)
		if err == nil {
			_ = response.Body.Close()
			if response.StatusCode == http.StatusOK {
				return
			}
		}
		select {
		case <-ended:
			tb.Fatal("Keycloak ended before it was ready")
		case <-tb.Context().Done():
			tb.Fatal(tb.Context().Err())
		case <-time.After(200 * time.Millisecond):
		}
	}
}
