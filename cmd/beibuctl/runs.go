package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"beibu/cmd/internal/client"
	"beibu/cmd/internal/terminal"
	"beibu/exchange"
	"beibu/exchange/httpapi"
	"beibu/exchange/operator/replay"
	"beibu/exchange/operator/views"
)

// runsCommand follows and directs replay runs.
type runsCommand struct {
	List    listRuns   `cmd:"" help:"List replay runs, newest first."`
	Show    showRun    `cmd:"" help:"Show a run, and its items."`
	Approve approveRun `cmd:"" help:"Approve a run that another person requested."`
	Pause   pauseRun   `cmd:"" help:"Have a run start nothing more until it is resumed."`
	Resume  resumeRun  `cmd:"" help:"Continue a run that was paused or has stopped."`
	Cancel  cancelRun  `cmd:"" help:"End a run; what it has started continues."`
	Watch   watchRun   `cmd:"" help:"Print the progress of a run until it is over."`
}

type listRuns struct {
	Status string `placeholder:"STATUS" help:"Only runs with this status: awaiting-approval, running, paused, stopped, cancelled, lapsed or finished."`
	viewed
	Limit int `default:"50" help:"How many at most (${default}), up to 500."`
}

// Validate bounds the page.
func (c *listRuns) Validate() error {
	if c.Limit < 1 || c.Limit > exchange.MaxPage {
		return errors.New("--limit is 1 to 500")
	}
	return nil
}

// Run lists the newest runs. JSON is one run a line.
func (c *listRuns) Run(ctx context.Context, s *session) error {
	caller, err := s.client()
	if err != nil {
		return err
	}
	query := url.Values{"limit": {strconv.Itoa(c.Limit)}}
	if c.Status != "" {
		query.Set("status", c.Status)
	}
	if err := c.add(ctx, caller, views.Runs, query); err != nil {
		return err
	}
	page, err := client.Get[httpapi.RunPage](ctx, caller, "/v1/runs", query)
	if err != nil {
		return err
	}
	t := s.newTable("RUN", "STATUS", "REQUESTED", "ACTOR", "ITEMS", "DONE", "RECEIVERS", "REASON")
	for _, r := range page.Runs {
		if s.asJSON() {
			if err := s.json(r); err != nil {
				return err
			}
			continue
		}
		t.Row(r.ID, string(r.Status), stamp(r.Requested.At), r.Requested.Actor, strconv.Itoa(r.Items), strconv.Itoa(done(r)),
			strings.Join(r.Query.Receivers, ","), r.Requested.Reason)
	}
	if s.asJSON() {
		return nil
	}
	if page.Next != "" {
		s.note("only the newest %d are shown; --limit shows more", c.Limit)
	}
	return s.table(t)
}

// done returns how many items of a run have their outcome.
func done(r httpapi.Run) int { return r.Items - r.Counts.Waiting - r.Counts.Started }

// runID names a run.
type runID struct {
	ID string `complete:"runs" arg:"" help:"Run id."`
}

func (c *runID) path(rest string) string { return "/v1/runs/" + url.PathEscape(c.ID) + rest }

// get returns the run and the client that asked for it.
func (c *runID) get(ctx context.Context, s *session) (*client.Client, httpapi.Run, error) {
	caller, err := s.client()
	if err != nil {
		return nil, httpapi.Run{}, err
	}
	run, err := client.Get[httpapi.Run](ctx, caller, c.path(""), nil)
	return caller, run, err
}

type showRun struct {
	runID

	Items bool   `help:"Its items too, a line each."`
	State string `placeholder:"STATE" help:"Only items in this state: waiting, started, acknowledged, refused, expired or superseded."`
}

// Run shows a run and, if they are asked for, its items. JSON is one item a line then.
func (c *showRun) Run(ctx context.Context, s *session) error {
	caller, run, err := c.get(ctx, s)
	if err != nil {
		return err
	}
	if err := s.printRun(run); err != nil || !c.Items && c.State == "" {
		return err
	}
	query := url.Values{"limit": {strconv.Itoa(exchange.MaxPage)}}
	if c.State != "" {
		query.Set("state", c.State)
	}
	t := s.newTable("ITEM", "EXCHANGE", "RECEIVER", "KIND", "NUMBER", "ATTEMPT", "STATE", "CHANGED", "BEFORE", "CAUSE")
	for more := true; more; {
		page, err := client.Get[httpapi.RunItemPage](ctx, caller, c.path("/items"), query)
		if err != nil {
			return err
		}
		for _, i := range page.Items {
			if s.asJSON() {
				if err := s.json(i); err != nil {
					return err
				}
				continue
			}
			t.Row(strconv.Itoa(i.Item), i.ExchangeID, i.Receiver, i.Kind, i.DocumentNumber, strconv.Itoa(i.Attempt), i.State, stamp(i.ChangedAt), i.FailedBefore, i.FailedAgain)
		}
		more = page.Next != ""
		query.Set("cursor", page.Next)
	}
	if s.asJSON() {
		return nil
	}
	return s.table(t)
}

