// Package config holds the one configuration of the daemon: read strictly,
// with every mistake reported at once, with its place.
package config

import (
	"time"

	"beibu/exchange/access"
	"beibu/schemas"
)

// Config is all that the daemon can be configured with. The zero value works: it is the
// embedded default, on loopback, with its data beside it.
type Config struct {
	// Listen is the address of the public API. Default 127.0.0.1:8420. An
	// address that is not loopback needs tls.
	Listen string `yaml:"listen"`
	// Private is the address of health, readiness and metrics, for the
	// operator's network only. Default 127.0.0.1:8421.
	Private string `yaml:"private"`
	// PrivateOpen names what a private address that is not loopback shows to
	// whoever reaches it, since it has neither TLS nor credentials: "metrics", with
	// health and readiness, and "profile". Without a name such an address is a
	// mistake. Default: nothing.
	PrivateOpen []string `yaml:"privateOpen"`
	// Data is the folder of the store, the index and the keys. It is made at
	// first start, readable by its owner alone. Default beibu-data.
	Data string `yaml:"data"`
	// KeysFrom is a folder with keys of the exchange that daemons share, such as a
	// mounted Secret of Kubernetes: those that DATA/keys lacks are copied from there
	// at the start and at a reload. Default: nothing is copied.
	KeysFrom string `yaml:"keysFrom"`
	// Parties is the file with parties and routes. Default: the map of the
	// Guangxi ports, departments and single windows that is built in.
	Parties string `yaml:"parties"`
	// Catalogue is the file with the catalogue of services. Default: Table 1 of the study
	// of the Guangxi platform, which is built in.
	Catalogue string `yaml:"catalogue"`
	// Packs are schema packs, folders or zip files, that add kinds of document
	// or replace the built-in profiles. A later pack wins.
	Packs []string `yaml:"packs"`
	// Access says who may call. Default: the daemon makes an API key for every
	// party, one for the operator and one for who approves, in DATA/access.
	Access []Access `yaml:"access"`
	// OIDC says by which issuer of identities people sign in to the console. Without
	// one, they sign in by what Access gives them.
	OIDC OIDC `yaml:"oidc"`
	// Seal names keys that seal beside the daemon's own, and who stamps seals.
	Seal Seal `yaml:"seal"`
	// Aliases are identifiers of algorithms and digests that counterparts
	// write in signatures instead of those that the exchange knows.
	Aliases  []Alias  `yaml:"aliases"`
	TLS      TLS      `yaml:"tls"`
	Limits   Limits   `yaml:"limits"`
	Delivery Delivery `yaml:"delivery"`
	Replay   Replay   `yaml:"replay"`
	Alerts   Alerts   `yaml:"alerts"`
	Console  Console  `yaml:"console"`
	Public   Public   `yaml:"public"`
	Log      Log      `yaml:"log"`
	Traces   Traces   `yaml:"traces"`
	Kafka    Kafka    `yaml:"kafka"`
	Redis    Redis    `yaml:"redis"`
}

// Access binds a caller to a party.
type Access struct {
	// Name is for logs, such as "qinzhou gateway 1". It must be there.
	Name string `yaml:"name"`
	// Party is the id of the party that the caller speaks for; an operator
	// may have none.
	Party string `yaml:"party"`
	// Operator gives the caller all roles, for everything.
	Operator bool `yaml:"operator"`
	// Roles are what the caller may do at the exchange itself: observer, operator,
	// approver, party-manager, security-officer or auditor, one or several.
	Roles []string `yaml:"roles"`
	// BreakGlass is an account for emergencies: it has all roles for everything, and
	// each use of it is logged as a warning, counted, and in the record.
	BreakGlass bool `yaml:"breakGlass"`
	// Scope limits Roles, or Operator. Default: they apply to everything.
	Scope access.Limits `yaml:"scope"`
	// Grants are further roles, each with a scope of its own. All of them add up.
	Grants []RoleGrant `yaml:"grants"`
	// KeyFile is a file that holds the caller's API key, at least 32
	// characters, and nothing else.
	KeyFile string `yaml:"keyFile"`
	// KeySHA256 is the SHA-256 of the API key in hexadecimal, if the key
	// itself is not to lie on this machine.
	KeySHA256 string `yaml:"keySHA256"`
	// Certificate is a PEM file with the caller's TLS client certificate; the
	// caller is known by its public key, so a renewed certificate still fits.
	Certificate string `yaml:"certificate"`
}

