package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/alecthomas/kong"

	"beibu/cmd/internal/client"
	"beibu/cmd/internal/secret"
	"beibu/cmd/internal/terminal"
	"beibu/exchange"
)

// A session is one run of the program.
type session struct {
	streams
	global
	app *kong.Application
}

// client returns a client that calls as the flags say.
func (s *session) client() (*client.Client, error) {
	address, err := url.Parse(s.Server)
	if err != nil || address.Scheme != "http" && address.Scheme != "https" || address.Host == "" {
		return nil, hinted{fmt.Errorf("call %q: not an address", s.Server), "such as http://127.0.0.1:8420 or https://beibu.example"}
	}
	c := &client.Client{Server: s.Server, Lang: s.Lang}
	if c.HTTP, err = client.NewHTTP(client.TLS{Certificate: s.ClientCert, Key: s.ClientKey, Authorities: s.CA}); err != nil {
		return nil, err
	}
	if s.KeyFile == "" {
		return c, nil
	}
	if c.Key, err = secret.Key(s.KeyFile); err != nil {
		return nil, hinted{fmt.Errorf("read API key: %w", err), "--key-file or BEIBU_KEY_FILE names the file that holds it"}
	}
	return c, nil
}

// asJSON reports whether JSON is asked for.
func (s *session) asJSON() bool { return s.Output == "json" }

// json prints a value as JSON on one line.
func (s *session) json(value any) error {
	encoder := json.NewEncoder(s.out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return fmt.Errorf("print result: %w", err)
	}
	return nil
}

// printf prints for people.
func (s *session) printf(format string, args ...any) error {
	if _, err := fmt.Fprintf(s.out, format, args...); err != nil {
		return fmt.Errorf("print result: %w", err)
	}
	return nil
}

// table prints a table.
func (s *session) table(t *terminal.Table) error { return s.printf("%s", t) }

// progress returns a bar if a person would see it.
func (s *session) progress(total int) *terminal.Progress {
	if !s.terminal {
		return nil
	}
	return terminal.NewProgress(s.err, total)
}

// note prints something beside the result, for people. The format is a phrase of
// say, or has no words in it.
func (s *session) note(format string, args ...any) {
	_, _ = fmt.Fprintln(s.err, s.say(format, args...)) // if it cannot be printed, nothing is lost
}

// confirmed asks a person, and reports whether the answer is yes.
func (s *session) confirmed(ctx context.Context, question string) bool {
	_, _ = fmt.Fprint(s.err, terminal.Clean(question)+" ")
	said := make(chan string, 1)
	go func() {
		line, _ := bufio.NewReader(s.in).ReadString('\n')
		said <- strings.ToLower(strings.TrimSpace(line))
	}()
	select {
	case answer := <-said:
		return answer == "y" || answer == "yes" || answer == "是"
	case <-ctx.Done():
		return false
	}
}

// confirm fails unless a person confirms.
func (s *session) confirm(ctx context.Context, question string) error {
	if s.confirmed(ctx, question) {
		return nil
	}
	return errors.New(s.word("not confirmed; nothing was done"))
}

// text returns a message in the language asked for.
func (s *session) text(t exchange.Text) string {
	if s.Lang == "zh" && t.ZH != "" {
		return t.ZH
	}
	return t.EN
}
