package config

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"beibu/exchange"
	"beibu/exchange/admission"
	"beibu/exchange/effects"
	"beibu/exchange/facts/codes"
	"beibu/exchange/lookup"
	"beibu/exchange/operator/replay"
	"beibu/queue"
	"beibu/schemas"
)

// The widest settings that make sense.
const (
	maxDocument = 64 << 20
	maxInFlight = 100_000
	maxMemory   = 1 << 40
	maxQuota    = 1_000_000
	maxKept     = 16 << 30
	maxWindow   = 24 * time.Hour
)

// validate notes every setting that cannot work.
func (l *Loaded) validate(src *source) {
	for key, address := range map[string]string{"listen": l.Listen, "private": l.Private} {
		if _, _, err := net.SplitHostPort(address); err != nil {
			src.note(key, "%q is no address (example: 127.0.0.1:8420)", address)
		}
	}
	if !loopback(l.Listen) && l.TLS.Certificate == "" {
		src.note("listen", "%s is not loopback, so tls.certificate and tls.key must be set", l.Listen)
	}
	l.loadTLS(src)
	if sameAddress(l.Listen, l.Private) {
		src.note("private", "%s is the address of listen too; health and metrics need one of their own", l.Private)
	}
	l.validatePrivate(src)
	l.validateLimits(src)
	l.validateConnections(src)
	l.validateShared(src)
	l.validateAccess(src)
	l.validateKeysFrom(src)
}

// What a private address may show to whoever reaches it.
const (
	openMetrics = "metrics"
	openProfile = "profile"
)

// validatePrivate refuses a private address that others than this machine reach,
// unless what they see is named.
func (l *Loaded) validatePrivate(src *source) {
	for i, name := range l.PrivateOpen {
		if name != openMetrics && name != openProfile {
			src.note(fmt.Sprintf("privateOpen[%d]", i), "%q is neither %s nor %s", name, openMetrics, openProfile)
		}
	}
	if loopback(l.Private) {
		return
	}
	if !slices.Contains(l.PrivateOpen, openMetrics) {
		src.note("private", "%s is not loopback, and has neither TLS nor credentials: if operators alone reach it, write privateOpen: [%s]", l.Private, openMetrics)
	}
	if l.Log.Profile && !slices.Contains(l.PrivateOpen, openProfile) {
		src.note("log.profile", "%s is not loopback, and whoever reaches it could read what the process holds and slow it down: if that is meant, write privateOpen: [%s, %s]", l.Private, openMetrics, openProfile)
	}
}

// validateKeysFrom refuses a folder without both keys: the daemon would make the other by
// itself, which no other daemon on the log has.
func (l *Loaded) validateKeysFrom(src *source) {
	if l.KeysFrom == "" {
		return
	}
	for _, name := range []string{"seal.pem", "receipt.pem"} {
		if _, err := os.Stat(filepath.Join(l.KeysFrom, name)); err != nil {
			src.note("keysFrom", "%s", cause(err))
		}
	}
}

// ownDescriptors is how many files and connections the daemon opens beside those
// of the public address: stores, the private address, brokers, Redis.
const ownDescriptors = 256

// validateConnections holds the connections against what the process may open.
func (l *Loaded) validateConnections(src *source) {
	src.between("limits.connections", int64(l.Limits.Connections), 1, 1<<20)
	src.between("limits.connectionsPerAddress", int64(l.Limits.ConnectionsPerAddress), 1, int64(max(1, l.Limits.Connections)))
	if most := descriptors(); int64(l.Limits.Connections)+ownDescriptors > most {
		src.note("limits.connections", "%d connections and the %d files of the daemon are more than the %d that the process may open (ulimit -n)",
			l.Limits.Connections, ownDescriptors, most)
	}
}

