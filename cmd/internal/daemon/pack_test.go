package daemon

import (
	"os"
	"path/filepath"
	"testing"

	"beibu/cmd/internal/client"
)

// A schema pack and a map of one's own add a kind of document, with no code.
func TestPackAddsAKind(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"pack/manifest.yaml": `
name: acme-notes
version: "1"
kinds:
  - {kind: delivery-note, root: DeliveryNote, namespace: "urn:acme:note:1", schema: note.xsd, facts: {number: ID}}
`,
		"pack/note.xsd": `<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:acme:note:1" elementFormDefault="qualified">
  <xs:element name="DeliveryNote"><xs:complexType><xs:sequence>
    <xs:element name="ID" type="xs:token"/>
    <xs:element name="Cartons" type="xs:positiveInteger"/>
  </xs:sequence></xs:complexType></xs:element>
</xs:schema>`,
		"parties.yaml": `
parties:
  - {id: sender, name: {en: Sender, zh: 发送方}, role: customs, country: CN, sends: [delivery-note]}
  - {id: taker, name: {en: Taker, zh: 接收方}, role: department, country: CN, receives: [delivery-note]}
routes:
  - {name: notes, kinds: [delivery-note], to: [taker]}
`,
	} {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	data := filepath.Join(dir, "data")
	d := start(t, data, "packs: ["+filepath.Join(dir, "pack")+"]\nparties: "+filepath.Join(dir, "parties.yaml")+"\n")
	sender := as(t, d, data, "sender")
	got, err := sender.Submit(t.Context(), []byte(`<DeliveryNote xmlns="urn:acme:note:1"><ID>N-1</ID><Cartons>3</Cartons></DeliveryNote>`))
	if err != nil || got.Kind != "delivery-note" || got.DocumentNumber != "N-1" {
		t.Errorf("got %+v, %v", got, err)
	}
	_, err = sender.Submit(t.Context(), []byte(`<DeliveryNote xmlns="urn:acme:note:1"><ID>N-2</ID><Cartons>none</Cartons></DeliveryNote>`))
	if p := client.ProblemOf(err); p == nil || len(p.Faults) != 1 || p.Faults[0].Code != "schema.value" {
		t.Errorf("got %v", err)
	}
}
