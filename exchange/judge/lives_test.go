package judge_test

import (
	"context"
	"encoding/hex"
	"path/filepath"
	"reflect"
	"testing"

	"beibu/exchange/exchangetest"
	"beibu/exchange/judge/lifecycle"
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
		return lifecycle.Content{Sender: commerce, Exchange: x, Version: version, Digest: hex.EncodeToString(digest[:])}
	}
	want := lifecycle.Life{
		Document: rubber, State: lifecycle.Issued, Since: got.Since, By: first.ID,
		First: content("", first.ID, first.Digest), Latest: content("2", second.ID, second.Digest),
	}
	if !reflect.DeepEqual(got, want) || got.Since.IsZero() {
		t.Errorf("got %+v, want %+v", got, want)
	}
	again := ledgerAt(t, filepath.Join(t.TempDir(), "again.db"))
	w.Run(t, func(ctx context.Context) error { return again.Run(ctx, w.Store) })
	same(t, w, again)
}
