package journal

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"beibu/exchange"
	"beibu/exchange/lookup"
	"beibu/queue"
	"beibu/queue/sqlitefile"
)

// What column accepted of table refusal has in the place of the sequence of an entry.
const (
	notAccepted = 0  // the same bytes may be accepted later, and were not so far
	notWatched  = -1 // that is found by the number, or cannot be
)

// openRefusals is the SQL for rows that are notAccepted.
const openRefusals = `accepted = 0`

const (
	findRefusal = `SELECT sequence FROM refusal INDEXED BY refusal_id WHERE id = ?`
	addRefusal  = `INSERT INTO refusal (sequence, id, sender, kind, number, digest, at, repeats, last, accepted, name, detail, size, kept)
			VALUES (?, ?, ?, ?, ?, ?, ?, 0, ?, ?, ?, ?, ?, ?)`
	repeatRefusal = `UPDATE refusal SET repeats = repeats + ?, last = max(last, ?) WHERE id = ?`
	anyRefusal    = `SELECT 1 FROM refusal INDEXED BY refusal_open WHERE digest > x'' AND ` + openRefusals + ` LIMIT 1`
	findOpen      = `SELECT n.value FROM json_each(?) n CROSS JOIN refusal r INDEXED BY refusal_open ON r.digest = unhex(n.value) WHERE r.` + openRefusals
	closeRefusal  = `UPDATE refusal INDEXED BY refusal_open SET accepted = ? WHERE digest = ? AND ` + openRefusals + ` AND sender = ? AND at <= ? AND sequence < ?`
)

// refusal adds a refusal, or a count of refusals. One that is known already stays as it
// is: a count is recorded again if it was not known whether it was.
func (b *batch) refusal(sequence int64, raw *queue.Event) error {
	r, known, err := exchange.RefusalOf(sequence, *raw)
	if err != nil || !known {
		return err
	}
	err = b.w.Query(findRefusal, func(sqlitefile.Row) error {
		known = false
		return nil
	}, r.ID[:])
	if err != nil || !known {
		return err
	}
	digest := []byte{}
	if r.Digest != [32]byte{} {
		digest = r.Digest[:]
	}
	accepted := notWatched
	if mayBeAccepted(r) {
		accepted = notAccepted
	}
	err = b.w.Exec(addRefusal, sequence, r.ID[:], r.Identity.Sender, r.Identity.Kind, r.Identity.Number, digest,
		micro(r.At), micro(r.At), int64(accepted), raw.Name, present(raw.Detail), int64(r.Size), keptUntil(r))
	if err != nil {
		return fmt.Errorf("write refusal %d: %w", sequence, err)
	}
	key := activityKey{r.Identity.Sender, exchange.Sending, hourOf(micro(r.At))}
	b.active.sign(key)
	if r.Count != nil {
		b.active.fail(key, r.Count.Documents, failure{})
		return b.countRefusals(r)
	}
	b.active.fail(key, 1, failure{at: r.At, cause: exchange.Cause{Code: r.Code}})
	return b.fileRefusal(r)
}

// keptUntil returns until when the bytes of a refusal are kept, or 0.
func keptUntil(r exchange.Refusal) int64 {
	if r.Kept == nil || r.Kept.Until.IsZero() {
		return 0
	}
	return micro(r.Kept.Until)
}

// mayBeAccepted reports whether the same bytes may be accepted later, though no number
// was read: the kind is unknown, say. What is not XML never is.
func mayBeAccepted(r exchange.Refusal) bool {
	return r.Identity.Number == "" && r.Digest != [32]byte{} && !strings.HasPrefix(r.Code, "xml.")
}

