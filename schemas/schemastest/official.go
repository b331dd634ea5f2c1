// Package schemastest fetches the official UBL 2.4 schema set for tests. The
// set is not part of this repository.
package schemastest

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"testing"
)

// jars hold the official set: UBL 2.4, and what it imports without a location.
var jars = []struct{ group, artifact, version string }{
	{"com.helger.ubl", "ph-ubl24", "10.1.0"},
	{"com.helger.xsd", "ph-xsds-ccts-cct-schemamodule", "4.1.0"},
	{"com.helger.xsd", "ph-xsds-xmldsig", "4.1.0"},
	{"com.helger.xsd", "ph-xsds-xades132", "4.1.0"},
	{"com.helger.xsd", "ph-xsds-xades141", "4.1.0"},
}

// Tool returns the path of an outside program. Where it is missing, the test
// is skipped, or fails if BEIBU_REQUIRE_TOOLS=1.
func Tool(tb testing.TB, name string) string {
	tb.Helper()
	found, err := exec.LookPath(name)
	if err != nil {
		Missing(tb, name+" is not installed")
	}
	return found
}

// Missing skips a test that lacks something, or fails it if
// BEIBU_REQUIRE_TOOLS=1.
func Missing(tb testing.TB, what string) {
	tb.Helper()
	if os.Getenv("BEIBU_REQUIRE_TOOLS") == "1" {
		tb.Fatalf("%s, and BEIBU_REQUIRE_TOOLS=1", what)
	}
	tb.Skipf("SKIPPED: %s", what)
}

// Jars returns the jars of the official set. BEIBU_UBL_JAR names the first
// of them, the others beside it; else Maven fetches them, once.
func Jars(tb testing.TB) []string {
	tb.Helper()
	if jar := os.Getenv("BEIBU_UBL_JAR"); jar != "" {
		found, err := present(filepath.Dir(jar))
		if err != nil {
			tb.Fatalf("BEIBU_UBL_JAR: %v", err)
		}
		found[0] = jar
		return found
	}
	folder := tb.TempDir()
	if cache, err := os.UserCacheDir(); err == nil {
		folder = filepath.Join(cache, "beibu-test", "ubl-2.4")
	}
	if found, err := present(folder); err == nil {
		return found
	}
	fetch(tb, Tool(tb, "mvn"), folder)
	found, err := present(folder)
	if err != nil {
		tb.Fatal(err)
	}
	return found
}

// present returns the jars in a folder, if all are there.
func present(folder string) ([]string, error) {
	found := make([]string, 0, len(jars))
	for _, jar := range jars {
		name := filepath.Join(folder, jar.artifact+"-"+jar.version+".jar")
		if _, err := os.Stat(name); err != nil {
			return nil, err
		}
		found = append(found, name)
	}
	return found, nil
}

func fetch(tb testing.TB, mvn, folder string) {
	tb.Helper()
	var items strings.Builder
	for _, jar := range jars {
		fmt.Fprintf(&items, "<artifactItem><groupId>%s</groupId><artifactId>%s</artifactId><version>%s</version></artifactItem>",
			jar.group, jar.artifact, jar.version)
	}
	pom := filepath.Join(tb.TempDir(), "pom.xml")
	text := `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>beibu</groupId><artifactId>official</artifactId><version>1</version><packaging>pom</packaging>
<build><plugins><plugin><groupId>org.apache.maven.plugins</groupId><artifactId>maven-dependency-plugin</artifactId>
<version>3.6.1</version><configuration><artifactItems>` + items.String() + `</artifactItems></configuration></plugin></plugins></build></project>`
	if err := os.WriteFile(pom, []byte(text), 0o600); err != nil {
		tb.Fatal(err)
	}
	command := exec.CommandContext(tb.Context(), mvn, "-q", "-B", "-f", pom,
		"org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy", "-DoutputDirectory="+folder)
	if out, err := command.CombinedOutput(); err != nil {
		Missing(tb, fmt.Sprintf("Maven cannot fetch the official UBL 2.4 set (%v): %.500s", err, out))
	}
}

// Files returns the schema files of the jars, by name.
func Files(tb testing.TB, jars []string) map[string][]byte {
	tb.Helper()
	files := make(map[string][]byte)
	for _, jar := range jars {
		if err := unpack(jar, files); err != nil {
			tb.Fatalf("read %s: %v", jar, err)
		}
	}
	return files
}

func unpack(jar string, files map[string][]byte) error {
	archive, err := zip.OpenReader(jar)
	if err != nil {
		return err
	}
	for _, f := range archive.File {
		if path.Ext(f.Name) != ".xsd" {
			continue
		}
		in, err := f.Open()
		if err != nil {
			return err
		}
		data, err := io.ReadAll(io.LimitReader(in, 16<<20))
		if err := errors.Join(err, in.Close()); err != nil {
			return err
		}
		files[f.Name] = data
	}
	return archive.Close()
}
