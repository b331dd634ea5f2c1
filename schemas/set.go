package schemas

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"sync"

	"beibu/schemas/internal/acceptor"
	"beibu/schemas/internal/grammar"
	"beibu/schemas/internal/xsdtree"
	"beibu/signing/strict"

	"github.com/jacoelho/xsd"
	"github.com/jacoelho/xsd/xsderrors"
)

// A set is a schema of one or more files, compiled when it is first needed.
type set struct {
	id      string
	read    func(name string) ([]byte, error) // a file of the set; fs.ErrNotExist if there is none
	entries []string                          // files to begin with; they bring in the rest
	limit   int64                             // bytes of a document

	*leniency      // of the second level, or nil
	lenient   *set // the second level: the same schema with the leniency's notes

	engine   func() (*xsd.Engine, error)
	grammar  func() *grammar.Grammar
	acceptor func() *acceptor.Acceptor
	idle     sync.Pool // of *worker
}

// A worker is a session of the engine and the reader that it reads from.
type worker struct {
	session *xsd.Session
	input   bytes.Reader
}

func newSet(s *set) *set {
	s.engine = sync.OnceValues(s.compile)
	s.grammar = sync.OnceValue(s.readGrammar)
	s.acceptor = sync.OnceValue(func() *acceptor.Acceptor { return acceptor.New(s.grammar()) })
	if s.leniency != nil {
		s.lenient = newSet(&set{id: s.id, read: s.leniency.read(s.read), entries: s.entries, limit: s.limit})
	}
	return s
}

// compile makes the engine. It is not cancelled by one caller's context,
// since all callers share what it makes.
func (s *set) compile() (*xsd.Engine, error) {
	sources := make([]xsd.SchemaSource, 0, len(s.entries))
	for _, name := range s.entries {
		source, err := s.source(name)
		if err != nil {
			return nil, fmt.Errorf("compile schema %s: %w", s.id, err)
		}
		sources = append(sources, source.WithResolver(xsd.ResolverFunc(s.resolve)))
	}
	engine, err := xsd.CompileWithOptions(context.Background(), xsd.CompileOptions{}, sources...)
	if err != nil {
		return nil, fmt.Errorf("compile schema %s: %w", s.id, err)
	}
	return engine, nil
}

func (s *set) source(name string) (xsd.SchemaSource, error) {
	data, err := s.read(name)
	if err != nil {
		return xsd.SchemaSource{}, err
	}
	return xsd.Bytes(name, data), nil
}

// resolve finds the file that a schema file includes or imports: inside the
// set, or not at all.
func (s *set) resolve(_ context.Context, base, location string) (xsd.SchemaSource, error) {
	name, ok := within(base, location)
	if !ok {
		return xsd.SchemaSource{}, xsderrors.ErrSchemaNotFound
	}
	source, err := s.source(name)
	if errors.Is(err, fs.ErrNotExist) {
		return xsd.SchemaSource{}, xsderrors.ErrSchemaNotFound
	}
	return source, err
}

// within returns the file that a location names beside base, if it is a path
// that stays inside the set.
func within(base, location string) (string, bool) {
	if location == "" || strings.Contains(location, ":") || path.IsAbs(location) {
		return "", false
	}
	name := path.Join(path.Dir(base), location)
	return name, fs.ValidPath(name)
}

// reachable returns the files of the set that its entries lead to.
func (s *set) reachable() []string {
	seen := make(map[string]bool)
	names := append([]string(nil), s.entries...)
	var found []string
	for len(names) > 0 {
		name := names[0]
		names = names[1:]
		if seen[name] {
			continue
		}
		seen[name] = true
		tree, err := s.parse(name)
		if err != nil {
			continue // the engine says what is wrong with it
		}
		found = append(found, name)
		for _, n := range tree.Children {
			if n.Kind == "import" || n.Kind == "include" {
				if next, ok := within(name, n.Attrs["schemaLocation"]); ok {
					names = append(names, next)
				}
			}
		}
	}
	return found
}

func (s *set) parse(name string) (*xsdtree.Node, error) {
	data, err := s.read(name)
	if err != nil {
		return nil, err
	}
	return xsdtree.Parse(bytes.NewReader(data))
}

func (s *set) readGrammar() *grammar.Grammar {
	var trees []*xsdtree.Node
	for _, name := range s.reachable() {
		if tree, err := s.parse(name); err == nil {
			trees = append(trees, tree)
		}
	}
	return grammar.Read(trees)
}

// accepts reports whether a document is valid for sure. If it is not, check says
// whether it is, and why not. The tables do not wait for the engine, which takes several
// times as long to make: profiles compile, and the engine of a pack is made when it is
// installed.
func (s *set) accepts(ctx context.Context, tree *strict.Tree) (bool, error) {
	return s.acceptor().Accepts(tree), ctx.Err()
}

// check runs the engine over a document and returns what it found, in its
// order. The error is for what is not the document's fault.
func (s *set) check(ctx context.Context, doc []byte) ([]*xsderrors.Error, error) {
	w, err := s.worker()
	if err != nil {
		return nil, err
	}
	w.input.Reset(withoutMark(doc))
	err = w.session.Validate(ctx, &w.input)
	w.input.Reset(nil)
	s.idle.Put(w)
	if err == nil {
		return nil, nil
	}
	found, err := diagnostics(err)
	if err != nil {
		return nil, fmt.Errorf("validate against %s: %w", s.id, err)
	}
	return found, nil
}

func (s *set) worker() (*worker, error) {
	if w, ok := s.idle.Get().(*worker); ok {
		return w, nil
	}
	engine, err := s.engine()
	if err != nil {
		return nil, err
	}
	session, err := engine.NewSession(xsd.ValidateOptions{
		MaxInstanceDepth:      strict.DefaultDepth,
		MaxInstanceAttributes: strict.DefaultAttributes + strict.DefaultNamespaces,
		// One base64 attachment may fill the document.
		MaxInstanceTextBytes:  s.limit,
		MaxInstanceTokenBytes: s.limit,
		MaxInstanceBytes:      s.limit,
	})
	if err != nil {
		return nil, fmt.Errorf("open session of %s: %w", s.id, err)
	}
	return &worker{session: session}, nil
}

// diagnostics parts what the engine returns into what it found wrong with the
// document, and what went wrong otherwise.
func diagnostics(err error) ([]*xsderrors.Error, error) {
	all := []error{err}
	if many, ok := errors.AsType[xsderrors.Errors](err); ok {
		all = many
	}
	found := make([]*xsderrors.Error, 0, len(all))
	for _, one := range all {
		d, ok := errors.AsType[*xsderrors.Error](one)
		if !ok {
			return nil, one
		}
		switch meanings[d.Code].outcome {
		case malformed, structural, invalid:
			found = append(found, d)
		case internal, cancelled:
			return nil, one
		default:
			return nil, fmt.Errorf("unknown code %s of the schema engine: %w", d.Code, one)
		}
	}
	return found, nil
}
