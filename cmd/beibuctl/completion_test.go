package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"beibu/exchange/httpapi"
	"beibu/signing/signingtest"
)

// everyCommand calls each for every command, with the words that lead to it.
func everyCommand(t *testing.T, each func(path []string, node *kong.Node)) {
	t.Helper()
	app, _, err := newApp(&grammar{}, streams{})
	if err != nil {
		t.Fatal(err)
	}
	var walk func(path []string, node *kong.Node)
	walk = func(path []string, node *kong.Node) {
		each(path, node)
		for _, child := range node.Children {
			if child.Hidden {
				continue
			}
			walk(append(slices.Clone(path), child.Name), child)
		}
	}
	walk(nil, app.Model.Node)
}

// wordsOf returns the commands and the flags that may follow a command.
func wordsOf(node *kong.Node) (commands, flags []string) {
	for _, child := range node.Children {
		if child.Hidden {
			continue
		}
		commands = append(commands, child.Name)
	}
	for _, group := range node.AllFlags(true) {
		for _, f := range group {
			flags = append(flags, "--"+f.Name)
		}
	}
	slices.Sort(flags)
	return commands, flags
}

// completed asks bash what its script completes a command line with.
func completed(t *testing.T, line ...string) []string {
	t.Helper()
	code, script, _ := called(t, "completion", "bash")
	if code != exitFine {
		t.Fatal("no script")
	}
	words := append([]string{"beibuctl"}, line...)
	for i, w := range words {
		words[i] = "'" + w + "'"
	}
	script += "COMP_WORDS=(" + strings.Join(words, " ") + ")\nCOMP_CWORD=$((${#COMP_WORDS[@]}-1))\n_beibuctl\nprintf '%s\\n' \"${COMPREPLY[@]}\"\n"
	file := filepath.Join(t.TempDir(), "complete")
	if err := os.WriteFile(file, []byte(script), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), signingtest.Tool(t, "bash"), file)
	cmd.Env = asking(t)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return strings.Fields(string(out))
}

// asking returns an environment in which a script can ask beibuctl for words, and
// beibuctl finds no daemon: the words are those of the map that ships with it.
func asking(t *testing.T) []string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.Symlink(self, filepath.Join(dir, "beibuctl")); err != nil {
		t.Fatal(err)
	}
	return append(os.Environ(), "PATH="+dir+string(os.PathListSeparator)+os.Getenv("PATH"), "BEIBU_SERVER=http://127.0.0.1:1")
}

// A shell runs what is in its words, so a daemon cannot have words of its choice
// printed.
func TestWordsAreHarmless(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		answers(w, http.StatusOK, httpapi.Parties{Parties: []httpapi.Party{
			{ID: "window-vn"}, {ID: "$(touch evil)"}, {ID: "-rf"}, {ID: "a b"},
		}})
	}))
	t.Cleanup(server.Close)
	if code, words, _ := called(t, "--server", server.URL, "__words", "parties"); code != exitFine || words != "window-vn\n" {
		t.Errorf("exit code %d, words %q", code, words)
	}
}

// Ids are those of the newest exchanges, refusals and runs. A daemon that does not answer
// has none.
func TestWordsOfIDs(t *testing.T) {
	asked := ""
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = r.URL.String()
		switch r.URL.Path {
		case "/v1/exchanges":
			answers(w, http.StatusOK, httpapi.Page{Exchanges: []httpapi.Exchange{{ExchangeID: "e-2"}, {ExchangeID: "e-1"}}})
		case "/v1/refusals":
			answers(w, http.StatusOK, httpapi.RefusalPage{Refusals: []httpapi.Refusal{{ID: "r-1"}}})
		case "/v1/runs":
			answers(w, http.StatusOK, httpapi.RunPage{Runs: []httpapi.Run{{ID: "n-1"}, {ID: "$(touch evil)"}}})
		}
	}))
	t.Cleanup(server.Close)
	for list, want := range map[string]string{"exchanges": "e-1\ne-2\n", "refusals": "r-1\n", "runs": "n-1\n"} {
		if code, words, _ := called(t, "--server", server.URL, "__words", list); code != exitFine || words != want || asked != "/v1/"+list+"?limit=50" {
			t.Errorf("%s: exit code %d, words %q, asked %s", list, code, words, asked)
		}
		if code, words, _ := called(t, "--server", "http://127.0.0.1:1", "__words", list); code != exitFine || words != "\n" {
			t.Errorf("%s without a daemon: exit code %d, words %q", list, code, words)
		}
	}
}

// Every command and every flag is completed at each place that allows it.
func TestBashCompletion(t *testing.T) {
	everyCommand(t, func(path []string, node *kong.Node) {
		commands, flags := wordsOf(node)
		if got := completed(t, append(slices.Clone(path), "")...); len(commands) > 0 && !slices.Equal(got, commands) {
			t.Errorf("after %v: commands %v, want %v", path, got, commands)
		}
		if got := completed(t, append(slices.Clone(path), "--")...); !slices.Equal(got, flags) || len(flags) < 8 {
			t.Errorf("after %v: flags %v, want %v", path, got, flags)
		}
	})
	for line, want := range map[string]string{
		"check --output ":      "table json",
		"check -o t":           "table",
		"mailbox get --dir ":   "", // the shell completes files
		"--lang z":             "zh",
		"-o json mailbox ":     "list get ack again",
		"mailbox --lang zh g":  "get",
		"exchanges list --sta": "--state",
		"completion ":          "bash zsh fish",

		"exchanges list --kind ata-c":     "ata-carnet",
		"exchanges list --state Consign":  "ConsignmentAcceptance ConsignmentRejection",
		"replay --failed --to qinzhou-cu": "qinzhou-customs",
		"parties suspend window-v":        "window-vn",
		"exchanges list --rule ATA-05":    "ATA-05 ATA-05B ATA-05C",
	} {
		if got := strings.Join(completed(t, strings.Split(line, " ")...), " "); got != want {
			t.Errorf("%q: got %q, want %q", line, got, want)
		}
	}
}

// The script of fish has a line for every command and every flag.
func TestFishScript(t *testing.T) {
	_, script, _ := called(t, "completion", "fish")
	everyCommand(t, func(path []string, node *kong.Node) {
		given := ""
		for _, command := range path {
			given += "__fish_seen_subcommand_from " + command + "; and "
		}
		commands, flags := wordsOf(node)
		for _, c := range commands {
			line := regexp.MustCompile(`(?m)^complete -c beibuctl -f -n '` + given + `not .* -a ` + c + ` -d '.+'$`)
			if !line.MatchString(script) {
				t.Errorf("after %v: command %s is not completed", path, c)
			}
		}
		for _, f := range flags {
			line := regexp.MustCompile(`(?m)^complete -c beibuctl( -n '` + given + `true')? -l ` + f[2:] + `( -s .)?( -r| -x -a '.+')? -d '.+'$`)
			if !line.MatchString(script) {
				t.Errorf("after %v: flag %s is not completed", path, f)
			}
		}
	})
}