// countRefusals adds what a count says of refusals that are recorded one by one. A count
// of repeats alone is in no list.
func (b *batch) countRefusals(r exchange.Refusal) error {
	for _, repeat := range r.Count.Repeats {
		if err := b.w.Exec(repeatRefusal, int64(repeat.Times), micro(repeat.Last), repeat.ID[:]); err != nil {
			return fmt.Errorf("write repeats of refusal %s: %w", repeat.ID, err)
		}
	}
	if r.Count.Documents == 0 {
		return nil
	}
	return b.fileRefusal(r)
}

// fileRefusal files a refusal under its terms.
func (b *batch) fileRefusal(r exchange.Refusal) error {
	terms := []term{{roleRefusedSender, r.Identity.Sender}}
	if r.Identity.Kind != "" {
		terms = append(terms, term{roleRefusedKind, r.Identity.Kind})
	}
	for _, code := range r.AllCodes() {
		terms = append(terms, term{roleRefusedCode, code})
	}
	for _, way := range r.AllWays() {
		terms = append(terms, term{roleRefusedWay, string(way)})
	}
	for _, t := range terms {
		if err := b.filing.add(t, r.Sequence); err != nil {
			return err
		}
	}
	for _, t := range r.Terms() {
		b.filing.found = append(b.filing.found, found{refusedKeyOf(t), r.Sequence})
	}
	b.date(r.Sequence, micro(r.At))
	return nil
}

// An entry is one of the record.
type entry struct {
	sequence int64
	sender   string
	*queue.Entry
}

// closeRefusals notes at refusals that are notAccepted that their bytes are accepted with
// an entry of the batch. The digests of a batch are looked up at once.
func (b *batch) closeRefusals() error {
	if len(b.entries) == 0 {
		return nil
	}
	some := false
	err := b.w.Query(anyRefusal, func(sqlitefile.Row) error {
		some = true
		return nil
	})
	if err != nil || !some {
		return err
	}
	digests := make([]string, 0, len(b.entries))
	for _, e := range b.entries {
		digests = append(digests, hex.EncodeToString(e.Digest[:]))
	}
	list, err := json.Marshal(digests)
	if err != nil {
		return err
	}
	refused := make(map[string]bool)
	err = b.w.Query(findOpen, func(row sqlitefile.Row) error {
		refused[row.Text(0)] = true
		return nil
	}, string(list))
	for i, e := range b.entries {
		if err == nil && refused[digests[i]] {
			err = b.w.Exec(closeRefusal, e.sequence, e.Digest[:], e.sender, micro(e.At), e.sequence)
		}
	}
	return err
}

// refusalColumns are those of table refusal, under the name r, that scanRefusal reads.
// The last is the id of the exchange as which the document was accepted later.
var refusalColumns = fmt.Sprintf(`r.sequence, r.id, r.at, r.name, r.detail, r.repeats, r.last,
	CASE WHEN r.accepted > 0 THEN (SELECT x.id FROM exchange x WHERE x.sequence = r.accepted)
	WHEN r.number <> '' THEN (SELECT x.id FROM exchange x INDEXED BY exchange_number CROSS JOIN journey j ON j.entry = x.sequence
		WHERE x.number = r.number AND x.sender = (SELECT id FROM term WHERE role = %d AND name = r.sender)
			AND x.kind = (SELECT id FROM term WHERE role = %d AND name = r.kind) AND j.at >= r.at ORDER BY x.sequence LIMIT 1) END`, roleSender, roleKind)

var refusalByID = `SELECT ` + refusalColumns + ` FROM refusal r INDEXED BY refusal_id WHERE r.id = ?`

func scanRefusal(row sqlitefile.Row) (r exchange.Refusal, err error) {
	var id, accepted uuid.UUID
	if err := row.Fixed(1, id[:]); err != nil {
		return r, err
	}
	if !row.Null(7) {
		if err := row.Fixed(7, accepted[:]); err != nil {
			return r, err
		}
	}
	r, _, err = exchange.RefusalOf(row.Int(0), queue.Event{
		Subject: queue.Subject{Kind: queue.SubjectRefusal, ID: id.String()}, Name: row.Text(3), At: moment(row.Int(2)), Detail: row.Blob(4),
	})
	r.Repeats, r.Last = int(row.Int(5)), moment(row.Int(6))
	if accepted != r.Earlier { // which had the number before
		r.AcceptedAs = accepted
	}
	return r, err
}

