package sqlite

import (
	"bytes"
	"encoding/base64"
	"slices"
	"testing"

	"github.com/klauspost/compress/s2"

	"beibu/queue"
	"beibu/testdata"
)

// enveloped returns a body with a document in it, in base64.
func enveloped(document []byte) ([]byte, queue.Encoded) {
	before := []byte("<Envelope><Document>")
	body := slices.Concat(before, []byte(base64.StdEncoding.EncodeToString(document)), []byte("</Document></Envelope>"))
	return body, queue.Encoded{At: len(before), Bytes: document}
}

// An envelope takes less than half of what the document in it has.
func TestBodiesArePacked(t *testing.T) {
	s, err := testdata.Find("ata-carnet", "pearls-beihai-laem-chabang")
	if err != nil {
		t.Fatal(err)
	}
	body, encoded := enveloped(s.Bytes)
	p := pack(body, encoded)
	if got, most := len(p.packed), len(s.Bytes)/2; got > most {
		t.Errorf("a document of %d bytes takes %d, want at most %d", len(s.Bytes), got, most)
	}
	if got, err := unpack(p.packed, formPacked); err != nil || !bytes.Equal(got, body) {
		t.Errorf("it came back altered, %v", err)
	}
}

func TestUnpackRefuses(t *testing.T) {
	body, encoded := enveloped([]byte("<GoodsItemPassport/>"))
	good := bytes.Clone(pack(body, encoded).packed)
	for name, content := range map[string][]byte{
		"nothing":               nil,
		"a place alone":         {20},
		"a varint that is none": bytes.Repeat([]byte{0xff}, 12),
		"a block too long":      {20, 200, 1},
		"no second block":       good[:2+int(good[1])],
		"half a block":          good[:len(good)-1],
		"a place outside":       append([]byte{200, 1}, good[1:]...),
	} {
		if got, err := unpack(content, formPacked); err == nil {
			t.Errorf("%s: %q", name, got)
		}
	}
	if _, err := unpack(good, formPacked+1); err == nil {
		t.Error("a form of a later version is unpacked")
	}
}

// What is packed comes back, and nothing that a damaged file has makes unpack panic.
func FuzzPack(f *testing.F) {
	body, encoded := enveloped([]byte("<GoodsItemPassport/>"))
	f.Add(encoded.Bytes, body[:encoded.At], body[encoded.End():])
	f.Add(pack(body, encoded).packed, []byte{}, []byte{})
	f.Fuzz(func(t *testing.T, document, before, after []byte) {
		body := slices.Concat(before, []byte(base64.StdEncoding.EncodeToString(document)), after)
		p := pack(body, queue.Encoded{At: len(before), Bytes: document})
		if got, err := unpack(p.packed, formPacked); err != nil || !bytes.Equal(got, body) {
			t.Fatalf("%q came back as %q, %v", body, got, err)
		}
		p.release()
		for i := range document { // a block anywhere may say that it is huge
			if n, err := s2.DecodedLen(document[i:]); err == nil && n > 1<<20 {
				return
			}
		}
		_, _ = unpack(document, formPacked)
	})
}

// TestLargePackingIsNotKept packs a large body that compresses to next to nothing.
func TestLargePackingIsNotKept(t *testing.T) {
	large := make([]byte, 4<<20)
	body := []byte("<a>" + base64.StdEncoding.EncodeToString(large) + "</a>")
	p := pack(body, queue.Encoded{At: 3, Bytes: large})
	if len(p.packed) > keptPacking || p.isSmall() {
		t.Errorf("%d bytes of memory are kept for %d packed", cap(p.work), len(p.packed))
	}
}
