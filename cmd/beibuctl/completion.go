package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"beibu/cmd/internal/client"
	"beibu/cmd/internal/completion"
	"beibu/cmd/internal/config"
	"beibu/exchange"
	"beibu/exchange/httpapi"
	"beibu/exchange/rules"
	builtin "beibu/exchange/rules/all"
)

// completionCommand prints completion scripts.
type completionCommand struct {
	Shell string `arg:"" enum:"bash,zsh,fish" help:"bash, zsh or fish."`
}

// Run prints a script that completes commands, flags and their values.
func (c *completionCommand) Run(s *session) error {
	switch c.Shell {
	case "bash":
		return s.printf("%s", completion.Bash(s.app))
	case "zsh":
		return s.printf("%s", completion.Zsh(s.app))
	}
	return s.printf("%s", completion.Fish(s.app))
}

// wordsCommand prints the words that a script completes a value with, one on a
// line. The scripts call it; people need not.
type wordsCommand struct {
	List string `arg:"" enum:"kinds,states,parties,ways,rules,exchanges,refusals,runs" help:"Which words."`
}

// Run prints words.
func (c *wordsCommand) Run(ctx context.Context, s *session) error {
	var all []string
	switch c.List {
	case "states":
		for _, state := range exchange.States() {
			all = append(all, string(state))
		}
	case "ways":
		for _, way := range exchange.Ways() {
			all = append(all, string(way))
		}
	case "kinds":
		for _, p := range s.knownParties(ctx) {
			all = append(append(all, p.Sends...), p.Receives...)
		}
	case "parties":
		for _, p := range s.knownParties(ctx) {
			all = append(all, p.ID)
		}
	case "rules":
		set, err := rules.NewSet(builtin.Rules(), builtin.Judged())
		if err != nil {
			return fmt.Errorf("load rules: %w", err)
		}
		for _, r := range httpapi.RulesOf(set).Rules {
			all = append(all, r.Code)
		}
	default:
		all = s.newest(ctx, c.List)
	}
	slices.Sort(all)
	all = slices.DeleteFunc(slices.Compact(all), func(word string) bool { return !plainWord.MatchString(word) })
	return s.printf("%s\n", strings.Join(all, "\n"))
}

// newestWords is how many ids a person is offered: those that are likely to be asked for.
const newestWords = "50"

// newest returns the ids of the newest exchanges, refusals or runs. If the daemon does not
// answer soon, there are none.
func (s *session) newest(ctx context.Context, what string) (ids []string) {
	ctx, cancel := context.WithTimeout(ctx, wordsTime)
	defer cancel()
	caller, err := s.client()
	if err != nil {
		return nil
	}
	type one struct {
		ID       string `json:"id"`
		Exchange string `json:"exchangeId"`
	}
	page, err := client.Get[map[string]json.RawMessage](ctx, caller, "/v1/"+what, url.Values{"limit": {newestWords}})
	var all []one
	if err != nil || json.Unmarshal(page[what], &all) != nil {
		return nil
	}
	for _, o := range all {
		ids = append(ids, cmp.Or(o.ID, o.Exchange))
	}
	return ids
}

// plainWord is what a word must look like. bash expands the words that it is
// given (compgen -W), so one with a dollar sign would be run as a command, and
// words come from a daemon.
var plainWord = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*$`)

// wordsTime is how long a person waits for words of the daemon: it is noticed
// when Tab is pressed.
const wordsTime = time.Second

// knownParties returns the parties of the daemon, or those of the map that ships
// with the programs if it does not answer soon.
func (s *session) knownParties(ctx context.Context) []httpapi.Party {
	ctx, cancel := context.WithTimeout(ctx, wordsTime)
	defer cancel()
	if caller, err := s.client(); err == nil {
		if all, err := client.Get[httpapi.Parties](ctx, caller, "/v1/parties", nil); err == nil {
			return all.Parties
		}
	}
	shipped, err := config.Load("")
	if err != nil {
		return nil
	}
	var all []httpapi.Party
	for _, p := range shipped.Map.Parties {
		all = append(all, httpapi.Party{ID: p.ID, Sends: p.Sends, Receives: p.Receives})
	}
	return all
}
