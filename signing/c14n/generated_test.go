package c14n_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"beibu/signing/signingtest"

	"pgregory.net/rapid"
)

// TestGeneratedEqualToXMLLint compares with libxml2 on documents in which
// prefixes hide each other, defaults come and go, and values are hard to write.
func TestGeneratedEqualToXMLLint(t *testing.T) {
	xmllint := signingtest.Tool(t, "xmllint")
	rapid.Check(t, func(r *rapid.T) {
		var b strings.Builder
		generateElement(r, &b, []string{""}, 0)
		if !equalToXMLLint(t, xmllint, b.String(), []byte(b.String())) {
			r.Fatalf("refused: %s", b.String())
		}
	})
}

var (
	prefixes = []string{"", "a", "b", "z"}
	// libxml2 does not escape an '&' in a namespace name, and so writes what is
	// no XML; TestDocument has that case.
	spaces   = []string{"urn:1", "urn:2", "http://x/?a=1;b=2"}
	values   = []string{"", "x", " 1\t2\n3 ", "&#9;&#10;&#13;", "&lt;&amp;&quot;&apos;>", "值'", "&#x20000;\r\n\r"}
	contents = []string{"x", " \n", "&#13;&lt;&gt;&amp;>\"'", "\r\n\r", "<![CDATA[<&>]]\r\n]]>", "<!-- c -->", "文字&#x6587;"}
)

// generateElement writes an element. Bound are the prefixes in scope.
func generateElement(r *rapid.T, b *strings.Builder, bound []string, depth int) {
	var declarations strings.Builder
	for _, prefix := range prefixes {
		if !rapid.Bool().Draw(r, "declare") {
			continue
		}
		space := rapid.SampledFrom(spaces).Draw(r, "space")
		if prefix == "" {
			if rapid.Bool().Draw(r, "take back") {
				space = ""
			}
			fmt.Fprintf(&declarations, " xmlns='%s'", space)
			continue
		}
		fmt.Fprintf(&declarations, " xmlns:%s='%s'", prefix, space)
		bound = append(slices.Clip(bound), prefix)
	}
	name := rapid.SampledFrom([]string{"e", "f"}).Draw(r, "name")
	if prefix := rapid.SampledFrom(bound).Draw(r, "prefix"); prefix != "" {
		name = prefix + ":" + name
	}
	b.WriteString("<" + name)
	attributes := generateAttributes(r, bound)
	if rapid.Bool().Draw(r, "declarations last") {
		b.WriteString(attributes + declarations.String())
	} else {
		b.WriteString(declarations.String() + attributes)
	}
	b.WriteString(">")
	for range rapid.IntRange(0, 3).Draw(r, "content") {
		if depth < 4 && rapid.Bool().Draw(r, "element") {
			generateElement(r, b, bound, depth+1)
		} else {
			b.WriteString(rapid.SampledFrom(contents).Draw(r, "text"))
		}
	}
	b.WriteString("</" + name + " >")
}

// generateAttributes writes attributes with local names that differ, so that
// none can be the same by namespace.
func generateAttributes(r *rapid.T, bound []string) string {
	var b strings.Builder
	for _, local := range rapid.Permutation([]string{"m", "n", "o", "xml:lang"}).Draw(r, "attributes") {
		if !rapid.Bool().Draw(r, "write") {
			continue
		}
		if prefix := rapid.SampledFrom(bound).Draw(r, "of"); prefix != "" && local != "xml:lang" {
			local = prefix + ":" + local
		}
		quote := rapid.SampledFrom([]string{`"`, "'"}).Draw(r, "quote")
		value := strings.ReplaceAll(rapid.SampledFrom(values).Draw(r, "value"), quote, "")
		fmt.Fprintf(&b, "\n %s = %s%s%s", local, quote, value, quote)
	}
	return b.String()
}
