package main

import (
	"slices"
	"testing"
	"time"

	"beibu/cmd/internal/crashtest"
)

// A plantedFault is a fault in the protocol, as a change to the code. It breaks a
// promise, and the attack has to notice.
type plantedFault struct {
	name, file, right, wrong string
	at                       []string         // the points at which a daemon must die for it
	also                     []crashtest.Edit // what it needs beside
}

func (f plantedFault) edits() []crashtest.Edit {
	return append([]crashtest.Edit{{File: f.file, Old: f.right, New: f.wrong}}, f.also...)
}

// plantedOnKafka are faults of the log in Kafka, and of all logs.
var plantedOnKafka = []plantedFault{
	{
		name: "the log before the body", file: "queue/kafka/admit.go",
		right: "func (q *Queue) submit(ctx context.Context, s queue.Submission, decided <-chan queue.Entry) error {\n",
		wrong: `func (q *Queue) submit(ctx context.Context, s queue.Submission, decided <-chan queue.Entry) error {
	partition := q.options.balancer().Balance(kafkago.Message{Topic: q.topics.body, Key: []byte(s.Key)})
	_, end, err := q.cluster.bounds(ctx, q.topics.body, partition)
	if err != nil {
		return err
	}
	e := s.Entry(0, q.layout.position(partition, end))
	if err := q.send(ctx, kafkago.Message{Topic: q.topics.log, Key: []byte(s.Key), Value: encodeEntry(e)}); err != nil {
		return err
	}
	return q.send(ctx, kafkago.Message{Topic: q.topics.body, Key: []byte(s.Key), Value: s.Body})
}

func (q *Queue) rightly(ctx context.Context, s queue.Submission, decided <-chan queue.Entry) error {
`,
	},
	{
		name: "the commit first", file: "queue/kafka/dispatch.go", at: []string{"events sent"},
		right: "			if err := d.batch(ctx, p.partition, records[:n]); err != nil {\n",
		wrong: `			if err := p.first(records[n-1].offset + 1); err != nil {
				return fmt.Errorf("%w: commit: %w", errLost, err)
			}
			if err := d.batch(ctx, p.partition, records[:n]); err != nil {
`,
		also: []crashtest.Edit{
			{File: "queue/kafka/watch.go", Old: "	partition  int\n", New: "	partition  int\n	first      func(next int64) error\n"},
			{File: "queue/kafka/dispatch.go", Old: "	err := d.follow(ctx, p, a)\n", New: `	p.first = func(next int64) error {
		return g.CommitOffsets(map[string]map[int]int64{d.q.topics.log: {a.ID: next}})
	}
	err := d.follow(ctx, p, a)
`},
		},
	},
	{
		name: "no acknowledgement of writes", file: "queue/kafka/cluster.go",
		right: "RequiredAcks: kafkago.RequireAll,", wrong: "RequiredAcks: kafkago.RequireNone,",
	},
	{
		name: "ownership ignored", file: "queue/kafka/dispatch.go",
		right: "if d.q.owners.owner(", wrong: "if false && d.q.owners.owner(",
	},
	{
		name: "sealed again at delivery", file: "exchange/httpapi/exchanges.go",
		right: "	c.bytes(http.StatusOK, mediaXML, body)\n	return nil\n",
		wrong: `	opened, err := signing.OpenEnvelope(body, c.now.Trust)
	if err != nil {
		return err
	}
	opened.Header.AcceptedAt = c.started
	body, err = c.now.Sealer.Seal(c.request.Context(), opened.Header, opened.Document)
	c.bytes(http.StatusOK, mediaXML, body)
	return err
`,
		also: []crashtest.Edit{{
			File: "exchange/httpapi/exchanges.go", Old: "	\"beibu/exchange/answer\"\n", New: "	\"beibu/exchange/answer\"\n	\"beibu/signing\"\n",
		}},
	},
	{
		name: "an answer before the decision", file: "queue/kafka/admit.go",
		right: "	return q.decision(ctx, decided)\n", wrong: "	_ = decided\n	return s.Entry(1, 1), nil\n",
	},
}

