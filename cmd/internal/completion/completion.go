// Package completion writes the completion scripts of beibuctl from its
// grammar, so that nothing is missing in them. The library kong-completion is not used:
// it gives fish no descriptions, and needs a program to be started at each Tab.
package completion

import (
	"fmt"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

// Bash returns a script for bash (Programmable Completion).
func Bash(app *kong.Application) string { return bash(placesOf(app.Node, nil)) }

// Zsh returns a script for zsh, which can read that of bash.
func Zsh(app *kong.Application) string {
	return "autoload -U +X compinit && compinit\nautoload -U +X bashcompinit && bashcompinit\n" + Bash(app)
}

// Fish returns a script for fish.
func Fish(app *kong.Application) string { return fish(placesOf(app.Node, nil)) }

// A place is a position of the cursor on a command line: after a command.
type place struct {
	path     []string // such as mailbox get; empty for the program itself
	commands []*kong.Node
	values   values // of the arguments
	flags    []*kong.Flag
}

// values are what a flag or an argument may have: a list that the grammar gives
// (an enum, separated by spaces), and the name of a list that the program prints
// when the shell asks for it (the tag complete:"NAME").
type values struct{ list, name string }

// ask is the command whose output is the list with a name. It is quiet: a person
// who presses Tab is not to see that no daemon answers.
func ask(name string) string { return "beibuctl __words " + name + " 2>/dev/null" }

// placesOf returns a command and those below it.
func placesOf(node *kong.Node, path []string) []place {
	here := place{path: path}
	for _, group := range node.AllFlags(true) {
		here.flags = append(here.flags, group...)
	}
	slices.SortFunc(here.flags, func(a, b *kong.Flag) int { return strings.Compare(a.Name, b.Name) })
	for _, child := range node.Children {
		if child.Type == kong.CommandNode && !child.Hidden {
			here.commands = append(here.commands, child)
		}
	}
	for _, argument := range node.Positional {
		v := valuesOf(argument)
		here.values.list += v.list
		here.values.name += v.name
	}
	all := []place{here}
	for _, child := range here.commands {
		all = append(all, placesOf(child, append(slices.Clone(path), child.Name))...)
	}
	return all
}

// valuesOf returns the values that a flag or an argument may have, if there are
// but some.
func valuesOf(v *kong.Value) values {
	return values{list: strings.ReplaceAll(v.Enum, ",", " "), name: v.Tag.Get("complete")}
}

// bash returns the values as a word of bash.
func (v values) bash() string {
	if v.name != "" {
		return `"$(` + ask(v.name) + `)"`
	}
	return fmt.Sprintf("%q", v.list)
}

// bash writes a script for bash (Programmable Completion).
func bash(all []place) string {
	var commands, values, words strings.Builder
	for _, p := range all {
		here := strings.Join(p.path, " ")
		if here != "" {
			parent := strings.Join(p.path[:len(p.path)-1], " ")
			fmt.Fprintf(&commands, "      %q) at=%q ;;\n", parent+" "+p.path[len(p.path)-1], here)
		}
		commandsHere := p.values.bash()
		if len(p.commands) > 0 {
			commandsHere = fmt.Sprintf("%q", names(p.commands))
		}
		fmt.Fprintf(&words, "    %q) commands=%s flags=%q ;;\n", here, commandsHere, flagNames(p.flags))
		for _, f := range p.flags {
			if !f.IsBool() {
				fmt.Fprintf(&values, "    %s) _beibuctl_among %s; return ;;\n", patterns(here, f), valuesOf(f.Value).bash())
			}
		}
	}
	return fmt.Sprintf(bashScript, commands.String(), values.String(), words.String())
}

// bashScript completes the value of a flag, else a flag, else a command. If
// nothing fits, such as for a file, the shell completes by itself. Its place is
// called at, since to zsh a path is where programs are.
const bashScript = `# beibuctl completion for bash: beibuctl completion bash > FILE, and source it.
_beibuctl() {
  local cur="${COMP_WORDS[COMP_CWORD]}" prev="${COMP_WORDS[COMP_CWORD-1]}" at="" commands="" flags="" i
  _beibuctl_among() { COMPREPLY=($(compgen -W "$1" -- "$cur")); }
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$at ${COMP_WORDS[i]}" in
%s    esac
  done
  case "$at $prev" in
%s  esac
  case "$at" in
%s  esac
  if [[ "$cur" == -* ]]; then _beibuctl_among "$flags"; else _beibuctl_among "$commands"; fi
}
complete -o default -F _beibuctl beibuctl
`

// patterns returns what a case matches: the flag, long or short, at a place.
func patterns(here string, f *kong.Flag) string {
	p := fmt.Sprintf("%q", here+" --"+f.Name)
	if f.Short != 0 {
		p += fmt.Sprintf("|%q", here+" -"+string(f.Short))
	}
	return p
}

func names(commands []*kong.Node) string {
	all := make([]string, 0, len(commands))
	for _, c := range commands {
		all = append(all, c.Name)
	}
	return strings.Join(all, " ")
}

func flagNames(flags []*kong.Flag) string {
	all := make([]string, 0, len(flags))
	for _, f := range flags {
		all = append(all, "--"+f.Name)
	}
	return strings.Join(all, " ")
}

// fish writes a script for fish.
func fish(all []place) string {
	var b strings.Builder
	b.WriteString("# beibuctl completion for fish: beibuctl completion fish > ~/.config/fish/completions/beibuctl.fish\n")
	for _, p := range all {
		if list := p.values.fish(); list != "" {
			fmt.Fprintf(&b, "complete -c beibuctl -f -n '%strue' -a '%s'\n", condition(p.path), list)
		}
		if len(p.commands) > 0 {
			not := condition(p.path) + "not __fish_seen_subcommand_from " + names(p.commands)
			for _, c := range p.commands {
				fmt.Fprintf(&b, "complete -c beibuctl -f -n '%s' -a %s -d '%s'\n", not, c.Name, quoteFish(c.Help))
			}
		}
		if len(p.commands) > 0 && len(p.path) > 0 {
			continue // flags are given at the ends and, for all, at the program
		}
		for _, f := range p.flags {
			b.WriteString(fishFlag(p, f))
		}
	}
	return b.String()
}

// fish returns the values as an argument of complete -a, without its quotes.
func (v values) fish() string {
	if v.name != "" {
		return "(" + ask(v.name) + ")"
	}
	return v.list
}

// fishFlag writes the line of one flag.
func fishFlag(p place, f *kong.Flag) string {
	line := fmt.Sprintf("complete -c beibuctl -l %s", f.Name)
	if len(p.path) > 0 {
		line = fmt.Sprintf("complete -c beibuctl -n '%strue' -l %s", condition(p.path), f.Name)
	}
	if f.Short != 0 {
		line += " -s " + string(f.Short)
	}
	switch list := valuesOf(f.Value).fish(); {
	case list != "":
		line += fmt.Sprintf(" -x -a '%s'", list)
	case !f.IsBool():
		line += " -r"
	}
	return line + fmt.Sprintf(" -d '%s'\n", quoteFish(f.Help))
}

// condition says in fish that every command of a path was given.
func condition(path []string) string {
	var b strings.Builder
	for _, command := range path {
		fmt.Fprintf(&b, "__fish_seen_subcommand_from %s; and ", command)
	}
	return b.String()
}

// quoteFish escapes what ends a text between single quotes.
func quoteFish(text string) string {
	return strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(text)
}
