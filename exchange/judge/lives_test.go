package judge_test

import (
	"context"
	"encoding/hex"
	"fmt"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sync/errgroup"

	"beibu/exchange"
	"beibu/exchange/effects"
	"beibu/exchange/exchangetest"
	"beibu/exchange/judge/lifecycle"
	"beibu/exchange/rules/rulestest"
)

// edition returns a later edition of the licence of rubber.
func edition(tb testing.TB, number string) []byte {
	tb.Helper()
	return sample(tb, "import-licence", "natural-rubber-automatic",
		"</ID>\n  <TypeCode>", "</ID>\n  <VersionID>"+number+"</VersionID>\n  <TypeCode>",
		"  <GoodsItemQuantity>", "  <PreviousDocument>\n    <ID>26-45-Z00317</ID>\n    <VersionID>1</VersionID>\n    <TypeCode>911</TypeCode>\n    <IssueDate>2026-05-11</IssueDate>\n  </PreviousDocument>\n  <GoodsItemQuantity>")
}

// TestLifeBegins issues a licence, sends a later version of it, and then another one of
// the same number as another party: the life is that of the first party.
func TestLifeBegins(t *testing.T) {
	w := world(t)
	first := w.Await(t, accept(t, w, commerce, sample(t, "import-licence", "natural-rubber-automatic")), exchangetest.Consigned)
	second := w.Await(t, accept(t, w, commerce, edition(t, "2")), exchangetest.Consigned)
	w.Await(t, accept(t, w, port, edition(t, "3")), refused)
	got, found, err := w.Ledger.Life(t.Context(), rubber)
	if err != nil || !found {
		t.Fatal(found, err)
	}
	content := func(version string, x [16]byte, digest [32]byte) lifecycle.Content {
		return lifecycle.Content{Sender: commerce, Exchange: x, Version: version, Digest: hex.EncodeToString(digest[:]), Until: "2026-11-10"}
	}
	want := lifecycle.Life{
		Document: rubber, State: lifecycle.Issued, Since: got.Since, By: first.ID, Day: "2026-05-11",
		First: content("", first.ID, first.Digest), Latest: content("2", second.ID, second.Digest),
	}
	if !reflect.DeepEqual(got, want) || got.Since.IsZero() {
		t.Errorf("got %+v, want %+v", got, want)
	}
	again := ledgerAt(t, filepath.Join(t.TempDir(), "again.db"))
	w.Run(t, func(ctx context.Context) error { return again.Run(ctx, w.Store) })
	same(t, w, again)
}

// lives is a world with all kinds whose documents have a life.
func lives(tb testing.TB) *exchangetest.World {
	tb.Helper()
	kinds := []string{
		"ata-carnet", "ata-reexportation-request", "ata-reexportation-reminder", "ata-reexportation-proof", "certificate-of-origin",
		"sps-certificate", "health-certificate", "health-permit", "import-licence", "import-declaration", "export-declaration",
	}
	return exchangetest.NewWorld(tb, []exchange.Party{
		{ID: commerce, Sends: kinds}, {ID: port, Sends: kinds}, {ID: receiver, Receives: kinds},
	}, []exchange.Route{{Kinds: kinds, To: []string{receiver}}})
}

// A sending is one document, and what becomes of it.
type sending struct {
	by    string
	doc   []byte
	codes []string // of its verdict
	life  effects.Account
	state lifecycle.State // of that life afterwards
}

// send sends documents one after the other, and compares what becomes of them.
func send(t *testing.T, w *exchangetest.World, all ...sending) {
	t.Helper()
	for i, s := range all {
		x := w.Await(t, accept(t, w, s.by, s.doc), done)
		v, found, err := w.Ledger.Verdict(t.Context(), x.ID)
		if err != nil || !found {
			t.Fatalf("step %d: %v, %v", i, found, err)
		}
		var codes []string
		for _, f := range v.Faults {
			codes = append(codes, f.Code)
			if strings.Contains(f.Message.EN+f.Message.ZH, "{") || f.Source == "" {
				t.Errorf("step %d: the fault says %+v", i, f)
			}
		}
		if diff := cmp.Diff(s.codes, codes); diff != "" {
			t.Errorf("step %d: %s", i, diff)
		}
		life, _, err := w.Ledger.Life(t.Context(), s.life)
		if err != nil || life.State != s.state {
			t.Errorf("step %d: %s is %q, want %q (%v)", i, s.life, life.State, s.state, err)
		}
	}
}

const (
	dragonFruit = "VN-MC-26-0077215"
	durian      = "VN-MC-26-0078840" // replaces the next one
	durianFirst = "VN-MC-26-0078102"
)

func sps(number string) effects.Account { return effects.AccountOf("sps-certificate", number) }

// phyto returns the certificate of the dragon fruit with another number, status and vehicle.
func phyto(tb testing.TB, number, status string) []byte {
	tb.Helper()
	return sample(tb, "sps-certificate", "dragon-fruit-dongxing", dragonFruit, number, "<ram:StatusCode>70<", "<ram:StatusCode>"+status+"<")
}

