package kinds

import (
	"context"
	"fmt"
	"regexp"
	"time"

	"beibu/exchange"
	"beibu/exchange/proof"
	"beibu/testdata"
)

// A Series makes any number of good documents of one sample, which differ in their
// numbers alone.
type Series struct {
	Kind      string
	Version   string
	Receivers []string // that the documents of its sender go to, by the routes in force

	sender   string
	document []byte
	number   string // in it
}

// counted is how many digits at the end of a number count the documents of a series.
// Before them, declarations have the customs office and the year.
const counted = 9

// seriesDigits are how many random digits the number of a series may end with. Two
// series hardly ever meet at a number.
var seriesDigits = []int{12, counted}

var counting = regexp.MustCompile(fmt.Sprintf(`\d{%d}$`, counted))

// Series returns a series of documents of a kind that are valid at a time, for a
// sender: those of the first sample that it may send. Receivers is empty if there is none
// of which the sender may send documents, or no route takes them.
// It fails with an *exchange.Error of kind NotFound if no sample can be made into one, or if
// documents of the kind answer others.
func (b Book) Series(ctx context.Context, kind, sender string, at time.Time) (Series, error) {
	if b.InForce.Routes.Answers(kind) {
		return Series{}, &exchange.Error{
			Op: "make series", Kind: exchange.NotFound, Code: "unknown-sample",
			Err: exchange.Because("documents of kind %s answer others, which must be there first", "%s 用于答复其他单证，须先有所答复的单证", kind),
		}
	}
	samples, err := samplesOf(kind)
	if err != nil {
		return Series{}, &exchange.Error{Op: "read samples", Kind: exchange.Internal, Err: err}
	}
	var none Series // of a sample that the sender may not send
	for _, s := range samples {
		document, checked, err := b.fresh(ctx, s, seriesDigits, at)
		if err != nil {
			return Series{}, err
		}
		i := checked.Identity()
		if document == nil || !counting.MatchString(i.Number) {
			continue
		}
		sent, err := b.InForce.Checks.Find(ctx, exchange.Document{Bytes: document, Sender: sender, Received: at})
		if err != nil {
			return Series{}, &exchange.Error{Op: "check sample", Kind: exchange.Internal, Err: err}
		}
		to, _ := b.InForce.Preview(sent, nil)
		found := Series{
			Kind: kind, Version: i.Version, Receivers: to.Receivers, sender: sender,
			document: document, number: i.Number,
		}
		if len(to.Receivers) > 0 {
			return found, nil
		}
		none = found
	}
	if none.document != nil {
		return none, nil
	}
	return Series{}, &exchange.Error{
		Op: "make series", Kind: exchange.NotFound, Code: "unknown-sample",
		Err: exchange.Because("no sample of %s can have any number", "%s 没有可任意编号的样例", kind),
	}
}

// Document returns document n, with its identity. After a billion, numbers come
// again.
func (s Series) Document(n uint64) ([]byte, proof.Identity) {
	number := s.number[:len(s.number)-counted] + fmt.Sprintf("%0*d", counted, n%1_000_000_000)
	return testdata.Numbered(s.document, s.number, number), proof.Identity{Sender: s.sender, Kind: s.Kind, Number: number, Version: s.Version}
}