// plantedInside are faults of the embedded store and of the mailbox.
var plantedInside = []plantedFault{
	{
		name: "the number before the body", file: "queue/sqlite/transaction.go", at: []string{"entry written, its body not"},
		right: "	if err := tx.addBody.Exec(e.Body, body.packed, formPacked)",
		wrong: `	if err := tx.conn.Run("COMMIT"); err != nil {
		return queue.Entry{}, err
	}
	if err := tx.conn.Run("BEGIN IMMEDIATE"); err != nil {
		return queue.Entry{}, err
	}
	if err := tx.addBody.Exec(e.Body, body.packed, formPacked)`,
		also: []crashtest.Edit{
			{File: "queue/sqlite/transaction.go", Old: "	owners              owners\n", New: "	owners              owners\n	conn *sqlitefile.Conn\n"},
			{File: "queue/sqlite/transaction.go", Old: "	return tx.owners.prepare(c)\n", New: "	tx.conn = c\n	return tx.owners.prepare(c)\n"},
		},
	},
	{
		name: "an answer before the commit", file: "queue/sqlite/admit.go", at: []string{"written, not committed"},
		right: "		owner, err = tx.admit(sub, body)\n		return err\n	})\n",
		wrong: "		owner, err = tx.admit(sub, body)\n		applied <- err\n		return err\n	}) }()\n	err := <-applied\n",
		also: []crashtest.Edit{
			{File: "queue/sqlite/admit.go", Old: "	err := s.write(ctx, len(body.packed)", New: "	applied := make(chan error, 8)\n	go func() { _ = s.write(context.WithoutCancel(ctx), len(body.packed)"},
			// The disk is slow.
			{File: "queue/sqlite/writer.go", Old: "	\"sync/atomic\"\n", New: "	\"sync/atomic\"\n	\"time\"\n"},
			{File: "queue/sqlite/writer.go", Old: "	if err := w.commit.Exec()", New: "	time.Sleep(20 * time.Millisecond)\n	if err := w.commit.Exec()"},
		},
	},
	{
		name: "the progress before the events", file: "queue/sqlite/dispatch.go", at: []string{"dispatched, not kept"},
		right: "	events, err := handle(ctx, batch)\n",
		wrong: `	err = s.write(ctx, 0, func(tx *transaction) error { return tx.dispatched(batch[len(batch)-1].Position) })
	if err != nil {
		return done, err
	}
	events, err := handle(ctx, batch)
`,
	},
	{
		name: "a log that is thrown away", file: "queue/sqlite/checkpoint.go", at: []string{"log to be copied"},
		right: "	for range rounds {\n", wrong: "	_ = os.Remove(c.path + \"-wal\")\n	for range rounds {\n",
		also: []crashtest.Edit{
			{File: "queue/sqlite/checkpoint.go", Old: "	conn    *sqlitefile.Conn\n", New: "	conn    *sqlitefile.Conn\n	path string\n"},
			{File: "queue/sqlite/checkpoint.go", Old: "		conn: conn, due:", New: "		conn: conn, path: path, due:"},
			{File: "queue/sqlite/checkpoint.go", Old: "	\"errors\"\n", New: "	\"errors\"\n	\"os\"\n"},
			// The daemon would refuse to start, since the log is behind.
			{File: "cmd/internal/daemon/epoch.go", Old: "	if head < seen {\n", New: "	if false && head < seen {\n"},
		},
	},
	{
		name: "acknowledgements in memory alone", file: "exchange/courier/mailbox/ack.go", at: []string{"acknowledgement kept"},
		right: "	if err := m.recorder.Record(ctx, s.events...)",
		wrong: "	taken := s.events\n	s.events = nil\n	if err := m.recorder.Record(ctx, s.events...)",
		also: []crashtest.Edit{
			{File: "exchange/courier/mailbox/ack.go", Old: "	m.box(receiver).endLeases(s.events)\n", New: "	m.box(receiver).endLeases(taken)\n"},
			{File: "exchange/courier/mailbox/ack.go", Old: "	return s.results, s.confirm(ctx, now)\n", New: "	return s.results, nil\n"},
		},
	},
	{
		name: "taken when it is handed over", file: "exchange/courier/mailbox/mailbox.go", at: []string{"hand-over kept"},
		right: "	items := make([]exchange.Leased, 0, len(ours))\n",
		wrong: `	taken := slices.Clone(events)
	for i := range taken {
		taken[i].Name = exchange.ConsignmentAcceptance
	}
	if err := m.recorder.Record(ctx, taken...); err != nil {
		return nil, err
	}
	items := make([]exchange.Leased, 0, len(ours))
`,
	},
}

// Every point and every fault still fits the code into which it is planted, and the code
// compiles with it.
func TestPlantsFit(t *testing.T) {
	for _, plants := range [][]crashtest.Edit{crashtest.Plants(), crashtest.CommandPlants()} {
		if err := crashtest.Fits(t, plants...); err != nil {
			t.Error(err)
		}
	}
	for _, fault := range slices.Concat(plantedOnKafka, plantedInside) {
		if err := crashtest.Fits(t, append(fault.edits(), crashtest.Plants()...)...); err != nil {
			t.Errorf("%s: %v", fault.name, err)
		}
	}
}

// An attack that finds nothing proves something only if it finds what is wrong:
// every planted fault is noticed.
func TestPlantedFaults(t *testing.T) {
	long(t, "takes minutes")
	servers := crashtest.StartServers(t, 1, 2)
	for _, fault := range plantedOnKafka {
		t.Run(fault.name, func(t *testing.T) {
			daemon := crashtest.Build(t, fault.edits()...)
			servers.Fresh()
			noticed(t, crashtest.Options{Command: built(daemon), Nodes: 2, Servers: servers, NoRedis: true, At: fault.at})
		})
	}
}

// The same on the embedded store, with daemons that are killed inside of it and of
// the mailbox.
func TestPlantedFaultsInside(t *testing.T) {
	long(t, "takes minutes")
	for _, fault := range plantedInside {
		t.Run(fault.name, func(t *testing.T) {
			daemon := crashtest.Build(t, append(fault.edits(), crashtest.Plants()...)...)
			noticed(t, crashtest.Options{Command: built(daemon), Nodes: 1, Planted: true, At: fault.at})
		})
	}
}

// noticed fails unless the attack finds a breach.
func noticed(t *testing.T, o crashtest.Options) {
	t.Helper()
	o.Clients, o.For, o.Breach = 16, 20*time.Second, true
	r := crashtest.Run(t, o)
	if len(r.Faults) == 0 {
		t.Errorf("nothing was noticed:\n%s", r)
		return
	}
	t.Logf("noticed: %s", r.Faults[0])
}