// TestCertificateIsWithdrawn withdraws a certificate: nothing can be done with it any more,
// and its number is not used again.
func TestCertificateIsWithdrawn(t *testing.T) {
	of := sps(dragonFruit)
	send(t, lives(t),
		sending{commerce, phyto(t, dragonFruit, "70"), nil, of, lifecycle.Issued},
		sending{commerce, phyto(t, dragonFruit, "40"), nil, of, lifecycle.Withdrawn},
		sending{commerce, phyto(t, dragonFruit, "44"), []string{"life.replace-withdrawn"}, of, lifecycle.Withdrawn},
		sending{commerce, phyto(t, dragonFruit, "64"), []string{"life.cancel-withdrawn"}, of, lifecycle.Withdrawn},
		sending{commerce, phyto(t, "VN-1", "40"), []string{"life.withdraw-unknown"}, sps("VN-1"), lifecycle.Withdrawn},
		sending{commerce, phyto(t, "VN-1", "70"), []string{"life.issue-withdrawn"}, sps("VN-1"), lifecycle.Withdrawn},
	)
}

// TestCertificateIsReplaced replaces a certificate by another one, which only its own
// sender can do, and then relies on it.
func TestCertificateIsReplaced(t *testing.T) {
	w := lives(t)
	reexport := sample(t, "sps-certificate", "durian-reexport-dongxing")
	second := func(number, replaced string) []byte {
		return sample(t, "sps-certificate", "durian-reexport-dongxing", durian, number, durianFirst, replaced)
	}
	send(t, w,
		sending{commerce, phyto(t, durianFirst, "70"), nil, sps(durianFirst), lifecycle.Issued},
		sending{port, second("VN-9", durianFirst), []string{lifecycle.CodeAnother}, sps(durianFirst), lifecycle.Issued},
		sending{commerce, reexport, nil, sps(durianFirst), lifecycle.Replaced},
		sending{commerce, second("VN-2", durianFirst), []string{lifecycle.CodeAlike}, sps(durianFirst), lifecycle.Replaced},
		sending{commerce, second("VN-3", "VN-7"), []string{lifecycle.CodeAlike, "life.replace-unknown"}, sps("VN-7"), lifecycle.Unknown},
	)
	life, _, err := w.Ledger.Life(t.Context(), sps(durianFirst))
	if want := sps(durian); err != nil || life.Other == nil || *life.Other != want || life.Day != "2026-11-16" {
		t.Errorf("%+v, %v", life, err)
	}
	relies := sample(t, "sps-certificate", "durian-reexport-dongxing", durian, "VN-4", durianFirst, "VN-8", "TH-PQ-69-1051337", durianFirst)
	x := w.Await(t, accept(t, w, commerce, relies), refused)
	if got := codes(x); len(got) == 0 || got[0] != "life.use-replaced" {
		t.Errorf("refused for %v", got)
	}
}

// TestLicenceIsNotEdited refuses an edition of a licence that came before another one.
func TestLicenceIsNotEdited(t *testing.T) {
	send(t, lives(t),
		sending{commerce, edition(t, "3"), nil, rubber, lifecycle.Issued},
		sending{commerce, edition(t, "2"), []string{lifecycle.CodeOlder}, rubber, lifecycle.Issued},
		sending{commerce, edition(t, "4"), nil, rubber, lifecycle.Issued},
		sending{commerce, sample(t, "import-licence", "natural-rubber-automatic"), []string{"life.issue-issued"}, rubber, lifecycle.Issued},
	)
}

// carnet returns a version of the carnet of a lost one's duplicate, or of its original.
func drums(tb testing.TB, version, status, until string) []byte {
	tb.Helper()
	return sample(tb, "ata-carnet", "drums-duplicate-of-lost-carnet", "<cbc:VersionID>1<", "<cbc:VersionID>"+version+"<", "DUPLICATE", status, "2027-02-09", until)
}

// TestCarnetLives sends a carnet, its duplicate, and what becomes of it.
func TestCarnetLives(t *testing.T) {
	of := effects.AccountOf("ata-carnet", "CN/4501/26/00071")
	send(t, lives(t),
		sending{commerce, drums(t, "1", "ISSUED", "2027-02-09"), nil, of, lifecycle.Issued},
		sending{commerce, drums(t, "2", "EXPORTED", "2027-02-09"), nil, of, lifecycle.InUse},
		sending{commerce, drums(t, "3", "DUPLICATE", "2027-02-08"), []string{"carnet.duplicate-end"}, of, lifecycle.InUse},
		sending{commerce, drums(t, "4", "DUPLICATE", "2027-02-09"), nil, of, lifecycle.Duplicated},
		sending{commerce, drums(t, "5", "RE-IMPORTED", "2027-02-09"), nil, of, lifecycle.Returned},
		sending{commerce, drums(t, "6", "DISCHARGED", "2027-02-09"), nil, of, lifecycle.Discharged},
		sending{commerce, drums(t, "7", "EXPORTED", "2027-02-09"), []string{"life.present-discharged"}, of, lifecycle.Discharged},
	)
}

