// Package demo shows the whole exchange on one machine: a daemon with its
// embedded store, ports that submit, receivers that fetch, acknowledge and
// refuse, an operator who replays. Everything goes through the public API.
package demo

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/google/uuid"
	"go.uber.org/zap"

	"beibu/cmd/internal/client"
	"beibu/cmd/internal/config"
	"beibu/cmd/internal/daemon"
)

// Options say how to show it.
type Options struct {
	Keep  bool          // leave the daemon running until ctx ends
	Every time.Duration // between two documents that are sent meanwhile; 0 means 5 s
	Kafka string        // host:port of brokers, with commas between; empty for the embedded store
	Redis string        // host:port for claims; only with Kafka
	Out   io.Writer
}

// configuration is the daemon's, with topics of its own in Kafka.
func (o Options) configuration(data string) string {
	text := fmt.Sprintf("listen: 127.0.0.1:0\nprivate: 127.0.0.1:0\ndata: %q\n", data)
	if o.Kafka != "" {
		text += fmt.Sprintf("kafka: {brokers: %s, topicPrefix: demo-%s., partitions: 2, replication: 1}\n",
			quoted(o.Kafka), uuid.NewString())
	}
	if o.Redis != "" {
		text += fmt.Sprintf("redis: {addresses: %s, prefix: \"demo-%s:\"}\n", quoted(o.Redis), uuid.NewString())
	}
	return text
}

// quoted makes a YAML list of addresses with commas between.
func quoted(addresses string) string {
	return `["` + strings.ReplaceAll(addresses, ",", `", "`) + `"]`
}

// store prints the place at which the daemon keeps documents.
func (o Options) store() string {
	switch {
	case o.Kafka == "":
		return "the embedded store"
	case o.Redis == "":
		return "Kafka at " + o.Kafka
	}
	return "Kafka at " + o.Kafka + " and Redis at " + o.Redis
}

// Run shows the exchange. An error says that something did not go as the story
// runs it.
func Run(ctx context.Context, o Options) (err error) {
	dir, err := os.MkdirTemp("", "beibu-demo-")
	if err != nil {
		return fmt.Errorf("make demo folder: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	loaded, err := config.Parse("the demo", []byte(o.configuration(filepath.Join(dir, "data"))))
	if err != nil {
		return err
	}
	d, err := daemon.New(ctx, loaded, zap.NewNop())
	if err != nil {
		return err
	}
	if err := d.Start(ctx); err != nil {
		return err
	}
	defer func() {
		err = cmp.Or(err, d.Stop(context.WithoutCancel(ctx)), daemon.RemoveTopics(context.WithoutCancel(ctx), loaded))
	}()
	s := &story{
		out: o.Out, server: "http://" + d.Public().String(), data: loaded.Data,
		exchanges: make(map[string]string), receipts: make(map[string]string),
	}
	s.say("A daemon with %s serves on %s; its data is in %s.", o.store(), s.server, s.data)
	if err := s.run(ctx); err != nil {
		return err
	}
	if !o.Keep {
		return nil
	}
	s.say("\nA day of traffic")
	traffic, err := s.simulate(ctx)
	if err != nil {
		return ended(ctx, err)
	}
	s.next(d.Private().String())
	return traffic.keepSending(ctx, cmp.Or(o.Every, 5*time.Second))
}

// A story is the demo as it goes.
type story struct {
	out       io.Writer
	server    string
	data      string
	exchanges map[string]string // ids, by kind
	receipts  map[string]string // by kind

	undispatched []string // ids of exchanges that may not be consigned yet
}

// run goes through the story, step by step.
func (s *story) run(ctx context.Context) error {
	for _, step := range []struct {
		title string
		do    func(context.Context) error
	}{
		{"The ports submit a document of every kind but an answer", s.submitAll},
		{"The same carnet is sent again", s.resend},
		{"A carnet that breaks a rule is sent", s.sendBroken},
		{"Another content takes the carnet's number", s.sendConflict},
		{"The receivers fetch and acknowledge; Viet Nam's single window refuses the carnet", s.receive},
		{"Viet Nam's single window answers the certificate of origin, and Nanning's customs the one of plant health; the answers go to the ports that sent them", s.answerCertificates},
		{"The operator replays what failed, and another person approves it", s.replay},
		{"Seals and receipts are checked, offline", s.verify},
		{"What became of every exchange", s.table},
	} {
		s.say("\n%s", step.title)
		if err := step.do(ctx); err != nil {
			return fmt.Errorf("%s: %w", strings.ToLower(step.title[:1])+step.title[1:], err)
		}
	}
	return nil
}

func (s *story) say(format string, args ...any) {
	_, _ = fmt.Fprintf(s.out, format+"\n", args...)
}

// as returns a client that speaks for a party, or for the operator.
func (s *story) as(who string) (*client.Client, error) {
	key, err := os.ReadFile(s.keyFile(who))
	if err != nil {
		return nil, fmt.Errorf("read API key: %w", err)
	}
	return &client.Client{Server: s.server, Key: strings.TrimSpace(string(key))}, nil
}

func (s *story) keyFile(who string) string { return filepath.Join(s.data, "access", who+".key") }

// player is the receiver that the person who watches plays.
const player = "window-th"

// next prints what to try while the daemon runs: another carnet, which its
// receiver refuses and is sent again.
func (s *story) next(private string) {
	inbox := filepath.Join(filepath.Dir(s.data), "inbox")
	s.say("\nThe console is at %s/console/", s.server)
	s.say("  sign in with the API key in %s, as an operator who may do everything", s.keyFile("operator"))
	s.say("  1. Failures: %d documents failed for one cause; plan a replay of them", dayRounds)
	s.say("  2. Approvals: a run waits for another person: sign in with the key in %s", s.keyFile("approver"))
	s.say("  3. Exchanges: each is traced from its submission to its acknowledgement; new ones come in by themselves")
	s.say("\nThe daemon is still running. In another terminal, try:\n")
	s.say("  export BEIBU_SERVER=%s BEIBU_KEY_FILE=%s", s.server, s.keyFile("operator"))
	s.say("  go run ./cmd/beibuctl exchanges list")
	s.say("  go run ./cmd/beibuctl exchanges show %s", s.exchanges["ata-carnet"])
	s.say("  go run ./cmd/beibuctl rules list")
	s.say("  curl http://%s/metrics", private)
	s.say("  go run ./cmd/beibuctl --key-file %s submit testdata/documents/ata-carnet/good/pearls-beihai-laem-chabang.xml", s.keyFile("beihai-customs"))
	s.say("  go run ./cmd/beibuctl --key-file %s mailbox get --wait 10s --dir %s", s.keyFile(player), inbox)
	s.say("  go run ./cmd/beibuctl --key-file %s mailbox ack --reject --code HS-UNKNOWN --reason 'not in the tariff' --all %s", s.keyFile(player), inbox)
	s.say("  go run ./cmd/beibuctl replay --failed --to %s", player)
	s.say(`  RUN=$(go run ./cmd/beibuctl -o json replay --failed --to %s --do --yes --reason 'tariff updated' | sed -n 's/.*"id":"\([^"]*\)".*/\1/p')`, player)
	s.say("  go run ./cmd/beibuctl --key-file %s runs approve $RUN --yes --reason 'the tariff has it now'", s.keyFile("approver"))
	s.say("  go run ./cmd/beibuctl --key-file %s mailbox get --wait 10s --dir %s", s.keyFile(player), inbox)
	s.say("  go run ./cmd/beibuctl runs show $RUN --items")
	s.say("\nCtrl-C ends it and removes its data.")
}
