package folders_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"beibu/exchange/files"
)

// What is accepted is in sent with its receipt, what is refused in failed with its
// problem in both languages, the oldest first.
func TestDocuments(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		for i, name := range []string{"b.xml", "a.xml", "许可.xml"} { // in the order of their times
			w.put("out/"+name, "document "+name)
			at := time.Now().Add(time.Duration(i) * time.Minute)
			if err := os.Chtimes(filepath.Join(w.dir, "out", name), at, at); err != nil {
				t.Fatal(err)
			}
		}
		w.put("out/c", "bad")
		stop := w.watch()
		w.scans(2)
		stop()
		if want := []string{"document b.xml", "document a.xml", "document 许可.xml"}; !slices.Equal(w.accepted, want) {
			t.Errorf("accepted %q, want %q", w.accepted, want)
		}
		w.has(map[string]string{
			"sent/a.xml": "document a.xml", "sent/a.xml.receipt.json": "receipt of document a.xml",
			"sent/b.xml": "document b.xml", "sent/b.xml.receipt.json": "receipt of document b.xml",
			"sent/许可.xml": "document 许可.xml", "sent/许可.xml.receipt.json": "receipt of document 许可.xml",
			"failed/c": "bad", "failed/c.problem.json": `"detail":"差"`,
		})
		if w.waited != 4 || w.shown != 4 || !w.last() {
			t.Errorf("waited %d, shown %d, good %t", w.waited, w.shown, w.last())
		}
	})
}

// A file is not taken while it grows or has a name that a writer uses until it is done,
// and a folder within is never read.
func TestUnfinished(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		names := []string{".hidden", "a.tmp", "b.PART", "c.filepart", "d~", "e.partial"}
		for _, name := range names {
			w.put("out/"+name, "unfinished")
		}
		if err := os.Mkdir(filepath.Join(w.dir, "out/staging"), 0o700); err != nil {
			t.Fatal(err)
		}
		w.put("out/staging/f", "unfinished")
		w.put("out/growing", "")
		stop := w.watch()
		for n := range 5 {
			w.put("out/growing", strings.Repeat("x", n+1))
			w.scans(1)
			if w.asked() != 0 {
				t.Fatalf("taken after %d bytes", n+1)
			}
		}
		w.scans(1)
		stop()
		if want := []string{"xxxxx"}; !slices.Equal(w.accepted, want) {
			t.Errorf("accepted %q", w.accepted)
		}
		for _, name := range append(names, "staging/f") {
			if w.all()["out/"+name] != "unfinished" {
				t.Errorf("%s was taken", name)
			}
		}
	})
}

// What is no file, is too large, or has a name that cannot be shown is refused unread, and
// what a link leads to is never touched.
func TestRefusedUnread(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		secret := filepath.Join(t.TempDir(), "secret")
		long := strings.Repeat("n", files.MaxName+1)
		if err := errors.Join(os.WriteFile(secret, []byte("secret"), 0o600),
			os.Symlink(secret, filepath.Join(w.dir, "out/link.xml")),
			os.Symlink("../sent", filepath.Join(w.dir, "out/within")),
			syscall.Mkfifo(filepath.Join(w.dir, "out/pipe"), 0o600)); err != nil {
			t.Fatal(err)
		}
		w.put("out/large", strings.Repeat("x", limit+1))
		w.put("out/a\nb", "named so")
		w.put("out/\xff.xml", "named so")
		w.put("out/a.receipt.json", "named so")
		if err := os.WriteFile(filepath.Join(w.dir, "out", long), nil, 0o600); err != nil {
			t.Fatal(err)
		}
		stop := w.watch()
		w.scans(4)
		stop()
		w.has(map[string]string{
			"failed/link.xml": "L", "failed/link.xml.problem.json": `"code":"file-type"`,
			"failed/within": "L", "failed/within.problem.json": `"code":"file-type"`,
			"failed/pipe": "p", "failed/pipe.problem.json": `"code":"file-type"`,
			"failed/large": "xxx", "failed/large.problem.json": `"code":"too-large"`,
			"failed/unnamed-" + hexOf("a\nb"): "named so", "failed/unnamed-" + hexOf("a\nb") + ".problem.json": `"code":"file-name"`,
			"failed/unnamed-" + hexOf("\xff.xml"): "named so", "failed/unnamed-" + hexOf("\xff.xml") + ".problem.json": `"code":"file-name"`,
			"failed/unnamed-" + hexOf("a.receipt.json"): "named so", "failed/unnamed-" + hexOf("a.receipt.json") + ".problem.json": `"code":"file-name"`,
			"failed/unnamed-" + hexOf(long): "", "failed/unnamed-" + hexOf(long) + ".problem.json": `"code":"file-name"`,
		})
		if content, err := os.ReadFile(secret); err != nil || string(content) != "secret" {
			t.Errorf("what the link leads to: %q, %v", content, err)
		}
		if len(w.accepted) > 0 {
			t.Errorf("accepted %q", w.accepted)
		}
	})
}

