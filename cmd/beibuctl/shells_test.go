package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/alecthomas/kong"

	"beibu/signing/signingtest"
)

// TestZshCompletion has an interactive zsh complete command lines.
func TestZshCompletion(t *testing.T) { completes(t, "zsh", zsh) }

// TestFishCompletion has fish complete command lines.
func TestFishCompletion(t *testing.T) { completes(t, "fish", fish) }

// completes checks that a shell completes every command and every flag at each
// place that allows it, and the values of flags. ask is given a folder, the completion
// script and a file of command lines; it returns each line after "> ", and then
// what the shell completes it with.
func completes(t *testing.T, shell string, ask func(t *testing.T, dir, script, lines string) []byte) {
	t.Helper()
	signingtest.Tool(t, shell)
	want := map[string][]string{
		"check --output ":        {"json", "table"},
		"check -o t":             {"table"},
		"--lang z":               {"zh"},
		"-o json mailbox ":       {"ack", "again", "get", "list"},
		"mailbox --lang zh g":    {"get"},
		"exchanges list --sta":   {"--state"},
		"completion ":            {"bash", "fish", "zsh"},
		"mailbox get --dir only": {"only-file"}, // the shell completes files
		"submit only":            {"only-file"},

		"exchanges list --kind ata-c":     {"ata-carnet"},
		"exchanges list --state Consign":  {"ConsignmentAcceptance", "ConsignmentRejection"},
		"replay --failed --to qinzhou-cu": {"qinzhou-customs"},
		"parties suspend window-v":        {"window-vn"},
	}
	everyCommand(t, func(path []string, node *kong.Node) {
		here := strings.Join(append(slices.Clone(path), ""), " ")
		commands, flags := wordsOf(node)
		slices.Sort(commands)
		if len(commands) > 0 {
			want[here] = commands
		}
		want[here+"--"] = flags
	})
	got := asked(t, shell, want, ask)
	for line, words := range want {
		if !slices.Equal(got[line], words) {
			t.Errorf("%q: got %v, want %v", line, got[line], words)
		}
	}
}

// asked returns what a shell completes lines with, sorted.
func asked(t *testing.T, shell string, lines map[string][]string, ask func(t *testing.T, dir, script, lines string) []byte) map[string][]string {
	t.Helper()
	code, script, _ := called(t, "completion", shell)
	if code != exitFine {
		t.Fatal("no script")
	}
	var all strings.Builder
	for line := range lines {
		all.WriteString(line + "\n")
	}
	dir := documents(t, map[string]string{"only-file": "", "script": script, "lines": all.String()})
	got, line := make(map[string][]string), ""
	for text := range strings.Lines(string(ask(t, dir, filepath.Join(dir, "script"), filepath.Join(dir, "lines")))) {
		text = strings.TrimSuffix(text, "\n")
		if next, found := strings.CutPrefix(text, "> "); found {
			line = next
			got[line] = []string{}
			continue
		}
		got[line] = append(got[line], strings.TrimSpace(text))
	}
	for _, words := range got {
		slices.Sort(words)
	}
	return got
}

// shellTime bounds how long a shell may take for all its lines.
const shellTime = time.Minute

// fish asks fish, which can be asked outright.
func fish(t *testing.T, dir, script, lines string) []byte {
	t.Helper()
	const program = `
source $argv[1]
while read -l line
  echo "> $line"
  complete -C "beibuctl $line" | string split -f1 \t
end < $argv[2]
true # string split fails if there is nothing to split`
	return shellSays(t, dir, "fish", "--no-config", "-c", program, script, lines)
}

// zsh asks zsh, which completes only at a prompt: it is given a terminal, and
// as soon as it would read a line it completes those of the file and leaves.
// What it would offer is caught at compadd, through which all of it goes.
func zsh(t *testing.T, dir, script, lines string) []byte {
	t.Helper()
	out, inner := filepath.Join(dir, "out"), filepath.Join(dir, "inner")
	const completing = `
PS1=
autoload -U compinit && compinit -u -D
source $SCRIPT
compadd() {
  if [[ ${@[1,(i)(-|--)]} == *-(O|A|D)\ * ]]; then builtin compadd "$@"; return; fi
  local -a hits
  builtin compadd -O hits "$@"
  (( $#hits )) && print -rl -- $hits >> $OUT
}
zle -C capture complete-word _main_complete
zle-line-init() {
  local line
  while IFS= read -r line; do
    print -r -- "> $line" >> $OUT
    BUFFER="beibuctl $line"
    CURSOR=$#BUFFER
    zle capture
  done < $LINES_OF
  BUFFER=exit; zle accept-line
}
zle -N zle-line-init
`
	if err := os.WriteFile(inner, []byte(completing), 0o600); err != nil {
		t.Fatal(err)
	}
	const program = `
zmodload zsh/zpty
export SCRIPT=$1 LINES_OF=$2 OUT=$3 TERM=dumb
zpty shell zsh -f -i
zpty -w shell "source $4"
while zpty -r shell line; do :; done`
	shellSays(t, dir, "zsh", "-f", "-c", program, "zsh", script, lines, out, inner)
	b, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// shellSays runs a shell in a folder, with no configuration of the machine.
func shellSays(t *testing.T, dir, shell string, args ...string) []byte {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), shellTime)
	defer cancel()
	cmd := exec.CommandContext(ctx, shell, args...)
	cmd.Dir, cmd.Env = dir, append(asking(t), "HOME="+dir, "XDG_CONFIG_HOME="+dir, "XDG_DATA_HOME="+dir)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return out
}
