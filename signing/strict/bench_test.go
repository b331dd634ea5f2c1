package strict_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"testing"

	"beibu/signing/signingtest"
	"beibu/signing/strict"

	"github.com/beevik/etree"
)

// BenchmarkScan reads 10 KB without building anything.
func BenchmarkScan(b *testing.B) {
	document := signingtest.Document(10_000)
	b.SetBytes(int64(len(document)))
	b.ReportAllocs()
	var s strict.Scanner
	for b.Loop() {
		s.Reset(document, strict.Limits{})
		for s.Next() {
		}
		if err := s.Err(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkParse(b *testing.B) {
	document := signingtest.Document(10_000)
	b.SetBytes(int64(len(document)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := strict.Parse(document, strict.Limits{}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkEtree is what the same costs with etree, which checks less.
func BenchmarkEtree(b *testing.B) {
	document := signingtest.Document(10_000)
	b.SetBytes(int64(len(document)))
	b.ReportAllocs()
	for b.Loop() {
		if err := etree.NewDocument().ReadFromBytes(document); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkEncodingXML reads the tokens only.
func BenchmarkEncodingXML(b *testing.B) {
	document := signingtest.Document(10_000)
	b.SetBytes(int64(len(document)))
	b.ReportAllocs()
	for b.Loop() {
		d := xml.NewDecoder(bytes.NewReader(document))
		for {
			if _, err := d.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				b.Fatal(err)
			}
		}
	}
}