// Refusal is exchange.RefusalLog's.
func (j *Journal) Refusal(ctx context.Context, id uuid.UUID) (found exchange.Refusal, err error) {
	known := false
	err = j.Query(ctx, refusalByID, func(row sqlitefile.Row) (err error) {
		found, err = scanRefusal(row)
		known = found.Count == nil || found.Count.Documents > 0
		return err
	}, id[:])
	if err != nil {
		return exchange.Refusal{}, fmt.Errorf("read refusal %s: %w", id, err)
	}
	if !known {
		return exchange.Refusal{}, &exchange.Error{
			Op: "read refusal", Kind: exchange.NotFound, Err: exchange.Because("there is no refusal %s", "没有退单记录 %s", id),
		}
	}
	return found, nil
}

// keptBytes adds up what is kept of a sender. The condition on the index is word for word
// as in it.
const keptBytes = `SELECT sum(size) FROM refusal INDEXED BY refusal_kept WHERE kept > 0 AND sender = ? AND kept > ?`

// KeptBytes is exchange.KeptLedger's.
func (j *Journal) KeptBytes(ctx context.Context, sender string, at time.Time) (bytes, sequence int64, err error) {
	sequence = j.Sequence()
	err = j.Query(ctx, keptBytes, func(row sqlitefile.Row) error {
		bytes = row.Int(0)
		return nil
	}, sender, micro(at))
	if err != nil {
		return 0, 0, fmt.Errorf("add up kept bytes of %s: %w", sender, err)
	}
	return bytes, sequence, nil
}

// RefusalCodes is exchange.RefusalLog's.
func (j *Journal) RefusalCodes(ctx context.Context) (codes []string, err error) {
	err = j.Query(ctx, termsOfRole, func(row sqlitefile.Row) error {
		codes = append(codes, row.Text(0))
		return nil
	}, int64(roleRefusedCode))
	if err != nil {
		return nil, fmt.Errorf("list codes of refusals: %w", err)
	}
	return codes, nil
}

const termsOfRole = `SELECT name FROM term WHERE role = ? ORDER BY name`

// Refusals is exchange.RefusalLog's.
func (j *Journal) Refusals(ctx context.Context, q exchange.RefusalQuery) (page []exchange.Refusal, next int64, err error) {
	limit := within(q.Limit, exchange.DefaultPage, exchange.MaxPage)
	l := &refusalListing{journal: j, query: q, most: limit + 1}
	if err := l.read(ctx); err != nil {
		return nil, 0, fmt.Errorf("list refusals: %w", err)
	}
	page = l.page
	if len(page) > limit {
		page = page[:limit]
		next = page[limit-1].Sequence
	}
	return page, next, nil
}

// A refusalListing is a page of refusals in the making.
type refusalListing struct {
	journal *Journal
	query   exchange.RefusalQuery
	most    int
	page    []exchange.Refusal
}

func (l *refusalListing) read(ctx context.Context) error {
	first, last, some, err := l.journal.bounds(ctx, l.query.Since, l.query.Until, l.query.Before)
	if err != nil || !some {
		return err
	}
	groups := groupsOfRefusals(l.query)
	if byOwn(l.query) || len(groups) == 0 {
		return l.collect(ctx, listRefusals(l.query, first, last))
	}
	f, err := l.journal.finder(ctx, groups, nil)
	if err != nil || f == nil {
		return err
	}
	return f.each(ctx, first, last, l.most, func(some []int64) (full bool, err error) {
		err = l.collect(ctx, namedRefusals(l.query, some))
		return len(l.page) == l.most, err
	})
}