// TestClaim claims on a carnet, reminds, demands payment and proves, too late; then nothing
// can be claimed any more.
func TestClaim(t *testing.T) {
	const carnet = "CN/4501/26/00183"
	of := effects.ClaimOn(carnet, "VN")
	request := func(number, day string) []byte {
		return sample(t, "ata-reexportation-request", "vietnam-claims-harvester", "VCCI-ATA-2026-0041", number, "2026-11-02", day)
	}
	letter := func(number, letter, day string) []byte {
		return sample(t, "ata-reexportation-reminder", "vietnam-second-letter", "CN/4501/25/00208", carnet, "VCCI-REM-26-0012", number, "B-letter", letter, "2026-09-21", day)
	}
	proof := func(number, day string) []byte {
		return sample(t, "ata-reexportation-proof", "harvester-reexported-haiphong", "CCOIC-PRF-26-0052", number, "2026-11-12", day)
	}
	send(t, lives(t),
		sending{commerce, request("1", "2026-04-02"), nil, of, lifecycle.Claimed},
		sending{commerce, request("2", "2026-04-03"), nil, of, lifecycle.Claimed},
		sending{commerce, letter("1", "B-letter", "2026-09-21"), nil, of, lifecycle.Reminded},
		sending{commerce, letter("2", "C-letter", "2026-10-01"), nil, of, lifecycle.PaymentDue},
		sending{commerce, letter("3", "A-letter", "2026-10-02"), []string{"life.remind-payment-due"}, of, lifecycle.PaymentDue},
		sending{port, proof("1", "2026-10-03"), []string{lifecycle.CodeProveLate}, of, lifecycle.Proved},
		sending{commerce, request("3", "2026-10-04"), []string{"life.claim-proved"}, of, lifecycle.Proved},
	)
}

// TestClaimIsLate claims more than a year after the last day of a carnet.
func TestClaimIsLate(t *testing.T) {
	const carnet = "CN/4503/26/00009"
	issued := sample(t, "ata-carnet", "pearls-issued-unused", "2026-10-15", "2024-10-15", "2026-10-20", "2024-10-20", "2027-10-14", "2025-10-14")
	request := sample(t, "ata-reexportation-request", "vietnam-claims-harvester", "CN/4501/26/00183", carnet, "<cbc:EndDate>2026-06-30", "<cbc:EndDate>2026-02-09")
	send(t, lives(t),
		sending{commerce, issued, nil, effects.AccountOf("ata-carnet", carnet), lifecycle.Issued},
		sending{commerce, request, []string{lifecycle.CodeClaimLate}, effects.ClaimOn(carnet, "VN"), lifecycle.Claimed},
	)
}

// TestDeclarationIsCancelled amends a declaration and cancels it.
func TestDeclarationIsCancelled(t *testing.T) {
	of := effects.AccountOf("export-declaration", "A-1")
	declared := func(version int, function string) []byte {
		doc := string(sample(t, "export-declaration", "water-pumps-jakarta", "<cbc:FunctionCode>9<", "<cbc:FunctionCode>"+function+"<"))
		from := strings.Index(doc, "<cbc:ID>") + len("<cbc:ID>")
		doc = strings.ReplaceAll(doc, doc[from:from+strings.Index(doc[from:], "<")], "A-1")
		return []byte(strings.Replace(doc, "<cac:ExporterParty>", fmt.Sprintf("<cbc:VersionID>%d</cbc:VersionID><cac:ExporterParty>", version), 1))
	}
	send(t, lives(t),
		sending{port, declared(2, "4"), nil, of, lifecycle.Lodged},
		sending{port, declared(3, "1"), nil, of, lifecycle.Cancelled},
		sending{port, declared(4, "4"), []string{"life.amend-cancelled"}, of, lifecycle.Cancelled},
	)
}

// TestLivesByTwoLeaders withdraws and replaces certificates while two leaders decide: both
// ledgers are the same, also after another fold.
func TestLivesByTwoLeaders(t *testing.T) {
	w := lives(t)
	other := rival(t, w)
	var group errgroup.Group
	const all = 24
	sent := make([]exchange.Exchange, 2*all)
	for i := range sent {
		doc := exchange.Document{Bytes: phyto(t, fmt.Sprint("VN-", i%all), []string{"70", "40"}[i/all]), Sender: commerce, Received: rulestest.Received}
		group.Go(func() error {
			a, err := w.Accept(t.Context(), doc)
			sent[i] = a.Exchange
			return err
		})
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	for _, x := range sent {
		w.Await(t, x, done)
	}
	same(t, w, other)
	for i := range all { // whichever came first
		if life, _, err := w.Ledger.Life(t.Context(), sps(fmt.Sprint("VN-", i))); err != nil || life.State != lifecycle.Withdrawn {
			t.Errorf("VN-%d is %q, %v", i, life.State, err)
		}
	}
	again := ledgerAt(t, filepath.Join(t.TempDir(), "again.db"))
	w.Run(t, func(ctx context.Context) error { return again.Run(ctx, w.Store) })
	same(t, w, again)
}
