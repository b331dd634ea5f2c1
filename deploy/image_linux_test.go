package deploy_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"beibu/signing/signingtest"
	"beibu/testdata"
)

// imageUser is the user of the image, who has no rights.
const imageUser = 65532

// The image is made of the archive alone, without another image, a program that runs while
// it is built, or anything from a network.
func TestDockerfile(t *testing.T) {
	all := instructions(t)
	if all[0] != "FROM scratch" {
		t.Errorf("the first instruction is %s", all[0])
	}
	known := regexp.MustCompile(`^(LABEL |COPY [a-zA-Z]|ADD deploy/volume\.tar /$|USER 65532:65532$|VOLUME |EXPOSE |STOPSIGNAL SIGTERM$|ENTRYPOINT \["/|CMD \[")`)
	for _, one := range all[1:] {
		if !known.MatchString(one) || strings.Contains(one, "://") {
			t.Error(one)
		}
	}
	if !slices.Contains(all, "USER 65532:65532") {
		t.Error("no user")
	}
	page, err := os.ReadFile("docs/deploy.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, command := range []string{"build", "run"} {
		if line := "docker " + strings.Join(documented(t, command), " "); !strings.Contains(string(page), line+"\n") {
			t.Errorf("the page does not have: %s", line)
		}
	}
}

// The image that an engine builds of the archive runs as its Dockerfile says: as a user
// without rights, on a read-only root. The daemon takes a document, is killed, and has it
// when it starts again on its volume; it ends well when it is asked to.
func TestImage(t *testing.T) {
	if !testdata.Long() {
		t.Skip("SKIPPED: links all programs; set BEIBU_LONG=1")
	}
	e := newEngine(t)
	archive := unpacked(t)
	e.must(t, archive, documented(t, "build")...)
	checkImage(t, e)
	settings := settingsOfImage(t)
	log := e.start(t, settings)
	first := e.ctl(t, "qinzhou-customs", "submit", "/etc/beibu/carnet.xml")
	e.must(t, "", "kill", "--signal", "KILL", "beibu")
	if said, err := log.rest(); err == nil || strings.Contains(said, `"msg":"stopped"`) {
		t.Fatalf("it was not killed: %v\n%s", err, said)
	}
	log = e.start(t, settings)
	again := e.ctl(t, "qinzhou-customs", "submit", "/etc/beibu/carnet.xml")
	id, _, _ := strings.Cut(first, " ")
	if !strings.HasPrefix(again, id+" ") || !strings.Contains(again, "accepted before") {
		t.Errorf("first %s, then %s", first, again)
	}
	if list := e.ctl(t, "operator", "exchanges", "list"); strings.Count(list, id) != 1 {
		t.Errorf("%s is not once in\n%s", id, list)
	}
	e.must(t, "", "stop", "--time", "60", "beibu")
	if said, err := log.rest(); err != nil || !strings.Contains(said, `"msg":"stopped"`) {
		t.Errorf("%v\n%s", err, said)
	}
}

// checkImage reads what the image says of itself, and its files: nothing but programs
// and their papers, and nothing that the user could write but the data folder.
func checkImage(t *testing.T, e engine) {
	t.Helper()
	var images []struct {
		Architecture, User string
		Labels             map[string]string
	}
	if err := json.Unmarshal(e.must(t, "", "image", "inspect", "beibu:dev"), &images); err != nil {
		t.Fatal(err)
	}
	if i := images[0]; i.User != "65532:65532" || i.Architecture != runtime.GOARCH || i.Labels["org.opencontainers.image.licenses"] != "Apache-2.0" {
		t.Errorf("%+v", i)
	}
	root := strings.TrimSpace(string(e.must(t, "", "image", "mount", "beibu:dev")))
	var programs []string
	volume := false
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		name, _ := filepath.Rel(root, path)
		owner := info.Sys().(*syscall.Stat_t).Uid
		switch {
		case name == "var/lib/beibu":
			volume = true
			if owner != imageUser || info.Mode() != fs.ModeDir|0o700 {
				t.Errorf("%s is %v of user %d", name, info.Mode(), owner)
			}
		case owner != 0 || info.Mode().Perm()&0o022 != 0:
			t.Errorf("%s is %v of user %d", name, info.Mode(), owner)
		case info.Mode().IsRegular() && !strings.HasPrefix(name, "usr/share/doc/beibu/"):
			programs = append(programs, name)
		}
		return nil
	})
	if want := []string{"usr/local/bin/beibu-verify", "usr/local/bin/beibuctl", "usr/local/bin/beibud"}; err != nil || !slices.Equal(programs, want) {
		t.Errorf("programs %v, %v", programs, err)
	}
	if !volume {
		t.Error("no folder that a new volume takes its owner from, as Docker has it")
	}
	if sbom, err := os.ReadFile(filepath.Join(root, "usr/share/doc/beibu/sbom.cdx.json")); err != nil || !bytes.Contains(sbom, []byte(`"CycloneDX"`)) {
		t.Errorf("list of contents: %v", err)
	}
}