// byOwn reports whether a query is for what few refusals have in common.
func byOwn(q exchange.RefusalQuery) bool { return q.Number != "" || q.Digest != [32]byte{} }

// groupsOfRefusals returns the sources of a query, each group of which a refusal must be
// found in.
func groupsOfRefusals(q exchange.RefusalQuery) (groups [][]source) {
	for _, t := range []term{
		{roleRefusedSender, q.Sender}, {roleRefusedKind, q.Kind}, {roleRefusedCode, q.Code}, {roleRefusedWay, string(q.Way)},
	} {
		if t.name != "" {
			groups = append(groups, []source{filedUnder(t.role, t.name)})
		}
	}
	for _, terms := range q.Terms {
		var group []source
		for _, t := range terms {
			group = append(group, source{rows: rowsOfKey, of: refusedKeyOf(t)})
		}
		groups = append(groups, group)
	}
	return groups
}

// listRefusals returns the query for refusals between two sequences that is not read from
// the index of terms.
func listRefusals(q exchange.RefusalQuery, first, last int64) *sentence {
	s := &sentence{}
	s.add(`SELECT ` + refusalColumns + ` FROM refusal r `)
	switch {
	case q.Digest != [32]byte{}:
		s.add(`INDEXED BY refusal_digest WHERE r.digest <> x'' AND r.digest = +?`, q.Digest[:]) // the first word for word as in the index
	case q.Number != "":
		s.add(`INDEXED BY refusal_number WHERE r.number <> '' AND r.number = +?`, q.Number)
	default:
		s.add(`NOT INDEXED WHERE TRUE`)
	}
	s.add(` AND r.sequence BETWEEN ? AND ?`, first, last)
	narrowRefusals(s, q)
	s.add(` ORDER BY r.sequence DESC`)
	return s
}

// namedRefusals returns the query for those refusals that are named and fit, in that
// order.
func namedRefusals(q exchange.RefusalQuery, sequences []int64) *sentence {
	names, _ := json.Marshal(sequences) // numbers have no error
	s := &sentence{}
	s.add(`SELECT `+refusalColumns+` FROM json_each(?) n CROSS JOIN refusal r ON r.sequence = n.value WHERE TRUE`, string(names))
	narrowRefusals(s, q)
	s.add(` ORDER BY n.key`)
	return s
}

func narrowRefusals(s *sentence, q exchange.RefusalQuery) {
	if !q.Since.IsZero() {
		s.add(` AND r.at >= +?`, ceiling(q.Since))
	}
	if !q.Until.IsZero() {
		s.add(` AND r.at < +?`, ceiling(q.Until))
	}
}

// collect adds to the page what a query finds, until the page is full.
func (l *refusalListing) collect(ctx context.Context, s *sentence) error {
	err := l.journal.Query(ctx, s.text(), func(row sqlitefile.Row) error {
		r, err := scanRefusal(row)
		if err != nil || !fits(l.query, r) {
			return err
		}
		if l.page = append(l.page, r); len(l.page) == l.most {
			return errEnough
		}
		return nil
	}, s.args...)
	if errors.Is(err, errEnough) {
		return nil
	}
	return err
}

// fits reports whether a refusal is one of a list, whose times are not read here.
func fits(q exchange.RefusalQuery, r exchange.Refusal) bool {
	return (r.Count == nil || r.Count.Documents > 0) &&
		(q.Sender == "" || q.Sender == r.Identity.Sender) &&
		(q.Kind == "" || q.Kind == r.Identity.Kind) &&
		(q.Number == "" || q.Number == r.Identity.Number) &&
		(q.Digest == [32]byte{} || q.Digest == r.Digest) &&
		(q.Code == "" || slices.Contains(r.AllCodes(), q.Code)) &&
		(q.Way == "" || slices.Contains(r.AllWays(), q.Way)) &&
		!slices.ContainsFunc(q.Terms, func(group []lookup.Term) bool { return !slices.ContainsFunc(group, r.FoundBy) })
}
