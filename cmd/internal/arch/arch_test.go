package arch_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const (
	module = "beibu"
	root   = "../../.."
)

// rules says which trees of packages may never reach which others, by any
// chain of imports, and why. A name of another module or of the standard
// library is reached by a direct import alone.
var rules = []struct {
	tree, never string
	except      []string
	because     string
}{
	{tree: "exchange", never: "cmd", because: "nothing imports the wiring"},
	{tree: "deploy", never: "cmd", because: "nothing imports the wiring"},
	{tree: "schemas", never: "exchange", because: "validation is a library that knows no exchanges"},
	{
		tree: "schemas", never: "signing", except: []string{"signing/strict"},
		because: "the leaves do not know each other; strict is the one reader of XML",
	},
	{tree: "schemas", never: "queue", because: "the leaves do not know each other"},
	{tree: "signing", never: "exchange", because: "signing is a library that knows no exchanges"},
	{tree: "signing", never: "schemas", because: "the leaves do not know each other"},
	{tree: "signing", never: "queue", because: "the leaves do not know each other"},
	{tree: "queue", never: "exchange", because: "a queue carries bytes, not customs documents"},
	{tree: "queue", never: "schemas", because: "the leaves do not know each other"},
	{tree: "queue", never: "signing", because: "the leaves do not know each other"},
	{
		tree: "exchange", never: "queue/sqlite", except: []string{"exchange/exchangetest"},
		because: "the daemon chooses the store",
	},
	{tree: "exchange", never: "queue/kafka", because: "the daemon chooses the store"},
	{tree: "", never: "github.com/segmentio/kafka-go", except: []string{"queue/kafka", "exchange/topics", "exchange/courier/kafka", "exchange/cloudevents"}, because: "only the queue and the topics of parties know Kafka"},
	{tree: "", never: "github.com/redis/go-redis", except: []string{"exchange/claims"}, because: "only claims know Redis"},
	{tree: "exchange/rules", never: "queue", because: "a rule reads one document and nothing else"},
	{
		tree: "exchange/rules", never: "schemas", except: []string{"exchange/rules/rulestest", "schemas/paths"},
		because: "a rule reads one document, by facts and paths, and nothing else",
	},
	{tree: "exchange/facts", never: "exchange/rules", because: "a rule reads facts; what a document says does not depend on what is right"},
	{tree: "exchange/rules", never: "exchange/httpapi", because: "rules are data for the domain"},
	{tree: "exchange/proof", never: "queue", because: "whoever verifies has no queue"},
	{tree: "exchange/proof", never: "net/http", because: "verification is offline"},
	{tree: "exchange/proof", never: "github.com/prometheus", because: "verification is offline"},
	{tree: "exchange/proof", never: "exchange/rules", because: "verification judges no document"},
	{tree: "exchange/proof", never: "schemas", because: "verification judges no document"},
	{tree: "schemas", never: "net/http", because: "no HTTP in the leaves"},
	{tree: "signing", never: "net/http", because: "no HTTP in the leaves"},
	{tree: "queue", never: "net/http", because: "no HTTP in the leaves"},
	{tree: "exchange/rules", never: "net/http", because: "no HTTP in the domain"},
	{tree: "exchange/access", never: "net/http", except: []string{"exchange/access/oidc"}, because: "every way in asks for the same rights"},
	{tree: "exchange/admission", never: "net/http", because: "every way in passes the same controls"},
	{tree: "exchange/answer", never: "net/http", because: "every way in gives the same answers"},
	{tree: "exchange/journal", never: "net/http", because: "no HTTP in the index"},
	{tree: "exchange/judge/ledger", never: "queue", because: "accounts know no record and no file"},
	{tree: "exchange/judge/lifecycle", never: "queue", because: "lives know no record and no file"},
	{tree: "exchange/judge", never: "exchange/journal", because: "verdicts depend on the record alone"},
	{tree: "exchange/projection", never: "exchange/journal", because: "the skeleton knows nothing that is folded with it"},
	{tree: "exchange/projection", never: "exchange/timestamps", because: "the skeleton knows nothing that is folded with it"},
	{tree: "exchange/courier/mailbox", never: "exchange/courier/kafka", because: "adapters do not know each other"},
	{tree: "exchange/courier/kafka", never: "exchange/courier/mailbox", because: "adapters do not know each other"},
	{tree: "exchange/courier/webhook", never: "exchange/courier/mailbox", because: "adapters do not know each other"},
	{tree: "exchange/courier/webhook", never: "exchange/courier/kafka", because: "adapters do not know each other"},
	{tree: "exchange/console/session", never: "net/http", because: "a session is a value; the console puts it into a cookie"},
	{tree: "exchange/courier/folder", never: "exchange/courier/mailbox", because: "adapters do not know each other"},
	{tree: "exchange/courier/folder", never: "exchange/courier/webhook", because: "adapters do not know each other"},
	{tree: "", never: "github.com/pkg/sftp", except: []string{"exchange/files/sftp"}, because: "only sftp knows the protocol"},
	{tree: "", never: "golang.org/x/crypto/ssh", except: []string{"exchange/files/sftp", "cmd/internal/config"}, because: "only sftp logs in, and the configuration reads its keys"},
	{tree: "exchange/files", never: "net/http", because: "no HTTP in folders"},
	{tree: "schemas", never: "go.uber.org/zap", because: "libraries return errors and do not log"},
	{tree: "signing", never: "go.uber.org/zap", because: "libraries return errors and do not log"},
	{tree: "queue", never: "go.uber.org/zap", because: "libraries return errors and do not log"},
	{
		tree: "exchange", never: "go.uber.org/zap", except: []string{"exchange/httpapi", "exchange/console", "exchange/courier", "exchange/topics", "exchange/folders"},
		because: "the domain returns errors; the edges log",
	},
	{
		tree: "exchange", never: "github.com/prometheus", except: []string{"exchange/httpapi", "exchange/admission"},
		because: "measured at the seams",
	},
	{tree: "", never: "go.opentelemetry.io/otel", except: []string{"cmd/internal/traces"}, because: "only traces knows OpenTelemetry"},
	{tree: "exchange/trace", never: "exchange", except: []string{"exchange/trace"}, because: "a trace has a name and nothing else"},
	{
		tree: "", never: "modernc.org/sqlite", except: []string{"queue/sqlitefile"},
		because: "only sqlitefile uses SQLite's library",
	},
	{
		tree: "", never: "modernc.org/libc", except: []string{"queue/sqlitefile"},
		because: "only sqlitefile uses SQLite's library",
	},
	{tree: "", never: "github.com/jacoelho/xsd", except: []string{"schemas"}, because: "only schemas knows the XSD engine"},
	{
		tree: "", never: "github.com/go-jose/go-jose", except: []string{"exchange/proof"},
		because: "only proof makes and reads receipts and their keys",
	},
	{tree: "", never: "github.com/coreos/go-oidc", except: []string{"exchange/access/oidc"}, because: "only oidc knows the protocol by which people sign in"},
	{tree: "", never: "golang.org/x/oauth2", except: []string{"exchange/access/oidc"}, because: "only oidc knows the protocol by which people sign in"},
	{tree: "", never: "github.com/zitadel/oidc", except: []string{"exchange/access/oidc/oidctest"}, because: "the issuer of tests is in no program"},
	{tree: "cmd/internal/config", never: "exchange/httpapi", because: "credentials and memory are of every way in"},
	{tree: "", never: "encoding/xml", except: []string{"schemas"}, because: "signing/strict is the one reader of XML"},
}

