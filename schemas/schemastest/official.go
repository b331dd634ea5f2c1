// Package schemastest fetches official schema sets for tests. They are not part
// of this repository.
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

// A Set is an official schema set: the jars that hold it.
type Set struct {
	what     string
	folder   string // of the cache
	variable string // of the environment: names the first jar, the others beside it
	jars     []jar
}

type jar struct{ group, artifact, version string }

var (
	// UBL is UBL 2.4, and what it imports without a location.
	UBL = Set{"UBL 2.4", "ubl-2.4", "BEIBU_UBL_JAR", []jar{
		{"com.helger.ubl", "ph-ubl24", "10.1.0"},
		{"com.helger.xsd", "ph-xsds-ccts-cct-schemamodule", "4.1.0"},
		{"com.helger.xsd", "ph-xsds-xmldsig", "4.1.0"},
		{"com.helger.xsd", "ph-xsds-xades132", "4.1.0"},
		{"com.helger.xsd", "ph-xsds-xades141", "4.1.0"},
	}}
	// CII is the Cross Industry Invoice of UN/CEFACT's library D16B. It is no
	// document of ours; the data types and code lists in it are the library's.
	CII = Set{"UN/CEFACT D16B", "cii-d16b", "BEIBU_CII_JAR", []jar{{"com.helger.cii", "ph-cii-d16b", "3.0.2"}}}
)

// Tool returns the path of an outside program. If it is missing, the test
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

// Jars returns the jars of a set: those that its variable of the environment
// names, or else what Maven fetches, once.
func Jars(tb testing.TB, set Set) []string {
	tb.Helper()
	if first := os.Getenv(set.variable); first != "" {
		found, err := set.in(filepath.Dir(first))
		if err != nil {
			tb.Fatalf("%s: %v", set.variable, err)
		}
		found[0] = first
		return found
	}
	folder := tb.TempDir()
	if cache, err := os.UserCacheDir(); err == nil {
		folder = filepath.Join(cache, "beibu-test", set.folder)
	}
	if found, err := set.in(folder); err == nil {
		return found
	}
	fetch(tb, Tool(tb, "mvn"), set, folder)
	found, err := set.in(folder)
	if err != nil {
		tb.Fatal(err)
	}
	return found
}

// in returns the jars of the set in a folder, if all are there.
func (s Set) in(folder string) ([]string, error) {
	found := make([]string, 0, len(s.jars))
	for _, jar := range s.jars {
		name := filepath.Join(folder, jar.artifact+"-"+jar.version+".jar")
		if _, err := os.Stat(name); err != nil {
			return nil, err
		}
		found = append(found, name)
	}
	return found, nil
}

func fetch(tb testing.TB, mvn string, set Set, folder string) {
	tb.Helper()
	var items strings.Builder
	for _, jar := range set.jars {
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
		Missing(tb, fmt.Sprintf("Maven cannot fetch the official set of %s (%v): %.500s", set.what, err, out))
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
