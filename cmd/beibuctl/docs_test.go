package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"beibu/deploy"
)

// pagesWithKinds are the pages that have a table of the kinds, with the words of
// their languages.
var pagesWithKinds = map[string]struct {
	head  string
	up    string // from the page to the top of the project
	roles map[string]string
	zh    bool
	comma string
}{
	"../../README.md": {
		head:  "| kind | root | namespace | sample | rules | who sends |\n",
		roles: map[string]string{"customs": "port customs", "window": "single windows", "department": "all departments"},
		comma: ", ",
	},
	"../../deploy/docs/zh/README.md": {
		head:  "| 单证种类 | 根元素 | 命名空间 | 样例 | 规则数 | 发送方 |\n",
		up:    "../../../",
		roles: map[string]string{"customs": "口岸海关", "window": "各国单一窗口", "department": "自治区各部门"},
		zh:    true,
		comma: "、",
	},
}

// The tables of kinds say what the schemas, the rules and the map of parties say.
func TestTablesOfKinds(t *testing.T) {
	list := decoded[struct{ Kinds []guide }](t, "kinds", "list").Kinds
	for i, k := range list {
		list[i] = decoded[guide](t, "kinds", "show", k.Kind)
	}
	for page, words := range pagesWithKinds {
		table := words.head + "|---|---|---|---|---|---|\n"
		for _, k := range list {
			name := "`" + k.Kind + "`"
			if words.zh {
				name += " " + k.Name.ZH
			}
			table += fmt.Sprintf("| %s | `%s` | `%s` | [%s](%stestdata/documents/%s/good/%s.xml) | %d | %s |\n",
				name, k.Root, strings.Replace(k.Namespace, "urn:oasis:names:specification:ubl:schema:xsd:", "ubl:", 1),
				sampleWord(words.zh), words.up, k.Kind, k.Samples[0], len(k.Rules), senders(t, k.Senders, words.roles, words.comma))
		}
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(text), table) {
			t.Errorf("%s: the table of kinds must be\n%s", page, table)
		}
	}
}

func sampleWord(zh bool) string {
	if zh {
		return "样例"
	}
	return "sample"
}

// A guide is what beibuctl prints of a kind.
type guide struct {
	Kind, Root, Namespace string
	Name                  struct{ EN, ZH string }
	Samples, Senders      []string
	Rules                 []struct{ Code string }
}

// decoded runs beibuctl and decodes what it prints.
func decoded[T any](t *testing.T, args ...string) (v T) {
	t.Helper()
	code, out, stderr := called(t, append(args, "-o", "json")...)
	if code != 0 {
		t.Fatalf("beibuctl %q: code %d: %s", args, code, stderr)
	}
	if err := json.Unmarshal([]byte(out), &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// senders puts those who may send a kind into words: a role if all of it may,
// otherwise their ids.
func senders(t *testing.T, ids []string, roles map[string]string, comma string) string {
	t.Helper()
	var m struct{ Parties []struct{ ID, Role string } }
	if err := yaml.Unmarshal(deploy.Parties, &m); err != nil {
		t.Fatal(err)
	}
	byRole := map[string][]string{}
	for _, p := range m.Parties {
		byRole[p.Role] = append(byRole[p.Role], p.ID)
	}
	var all []string
	for _, role := range []string{"customs", "window", "department"} {
		may := slices.DeleteFunc(slices.Clone(byRole[role]), func(id string) bool { return !slices.Contains(ids, id) })
		switch {
		case len(may) == len(byRole[role]):
			all = append(all, cmp.Or(roles[role], role))
		default:
			all = append(all, may...)
		}
	}
	return strings.Join(all, comma)
}
