package config

import (
	"cmp"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"slices"

	"beibu/cmd/internal/revocation"
	"beibu/deploy"
	"beibu/exchange"
	"beibu/exchange/access"
	"beibu/exchange/catalogue"
	"beibu/exchange/notify"
	"beibu/schemas"
	"beibu/signing"
)

// Loaded is a configuration that was read and found right, with what its
// files hold.
type Loaded struct {
	Config
	PartiesFile string // the file that Parties and Routes came from, for people
	Map         Map
	Catalog     *schemas.Catalog // built-in kinds and those of Packs
	Parties     *exchange.Parties
	Routes      *exchange.Routes
	Services    *catalogue.Catalogue    // of Catalogue
	Revocations []*revocation.Sources   // of the parties that have any
	Pushes      map[string]LoadedPush   // by the ids of the parties that have any
	Folders     map[string]LoadedFolder // by the ids of the parties that have any
	Verifier    *signing.Verifier
	AlertTo     map[string]notify.Options // of Alerts, by the names of the addresses
	SealKeys    []LoadedKey               // of Seal
	TimeRoots   []*signing.Certificate    // of Seal.TSA
	Credentials []access.Credential       // of Access; none if the daemon is to make its own
	Grants      []access.PersonGrant      // of OIDC

	PublicTLS *tls.Config // of the public address, or nil

	KafkaPassword, RedisPassword, OIDCSecret       string      // what the files hold
	TracesHeader                                   http.Header // what the file of headers holds
	KafkaTLS, RedisTLS, TSATLS, OIDCTLS, TracesTLS *tls.Config // or nil, for plain connections or what the machine trusts
}

// Load reads a configuration file and all that it names, or the defaults if
// path is "". Its error holds every mistake (see Mistakes).
func Load(path string) (*Loaded, error) {
	var b []byte
	if path != "" {
		var err error
		if b, err = os.ReadFile(path); err != nil {
			return nil, fmt.Errorf("read configuration: %w", err)
		}
	}
	return Parse(path, b)
}

// Parse is Load for bytes at hand; file names them in mistakes.
func Parse(file string, b []byte) (*Loaded, error) {
	l := &Loaded{}
	src := decode(file, b, &l.Config)
	l.Config = l.Default()
	l.validate(src)
	l.credentials(src)
	l.loadSealKeys(src)
	l.loadTSA(src)
	l.loadAlerts(src)
	l.loadOIDC(src)
	l.loadTraces(src)
	l.loadVerifier(src)
	l.loadCatalog(src)
	inMap := l.loadMap(src)
	slices.SortStableFunc(src.mistakes, func(a, b Mistake) int { return cmp.Compare(a.Line, b.Line) })
	if mistakes := slices.Concat(src.mistakes, inMap); len(mistakes) > 0 {
		return nil, join(mistakes)
	}
	return l, nil
}

// Mistakes returns every mistake that an error of Load holds.
func Mistakes(err error) []Mistake {
	var found []Mistake
	if m, ok := errors.AsType[Mistake](err); ok {
		found = append(found, m)
	}
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		found = found[:0]
		for _, one := range many.Unwrap() {
			found = append(found, Mistakes(one)...)
		}
	}
	return found
}

func join(mistakes []Mistake) error {
	all := make([]error, 0, len(mistakes))
	for _, m := range mistakes {
		all = append(all, m)
	}
	return errors.Join(all...)
}

// loadCatalog opens the schema packs and binds them to the built-in kinds.
func (l *Loaded) loadCatalog(src *source) {
	options := schemas.Options{MaxBytes: int64(l.Limits.Document)}
	for i, path := range l.Packs {
		pack, err := schemas.OpenPack(path)
		if err != nil {
			src.note(fmt.Sprintf("packs[%d]", i), "%s", cause(err))
			continue
		}
		options.Packs = append(options.Packs, pack)
	}
	if len(src.mistakes) > 0 {
		return
	}
	var err error
	if l.Catalog, err = schemas.NewCatalog(options); err != nil {
		src.note("packs", "%s", err)
	}
}

// loadMap reads parties and routes.
func (l *Loaded) loadMap(src *source) []Mistake {
	b, file := deploy.Parties, "parties.yaml (built in)"
	if l.Config.Parties != "" {
		var err error
		if b, err = os.ReadFile(l.Config.Parties); err != nil {
			src.note("parties", "%s", cause(err))
			return nil
		}
		file = l.Config.Parties
	}
	l.PartiesFile = file
	table := decode(file, b, &l.Map)
	table.checkMap(l.Map, l.Limits.KeptRefusals.Longest)
	table.checkTopics(l.Map, l.Kafka)
	for i := range l.Map.Parties {
		fill(&l.Map.Parties[i].Quota, l.Limits.Quota)
	}
	parties, revocations := table.parties(l.Map)
	l.Revocations = revocations
	l.Pushes = table.pushes(l.Map)
	l.Folders = table.folders(l.Map)
	table.checkKinds(l.Map, l.Catalog)
	var err error
	if l.Parties, err = exchange.NewParties(parties); err != nil {
		table.note("parties", "%s", err)
	}
	if l.Routes, err = exchange.NewRoutes(l.Map.Routes, l.Parties); err != nil {
		table.note("routes", "%s", err)
	}
	l.loadCatalogue(src)
	l.bindAccess(src, file)
	l.bindGrants(src, file)
	return table.mistakes
}

// loadCatalogue reads the catalogue of services. That which is built in is not compared with
// a map of one's own, which need not have its units.
func (l *Loaded) loadCatalogue(src *source) {
	if l.Catalogue == "" {
		var err error
		if l.Services, err = catalogue.BuiltIn(); err != nil {
			src.note("catalogue", "%s", err)
		}
		return
	}
	text, err := os.ReadFile(l.Catalogue)
	if err != nil {
		src.note("catalogue", "%s", cause(err))
		return
	}
	if l.Services, err = catalogue.Parse(text); err != nil {
		src.note("catalogue", "%s: %s", l.Catalogue, err)
		return
	}
	if l.Parties == nil || l.Catalog == nil {
		return // why there is none is noted already
	}
	known := make(map[string]bool)
	for _, t := range l.Catalog.Kinds() {
		known[string(t.Kind)] = true
	}
	if err := l.Services.Check(l.Parties, func(kind string) bool { return known[kind] }); err != nil {
		src.note("catalogue", "%s: %s", l.Catalogue, err)
	}
}

// HashKey returns what is kept of an API key.
func HashKey(key string) string {
	sum := sha256.Sum256([]byte(key))
	return hex.EncodeToString(sum[:])
}

// cause shortens an error about a file whose name is printed beside it.
func cause(err error) string {
	if p, ok := errors.AsType[*fs.PathError](err); ok {
		return p.Path + ": " + p.Err.Error()
	}
	return err.Error()
}