func (l *Loaded) validateLimits(src *source) {
	src.between("limits.document", int64(l.Limits.Document), 1<<10, maxDocument)
	src.between("limits.inFlight", int64(l.Limits.InFlight), 1, maxInFlight)
	largest := int(min(l.Limits.Document, maxDocument))
	src.between("limits.memory", int64(l.Limits.Memory), admission.MemoryFor(largest+1), maxMemory)
	src.between("limits.slowest", int64(l.Limits.Slowest), 1<<10, maxMemory)
	src.between("limits.refusals", int64(l.Limits.Refusals), 1, 300)
	src.between("limits.keptRefusals.party", int64(l.Limits.KeptRefusals.Party), int64(l.Limits.Document), maxKept)
	if d := l.Limits.KeptRefusals.Longest; d < time.Minute || d > exchange.MaxKeep {
		src.note("limits.keptRefusals.longest", "%s is not between 1m and %s", d, exchange.MaxKeep)
	}
	src.between("delivery.handovers", int64(l.Delivery.Handovers), 2, 1000)
	src.between("delivery.breakAfter", int64(l.Delivery.BreakAfter), 2, 1000)
	src.between("replay.approveAbove", int64(l.Replay.ApproveAbove), 1, replay.MaxPlanned)
	src.between("replay.rate", int64(l.Replay.Rate), 1, replay.MaxRate)
	src.checkQuota("limits.quota", l.Limits.Quota)
	for key, d := range map[string]struct{ is, least time.Duration }{
		"limits.request":       {l.Limits.Request, time.Second},
		"limits.grace":         {l.Limits.Grace, 0},
		"limits.admit":         {l.Limits.Admit, 100 * time.Millisecond},
		"limits.drain":         {l.Limits.Drain, time.Second},
		"limits.silence":       {l.Limits.Silence, time.Second},
		"delivery.expireAfter": {l.Delivery.ExpireAfter, time.Minute},
		"delivery.sweep":       {l.Delivery.Sweep, time.Second},
		"alerts.backlog":       {l.Alerts.Backlog, time.Minute},
		"replay.approveWithin": {l.Replay.ApproveWithin, time.Minute},
		"replay.patience":      {l.Replay.Patience, time.Minute},
	} {
		if d.is < d.least {
			src.note(key, "%s is too short; at least %s", d.is, d.least)
		}
	}
	if c := l.Console; c.Idle < time.Minute || c.Idle > c.Longest {
		src.note("console.idle", "%s is not between 1m and console.longest, %s", c.Idle, c.Longest)
	}
	if l.Console.Longest > 24*time.Hour {
		src.note("console.longest", "%s is too long; at most 24h", l.Console.Longest)
	}
	if !slices.Contains([]string{"debug", "info", "warn", "error"}, l.Log.Level) {
		src.note("log.level", "%q is none of debug, info, warn, error", l.Log.Level)
	}
	if !slices.Contains([]string{"json", "console"}, l.Log.Format) {
		src.note("log.format", "%q is none of json, console", l.Log.Format)
	}
}

// sameAddress reports whether two servers could not listen on both addresses: the
// port is the same one, and so is the host, or one of them is every host. Port 0
// is another port each time.
func sameAddress(a, b string) bool {
	hostA, portA, errA := net.SplitHostPort(a)
	hostB, portB, errB := net.SplitHostPort(b)
	if errA != nil || errB != nil || portA != portB || portA == "0" {
		return false
	}
	every := func(host string) bool { ip := net.ParseIP(host); return host == "" || ip != nil && ip.IsUnspecified() }
	local := func(host string) string {
		if host == "localhost" {
			return "127.0.0.1"
		}
		return host
	}
	return every(hostA) || every(hostB) || local(hostA) == local(hostB)
}

var sha256Hex = regexp.MustCompile(`^[0-9a-fA-F]{64}$`)

// guessableKeys are digests that were seen in place of one of a key of one's own,
// and what they are digests of. Other weak keys look like good ones.
var guessableKeys = map[string]string{
	"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855": "nothing",
	"01ba4719c80b6fe911b091a7c05124b64eeece964e09c058ef8f9805daca546b": "an empty line",
	"5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8": "a password that was printed here as an example",
}

