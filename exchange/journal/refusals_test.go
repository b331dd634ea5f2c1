package journal_test

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"beibu/exchange"
	"beibu/exchange/journal"
	"beibu/exchange/lookup"
	"beibu/exchange/proof"
	"beibu/queue"
)

var _ exchange.RefusalLog = (*journal.Journal)(nil)

// refuse adds a refusal, which happens now.
func (r *record) refuse(one exchange.Refusal) uuid.UUID {
	r.tb.Helper()
	one.ID, one.At = uuid.New(), queue.Stored(r.now())
	e, err := one.Event()
	if err != nil {
		r.tb.Fatal(err)
	}
	r.changes = append(r.changes, queue.Change{Sequence: r.next(), Event: &e})
	return one.ID
}

// count adds a count with a repeat of a refusal, and more refusals of the same sender.
func (r *record) count(repeated uuid.UUID, more int) uuid.UUID {
	r.tb.Helper()
	c := &exchange.RefusalCount{Repeats: []exchange.RefusalRepeat{{ID: repeated, Times: 2, Last: queue.Stored(r.now())}}}
	for range more {
		c.Add(exchange.Refusal{Code: "invalid", Codes: []string{"ATA-01"}, Way: exchange.WayTopic, At: queue.Stored(r.now())}, 1)
	}
	return r.refuse(exchange.Refusal{Identity: proof.Identity{Sender: "beihai"}, Count: c})
}

// refusalsOf returns the record that the tests of refusals share, and its refusals by
// name.
func refusalsOf(t *testing.T) (*record, map[string]uuid.UUID) {
	t.Helper()
	r := &record{tb: t}
	named := make(map[string]uuid.UUID)
	one := func(name string, refusal exchange.Refusal) {
		named[name] = r.refuse(refusal)
		r.skew += time.Hour
	}
	one("malformed", exchange.Refusal{
		Identity: proof.Identity{Sender: "beihai"}, Digest: sha256.Sum256([]byte("1")), Code: "xml.syntax", Codes: []string{"xml.syntax"}, Way: exchange.WayHTTP,
	})
	one("invalid", exchange.Refusal{
		Identity: proof.Identity{Sender: "beihai", Kind: "ata-carnet", Number: "2"}, Digest: sha256.Sum256([]byte("wrong")), Code: "invalid",
		Codes: []string{"ATA-01", "ATA-02"}, Way: exchange.WayTopic, Credential: "gateway", Size: 5, Found: 2,
	})
	one("too large", exchange.Refusal{Identity: proof.Identity{Sender: "qinzhou"}, Code: "too-large", Way: exchange.WayHTTP})
	named["count"] = r.count(named["invalid"], 3)
	r.skew += time.Hour
	named["repeats"] = r.count(named["invalid"], 0)
	return r, named
}

