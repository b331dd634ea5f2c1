package deploy_test

import (
	"bufio"
	"context"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// The image is made by the Go of the project from images with versions, and the last stage
// has nothing but what is copied, and a user without rights.
func TestDockerfile(t *testing.T) {
	all := instructions(t)
	module, err := os.ReadFile("../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	goVersion := regexp.MustCompile(`(?m)^go (\S+)$`).FindSubmatch(module)[1]
	if want := "FROM golang:" + string(goVersion) + "-"; !strings.HasPrefix(all[0], want) {
		t.Errorf("%s, want %s", all[0], want)
	}
	last := slices.Index(all, "FROM scratch")
	if last < 0 {
		t.Fatal("the last stage is not from scratch")
	}
	known := regexp.MustCompile(`^(COPY --from=build |USER [1-9][0-9]*:[1-9][0-9]*$|VOLUME |EXPOSE |STOPSIGNAL SIGTERM$|ENTRYPOINT \["/|CMD \[")`)
	user := false
	for _, one := range all[last+1:] {
		if !known.MatchString(one) {
			t.Errorf("in the last stage: %s", one)
		}
		user = user || strings.HasPrefix(one, "USER ")
	}
	if !user {
		t.Error("no user")
	}
	for _, one := range all {
		if strings.HasPrefix(one, "ADD ") || strings.Contains(one, ":latest") {
			t.Error(one)
		}
	}
}

// What is in the image is all that the daemon needs: it starts and stops without a shell, a
// library, /proc, /dev or /tmp, as a user who can write nothing but the data folder.
func TestImageIsEnough(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root may change the root folder of a process")
	}
	var build string
	for _, one := range instructions(t) {
		if strings.Contains(one, "go build") {
			build = strings.TrimPrefix(one, "RUN ")
		}
	}
	root := t.TempDir()
	made := exec.CommandContext(t.Context(), "sh", "-c", strings.Replace(build, "/image/", root+"/", 1))
	made.Dir = ".."
	if out, err := made.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", build, err, out)
	}
	data := filepath.Join(root, "var/lib/beibu")
	for _, folder := range []string{data, filepath.Join(root, "etc/beibu")} {
		if err := os.MkdirAll(folder, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chown(data, 65532, 65532); err != nil {
		t.Fatal(err)
	}
	const text = "listen: 127.0.0.1:0\nprivate: 127.0.0.1:0\ndata: /var/lib/beibu/data\n"
	if err := os.WriteFile(filepath.Join(root, "etc/beibu/beibud.yaml"), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	before := filesBelow(t, root, data)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	daemon := exec.CommandContext(ctx, "/usr/local/bin/beibud", "run", "--config", "/etc/beibu/beibud.yaml")
	daemon.Dir, daemon.Env = "/", []string{}
	daemon.SysProcAttr = &syscall.SysProcAttr{Chroot: root, Credential: &syscall.Credential{Uid: 65532, Gid: 65532}}
	said, err := daemon.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := daemon.Start(); err != nil {
		t.Fatal(err)
	}
	var lines []string
	for scan := bufio.NewScanner(said); scan.Scan(); {
		if lines = append(lines, scan.Text()); strings.Contains(scan.Text(), `"msg":"serving"`) {
			if err := daemon.Process.Signal(syscall.SIGTERM); err != nil {
				t.Error(err)
			}
		}
	}
	if err := daemon.Wait(); err != nil || !strings.Contains(strings.Join(lines, "\n"), `"msg":"stopped"`) {
		t.Errorf("%v\n%s", err, strings.Join(lines, "\n"))
	}
	if after := filesBelow(t, root, data); !slices.Equal(before, after) {
		t.Errorf("it wrote elsewhere: %v", after)
	}
}

// filesBelow returns the paths below a folder, without those below another.
func filesBelow(t *testing.T, folder, without string) (all []string) {
	t.Helper()
	err := filepath.WalkDir(folder, func(path string, _ fs.DirEntry, err error) error {
		if path == without {
			return fs.SkipDir
		}
		all = append(all, path)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}