// RoleGrant is roles, and the part of the exchange to which they apply.
type RoleGrant struct {
	Roles []string      `yaml:"roles"` // as those of Access
	Scope access.Limits `yaml:"scope"` // of Roles. Default: they apply to everything
}

// Seal says what envelopes are sealed with beside the daemon's own ECDSA key.
type Seal struct {
	// Keys are files, by their paths, or keys in hardware. Each puts one more
	// seal on every envelope, beside the others.
	Keys []SealKey `yaml:"keys"`
	// UserID enters the seals by SM2 keys, if it is not the usual one (GB/T
	// 35276). What was sealed before can no longer be verified by it: change it
	// together with the key.
	UserID string `yaml:"userID"`
	// TSA says who time-stamps seals.
	TSA TSA `yaml:"tsa"`
}

// SealKey is one key that seals: the path of a file and nothing else, or a table
// with either of the two.
type SealKey struct {
	// File is a PEM file that holds a private key (RSA, ECDSA, Ed25519 or SM2)
	// and its certificate, readable by the daemon's user alone.
	File string `yaml:"file"`
	// PKCS11 is a key in a hardware module. It needs a build with -tags pkcs11.
	PKCS11 PKCS11 `yaml:"pkcs11"`
}

// UnmarshalText reads the path of a file.
func (k *SealKey) UnmarshalText(text []byte) error {
	k.File = string(text)
	return nil
}

// orTable says that it may be a table as well.
func (k *SealKey) orTable() {}

// PKCS11 is an RSA or ECDSA key in a hardware module (PKCS #11 2.40).
type PKCS11 struct {
	// Module is the path of the module's shared library.
	Module string `yaml:"module"`
	// Token is the label of the token.
	Token string `yaml:"token"`
	// Label is that of the private key; no other may have it.
	Label string `yaml:"label"`
	// PINFile is a file that holds the user's PIN and nothing else, readable by
	// the daemon's user alone.
	PINFile string `yaml:"pinFile"`
	// Certificate is a PEM file with the key's certificate.
	Certificate string `yaml:"certificate"`
	// Sessions is how many signatures may be under way at once; more wait in
	// line. Default 4.
	Sessions int `yaml:"sessions"`
}

// TSA is a time-stamping authority (RFC 3161). It is asked in the background
// about every document accepted from the first start with it on; no acceptance
// waits for it. Without a URL nobody is asked.
type TSA struct {
	// URL is where it answers, http or https.
	URL string `yaml:"url"`
	// Authorities are PEM files with the roots that its certificate must come
	// from, one each.
	Authorities []string `yaml:"authorities"`
	// Timeout is how long one answer may take. Default 10s.
	Timeout time.Duration `yaml:"timeout"`
	// TLS secures an https URL, if what the machine trusts will not do.
	TLS ClientTLS `yaml:"tls"`
}

// Alias says that one identifier means another.
type Alias struct {
	// URI is what counterparts write.
	URI string `yaml:"uri"`
	// Means is the identifier that it is another name of, such as
	// http://www.chinaport.gov.cn/2022/04/xmldsig#sm2-sm3.
	Means string `yaml:"means"`
}

// TLS secures the public API (RFC 8446).
type TLS struct {
	// Certificate and Key are PEM files, the certificate with its chain.
	Certificate string `yaml:"certificate"`
	Key         string `yaml:"key"`
	// ClientCAs is a PEM file with the authorities whose client certificates
	// are looked at (mutual TLS).
	ClientCAs string `yaml:"clientCAs"`
}

