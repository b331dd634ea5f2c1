package main

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"debug/buildinfo"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"beibu/exchange/proof"
	"beibu/signing"
	"beibu/signing/c14n"
	"beibu/signing/signingtest"
	"beibu/testdata"
)

// The test binary plays beibu-verify in scripts.
func TestMain(m *testing.M) { testscript.Main(m, map[string]func(){"beibu-verify": main}) }

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script", RequireExplicitExec: true, RequireUniqueNames: true, Setup: setup,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"exits": exits},
	})
}

// exits runs a program and expects an exit code: exits 1 beibu-verify FILE.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE PROGRAM [ARGUMENT...]")
	}
	err := ts.Exec(args[1], args[2:]...)
	code := 0
	if failed, ok := errors.AsType[*exec.ExitError](err); ok {
		code = failed.ExitCode()
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if want, err := strconv.Atoi(args[0]); err != nil || code != want {
		ts.Fatalf("exit code %d, want %s", code, args[0])
	}
}

// setup writes what an exchange has signed, and the keys, into the folder of a
// script.
func setup(env *testscript.Env) error {
	env.Setenv("LANG", "en_US.UTF-8")
	at := time.Now()
	keys, err := signing.LoadOrCreate(filepath.Join(env.WorkDir, "daemon"), "Beibu exchange", at)
	if err != nil {
		return err
	}
	others, err := signing.LoadOrCreate(filepath.Join(env.WorkDir, "others"), "Another exchange", at)
	if err != nil {
		return err
	}
	sample, err := testdata.Find("ata-carnet", "pearls-beihai-laem-chabang")
	if err != nil {
		return err
	}
	party, err := signing.NewKeyPEM("sm2", "Beihai Customs", at)
	if err != nil {
		return err
	}
	key, err := signing.ParseKey(party)
	if err != nil {
		return err
	}
	certificate := party[bytes.Index(party, []byte("-----BEGIN CERTIFICATE")):]
	signed, err := signing.SignDocument(sample.Bytes, key, c14n.Exclusive)
	if err != nil {
		return err
	}
	envelope, receipt, err := accepted(keys, sample.Bytes, at)
	if err != nil {
		return err
	}
	again, err := readdressed(keys, sample.Bytes, at)
	if err != nil {
		return err
	}
	published, err := rotated(keys)
	if err != nil {
		return err
	}
	for name, content := range map[string][]byte{
		"trust/beibu.pem": keys.SealPEM, "trust/receipt.pem": keys.ReceiptPEM, "trust/party.pem": certificate,
		"rotated/receipt.pem": keys.ReceiptPEM, "rotated/keys.json": published,
		"others/seal.crt": others.SealPEM, "others/receipt.pub": others.ReceiptPEM,
		"carnet.xml": sample.Bytes, "carnet.signed.xml": signed, "carnet.envelope.xml": envelope, "carnet.jws": []byte(receipt + "\n"),
		"again.envelope.xml": again, "altered-again.envelope.xml": bytes.Replace(again, []byte("<Run>run-7"), []byte("<Run>run-8"), 1),
		"altered.envelope.xml": bytes.Replace(envelope, []byte("<Kind>ata-carnet"), []byte("<Kind>ata-carneu"), 1),
		"altered.signed.xml":   bytes.Replace(signed, []byte("CN/4503/26/00011"), []byte("CN/4503/26/00012"), 1),
		"altered.jws":          []byte(receipt[:len(receipt)-10] + "A" + receipt[len(receipt)-9:]),
	} {
		path := filepath.Join(env.WorkDir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, content, 0o600)); err != nil {
			return err
		}
	}
	return nil
}

// rotated returns what an exchange publishes whose key signs no receipts from
// position 7 of its only partition on.
func rotated(keys *signing.Keys) ([]byte, error) {
	public, _ := keys.Receipt.Public().(ed25519.PublicKey)
	return json.Marshal(proof.Keys{Keys: []proof.ReceiptKey{{Public: public, ID: keys.ReceiptID, Until: []int64{7}}}})
}

