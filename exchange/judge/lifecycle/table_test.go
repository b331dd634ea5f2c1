package lifecycle_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"beibu/exchange/effects"
	"beibu/exchange/judge/lifecycle"
	"beibu/exchange/rules"
)

// TestEveryActInEveryState finds that each act on each kind in each state is a legal
// transition, or has a rule with a code, both languages and a source.
func TestEveryActInEveryState(t *testing.T) {
	all := lifecycle.Rules()
	for _, table := range lifecycle.Tables() {
		for _, state := range append([]lifecycle.State{lifecycle.Unknown}, table.States...) {
			for _, verb := range table.Verbs() {
				step, legal := table.Next(state, verb)
				if legal && step.To != lifecycle.Unknown && !slices.Contains(table.States, step.To) {
					t.Errorf("%s: %s leads from %q to %q, which is no state", table.Kind, verb, state, step.To)
				}
				code := lifecycle.Code(verb, state)
				i := slices.IndexFunc(all, func(r rules.Rule) bool { return r.Code == code && strings.Contains(r.Source, table.Source) })
				if (i >= 0) != (!legal || step.Unseen) {
					t.Errorf("%s: %s in %q is legal: %v, and has a rule: %v", table.Kind, verb, state, legal, i >= 0)
				}
			}
		}
	}
}

// TestStates finds that each state is reached, and that each is in force or final.
func TestStates(t *testing.T) {
	for _, table := range lifecycle.Tables() {
		for _, state := range table.States {
			reached := slices.ContainsFunc(table.Steps, func(s lifecycle.Step) bool { return s.To == state })
			if !reached || state.Words() == (lifecycle.Words{}) {
				t.Errorf("%s: %s is reached: %v, words %v", table.Kind, state, reached, state.Words())
			}
		}
	}
	for kind, final := range map[string][]lifecycle.State{
		"sps-certificate":    {lifecycle.Replaced, lifecycle.Withdrawn, lifecycle.Cancelled},
		"import-licence":     {lifecycle.Replaced},
		"ata-carnet":         {lifecycle.Discharged, lifecycle.Replaced, lifecycle.Cancelled},
		"import-declaration": {lifecycle.Cancelled},
		effects.KindClaim:    {lifecycle.Proved},
	} {
		table, ok := lifecycle.TableOf(kind)
		var got []lifecycle.State
		for _, s := range table.States {
			if table.Final(s) {
				got = append(got, s)
			}
		}
		if !ok || !slices.Equal(got, final) {
			t.Errorf("%s: final are %v, want %v", kind, got, final)
		}
	}
}

// TestRules finds that the rules are a set, and that each says what it is about in both
// languages.
func TestRules(t *testing.T) {
	set, err := rules.NewSet(lifecycle.Rules())
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range set.All() {
		if !r.Memory || !strings.HasPrefix(r.Code, "life.") || len(r.Kinds) == 0 != (r.Code == lifecycle.CodeAnother || r.Code == lifecycle.CodeOlder) {
			t.Errorf("%+v", r)
		}
		for _, text := range []string{r.EN, r.ZH} {
			if !strings.Contains(text, "{0}") || strings.Contains(text, "  ") {
				t.Errorf("%s says %q", r.Code, text)
			}
		}
	}
}

// TestRandomLives moves documents by any acts: what is final stays, and a life never
// returns to the state before it began.
func TestRandomLives(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		table := rapid.SampledFrom(lifecycle.Tables()).Draw(t, "table")
		life := lifecycle.Life{}
		of := effects.Account{Kind: table.Kind, Number: "1"}
		for n := range rapid.IntRange(1, 30).Draw(t, "acts") {
			verb := rapid.SampledFrom(table.Verbs()).Draw(t, "verb")
			step, legal := table.Next(life.State, verb)
			if !legal || step.To == lifecycle.Unknown {
				continue
			}
			before := life
			life = life.After(lifecycle.Move{Document: of, Does: verb, To: step.To, Content: true}, lifecycle.Content{Sender: "a", Version: string(rune('a' + n))}, time.Unix(int64(n), 0))
			if before.State != lifecycle.Unknown && (table.Final(before.State) && life.State != before.State || life.First != before.First) {
				t.Fatalf("%s leads from %+v to %+v", verb, before, life)
			}
			if life.State == before.State && before.State != lifecycle.Unknown && life.Since != before.Since {
				t.Fatalf("%s changes since when: %+v, %+v", verb, before, life)
			}
		}
	})
}

// TestAfter keeps by whom and since when a document is in its state.
func TestAfter(t *testing.T) {
	of, other := effects.AccountOf("sps-certificate", "a"), effects.AccountOf("sps-certificate", "b")
	first, second := lifecycle.Content{Sender: "vn", Exchange: uuid.UUID{1}}, lifecycle.Content{Sender: "vn", Exchange: uuid.UUID{2}}
	at := time.Date(2026, 11, 1, 8, 0, 0, 0, time.UTC)
	life := lifecycle.Life{}.After(lifecycle.Move{Document: of, To: lifecycle.Issued, Content: true, Day: "2026-10-30"}, first, at)
	life = life.After(lifecycle.Move{Document: of, To: lifecycle.Replaced, Other: &other, Day: "2026-11-01"}, second, at.Add(time.Hour))
	want := lifecycle.Life{
		Document: of, First: first, Latest: first, State: lifecycle.Replaced, Since: at.Add(time.Hour), By: second.Exchange, Day: "2026-11-01", Other: &other,
	}
	if !reflect.DeepEqual(life, want) {
		t.Errorf("got %+v, want %+v", life, want)
	}
}

// TestOlder compares versions that are numbers, and no others.
func TestOlder(t *testing.T) {
	for _, test := range []struct {
		version, than string
		older         bool
	}{{"1", "2", true}, {"2", "10", true}, {"10", "2", false}, {"2", "2", false}, {"", "2", false}, {"A", "B", false}, {"1", "", false}} {
		if got := lifecycle.Older(test.version, test.than); got != test.older {
			t.Errorf("%q before %q: %v", test.version, test.than, got)
		}
	}
}