// settingsOfImage returns the folder for /etc/beibu, with a document.
func settingsOfImage(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	certificate, key := selfSigned(t)
	document, err := testdata.Find("ata-carnet", "expo-machinery-qinzhou-haiphong")
	if err != nil {
		t.Fatal(err)
	}
	const text = "listen: 0.0.0.0:8443\ndata: /var/lib/beibu/data\ntls: {certificate: /etc/beibu/tls.pem, key: /etc/beibu/tls.key}\n"
	for name, content := range map[string][]byte{
		"beibud.yaml": []byte(text), "tls.pem": certificate, "tls.key": key, "carnet.xml": document.Bytes,
	} {
		file := filepath.Join(dir, name)
		err := errors.Join(os.WriteFile(file, content, 0o400), os.Chown(file, imageUser, imageUser))
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

// unpacked returns the folder of the archive for this machine.
func unpacked(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	name := "beibu-linux-" + runtime.GOARCH
	build := exec.CommandContext(t.Context(), "go", "run", "./deploy/release", "-out", dir, "linux/"+runtime.GOARCH)
	build.Dir = ".."
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	unpack := exec.CommandContext(t.Context(), "tar", "-xzf", filepath.Join(dir, name+".tar.gz"), "-C", dir)
	if out, err := unpack.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return filepath.Join(dir, name)
}

// An engine is Podman with a store of its own.
type engine struct {
	program string
	options []string
}

// newEngine returns an engine. Whoever is not root, or lacks Podman or runc, skips.
func newEngine(t *testing.T) engine {
	t.Helper()
	podman := signingtest.Tool(t, "podman")
	signingtest.Tool(t, "runc") // crun refuses machines that have both versions of cgroups
	if os.Geteuid() != 0 {
		signingtest.Missing(t, "this is not root, who alone may make a network of a container here")
	}
	dir := t.TempDir()
	return engine{podman, []string{
		"--root", filepath.Join(dir, "store"), "--runroot", filepath.Join(dir, "run"), "--storage-driver", "vfs",
		"--cgroup-manager", "cgroupfs", "--events-backend", "none", "--runtime", "runc",
	}}
}

func (e engine) command(ctx context.Context, args ...string) *exec.Cmd {
	return exec.CommandContext(ctx, e.program, slices.Concat(e.options, args)...)
}

// must has the engine do something in a folder, and returns what it printed.
func (e engine) must(t *testing.T, folder string, args ...string) []byte {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	c := e.command(ctx, args...)
	c.Dir = folder
	var said bytes.Buffer
	c.Stderr = &said
	out, err := c.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s", strings.Join(args, " "), err, said.String())
	}
	return out
}

// ctl has beibuctl of the image call the daemon by a key that it made.
func (e engine) ctl(t *testing.T, key string, args ...string) string {
	t.Helper()
	call := []string{"exec", "beibu", "/usr/local/bin/beibuctl", "--server", "https://127.0.0.1:8443", "--ca", "/etc/beibu/tls.pem", "--key-file", "/var/lib/beibu/data/access/" + key + ".key"}
	return string(e.must(t, "", slices.Concat(call, args)...))
}

// start runs the image as it is documented, but without a network, and returns when the
// daemon serves.
func (e engine) start(t *testing.T, settings string) *daemonLog {
	t.Helper()
	// The container is called beibu. Files of its root may not even be in memory; and a
	// machine may not let root raise its limits, as Podman would.
	args := []string{"run", "--name", "beibu", "--rm", "--network", "none", "--read-only-tmpfs=false", "--ulimit", "nofile=1024:1024", "--ulimit", "nproc=1024:1024"}
	for _, word := range documented(t, "run")[1:] {
		switch word {
		case "-p", "8443:8443": // there is no network
		default:
			args = append(args, strings.Replace(word, "/etc/beibu:/etc", settings+":/etc", 1))
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	t.Cleanup(cancel)
	d := &daemonLog{command: e.command(ctx, args...)}
	said, err := d.command.StderrPipe()
	if err == nil {
		err = d.command.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.command(context.Background(), "rm", "--force", "--ignore", "beibu").Run() })
	d.lines = bufio.NewScanner(said)
	for d.lines.Scan() {
		d.said.WriteString(d.lines.Text() + "\n")
		if strings.Contains(d.lines.Text(), `"msg":"serving"`) {
			return d
		}
	}
	t.Fatalf("it does not serve: %v\n%s", d.command.Wait(), d.said.String())
	return nil
}

// A daemonLog is what a container says.
type daemonLog struct {
	command *exec.Cmd
	lines   *bufio.Scanner
	said    strings.Builder
}

// rest waits until the container ends and returns all that it said.
func (d *daemonLog) rest() (string, error) {
	for d.lines.Scan() {
		d.said.WriteString(d.lines.Text() + "\n")
	}
	return d.said.String(), d.command.Wait()
}

// documented returns the arguments of a command of the engine that the Dockerfile shows.
func documented(t *testing.T, command string) []string {
	t.Helper()
	text, err := os.ReadFile("Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	line := regexp.MustCompile(`(?m)^#   docker (` + command + ` .+)$`).FindSubmatch(text)
	if line == nil {
		t.Fatalf("the Dockerfile does not show docker %s", command)
	}
	return strings.Fields(string(line[1]))
}

// instructions returns the instructions of the Dockerfile, with continued lines joined.
func instructions(t *testing.T) []string {
	t.Helper()
	text, err := os.ReadFile("Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for line := range bytes.Lines(bytes.ReplaceAll(text, []byte("\\\n"), nil)) {
		if said := strings.TrimSpace(string(line)); said != "" && said[0] != '#' {
			all = append(all, said)
		}
	}
	return all
}