// Refusals are listed newest first, by all that people know of them.
func TestRefusals(t *testing.T) {
	r, named := refusalsOf(t)
	j := r.folded()
	hours := func(n int) time.Time { return began.Add(time.Duration(n) * time.Hour) }
	for name, test := range map[string]struct {
		query exchange.RefusalQuery
		want  string
	}{
		"all":                {exchange.RefusalQuery{}, "[count too large invalid malformed]"},
		"sender":             {exchange.RefusalQuery{Sender: "beihai"}, "[count invalid malformed]"},
		"kind":               {exchange.RefusalQuery{Kind: "ata-carnet"}, "[invalid]"},
		"code of a problem":  {exchange.RefusalQuery{Code: "invalid"}, "[count invalid]"},
		"code of a fault":    {exchange.RefusalQuery{Code: "ATA-02"}, "[invalid]"},
		"code of a sender":   {exchange.RefusalQuery{Code: "too-large", Sender: "beihai"}, "[]"},
		"way":                {exchange.RefusalQuery{Way: exchange.WayTopic}, "[count invalid]"},
		"number":             {exchange.RefusalQuery{Number: "2"}, "[invalid]"},
		"number of another":  {exchange.RefusalQuery{Number: "2", Sender: "qinzhou"}, "[]"},
		"digest":             {exchange.RefusalQuery{Digest: sha256.Sum256([]byte("1"))}, "[malformed]"},
		"digest, other way":  {exchange.RefusalQuery{Digest: sha256.Sum256([]byte("1")), Way: exchange.WayTopic}, "[]"},
		"digest, other code": {exchange.RefusalQuery{Digest: sha256.Sum256([]byte("1")), Code: "invalid"}, "[]"},
		"since":              {exchange.RefusalQuery{Since: hours(2)}, "[count too large]"},
		"until":              {exchange.RefusalQuery{Until: hours(2)}, "[invalid malformed]"},
		"window of a sender": {exchange.RefusalQuery{Sender: "beihai", Since: hours(1), Until: hours(3)}, "[invalid]"},
		"no such":            {exchange.RefusalQuery{Sender: "nobody"}, "[]"},
	} {
		page, next, err := j.Refusals(t.Context(), test.query)
		got := []string{}
		for _, one := range page {
			for name, id := range named {
				if id == one.ID {
					got = append(got, name)
				}
			}
		}
		if fmt.Sprint(got) != test.want || next != 0 || err != nil {
			t.Errorf("%s: %v, want %s; next %d, %v", name, got, test.want, next, err)
		}
	}
	codes, err := j.RefusalCodes(t.Context())
	if want := []string{"ATA-01", "ATA-02", "invalid", "too-large", "xml.syntax"}; !slices.Equal(codes, want) || err != nil {
		t.Errorf("codes %v, %v", codes, err)
	}
	if page, _, err := j.Audit(t.Context(), exchange.AuditQuery{}); len(page) > 0 || err != nil {
		t.Errorf("refusals are in the audit: %+v, %v", page, err)
	}
}

