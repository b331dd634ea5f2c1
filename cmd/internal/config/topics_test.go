package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"beibu/deploy"
	"beibu/exchange"
)

// withTopics reads the built-in map with more said of two of its parties.
func withTopics(t *testing.T, ofCustoms, ofCommerce, more string) (*Loaded, error) {
	t.Helper()
	text := string(deploy.Parties)
	for id, said := range map[string]string{"gx-customs": ofCustoms, "gx-commerce": ofCommerce} {
		line := "  - id: " + id + "\n"
		if !strings.Contains(text, line) {
			t.Fatalf("no party %s", id)
		}
		text = strings.Replace(text, line, line+said, 1)
	}
	file := filepath.Join(t.TempDir(), "parties.yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return Parse("beibud.yaml", []byte("parties: "+file+"\n"+more))
}

const brokers = `kafka: {brokers: ["kafka1:9092"]}`

func TestTopics(t *testing.T) {
	l, err := withTopics(t, "    deliver: {topic: gx-customs.deliveries}\n    inbound: {topic: gx-customs.documents, replies: gx-customs.replies}\n",
		"    deliver: {topic: gx-commerce.deliveries, acknowledge: receiver}\n", brokers)
	if err != nil {
		t.Fatal(err)
	}
	customs, _ := l.Parties.Get("gx-customs")
	commerce, _ := l.Parties.Get("gx-commerce")
	if customs.Deliver.Topic != "gx-customs.deliveries" || customs.Deliver.ByReceiver() || !commerce.Deliver.ByReceiver() ||
		customs.Inbound != (exchange.Inlet{Topic: "gx-customs.documents", Replies: "gx-customs.replies"}) {
		t.Errorf("got %+v and %+v", customs, commerce)
	}
}

func TestTopicMistakes(t *testing.T) {
	for name, test := range map[string]struct{ customs, commerce, more, want string }{
		"no Kafka":        {"    deliver: {topic: a}\n", "", "", "deliver.topic: topics need Kafka"},
		"no name":         {"    deliver: {acknowledge: broker}\n", "", brokers, `deliver.topic: "" must be`},
		"a bad name":      {"    deliver: {topic: a/b}\n", "", brokers, `deliver.topic: "a/b" must be`},
		"no name at all":  {"    deliver: {topic: ..}\n", "", brokers, `deliver.topic: ".." must be`},
		"the log's own":   {"    inbound: {topic: docs.log, replies: r}\n", "", brokers, "inbound.topic: docs.log begins as"},
		"no replies":      {"    inbound: {topic: i}\n", "", brokers, `inbound.replies: "" must be`},
		"its own replies": {"    inbound: {topic: i, replies: i}\n", "", brokers, "inbound.replies: i is parties["},
		"another's":       {"    deliver: {topic: a}\n", "    inbound: {topic: i, replies: a}\n", brokers, "a is parties["},
		"acknowledge":     {"    deliver: {topic: a, acknowledge: nobody}\n", "", brokers, `deliver.acknowledge: "nobody" is none of`},
	} {
		_, err := withTopics(t, test.customs, test.commerce, test.more)
		if err == nil || !strings.Contains(err.Error(), test.want) || len(Mistakes(err)) != 1 {
			t.Errorf("%s: got %v, want %q alone", name, err, test.want)
		}
	}
}
