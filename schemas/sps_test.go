package schemas_test

import (
	"bytes"
	"testing"
)

// UN/CEFACT's data types of library D16B have attributes that no sample
// carries: the locale of a text, and the address of the list of status codes.
func TestSPSAttributesThatNoSampleCarries(t *testing.T) {
	c := newCatalog(t)
	for _, replaced := range []struct{ element, with string }{
		{"<ram:Name>", `<ram:Name languageID="vi" languageLocaleID="vi-VN">`},
		{"<ram:StatusCode>", `<ram:StatusCode listURI="urn:a" name="Issued">`},
	} {
		seen := false
		for _, s := range samples(t) {
			if !s.Good || s.Kind != "sps-certificate" || !bytes.Contains(s.Bytes, []byte(replaced.element)) {
				continue
			}
			seen = true
			doc := bytes.Replace(s.Bytes, []byte(replaced.element), []byte(replaced.with), 1)
			if r := validate(t, c, doc); !r.Valid() {
				t.Errorf("%s in %s: %+v", replaced.with, s.Name, r.Violations)
			}
		}
		if !seen {
			t.Errorf("no good certificate has %s", replaced.element)
		}
	}
}