// Limits bound what requests may ask for.
type Limits struct {
	// Document is the largest document, unpacked. Default 8MiB, at most 64MiB.
	Document Size `yaml:"document"`
	// Request is the longest that one request may take. Default 90s.
	Request time.Duration `yaml:"request"`
	// Admit is the longest wait for the log to take a document in. While the
	// log cannot be had, senders get 503 after it, and are to send again.
	// Default 10s.
	Admit time.Duration `yaml:"admit"`
	// Grace is how long a stop continues to serve while readiness says no already, so
	// that whoever spreads requests over several daemons turns away before this
	// one refuses. Default 0s.
	Grace time.Duration `yaml:"grace"`
	// Drain is how long a stop then waits for what was started. Default 20s.
	Drain time.Duration `yaml:"drain"`
	// InFlight is how many documents may be worked on at once; more are
	// asked to come again. Default 256.
	InFlight int `yaml:"inFlight"`
	// Memory is how much requests may hold at once, in both directions: documents
	// that are read and worked on, their sealed forms, and answers until they are
	// read; more are refused, and may come again. What waits for the answer of Kafka's
	// brokers counts until it is there. Default 256MiB, at least what one largest
	// document takes: 7/3 of limits.document, about.
	Memory Size `yaml:"memory"`
	// Connections is how many there may be to the public address, and
	// ConnectionsPerAddress how many of them from one address: a proxy is one. If
	// there are more, one that has shown no credentials is closed for the new one.
	// Default 512 and 256; the process needs as many descriptors, and 256 beside.
	Connections           int `yaml:"connections"`
	ConnectionsPerAddress int `yaml:"connectionsPerAddress"`
	// Silence is how long a connection may say nothing before it has shown
	// credentials that count. Default 15s, at least 1s.
	Silence time.Duration `yaml:"silence"`
	// Slowest is how much of an answer a caller has to take each second, after its
	// first ten seconds, or it is cut off. Default 64KiB, at least 1KiB.
	Slowest Size `yaml:"slowest"`
	// Refusals is how many refused documents of one party the record has one by one
	// within a minute; the others are counted. Default 60, 1 to 300.
	Refusals int `yaml:"refusals"`
	// KeptRefusals bounds the bytes of refused documents that are kept for parties whose
	// map says so (refusals.keep).
	KeptRefusals KeptRefusals `yaml:"keptRefusals"`
	// Quota is of the parties for which their map states none. Default: none.
	Quota Quota `yaml:"quota"`
}

// KeptRefusals bounds the bytes of refused documents that are kept.
type KeptRefusals struct {
	// Longest is the longest that a party's refusals.keep may be. In Kafka it is the
	// retention of the topic that has the bytes, the same for all daemons that share a log.
	// Default 168h, 1m to 720h.
	Longest time.Duration `yaml:"longest"`
	// Party is how many bytes of one party are kept at once; what does not fit is not
	// kept, and the refusal says so. Default 64MiB, at least limits.document.
	Party Size `yaml:"party"`
}

// Delivery says how long receivers have.
type Delivery struct {
	// ExpireAfter is how long a delivery may stay unacknowledged before it is
	// given up and listed as failed. Default 168h, at least 1m.
	ExpireAfter time.Duration `yaml:"expireAfter"`
	// Sweep is how often that is looked for. Default 1m.
	Sweep time.Duration `yaml:"sweep"`
	// Handovers is how often a delivery is handed over to a receiver that does not
	// acknowledge it before it comes after all others and is listed as failing.
	// Default 5, 2 to 1,000; the same for all daemons that share a log.
	Handovers int `yaml:"handovers"`
	// BreakAfter is how many failures in a row open the circuit breaker of a receiver to
	// which deliveries are carried: from then on, one at a time is tried. Default 5, 2 to
	// 1,000.
	BreakAfter int `yaml:"breakAfter"`
}

// Replay bounds the runs by which failed deliveries are sent again, and says which of
// them another person has to approve. One that crosses a border always needs approval.
type Replay struct {
	// ApproveAbove is how many deliveries a run may have without the approval of
	// another person. Default 100, 1 to 100,000.
	ApproveAbove int `yaml:"approveAbove"`
	// ApproveWithin is how long a run waits for its approval. Default 24h, at least 1m.
	ApproveWithin time.Duration `yaml:"approveWithin"`
	// Rate is how many deliveries a second a run starts, if it is requested without
	// another rate. Default 50, 1 to 1,000.
	Rate int `yaml:"rate"`
	// Patience is how long one of the first steps of a run waits for the receivers
	// before the run stops. Default 1h, at least 1m.
	Patience time.Duration `yaml:"patience"`
}

