package config

import "time"

// Kafka says where the log is that several daemons share. Without brokers the
// daemon has a store of its own.
type Kafka struct {
	// Brokers are host:port of some brokers of the cluster.
	Brokers []string `yaml:"brokers"`
	// TopicPrefix begins the name of every topic and consumer group of the
	// exchange, and of no topic of a party. Default "docs.".
	TopicPrefix string `yaml:"topicPrefix"`
	// Partitions is of the topics with documents, recorded at first start and
	// never to be changed. Default 6.
	Partitions int `yaml:"partitions"`
	// Replication is of the topics that are made. Default 3.
	Replication int `yaml:"replication"`
	// Retention is how long the topics are kept, at least, and with it the window in
	// which a resend is known as one; no less than delivery.expireAfter. Default 0s:
	// without end.
	Retention time.Duration `yaml:"retention"`
	// Session is after how long a daemon that has gone silent loses its share of
	// the work. Default 10s, at least 1s; the brokers may ask for more.
	Session time.Duration `yaml:"session"`
	// SASL says who the daemon is.
	SASL SASL `yaml:"sasl"`
	// TLS secures the connections to the brokers.
	TLS ClientTLS `yaml:"tls"`
}

// SASL is how the daemon says to Kafka who it is (RFC 4422, RFC 5802).
type SASL struct {
	// Mechanism is SCRAM-SHA-512, SCRAM-SHA-256, PLAIN (with TLS only) or
	// empty.
	Mechanism string `yaml:"mechanism"`
	User      string `yaml:"user"`
	// PasswordFile is a file that holds the password and nothing else.
	PasswordFile string `yaml:"passwordFile"`
}

// Redis says where claims on documents in flight are kept. Without addresses
// there are none: they save work and decide nothing.
type Redis struct {
	// Addresses are host:port of one server, of nodes of a cluster, or of
	// sentinels.
	Addresses []string `yaml:"addresses"`
	// Master is the name by which the sentinels know the server.
	Master string `yaml:"master"`
	// Cluster says that a single address leads to a cluster.
	Cluster bool `yaml:"cluster"`
	// Prefix begins every key. Default "beibu:".
	Prefix string `yaml:"prefix"`
	// User and PasswordFile say who the daemon is.
	User         string `yaml:"user"`
	PasswordFile string `yaml:"passwordFile"`
	// Lease is after how long a claim lapses whose daemon died. Default 10s.
	Lease time.Duration `yaml:"lease"`
	// TLS secures the connections.
	TLS ClientTLS `yaml:"tls"`
}

// ClientTLS secures connections that the daemon makes (RFC 8446).
type ClientTLS struct {
	// Enabled turns it on.
	Enabled bool `yaml:"enabled"`
	// Authorities is a PEM file with the authorities that are trusted. Default:
	// those of the machine.
	Authorities string `yaml:"authorities"`
	// Certificate and Key are PEM files of a client certificate (mutual TLS).
	Certificate string `yaml:"certificate"`
	Key         string `yaml:"key"`
}