// accepted returns the envelope and the receipt of a document.
func accepted(keys *signing.Keys, document []byte, at time.Time) (envelope []byte, receipt string, err error) {
	i, h := headerOf(document, at)
	if envelope, err = sealed(keys, h, document); err != nil {
		return nil, "", err
	}
	receipts, err := proof.NewReceipts(keys.Receipt, keys.ReceiptID)
	if err != nil {
		return nil, "", err
	}
	receipt, err = receipts.Make(proof.NewReceipt(i.ExchangeID(h.DigestSHA256), i, h.DigestSHA256, at, 7))
	return envelope, receipt, err
}

// readdressed returns the envelope in which the document went to another receiver a
// month later.
func readdressed(keys *signing.Keys, document []byte, at time.Time) ([]byte, error) {
	_, h := headerOf(document, at)
	h.Receivers, h.Readdressed = []string{"window-vn"}, signing.Readdressed{Run: "run-7", Plan: "0a0b", At: at.AddDate(0, 1, 0)}
	return sealed(keys, h, document)
}

// headerOf returns the identity of a document and the header of its envelope.
func headerOf(document []byte, at time.Time) (proof.Identity, signing.Header) {
	i, digest := proof.Identity{Sender: "beihai-customs", Kind: "ata-carnet", Number: "CN/4503/26/00011", Version: "1"}, sha256.Sum256(document)
	return i, signing.Header{
		ExchangeID: i.ExchangeID(digest).String(), Sender: i.Sender, Kind: i.Kind, DocumentNumber: i.Number, DocumentVersion: i.Version,
		Receivers: []string{"window-th"}, DigestSHA256: digest, AcceptedAt: at, SchemaPack: "beibu",
	}
}

func sealed(keys *signing.Keys, h signing.Header, document []byte) ([]byte, error) {
	sealer, err := signing.NewSealer(keys.Seal)
	if err != nil {
		return nil, err
	}
	return sealer.Seal(context.Background(), h, document)
}

// maxSize is the largest that the program may be, in bytes: it is sent by mail.
const maxSize = 12 << 20

// The program is one static file of at most 12 MiB on every system that it is
// built for, and it holds no HTTP and no queue.
func TestBuild(t *testing.T) {
	golang := signingtest.Tool(t, "go")
	for _, system := range []string{runtime.GOOS + "/" + runtime.GOARCH, "linux/amd64", "linux/arm64", "windows/amd64"} {
		t.Run(system, func(t *testing.T) {
			if system != runtime.GOOS+"/"+runtime.GOARCH && os.Getenv("BEIBU_LONG") == "" {
				t.Skip("SKIPPED: compiles the standard library; set BEIBU_LONG=1")
			}
			goos, goarch, _ := strings.Cut(system, "/")
			file := filepath.Join(t.TempDir(), "beibu-verify")
			build := exec.CommandContext(t.Context(), golang, "build", "-trimpath", "-ldflags=-s -w", "-o", file, ".")
			build.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS="+goos, "GOARCH="+goarch, "GOFLAGS=")
			if out, err := build.CombinedOutput(); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			info, err := os.Stat(file)
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("%d bytes", info.Size())
			if info.Size() > maxSize {
				t.Errorf("%d bytes, at most %d are allowed", info.Size(), maxSize)
			}
			built, err := buildinfo.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, module := range built.Deps {
				for _, never := range []string{"kafka-go", "go-redis", "sqlite", "prometheus", "opentelemetry", "zap"} {
					if strings.Contains(module.Path, never) {
						t.Errorf("it contains %s", module.Path)
					}
				}
			}
		})
	}
	out, err := exec.CommandContext(t.Context(), golang, "list", "-deps", ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, never := range []string{"net/http", "beibu/queue", "beibu/exchange", "beibu/schemas"} {
		if strings.Contains("\n"+string(out), "\n"+never+"\n") {
			t.Errorf("it contains %s", never)
		}
	}
}