// domain is what package exchange itself may never reach: its own adapters.
var domain = []string{"exchange/httpapi", "exchange/console", "exchange/journal", "exchange/courier", "exchange/claims", "exchange/timestamps", "exchange/topics", "exchange/folders", "exchange/projection", "exchange/judge", "exchange/cloudevents", "exchange/files"}

// core are the packages under exchange that every adapter may use. Whatever else is
// directly under exchange is an adapter, with all that is below it.
var core = strings.Fields(`exchange exchange/access exchange/admission exchange/answer exchange/catalogue exchange/cloudevents exchange/effects exchange/egress exchange/exchangetest exchange/export
	exchange/facts exchange/files exchange/judge exchange/kinds exchange/lookup exchange/operator exchange/projection exchange/proof exchange/ratings exchange/required exchange/rules exchange/trace`)

// An adapter knows the core and never another adapter, and the core knows none. A
// new package is an adapter until it is listed as core.
func TestAdaptersDoNotKnowEachOther(t *testing.T) {
	for from, direct := range readImports(t) {
		own, isExchange := branch(from)
		if !isExchange || isTestPackage(from) {
			continue
		}
		for _, to := range direct {
			other, isExchange := branch(to)
			if isExchange && other != own && !slices.Contains(core, other) {
				t.Errorf("%s -> %s: adapters do not know each other, and the core knows none", from, to)
			}
		}
	}
}

