package operator

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"beibu/exchange"
	"beibu/exchange/lookup"
	"beibu/exchange/proof"
)

// A Lister lists exchanges: an [exchange.Journal].
type Lister interface {
	Exchanges(ctx context.Context, q exchange.Query) (page []exchange.Exchange, next int64, err error)
}

// A RefusalLister lists refusals: an [exchange.RefusalLog].
type RefusalLister interface {
	Refusals(ctx context.Context, q exchange.RefusalQuery) (page []exchange.Refusal, next int64, err error)
}

// Lanes show what passes a border together: all documents that name one vehicle or one
// container.
type Lanes struct {
	Journal  Lister
	Refusals RefusalLister
}

// A LaneQuery says which lane is asked for. Zero fields do not narrow.
type LaneQuery struct {
	Key    string    // a plate or the number of a container, as a person writes it
	Party  string    // the exchanges that it sent or receives
	Since  time.Time // accepted at or after
	Until  time.Time // accepted before
	Before int64     // the cursor of the page before: a sequence
	Limit  int       // 1 to exchange.MaxPage; 0 means exchange.DefaultPage
}

// A Lane is what is known of a vehicle or a container.
type Lane struct {
	Key       string              // in the form in which it is compared
	Exchanges []exchange.Exchange // the newest, in the order of the record, oldest first
	Next      int64               // the cursor of the page with older ones, or 0
	// Cited are the documents of known kinds that those exchanges cite, in their order.
	Cited   []Cited
	Omitted int // citations beyond MaxCited
	// Refused are the documents that name the key and were refused, were not accepted
	// since, and are not among Cited: of each sender, kind and number the newest. They are
	// in the order of the record, oldest first, and are not repeated on the pages with
	// older exchanges.
	Refused     []exchange.Refusal
	RefusedMore bool // there may be more than the newest MaxRefused
}

// A Cited document is one that documents of a lane name.
type Cited struct {
	lookup.Citation
	By       []string           // numbers of the documents that cite it
	Exchange *exchange.Exchange // the newest with it; nil if there is none
	Refusal  *exchange.Refusal  // the newest of it, if Exchange is nil and it was refused; without both, it is missing
}

// MaxRefused bounds the refusals that are read for one lane.
const MaxRefused = 100

// MaxCited bounds the cited documents of one lane that are searched for.
const MaxCited = 100

// Show returns a lane. It fails with an [*exchange.Error] of kind BadRequest if the key
// has neither a letter nor a digit.
func (l Lanes) Show(ctx context.Context, q LaneQuery) (Lane, error) {
	terms := []lookup.Term{lookup.TermOf(lookup.Vehicle, q.Key), lookup.TermOf(lookup.Container, q.Key)}
	lane := Lane{Key: terms[0].Value}
	if lane.Key == "" {
		return Lane{}, &exchange.Error{
			Op: "show lane", Kind: exchange.BadRequest, Code: "parameter",
			Err: exchange.Because("a plate or a container has at least one letter or digit", "车牌号或集装箱号至少应有一个字母或数字"),
		}
	}
	var err error
	lane.Exchanges, lane.Next, err = l.Journal.Exchanges(ctx, exchange.Query{
		Terms: [][]lookup.Term{terms}, Party: q.Party, Since: q.Since, Until: q.Until, Before: q.Before, Limit: q.Limit,
	})
	if err != nil {
		return Lane{}, fmt.Errorf("show lane: %w", err)
	}
	slices.Reverse(lane.Exchanges)
	lane.cite()
	for i := range lane.Cited {
		if err := l.find(ctx, &lane.Cited[i], q.Party); err != nil {
			return Lane{}, fmt.Errorf("show lane: %w", err)
		}
	}
	if q.Before == 0 {
		err = l.refused(ctx, &lane, exchange.RefusalQuery{
			Terms: [][]lookup.Term{terms}, Sender: q.Party, Since: q.Since, Until: q.Until, Limit: MaxRefused,
		})
	}
	if err != nil {
		return Lane{}, fmt.Errorf("show lane: %w", err)
	}
	return lane, nil
}

// refused lists the documents of a lane that were refused and that nothing cites.
func (l Lanes) refused(ctx context.Context, lane *Lane, q exchange.RefusalQuery) error {
	found, next, err := l.Refusals.Refusals(ctx, q)
	lane.RefusedMore = next != 0
	shown := make(map[proof.Identity]bool)
	for _, r := range found { // newest first
		id := proof.Identity{Sender: r.Identity.Sender, Kind: r.Identity.Kind, Number: r.Identity.Number}
		isCited := func(c Cited) bool { return c.Refusal != nil && c.Refusal.ID == r.ID }
		if r.AcceptedAs != uuid.Nil || shown[id] {
			continue
		}
		shown[id] = id.Number != "" // those without one are different documents
		if !slices.ContainsFunc(lane.Cited, isCited) {
			lane.Refused = append(lane.Refused, r)
		}
	}
	slices.Reverse(lane.Refused)
	return err
}

// cite lists the documents that the exchanges of a lane cite.
func (l *Lane) cite() {
	at := make(map[lookup.Citation]int)
	for _, x := range l.Exchanges {
		for _, c := range x.Keys.Cites {
			i, known := at[c]
			if !known {
				if len(l.Cited) == MaxCited {
					l.Omitted++
					continue
				}
				i = len(l.Cited)
				at[c] = i
				l.Cited = append(l.Cited, Cited{Citation: c})
			}
			if by := &l.Cited[i].By; !slices.Contains(*by, x.Identity.Number) {
				*by = append(*by, x.Identity.Number)
			}
		}
	}
}

// find finds the newest exchange with a document that is cited, of a party if one is
// given, or else why there is none.
func (l Lanes) find(ctx context.Context, c *Cited, party string) error {
	number, odd := exchange.ReadNumber(c.Number)
	if odd != nil || number == "" {
		return nil // no document has such a number
	}
	found, _, err := l.Journal.Exchanges(ctx, exchange.Query{Kind: c.Kind, Number: number, Party: party, Limit: 1})
	if err != nil {
		return err
	}
	if len(found) > 0 {
		c.Exchange = &found[0]
		return nil
	}
	refused, _, err := l.Refusals.Refusals(ctx, exchange.RefusalQuery{Kind: c.Kind, Number: number, Sender: party, Limit: 1})
	if err == nil && len(refused) > 0 && refused[0].AcceptedAs == uuid.Nil {
		c.Refusal = &refused[0]
	}
	return err
}
