package config

import (
	"fmt"
	"net"
	"regexp"
	"slices"
	"time"

	"beibu/cmd/internal/secret"
	"beibu/exchange/effects"
)

// The widest settings of the topics.
const (
	maxPartitions  = 1024
	maxReplication = 16
)

var topicPrefix = regexp.MustCompile(`^[A-Za-z0-9._-]{1,100}$`)

// validateShared notes what cannot work of Kafka and Redis.
func (l *Loaded) validateShared(src *source) {
	k, r := l.Kafka, l.Redis
	src.checkAddresses("kafka.brokers", k.Brokers)
	src.checkAddresses("redis.addresses", r.Addresses)
	if !topicPrefix.MatchString(k.TopicPrefix) {
		src.note("kafka.topicPrefix", "%q must be 1 to 100 letters, digits, dots, underscores and hyphens", k.TopicPrefix)
	}
	src.between("kafka.partitions", int64(k.Partitions), 1, maxPartitions)
	src.between("kafka.replication", int64(k.Replication), 1, maxReplication)
	if k.Retention < 0 || k.Retention > 0 && k.Retention < time.Minute {
		src.note("kafka.retention", "%s is too short; at least 1m, or 0s for no end", k.Retention)
	}
	if k.Retention > 0 && k.Retention < l.Delivery.ExpireAfter {
		src.note("kafka.retention", "%s is shorter than delivery.expireAfter, %s: what still waits for its receiver would be gone", k.Retention, l.Delivery.ExpireAfter)
	}
	if k.Retention > 0 && k.Retention < effects.LongestLife {
		src.note("kafka.retention", "%s is shorter than licences are drawn on, %s: balances would be lost", k.Retention, effects.LongestLife)
	}
	if k.Session < time.Second {
		src.note("kafka.session", "%s is too short; at least 1s", k.Session)
	}
	if !slices.Contains([]string{"", "SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN"}, k.SASL.Mechanism) {
		src.note("kafka.sasl.mechanism", "%q is none of SCRAM-SHA-512, SCRAM-SHA-256, PLAIN", k.SASL.Mechanism)
	}
	if k.SASL.Mechanism == "PLAIN" && !k.TLS.Enabled {
		src.note("kafka.sasl.mechanism", "PLAIN would show the password: it needs kafka.tls.enabled")
	}
	if k.SASL.Mechanism != "" && (k.SASL.User == "" || k.SASL.PasswordFile == "") {
		src.note("kafka.sasl", "user and passwordFile must be set")
	}
	if len(r.Addresses) > 0 && len(k.Brokers) == 0 {
		src.note("redis.addresses", "claims are for daemons that share a log: kafka.brokers must be set")
	}
	if r.Master != "" && r.Cluster {
		src.note("redis", "master and cluster exclude each other")
	}
	if r.Lease < time.Second {
		src.note("redis.lease", "%s is too short; at least 1s", r.Lease)
	}
	l.KafkaPassword = src.secret("kafka.sasl.passwordFile", k.SASL.PasswordFile)
	l.RedisPassword = src.secret("redis.passwordFile", r.PasswordFile)
	l.KafkaTLS = src.clientTLS("kafka.tls", k.TLS)
	l.RedisTLS = src.clientTLS("redis.tls", r.TLS)
}

// checkAddresses notes what is no host:port.
func (s *source) checkAddresses(key string, addresses []string) {
	for i, address := range addresses {
		if host, port, err := net.SplitHostPort(address); err != nil || host == "" || port == "" {
			s.note(fmt.Sprintf("%s[%d]", key, i), "%q is no address (example: 127.0.0.1:9092)", address)
		}
		if slices.Contains(addresses[:i], address) {
			s.note(fmt.Sprintf("%s[%d]", key, i), "%s is given twice", address)
		}
	}
}

// secret reads a file with a password.
func (s *source) secret(key, path string) string {
	if path == "" {
		return ""
	}
	password, err := secret.Password(path)
	if err != nil {
		s.note(key, "%s", cause(err))
	}
	return password
}
