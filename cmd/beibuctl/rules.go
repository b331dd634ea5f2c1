package main

import (
	"fmt"
	"slices"
	"strings"

	"beibu/exchange/httpapi"
	"beibu/exchange/rules"
	"beibu/exchange/rules/all"
)

// rulesCommand groups the commands about business rules.
type rulesCommand struct {
	List listRules `cmd:"" help:"List the business rules, offline."`
}

type listRules struct {
	Kind string `complete:"kinds" placeholder:"KIND" help:"Only rules for this kind of document."`
}

// Run lists the rules that this program applies.
func (c *listRules) Run(s *session) error {
	set, err := rules.NewSet(all.Rules(), all.Judged())
	if err != nil {
		return fmt.Errorf("load rules: %w", err)
	}
	list := httpapi.RulesOf(set)
	if c.Kind != "" {
		list.Rules = slices.DeleteFunc(list.Rules, func(r httpapi.Rule) bool {
			return len(r.Kinds) > 0 && !slices.Contains(r.Kinds, c.Kind)
		})
	}
	if s.asJSON() {
		return s.json(list)
	}
	t := s.newTable("CODE", "SEVERITY", "KINDS", "FROM", "UNTIL", "MESSAGE", "SOURCE")
	for _, r := range list.Rules {
		kinds := strings.Join(r.Kinds, ",")
		if kinds == "" {
			kinds = "all"
		}
		t.Row(r.Code, r.Severity, kinds, r.From, r.Until, s.text(r.Message), r.Source)
	}
	return s.table(t)
}