func (l *Loaded) validateAccess(src *source) {
	for i, a := range l.Access {
		key := fmt.Sprintf("access[%d]", i)
		if a.Name == "" {
			src.note(key, "name is missing")
		}
		if len(a.Name) > queue.MaxSubject {
			src.note(key+".name", "the record takes at most %d bytes", queue.MaxSubject)
		}
		if a.Party == "" && !a.Operator && !a.BreakGlass && len(a.Roles)+len(a.Grants) == 0 {
			src.note(key, "party is missing, and there are no roles")
		}
		if a.KeyFile != "" && a.KeySHA256 != "" {
			src.note(key, "keyFile and keySHA256 exclude each other")
		}
		if a.KeyFile == "" && a.KeySHA256 == "" && a.Certificate == "" {
			src.note(key, "keyFile, keySHA256 or certificate must be set")
		}
		if a.KeySHA256 != "" && !sha256Hex.MatchString(a.KeySHA256) {
			src.note(key+".keySHA256", "must be 64 hexadecimal digits: the SHA-256 of the key")
		}
		if guessable := guessableKeys[strings.ToLower(a.KeySHA256)]; guessable != "" {
			src.note(key+".keySHA256", "it is the SHA-256 of %s, which anyone can guess", guessable)
		}
		if a.Certificate != "" && l.TLS.Certificate == "" {
			src.note(key+".certificate", "a client certificate can only be seen if tls is set")
		}
	}
}

// between notes a number outside its bounds.
func (s *source) between(key string, n, low, high int64) {
	if n < low || n > high {
		s.note(key, "%d is not between %d and %d", n, low, high)
	}
}

// checkQuota notes a quota that is neither none nor one that can be stated to
// the party, in whole seconds.
func (s *source) checkQuota(key string, q Quota) {
	if q == (Quota{}) {
		return
	}
	s.between(key+".documents", int64(q.Documents), 1, maxQuota)
	if q.Window < time.Second || q.Window > maxWindow || q.Window%time.Second != 0 {
		s.note(key+".window", "%s is not between 1s and %s, in whole seconds", q.Window, maxWindow)
	}
}

// checkFile notes a file that is named and cannot be looked at.
func (s *source) checkFile(key, path string) {
	if path == "" {
		return
	}
	if _, err := os.Stat(path); err != nil {
		s.note(key, "%s", cause(err))
	}
}

var partyID = regexp.MustCompile(`^[a-z][a-z0-9-]{1,39}$`)

// checkMap notes parties that could not work.
func (s *source) checkMap(m Map, longest time.Duration) {
	for i, p := range m.Parties {
		key := fmt.Sprintf("parties[%d]", i)
		if !partyID.MatchString(p.ID) {
			s.note(key+".id", "%q must be 2 to 40 lower-case letters, digits and hyphens", p.ID)
		}
		if p.Name.EN == "" || p.Name.ZH == "" {
			s.note(key+".name", "both en and zh must be there")
		}
		if !slices.Contains([]exchange.Role{exchange.Customs, exchange.Department, exchange.Window}, p.Role) {
			s.note(key+".role", "%q is none of customs, department, window", p.Role)
		}
		if !codes.Country(p.Country) {
			s.note(key+".country", "%q is no ISO 3166-1 alpha-2 code", p.Country)
		}
		for _, code := range p.Locodes {
			if _, ok := codes.Location(code); !ok {
				s.note(key+".locodes", "%q is no UN/LOCODE known here", code)
			}
		}
		s.checkIssues(key, p, m)
		for _, kind := range p.Clears {
			if !slices.Contains(effects.Clearable(), kind) {
				s.note(key+".clears", "%q is none of %s", kind, strings.Join(effects.Clearable(), ", "))
			}
		}
		s.checkQuota(key+".quota", p.Quota)
		if d := p.Refusals.Keep; d != 0 && (d < time.Minute || d > longest) {
			s.note(key+".refusals.keep", "%s is not between 1m and limits.keptRefusals.longest, %s", d, longest)
		}
	}
}