// What was not promised is tried again, and what comes later waits.
func TestTriesAgain(t *testing.T) {
	for _, test := range []struct {
		away int
		full bool
	}{{1, false}, {3, false}, {3, true}} {
		inBubble(t, func(t *testing.T, w *world) {
			w.away, w.full = test.away, test.full
			for i, name := range []string{"first", "second"} {
				w.put("out/"+name, name)
				at := time.Now().Add(time.Duration(i) * time.Minute)
				if err := os.Chtimes(filepath.Join(w.dir, "out", name), at, at); err != nil {
					t.Fatal(err)
				}
			}
			stop := w.watch()
			w.scans(2)
			if got := w.all(); got["out/second"] != "second" || len(got) != 2 {
				t.Errorf("while nothing is promised: %q", got)
			}
			if w.scans(1); !w.last() {
				t.Error("the folders are good, and it was said that they are not")
			}
			<-time.After(5 * time.Minute)
			stop()
			if want := []string{"first", "second"}; !slices.Equal(w.accepted, want) || w.waited != 2 {
				t.Errorf("accepted %q after %d waits for the quota", w.accepted, w.waited)
			}
			warned := w.logs.FilterMessage("folder of party not finished, retrying").Len()
			if want := map[bool]int{false: test.away, true: 0}[test.full]; warned != want {
				t.Errorf("%d warnings", warned)
			}
		})
	}
}

// A name that was used before keeps what it was used for.
func TestNameIsUsedAgain(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		stop := w.watch()
		for _, content := range []string{"one", "two", "one", "three", "bad 1", "bad 2", "bad 1"} {
			w.put("out/a.xml", content)
			w.scans(3)
		}
		stop()
		if slices.Sort(w.requests); len(slices.Compact(w.requests)) != 7 {
			t.Errorf("two documents of one name were the same in work: %q", w.requests)
		}
		two, three, bad := hexOf("two"), hexOf("three"), hexOf("bad 2")
		w.has(map[string]string{
			"sent/a.xml": "one", "sent/a.xml.receipt.json": "receipt of one",
			"sent/a-" + two + ".xml": "two", "sent/a-" + two + ".xml.receipt.json": "receipt of two",
			"sent/a-" + three + ".xml": "three", "sent/a-" + three + ".xml.receipt.json": "receipt of three",
			"failed/a.xml": "bad 1", "failed/a.xml.problem.json": "malformed",
			"failed/a-" + bad + ".xml": "bad 2", "failed/a-" + bad + ".xml.problem.json": "malformed",
		})
	})
}

// A folder that is missing is said, and the work continues once it is there.
func TestFolderIsMissing(t *testing.T) {
	for _, missing := range []string{"out", "work", "sent", "failed", "answers"} {
		inBubble(t, func(t *testing.T, w *world) {
			w.put("out/a", "good")
			w.put("out/b", "bad")
			at, aside := filepath.Join(w.dir, missing), filepath.Join(w.dir, "aside")
			if err := os.Rename(at, aside); err != nil {
				t.Fatal(err)
			}
			stop := w.watch()
			w.scans(10)
			if w.last() {
				t.Errorf("%s is missing, and nothing says so", missing)
			}
			said := w.logs.FilterMessage("folder of party not finished, retrying").All()
			if len(said) == 0 || len(said) > 5 || !strings.Contains(said[0].ContextMap()["error"].(string), missing+":") {
				t.Errorf("%s is missing: %v", missing, said)
			}
			if err := os.Rename(aside, at); err != nil {
				t.Fatal(err)
			}
			<-time.After(3 * time.Minute)
			stop()
			w.has(map[string]string{"sent/a": "good", "sent/a.receipt.json": "receipt", "failed/b": "bad", "failed/b.problem.json": "malformed"})
			if len(w.accepted) != 1 || !w.last() {
				t.Errorf("accepted %q", w.accepted)
			}
		})
	}
}
