package strict

import (
	"math"
	"strconv"
)

// The limits of a document of the exchange.
const (
	DefaultDepth      = 64
	DefaultAttributes = 64
	DefaultNamespaces = 32
	DefaultElements   = 200_000
)

// Limits bound what one document may ask for. A zero field means the default.
type Limits struct {
	Depth      int // open elements
	Attributes int // of one element, without namespace declarations
	Namespaces int // declarations of one element; four times as many in scope
	Elements   int // in the document
}

// scopeFactor times Limits.Namespaces may be in scope at once. Prefixes are
// looked up one after another, so this bounds the time that a lookup takes.
const scopeFactor = 4

// maxBytes keeps every offset in 32 bits.
const maxBytes = math.MaxInt32

func (l Limits) withDefaults() Limits {
	set := func(field *int, value int) {
		if *field <= 0 {
			*field = value
		}
	}
	set(&l.Depth, DefaultDepth)
	set(&l.Attributes, DefaultAttributes)
	set(&l.Namespaces, DefaultNamespaces)
	set(&l.Elements, DefaultElements)
	return l
}

func (l Limits) depthText() text {
	n := grouped(l.Depth)
	return text{"Expected at most " + n + " open elements, found one more.", "元素最多嵌套 " + n + " 层，实际更深。"}
}

func (l Limits) attributesText() text {
	n := grouped(l.Attributes)
	return text{"Expected at most " + n + " attributes in an element, found more.", "一个元素最多有 " + n + " 个属性，实际更多。"}
}

func (l Limits) namespacesText() text {
	n := grouped(l.Namespaces)
	return text{"Expected at most " + n + " namespace declarations in an element, found more.", "一个元素最多声明 " + n + " 个命名空间，实际更多。"}
}

func (l Limits) scopeText() text {
	n := grouped(scopeFactor * l.Namespaces)
	return text{"Expected at most " + n + " namespace declarations in scope, found more.", "同时有效的命名空间声明最多 " + n + " 个，实际更多。"}
}

func (l Limits) elementsText() text {
	n := grouped(l.Elements)
	return text{"Expected at most " + n + " elements, found more.", "元素最多 " + n + " 个，实际更多。"}
}

// grouped writes a number with a comma before every three digits.
func grouped(n int) string {
	digits := strconv.Itoa(n)
	for at := len(digits) - 3; at > 0; at -= 3 {
		digits = digits[:at] + "," + digits[at:]
	}
	return digits
}
