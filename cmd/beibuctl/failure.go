package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"beibu/cmd/internal/client"
	"beibu/cmd/internal/terminal"
	"beibu/exchange/answer"
)

// The exit codes.
const (
	exitFine   = 0
	exitFaults = 1 // faults were found, or the exchange said no
	exitUnable = 2 // it could not be done, or the exchange could not be asked
)

// errFaults ends a command that did its work, has printed what it found, and
// found faults.
var errFaults = errors.New("faults were found")

// errUnable ends a command that has printed, one by one, what it could not do.
var errUnable = errors.New("not everything could be done")

// hinted is an error with what can be done about it.
type hinted struct {
	error
	hint string
}

// Unwrap returns the error.
func (h hinted) Unwrap() error { return h.error }

// fail prints an error, with what can be done about it, and returns the exit code
// for it.
func (s *session) fail(err error) int {
	switch {
	case errors.Is(err, errFaults):
		return exitFaults
	case errors.Is(err, errUnable):
		return exitUnable
	}
	_, _ = fmt.Fprintln(s.err, "beibuctl:", terminal.Clean(err.Error()))
	problem := client.ProblemOf(err)
	if problem != nil && problem.RequestID != "" {
		s.note("request: %s", terminal.Clean(problem.RequestID))
	}
	if hint := hintOf(err); hint != "" {
		s.note("hint: %s", s.word(hint))
	}
	if problem != nil && refused(problem.Problem) && !misasked(problem.Code) {
		return exitFaults
	}
	return exitUnable
}

// refused reports whether the exchange answered, and said no. A failure of its
// own (500 and above) is no such answer, since nobody knows what became of the
// request, and neither is what a proxy on the way says.
func refused(p answer.Problem) bool {
	return p.Code != client.NoProblem && p.Status >= http.StatusBadRequest && p.Status < http.StatusInternalServerError
}

// misasked reports whether a code says that a filter has a value that does not
// exist, so that what was asked has no answer: neither yes nor no.
func misasked(code string) bool { return strings.HasPrefix(code, "unknown-") }

// hintOf returns what can be done about an error, or "".
func hintOf(err error) string {
	if h, ok := errors.AsType[hinted](err); ok {
		return h.hint
	}
	if errors.Is(err, context.Canceled) {
		return ""
	}
	if p := client.ProblemOf(err); p != nil {
		return hints[p.Code]
	}
	if _, ok := errors.AsType[*client.Unanswered](err); ok {
		return "is beibud running there? --server or BEIBU_SERVER names its address"
	}
	return ""
}

// hints say, by problem code, what can be done.
var hints = map[string]string{
	"credentials-missing": "--key-file or BEIBU_KEY_FILE names the file with the API key",
	"credentials-unknown": "is the API key, or the client certificate, one of this daemon's?",
	"signature.missing":   "beibuctl sign signs a document",
	"signature.expired":   "sign with the newer key; keys rotate makes one, which the exchange has to register",
	"signature.untrusted": "has the exchange registered the certificate of this key?",
	"no-timestamp":        "does the daemon have seal.tsa? The authority is asked after acceptance, and again until it answers",
	"party-suspended":     "ask the operator of the exchange why",
	"not-pushed":          "the map of parties names an address under push, or a folder, if there is one",
	"not-suspended":       "parties list shows who is suspended, and why",
	"delivered-by-topic":  "read the party's topic in Kafka",
	"not-refused":         "--sender names the party for which a document is examined",
	"delivered-by-push":   "read what arrives at the party's address, or ask the operator to remove push",
	"delivered-by-folder": "read what arrives in the party's folder, or ask the operator to write only: send",
	"number-taken":        "a changed document carries a new version or a new number",
	"unknown-party":       "parties list shows the ids of all parties",
	"plan-changed":        "print the plan again, look at it, and do it then",
	"own-run":             "have a colleague with a key of their own approve it",
	"approval-expired":    "plan again, and request another run",
	"run-status":          "runs show ID shows the run as it is now",
	"routing-staff":       "ask an operator of the exchange to plan it",
	"since-missing":       "--since, --number or --cause bounds what is read again",
	"receiver-missing":    "--to names the party whose deliveries are meant",
	"unroutable":          "check says what would be needed, and kinds show KIND what decides to whom a document goes",
	client.NoProblem:      "what answered is not beibud; is there a proxy in between?",
	"in-flight":           "another request is at work on the same number; try again",
	"unavailable":         "whether it was done is unknown; the same may be sent again safely",
	"busy":                "nothing was done; try again",
	"memory-full":         "nothing was done; try again",
	"quota-exceeded":      "nothing was done; send fewer documents, or ask the operator of the exchange for more",
	"share-used":          "nothing was done; send fewer documents at once",
	"too-large":           "limits.document in the daemon's configuration bounds a document",
}
