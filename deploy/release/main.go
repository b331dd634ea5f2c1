// Command release builds archives of the programs for machines without Go and
// without the internet: static programs, the licences of all modules, a list of
// contents (SBOM) and the documentation. It needs no network if the modules are on
// the machine, and the same source gives the same bytes.
//
//	go run ./deploy/release [-out FOLDER] [GOOS/GOARCH ...]
package main

import (
	"context"
	"crypto/sha256"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
)

// platforms are those that get an archive.
var platforms = []string{"linux/amd64", "linux/arm64", "windows/amd64"}

func main() {
	out := flag.String("out", "dist", "`FOLDER` of the archives and SHA256SUMS")
	flag.Parse()
	wanted := flag.Args()
	if len(wanted) == 0 {
		wanted = platforms
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := release(ctx, ".", *out, wanted, os.Stdout)
	stop()
	if err != nil {
		_, _ = fmt.Fprintln(os.Stderr, "release:", err)
		os.Exit(1)
	}
}

// release writes an archive for each platform, and SHA256SUMS, to the folder out.
// root is the top of the project.
func release(ctx context.Context, root, out string, wanted []string, report io.Writer) error {
	if err := os.MkdirAll(out, 0o755); err != nil { //nolint:gosec // archives are for everybody
		return fmt.Errorf("make folder of archives: %w", err)
	}
	var sums strings.Builder
	for _, platform := range wanted {
		system, arch, ok := strings.Cut(platform, "/")
		if !ok {
			return fmt.Errorf("%q is no platform: write GOOS/GOARCH, such as linux/amd64", platform)
		}
		name, content, err := build(ctx, root, system, arch)
		if err != nil {
			return fmt.Errorf("%s: %w", platform, err)
		}
		if err := os.WriteFile(filepath.Join(out, name), content, 0o644); err != nil { //nolint:gosec // as above
			return fmt.Errorf("write archive: %w", err)
		}
		sum := fmt.Sprintf("%x  %s\n", sha256.Sum256(content), name)
		sums.WriteString(sum)
		if _, err := io.WriteString(report, sum); err != nil {
			return fmt.Errorf("print checksum: %w", err)
		}
	}
	if err := os.WriteFile(filepath.Join(out, "SHA256SUMS"), []byte(sums.String()), 0o644); err != nil { //nolint:gosec // as above
		return fmt.Errorf("write checksums: %w", err)
	}
	return nil
}

// build returns the archive of a platform, and its name.
func build(ctx context.Context, root, system, arch string) (name string, content []byte, err error) {
	bin, err := os.MkdirTemp("", "beibu-release-")
	if err != nil {
		return "", nil, fmt.Errorf("make temporary folder: %w", err)
	}
	defer func() { _ = os.RemoveAll(bin) }()
	programs, err := programsFor(root, system)
	if err != nil {
		return "", nil, err
	}
	args := append([]string{"build", "-trimpath", "-ldflags=-s -w -buildid=", "-o", bin + string(filepath.Separator)}, programs...)
	cmd := exec.CommandContext(ctx, "go", args...) //nolint:gosec // the arguments are the project's own
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS="+system, "GOARCH="+arch, "GOFLAGS=-mod=readonly")
	if said, err := cmd.CombinedOutput(); err != nil {
		return "", nil, fmt.Errorf("build programs: %w\n%s", err, said)
	}
	files, err := contents(ctx, root, bin)
	if err != nil {
		return "", nil, err
	}
	folder := "beibu-" + system + "-" + arch
	if system == "windows" {
		content, err = zipped(folder, files)
		return folder + ".zip", content, err
	}
	begin, err := volume()
	if err != nil {
		return "", nil, err
	}
	content, err = tarred(folder, append(files, file{name: "deploy/volume.tar", mode: 0o644, content: begin}))
	return folder + ".tar.gz", content, err
}

// programsFor lists the programs of a platform: on Windows, all but the daemon.
func programsFor(root, system string) ([]string, error) {
	folders, err := filepath.Glob(filepath.Join(root, "cmd", "beibu*"))
	if err != nil {
		return nil, fmt.Errorf("list programs: %w", err)
	}
	var all []string
	for _, folder := range folders {
		if name := filepath.Base(folder); system != "windows" || name != "beibud" {
			all = append(all, "./cmd/"+name)
		}
	}
	return all, nil
}

// contents returns the files of an archive.
func contents(ctx context.Context, root, bin string) ([]file, error) {
	built, err := readAll(bin, 0o755)
	if err != nil {
		return nil, err
	}
	modules, err := modulesOf(bin, built)
	if err != nil {
		return nil, err
	}
	licences, err := licencesOf(ctx, modules)
	if err != nil {
		return nil, err
	}
	bill, err := billOf(modules, licences)
	if err != nil {
		return nil, err
	}
	pages, err := documentation(root)
	if err != nil {
		return nil, err
	}
	return slices.Concat(built, licences, pages, []file{{name: "sbom.cdx.json", mode: 0o644, content: bill}}), nil
}
