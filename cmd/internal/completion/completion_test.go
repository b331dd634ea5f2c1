package completion

import (
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

// small is a grammar with one of each thing that can be completed. The whole
// grammar of beibuctl is tested there, with a shell.
type small struct {
	Output string `short:"o" enum:"table,json" default:"table" help:"How to print."`
	Box    struct {
		Get struct {
			Dir string `help:"The box's folder."`
			All bool   `help:"All of it."`
		} `cmd:"" help:"Fetch."`
	} `cmd:"" help:"A box."`
	Shell struct {
		Name string `arg:"" enum:"bash,fish"`
	} `cmd:"" help:"Shells."`
	Suspend struct {
		ID   string `arg:"" complete:"parties"`
		Kind string `complete:"kinds" help:"Its kind."`
	} `cmd:"" help:"A party."`
	Secret struct{} `cmd:"" hidden:""`
}

func model(t *testing.T) *kong.Application {
	t.Helper()
	app, err := kong.New(&small{})
	if err != nil {
		t.Fatal(err)
	}
	return app.Model
}

func TestFish(t *testing.T) {
	want := []string{
		"complete -c beibuctl -f -n 'not __fish_seen_subcommand_from box shell suspend' -a box -d 'A box.'",
		"complete -c beibuctl -l output -s o -x -a 'table json' -d 'How to print.'",
		"complete -c beibuctl -f -n '__fish_seen_subcommand_from box; and not __fish_seen_subcommand_from get' -a get -d 'Fetch.'",
		`complete -c beibuctl -n '__fish_seen_subcommand_from box; and __fish_seen_subcommand_from get; and true' -l dir -r -d 'The box\'s folder.'`,
		"complete -c beibuctl -n '__fish_seen_subcommand_from box; and __fish_seen_subcommand_from get; and true' -l all -d 'All of it.'",
		"complete -c beibuctl -f -n '__fish_seen_subcommand_from shell; and true' -a 'bash fish'",
		"complete -c beibuctl -f -n '__fish_seen_subcommand_from suspend; and true' -a '(beibuctl __words parties 2>/dev/null)'",
		"complete -c beibuctl -n '__fish_seen_subcommand_from suspend; and true' -l kind -x -a '(beibuctl __words kinds 2>/dev/null)' -d 'Its kind.'",
	}
	got := Fish(model(t))
	for _, line := range want {
		if !strings.Contains(got, line+"\n") {
			t.Errorf("no line %s in\n%s", line, got)
		}
	}
}

func TestBash(t *testing.T) {
	got := Bash(model(t))
	for _, line := range []string{
		`      " box") at="box" ;;`,
		`      "box get") at="box get" ;;`,
		`    "box get --output"|"box get -o") _beibuctl_among "table json"; return ;;`,
		`    "box get --dir") _beibuctl_among ""; return ;;`,
		`    "shell") commands="bash fish" flags="--help --output" ;;`,
		`    "suspend") commands="$(beibuctl __words parties 2>/dev/null)" flags="--help --kind --output" ;;`,
		`    "suspend --kind") _beibuctl_among "$(beibuctl __words kinds 2>/dev/null)"; return ;;`,
	} {
		if !strings.Contains(got, line+"\n") {
			t.Errorf("no line %s in\n%s", line, got)
		}
	}
	if !strings.HasSuffix(Zsh(model(t)), got) {
		t.Error("zsh gets another script")
	}
}
