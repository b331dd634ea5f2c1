// Package signingtest has what the tests of XML reading and signing share: a
// document of the trade in any size, XML files to be found, and the programs
// that serve as oracles.
package signingtest

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Document returns a transit document of about size bytes, with names and
// goods in Chinese and English, in the shape of UBL.
func Document(size int) []byte {
	var b bytes.Buffer
	b.WriteString(`<?xml version="1.0" encoding="UTF-8"?>
<GoodsItemPassport xmlns="urn:oasis:names:specification:ubl:schema:xsd:GoodsItemPassport-2" xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2" xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2" Id="document">
  <cbc:UBLVersionID>2.4</cbc:UBLVersionID>
  <cbc:ID>CN/45/2026/000017</cbc:ID>
  <cbc:IssueDate>2026-09-14</cbc:IssueDate>
  <cac:HolderParty><cac:PartyName><cbc:Name>广西北部湾国际港务集团有限公司</cbc:Name></cac:PartyName></cac:HolderParty>
`)
	for i := 1; b.Len() < size-len("</GoodsItemPassport>\n")-260; i++ {
		fmt.Fprintf(&b, `  <cac:GoodsItem>
    <cbc:ID schemeID="CNQZH">%d</cbc:ID>
    <cbc:Description languageID="zh">展览品 &amp; 样品，第%d箱</cbc:Description>
    <cbc:GrossWeightMeasure unitCode="KGM">%d.500</cbc:GrossWeightMeasure>
    <cbc:ValueAmount currencyID="CNY">%d.00</cbc:ValueAmount>
  </cac:GoodsItem>
`, i, i, 20+i, 1000*i)
	}
	b.WriteString("</GoodsItemPassport>\n")
	return b.Bytes()
}

// Files returns every file with one of these endings in a folder of the
// repository's testdata, by path. There may be none.
func Files(t testing.TB, endings ...string) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	err := filepath.WalkDir(Root(t)+"/testdata", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		for _, ending := range endings {
			if strings.HasSuffix(path, ending) {
				files[path], err = os.ReadFile(path)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// Root returns the folder of the repository.
func Root(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		if dir == filepath.Dir(dir) {
			t.Fatal("no go.mod above the test")
		}
		dir = filepath.Dir(dir)
	}
}

// Tool returns the path of an outside program. Without it the test is skipped,
// or fails if BEIBU_REQUIRE_TOOLS is 1.
func Tool(t testing.TB, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		Missing(t, name+" is not installed")
	}
	return path
}

// Missing skips a test that lacks something, or fails it if
// BEIBU_REQUIRE_TOOLS is 1.
func Missing(t testing.TB, what string) {
	t.Helper()
	if os.Getenv("BEIBU_REQUIRE_TOOLS") == "1" {
		t.Fatalf("%s, and BEIBU_REQUIRE_TOOLS=1", what)
	}
	t.Skip("SKIPPED: " + what)
}

// Java has a stock JDK sign and verify by Sign.java, which says what a job is,
// and returns its answer to each job: "ok", or what failed. Without a JDK the
// test is skipped, as [Tool] says.
func Java(t testing.TB, jobs ...[]string) []string {
	t.Helper()
	Tool(t, "javac") // a runtime alone cannot start a source file
	java := Tool(t, "java")
	var in strings.Builder
	for _, job := range jobs {
		in.WriteString(strings.Join(job, "\t") + "\n")
	}
	command := exec.CommandContext(t.Context(), java, filepath.Join(Root(t), "signing/signingtest/Sign.java"))
	command.Stdin, command.Stderr = strings.NewReader(in.String()), t.Output()
	out, err := command.Output()
	answers := strings.Split(strings.TrimSpace(string(out)), "\n")
	if err != nil || len(answers) != len(jobs) {
		t.Fatalf("java: %v, %d answers to %d jobs: %s", err, len(answers), len(jobs), out)
	}
	return answers
}