// branch returns the package directly under exchange that a package is or is below.
func branch(pkg string) (name string, isExchange bool) {
	parts := strings.SplitN(pkg, "/", 3)
	return strings.Join(parts[:min(2, len(parts))], "/"), parts[0] == "exchange"
}

func TestDependencies(t *testing.T) {
	imports := readImports(t)
	for _, rule := range rules {
		t.Run(rule.tree+" never "+rule.never, func(t *testing.T) {
			known := false
			for from, direct := range imports {
				known = known || within(from, rule.never) || slices.ContainsFunc(direct, func(to string) bool { return within(to, rule.never) })
				if !within(from, rule.tree) || slices.ContainsFunc(rule.except, func(tree string) bool { return within(from, tree) }) {
					continue
				}
				if chain := reach(imports, from, rule.never, rule.except); chain != nil {
					t.Errorf("%s: %s", strings.Join(chain, " -> "), rule.because)
				}
			}
			if !known && !strings.HasPrefix(rule.never, "net/") {
				t.Errorf("nothing imports %s: this rule is out of date", rule.never)
			}
		})
	}
}

func TestDomainKnowsNoAdapters(t *testing.T) {
	imports := readImports(t)
	for _, never := range append(slices.Clone(domain), "net/http") {
		if chain := reach(imports, "exchange", never, nil); chain != nil {
			t.Errorf("%s: the domain speaks to adapters through its own interfaces", strings.Join(chain, " -> "))
		}
	}
}

func TestProofKnowsNoExchange(t *testing.T) {
	imports := readImports(t)
	for to := range imports {
		if to != "exchange" && (!within(to, "exchange") || to == "exchange/proof") {
			continue
		}
		if chain := reach(imports, "exchange/proof", to, nil); chain != nil && !within(to, "exchange/proof") {
			t.Errorf("%s: whoever verifies has no exchange", strings.Join(chain, " -> "))
		}
	}
}

func TestProductionImportsNoTestPackage(t *testing.T) {
	for from, direct := range readImports(t) {
		for _, to := range direct {
			if to == "testing" && !isTestPackage(from) {
				t.Errorf("%s imports testing", from)
			}
			if isTestPackage(to) && !isTestPackage(from) {
				t.Errorf("%s -> %s: production code reaches a test package", from, to)
			}
		}
	}
}

// isTestPackage reports whether a package exists for tests alone.
func isTestPackage(pkg string) bool {
	return pkg != "testing" && strings.HasSuffix(path.Base(pkg), "test") && !strings.Contains(path.Base(pkg), ".")
}

// readImports parses every production file for the packages that it imports,
// those of this module without its name. It reads the files itself, rather than
// ask go list, so that a change in any of them undoes the cached result.
func readImports(t *testing.T) map[string][]string {
	t.Helper()
	imports := make(map[string][]string)
	tree := os.DirFS(root)
	err := fs.WalkDir(tree, ".", func(file string, _ fs.DirEntry, err error) error {
		if err != nil || path.Ext(file) != ".go" || strings.HasSuffix(file, "_test.go") {
			return err
		}
		src, err := fs.ReadFile(tree, file)
		if err != nil {
			return err
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, src, parser.ImportsOnly)
		if err != nil {
			return err
		}
		pkg := path.Dir(file)
		imports[pkg] = append(imports[pkg], nil...)
		for _, spec := range parsed.Imports {
			name, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			imports[pkg] = append(imports[pkg], strings.TrimPrefix(name, module+"/"))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return imports
}

// reach returns a chain of imports from a package into a tree, or nil. Chains
// do not lead through the excepted trees; one in the tree itself may be imported,
// but not what it imports of the rest of the tree.
func reach(imports map[string][]string, from, tree string, except []string) []string {
	seen := map[string]bool{from: true}
	for chains := [][]string{{from}}; len(chains) > 0; chains = chains[1:] {
		chain := chains[0]
		for _, next := range imports[chain[len(chain)-1]] {
			if seen[next] {
				continue
			}
			seen[next] = true
			longer := append(slices.Clip(chain), next)
			allowed := slices.ContainsFunc(except, func(tree string) bool { return within(next, tree) })
			switch {
			case within(next, tree) && !allowed:
				return longer
			case within(next, tree) || !allowed:
				chains = append(chains, longer)
			}
		}
	}
	return nil
}

func within(name, tree string) bool {
	return tree == "" || name == tree || strings.HasPrefix(name, tree+"/")
}
