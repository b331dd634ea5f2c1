package paths

import (
	"errors"

	"github.com/goccy/go-yaml/ast"
)

// personal is the key of [Table.Personal].
const personal Key = "personal"

// decodePersonal reads the paths of what is about a person. An empty list says that
// nothing is.
func decodePersonal(node ast.Node, line int) ([]Path, []Mistake) {
	if sequence, ok := node.(*ast.SequenceNode); ok && len(sequence.Values) == 0 {
		return []Path{}, nil
	}
	all, mistakes := decodePaths(node, line)
	for _, path := range all {
		for _, step := range path.Steps {
			if step.Order != AsWritten {
				mistakes = append(mistakes, Mistake{line, errors.New(path.String() + ": first and last have no meaning here: all elements count")})
			}
		}
		if path.Attribute == "" && len(path.Steps) == 0 {
			mistakes = append(mistakes, Mistake{line, errors.New(path.String() + ": expected the name of an element or an attribute")})
		}
	}
	return all, mistakes
}