// Console says whether people have pages, at /console/ of the public address.
type Console struct {
	// Enabled serves it. Default true.
	Enabled *bool `yaml:"enabled"`
	// Idle is after how long without a request a session ends. Default 30m, 1m to
	// longest.
	Idle time.Duration `yaml:"idle"`
	// Longest is how long a session may last. Default 8h, at most 24h.
	Longest time.Duration `yaml:"longest"`
}

// Public says whether everybody may read how the service was rated, at /public/ of the
// public address.
type Public struct {
	// Enabled serves it. Default false.
	Enabled bool `yaml:"enabled"`
}

// Log says what is logged, to standard error.
type Log struct {
	Level  string `yaml:"level"`  // debug, info, warn or error; default info
	Format string `yaml:"format"` // json or console; default json
	// Profile shows where time and memory go, under /debug/pprof/ of the
	// private address. Default false.
	Profile bool `yaml:"profile"`
}

// Traces says where OpenTelemetry traces are sent, by OTLP over HTTP. Without an
// endpoint nothing is recorded.
type Traces struct {
	// Endpoint is the URL that takes traces, http or https, with its path, such as
	// https://collector:4318/v1/traces.
	Endpoint string `yaml:"endpoint"`
	// HeadersFile is a file with headers of every request, a line each, such as
	// "Authorization: Bearer TOKEN", readable by the daemon's user alone.
	HeadersFile string `yaml:"headersFile"`
	// Ratio is how many of the traces are recorded, above 0 and at most 1. Default 1.
	Ratio float64 `yaml:"ratio"`
	// TLS secures an https endpoint, if what the machine trusts will not do.
	TLS ClientTLS `yaml:"tls"`
}

// Default fills in what was not said. It is the one place of these defaults: the
// packages that are configured with them have none.
func (c Config) Default() Config {
	fill(&c.Listen, "127.0.0.1:8420")
	fill(&c.Private, "127.0.0.1:8421")
	fill(&c.Data, "beibu-data")
	fill(&c.Limits.Document, schemas.DefaultMaxBytes)
	fill(&c.Limits.Request, 90*time.Second)
	fill(&c.Limits.Admit, 10*time.Second)
	fill(&c.Limits.Drain, 20*time.Second)
	fill(&c.Limits.InFlight, 256)
	fill(&c.Limits.Memory, 256<<20)
	fill(&c.Limits.Connections, 512)
	fill(&c.Limits.ConnectionsPerAddress, min(256, max(1, c.Limits.Connections)))
	fill(&c.Limits.Silence, 15*time.Second)
	fill(&c.Limits.Slowest, 64<<10)
	fill(&c.Limits.Refusals, 60)
	fill(&c.Limits.KeptRefusals.Longest, 168*time.Hour)
	fill(&c.Limits.KeptRefusals.Party, max(64<<20, c.Limits.Document))
	fill(&c.Delivery.ExpireAfter, 168*time.Hour)
	fill(&c.Delivery.Sweep, time.Minute)
	fill(&c.Delivery.Handovers, 5)
	fill(&c.Delivery.BreakAfter, 5)
	fill(&c.Replay.ApproveAbove, 100)
	fill(&c.Replay.ApproveWithin, 24*time.Hour)
	fill(&c.Replay.Rate, 50)
	fill(&c.Replay.Patience, time.Hour)
	fill(&c.Console.Enabled, new(true))
	fill(&c.Console.Idle, 30*time.Minute)
	fill(&c.Console.Longest, 8*time.Hour)
	fill(&c.OIDC.Claim, "groups")
	if c.OIDC.Scopes == nil {
		c.OIDC.Scopes = []string{"profile"}
	}
	fill(&c.Alerts.Backlog, 12*time.Hour)
	fill(&c.Alerts.Failed, 10)
	fill(&c.Alerts.Silence, 3)
	fill(&c.Seal.TSA.Timeout, 10*time.Second)
	fill(&c.Kafka.TopicPrefix, "docs.")
	fill(&c.Kafka.Partitions, 6)
	fill(&c.Kafka.Replication, 3)
	fill(&c.Kafka.Session, 10*time.Second)
	fill(&c.Redis.Prefix, "beibu:")
	fill(&c.Redis.Lease, 10*time.Second)
	fill(&c.Traces.Ratio, 1)
	fill(&c.Log.Level, "info")
	fill(&c.Log.Format, "json")
	return c
}

// fill sets a value that is still zero.
func fill[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}
