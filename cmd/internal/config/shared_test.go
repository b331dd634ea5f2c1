package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What Kafka and Redis are given is checked before they are asked.
func TestSharedMistakes(t *testing.T) {
	text := `kafka:
  brokers: ["kafka1"]
  topicPrefix: "docs/"
  partitions: -1
  replication: 17
  retention: 1s
  session: 10ms
  sasl: {mechanism: PLAIN}
  tls:
    certificate: only.pem
redis:
  addresses: ["127.0.0.1:6379"]
  master: gulf
  cluster: true
  lease: 1ms
  passwordFile: /nowhere
  tls: {enabled: true, authorities: /nowhere.pem}
`
	_, err := Parse("beibud.yaml", []byte(text))
	for _, part := range []string{
		":2: kafka.brokers[0]", ":3: kafka.topicPrefix", ":4: kafka.partitions", ":5: kafka.replication",
		":6: kafka.retention: 1s is too short", ":6: kafka.retention: 1s is shorter than delivery.expireAfter",
		":6: kafka.retention: 1s is shorter than licences are drawn on, 10944h0m0s",
		":7: kafka.session", ":8: kafka.sasl.mechanism: PLAIN would show", ":8: kafka.sasl: user and passwordFile", ":9: kafka.tls: enabled is not true",
		":11: redis: master and cluster", ":15: redis.lease", ":16: redis.passwordFile", ":17: redis.tls.authorities",
	} {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("missing: %s", part)
		}
	}
	if t.Failed() {
		t.Logf("reported:\n%v", err)
	}
	_, err = Parse("beibud.yaml", []byte("redis: {addresses: [\"127.0.0.1:6379\"]}"))
	if err == nil || !strings.Contains(err.Error(), "kafka.brokers must be set") {
		t.Errorf("claims without a shared log: %v", err)
	}
}

func TestSharedDefaults(t *testing.T) {
	file := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(file, []byte("open sesame\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	l, err := Parse("beibud.yaml", []byte(`kafka:
  brokers: ["kafka1:9092", "kafka2:9092"]
  sasl: {mechanism: SCRAM-SHA-512, user: beibu, passwordFile: `+file+`}
  tls: {enabled: true}
`))
	if err != nil {
		t.Fatal(err)
	}
	if l.KafkaPassword != "open sesame" || l.KafkaTLS == nil || l.RedisTLS != nil || l.Kafka.TopicPrefix != "docs." || l.Kafka.Partitions != 6 {
		t.Errorf("got %+v", l.Kafka)
	}
}