// checkIssues notes what a party cannot issue, and for whom it cannot send.
func (s *source) checkIssues(key string, p Party, m Map) {
	for i, issue := range p.Issues {
		at := fmt.Sprintf("%s.issues[%d]", key, i)
		if len(issue.Kinds) == 0 {
			s.note(at+".kinds", "must not be empty")
		}
		for _, kind := range issue.Kinds {
			if !slices.Contains(p.Sends, kind) {
				s.note(at+".kinds", "the party may not send %q: see sends", kind)
			}
		}
		for _, country := range issue.Countries {
			if !codes.Country(country) {
				s.note(at+".countries", "%q is no ISO 3166-1 alpha-2 code", country)
			}
		}
		for _, unit := range issue.Units {
			if lookup.Folded(unit) == "" {
				s.note(at+".units", "%q names no unit", unit)
			}
		}
		if !slices.Contains([]string{"", exchange.AnotherReject, exchange.AnotherHold}, issue.Another) {
			s.note(at+".another", "%q is none of %s, %s", issue.Another, exchange.AnotherReject, exchange.AnotherHold)
		}
		if len(issue.Countries)+len(issue.Units) == 0 {
			s.note(at, "countries or units must be there: nobody issues everything")
		}
	}
	for i, id := range p.OnBehalfOf {
		if id == p.ID || !slices.ContainsFunc(m.Parties, func(other Party) bool { return other.ID == id }) {
			s.note(fmt.Sprintf("%s.onBehalfOf[%d]", key, i), "%q is no other party of the map", id)
		}
	}
}

// checkKinds notes kinds of document that no schema knows.
func (s *source) checkKinds(m Map, catalog *schemas.Catalog) {
	if catalog == nil {
		return // why there is none is noted already
	}
	known := make(map[string]bool)
	for _, t := range catalog.Kinds() {
		known[string(t.Kind)] = true
	}
	check := func(key string, kinds []string) {
		for _, kind := range kinds {
			if !known[kind] {
				s.note(key, "%q is no kind of document", kind)
			}
		}
	}
	for i, p := range m.Parties {
		check(fmt.Sprintf("parties[%d].sends", i), p.Sends)
		check(fmt.Sprintf("parties[%d].receives", i), p.Receives)
		for j, issue := range p.Issues {
			check(fmt.Sprintf("parties[%d].issues[%d].kinds", i, j), issue.Kinds)
		}
		check(fmt.Sprintf("parties[%d].signatures.required", i), p.Signatures.Required)
		check(fmt.Sprintf("parties[%d].signatures.refused", i), p.Signatures.Refused)
		for j, some := range p.Signatures.ForKinds {
			check(fmt.Sprintf("parties[%d].signatures.forKinds[%d].kinds", i, j), some.Kinds)
		}
	}
	for i, r := range m.Routes {
		check(fmt.Sprintf("routes[%d].kinds", i), r.Kinds)
	}
}

// loopback reports whether an address can only be reached from this machine.
func loopback(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return true // noted already
	}
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// publicKeyHash returns the SHA-256 of the SubjectPublicKeyInfo (RFC 5280
// section 4.1) of the first certificate in a PEM file.
func publicKeyHash(path string) (string, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	block, _ := pem.Decode(b)
	if block == nil || block.Type != "CERTIFICATE" {
		return "", errors.New("holds no PEM certificate")
	}
	certificate, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return "", fmt.Errorf("parse certificate: %w", err)
	}
	sum := sha256.Sum256(certificate.RawSubjectPublicKeyInfo)
	return hex.EncodeToString(sum[:]), nil
}