// printRun prints a run.
func (s *session) printRun(r httpapi.Run) error {
	if s.asJSON() {
		return s.json(r)
	}
	var text strings.Builder
	line := func(one string) { text.WriteString(terminal.Clean(one) + "\n") }
	line(s.say("run %s: %s", r.ID, r.Status))
	line(s.progressOfRun(r))
	line(s.say("requested by %s on %s: %s", r.Requested.Actor, stamp(r.Requested.At), r.Requested.Reason))
	for _, share := range r.Receivers {
		line(s.say("to %s: %s, %d bytes", share.Receiver, s.deliveries(share.Deliveries), share.Bytes))
	}
	if r.Routed == replay.Now {
		line(s.word("by the routes in force"))
	}
	for _, one := range s.movesOf(r.Added, r.Dropped) {
		line(one)
	}
	switch {
	case r.Approved != nil:
		line(s.say("approved by %s on %s: %s", r.Approved.Actor, stamp(r.Approved.At), r.Approved.Reason))
	case r.Status == replay.AwaitingApproval && r.ApproveTill != nil:
		line(s.say("another person has to approve it: %s", s.whyApproved(r.Approval)))
		line(s.say("until %s: beibuctl runs approve %s --reason WHY", stamp(*r.ApproveTill), r.ID))
	}
	if r.Cause != nil {
		line(s.say("cause: %s", s.because(r.Cause)))
	}
	line(s.say("plan %s", r.Digest))
	return s.printf("%s", text.String())
}

// progressOfRun says how far a run is.
func (s *session) progressOfRun(r httpapi.Run) string {
	n := r.Counts
	return s.say("step %d of %d; waiting %d, started %d, acknowledged %d, refused %d, expired %d, superseded %d",
		r.Step, len(r.Steps), n.Waiting, n.Started, n.Acknowledged, n.Refused, n.Expired, n.Superseded)
}

// directed is a run that a person directs, and why.
type directed struct {
	runID

	Reason string `required:"" help:"Why, for the record."`
}

// post has a decision about a run recorded, and prints the run.
func (c *directed) post(ctx context.Context, s *session, action string) error {
	caller, err := s.client()
	if err != nil {
		return err
	}
	run, err := client.Post[httpapi.Run](ctx, caller, c.path(action), httpapi.Judgement{Reason: c.Reason})
	if err != nil {
		return err
	}
	return s.printRun(run)
}

type approveRun struct {
	directed

	Digest string `placeholder:"DIGEST" help:"Approve only if the run is of the plan with this digest."`
	Yes    bool   `help:"Do not ask."`
}

// Run approves a run, of which it shows the plan first if a person can be asked.
func (c *approveRun) Run(ctx context.Context, s *session) error {
	caller, run, err := c.get(ctx, s)
	if err != nil {
		return err
	}
	if s.terminal && !c.Yes {
		if err := s.printRun(run); err != nil {
			return err
		}
		if err := s.confirm(ctx, s.say("Send %s again? [y/N]", s.deliveries(run.Items))); err != nil {
			return err
		}
	}
	approval := httpapi.Approval{Digest: run.Digest, Reason: c.Reason}
	if c.Digest != "" {
		approval.Digest = c.Digest
	}
	if run, err = client.Post[httpapi.Run](ctx, caller, c.path("/approve"), approval); err != nil {
		return err
	}
	return s.printRun(run)
}

type pauseRun struct{ directed }

// Run pauses a run.
func (c *pauseRun) Run(ctx context.Context, s *session) error { return c.post(ctx, s, "/pause") }

type resumeRun struct{ directed }

// Run resumes a run.
func (c *resumeRun) Run(ctx context.Context, s *session) error { return c.post(ctx, s, "/resume") }

type cancelRun struct{ directed }

// Run cancels a run.
func (c *cancelRun) Run(ctx context.Context, s *session) error { return c.post(ctx, s, "/cancel") }

type watchRun struct {
	runID

	Interval time.Duration `default:"2s" help:"How often to look (${default})."`
}

// Validate keeps the daemon from being asked without a pause.
func (c *watchRun) Validate() error {
	if c.Interval < 100*time.Millisecond {
		return errors.New("--interval is at least 100ms")
	}
	return nil
}

// Run looks again and again, and prints a line when something has changed. It ends when
// the run is over or waits for a person, with faults unless every item was acknowledged
// or superseded.
func (c *watchRun) Run(ctx context.Context, s *session) error {
	ticker := time.NewTicker(c.Interval)
	defer ticker.Stop()
	for last := ""; ; {
		_, run, err := c.get(ctx, s)
		switch {
		case ctx.Err() != nil:
			return nil // a person has seen enough
		case err != nil:
			return err
		}
		if now := fmt.Sprint(run.Status, run.Step, run.Counts); now != last {
			last = now
			if err := s.printProgress(run); err != nil {
				return err
			}
		}
		switch {
		case run.Status == replay.Finished && run.Counts.Refused+run.Counts.Expired == 0:
			return nil
		case run.Status != replay.Running && run.Status != replay.AwaitingApproval:
			return errFaults
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

// printProgress prints the progress of a run in one line.
func (s *session) printProgress(r httpapi.Run) error {
	if s.asJSON() {
		return s.json(r)
	}
	return s.printf("%s\n", terminal.Cleanf("%s  %s  %s  %s", stamp(r.ChangedAt), r.Status, s.progressOfRun(r), s.because(r.Cause)))
}