// Pages follow each other by the cursor, by whichever index they are read.
func TestPagesOfRefusals(t *testing.T) {
	r, _ := refusalsOf(t)
	j := r.folded()
	for name, q := range map[string]exchange.RefusalQuery{"all": {}, "sender": {Sender: "beihai"}} {
		all, _, err := j.Refusals(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		var paged []exchange.Refusal
		q.Limit = 1
		for next := int64(1); next > 0; q.Before = next {
			var page []exchange.Refusal
			if page, next, err = j.Refusals(t.Context(), q); err != nil {
				t.Fatal(err)
			}
			paged = append(paged, page...)
		}
		if diff := cmp.Diff(all, paged); diff != "" {
			t.Errorf("%s: -all +paged\n%s", name, diff)
		}
	}
}

// A refusal is shown as it was recorded, with what repeated it. A count that is recorded
// twice counts once, and a count of repeats alone is not shown.
func TestRefusalWithRepeats(t *testing.T) {
	r, named := refusalsOf(t)
	again := r.changes[3]
	again.Sequence = r.next()
	r.changes = append(r.changes, again)
	j := r.folded()
	one, err := j.Refusal(t.Context(), named["invalid"])
	if err != nil {
		t.Fatal(err)
	}
	if one.Repeats != 4 || !one.Last.After(one.At) || one.Credential != "gateway" || one.Size != 5 || one.Found != 2 || one.Digest != sha256.Sum256([]byte("wrong")) {
		t.Errorf("%+v", one)
	}
	if count, err := j.Refusal(t.Context(), named["count"]); err != nil || count.Count.Documents != 3 || count.Count.Codes["ATA-01"] != 3 {
		t.Errorf("%+v, %v", count, err)
	}
	for _, id := range []uuid.UUID{named["repeats"], uuid.Max} {
		if _, err := j.Refusal(t.Context(), id); exchange.KindOf(err) != exchange.NotFound {
			t.Errorf("%s: %v", id, err)
		}
	}
}

// A refusal shows the exchange as which its number, or its bytes if no number was read,
// were accepted later by the same sender; never one that was accepted before.
func TestAcceptedLater(t *testing.T) {
	r := &record{tb: t}
	before := r.accept(document{Sender: "beihai", Kind: "ata-carnet", Number: "2"})
	conflict := r.refuse(exchange.Refusal{
		Identity: proof.Identity{Sender: "beihai", Kind: "ata-carnet", Number: "2"}, Digest: sha256.Sum256([]byte("x")), Code: "number-taken", Earlier: before,
	})
	invalid := r.refuse(exchange.Refusal{Identity: proof.Identity{Sender: "beihai", Kind: "ata-carnet", Number: "3"}, Digest: sha256.Sum256([]byte("y")), Code: "invalid"})
	unread := r.refuse(exchange.Refusal{Identity: proof.Identity{Sender: "beihai"}, Digest: sha256.Sum256([]byte("4")), Code: "schema.unknown-kind"})
	other := r.refuse(exchange.Refusal{Identity: proof.Identity{Sender: "qinzhou"}, Digest: sha256.Sum256([]byte("4")), Code: "schema.unknown-kind"})
	largest := r.refuse(exchange.Refusal{Identity: proof.Identity{Sender: "beihai"}, Code: "too-large"})
	r.accept(document{Sender: "qinzhou", Kind: "ata-carnet", Number: "3"})
	r.accept(document{Sender: "beihai", Kind: "health-permit", Number: "3"})
	third := r.accept(document{Sender: "beihai", Kind: "ata-carnet", Number: "3"})
	fourth := r.accept(document{Sender: "beihai", Kind: "ata-carnet", Number: "4"})
	late := r.refuse(exchange.Refusal{Identity: proof.Identity{Sender: "beihai", Kind: "ata-carnet", Number: "4"}, Digest: sha256.Sum256([]byte("z")), Code: "invalid"})
	whole, cut := r.folded(), open(t)
	for i := range r.changes {
		if err := cut.Fold(t.Context(), r.changes[i:i+1]); err != nil {
			t.Fatal(err)
		}
	}
	for name, j := range map[string]*journal.Journal{"in one batch": whole, "one by one": cut} {
		for id, want := range map[uuid.UUID]uuid.UUID{conflict: {}, invalid: third, unread: fourth, other: {}, largest: {}, late: {}} {
			if one, err := j.Refusal(t.Context(), id); err != nil || one.AcceptedAs != want {
				t.Errorf("%s: %s %s was accepted as %s, want %s; %v", name, one.Code, one.Identity.Number, one.AcceptedAs, want, err)
			}
		}
	}
}

// Refusals are found by what the documents are found by, and exchanges are not among
// them; nor are they among exchanges.
func TestRefusalsByWhatPeopleKnow(t *testing.T) {
	r := &record{tb: t}
	keys := lookup.Keys{
		Vehicles: []string{"桂F83127"}, Containers: []string{"BBGU4061125"}, TransportDocuments: []string{"BGSL2609"}, Holders: []string{"holder-a"},
		Cites: []lookup.Citation{{Kind: "import-licence", Number: "26-45"}},
	}
	r.accept(document{Number: "D-1", Kind: "import-declaration", Keys: keys})
	refuse := func(number, kind string, keys lookup.Keys) {
		r.refuse(exchange.Refusal{Identity: proof.Identity{Sender: "beihai", Kind: kind, Number: number}, Code: "invalid", Way: exchange.WayHTTP, Keys: keys})
	}
	refuse("D-2", "import-declaration", keys)
	refuse("CN/1", "ata-carnet", lookup.Keys{Vehicles: []string{"桂F83127"}})
	refuse("", "ata-carnet", lookup.Keys{Holders: []string{"holder-a"}})
	j := r.folded()
	for name, test := range map[string]struct {
		role   lookup.Role
		value  string
		kind   string
		number string
		want   string
	}{
		"vehicle":            {role: lookup.Vehicle, value: "桂F83127", want: "[CN/1 D-2]"},
		"vehicle and kind":   {role: lookup.Vehicle, value: "桂F83127", kind: "ata-carnet", want: "[CN/1]"},
		"vehicle and number": {role: lookup.Vehicle, value: "桂F83127", number: "D-2", want: "[D-2]"},
		"another number":     {role: lookup.Container, value: "BBGU4061125", number: "CN/1", want: "[]"},
		"container":          {role: lookup.Container, value: "BBGU4061125", want: "[D-2]"},
		"transport document": {role: lookup.TransportDocument, value: "BGSL2609", want: "[D-2]"},
		"licence":            {role: lookup.Licence, value: "2645", want: "[D-2]"},
		"carnet, its own":    {role: lookup.Carnet, value: "CN/1", want: "[CN/1]"},
		"holder":             {role: lookup.Holder, value: "holder-a", want: "[ D-2]"},
		"nothing":            {role: lookup.Container, value: "桂F83127", want: "[]"},
	} {
		page, _, err := j.Refusals(t.Context(), exchange.RefusalQuery{
			Terms: [][]lookup.Term{{{Role: test.role, Value: test.value}}}, Kind: test.kind, Number: test.number,
		})
		got := []string{}
		for _, one := range page {
			got = append(got, one.Identity.Number)
		}
		if fmt.Sprint(got) != test.want || err != nil {
			t.Errorf("%s: %v, %v; want %s", name, got, err, test.want)
		}
	}
	page, _, err := j.Exchanges(t.Context(), found(lookup.Vehicle, "桂F83127"))
	if got := fmt.Sprint(numbers(page)); err != nil || got != "[D-1]" {
		t.Errorf("exchanges: %s, %v", got, err)
	}
}

// The bytes of a sender that are kept are added up by the record, until their time, and the
// refusal says what became of them. Those of others, and what is not kept, do not count.
func TestKeptBytes(t *testing.T) {
	r := &record{tb: t}
	until := func(d time.Duration) *exchange.Keeping {
		return &exchange.Keeping{Position: 7, Until: queue.Stored(began.Add(d))}
	}
	beihai, qinzhou := proof.Identity{Sender: "beihai"}, proof.Identity{Sender: "qinzhou"}
	first := r.refuse(exchange.Refusal{Identity: beihai, Size: 100, Kept: until(time.Hour)})
	r.refuse(exchange.Refusal{Identity: beihai, Size: 20, Kept: until(2 * time.Hour)})
	r.refuse(exchange.Refusal{Identity: beihai, Size: 3000, Kept: &exchange.Keeping{Not: exchange.KeptFull}})
	r.refuse(exchange.Refusal{Identity: beihai, Size: 3000})
	r.refuse(exchange.Refusal{Identity: qinzhou, Size: 5, Kept: until(time.Hour)})
	r.count(first, 3)
	j := r.folded()
	for _, test := range []struct {
		sender string
		after  time.Duration
		want   int64
	}{
		{"beihai", 0, 120}, {"beihai", time.Hour, 20}, {"beihai", 2 * time.Hour, 0}, {"qinzhou", 0, 5}, {"nanning", 0, 0},
	} {
		got, sequence, err := j.KeptBytes(t.Context(), test.sender, began.Add(test.after))
		if err != nil || got != test.want || sequence != r.changes[len(r.changes)-1].Sequence {
			t.Errorf("%s after %s: %d up to %d, %v; want %d", test.sender, test.after, got, sequence, err, test.want)
		}
	}
	one, err := j.Refusal(t.Context(), first)
	if diff := cmp.Diff(until(time.Hour), one.Kept); err != nil || diff != "" {
		t.Error(diff, err)
	}
}
