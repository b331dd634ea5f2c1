package access

import (
	"context"
	"slices"

	"beibu/exchange"
	"beibu/exchange/operator/replay"
)

// maxPages bounds the pages of an index that are read for one page of a list. If
// little of them is in the principal's scope, the page is short, and has a cursor.
const maxPages = 10

// Exchanges returns what [Principal.View] shows of a page of a list, and the cursor of
// the next page. An exchange that was found by the cause of a delivery that the principal
// may not see is not among them. The query has passed [Principal.ScopeList].
func (p Principal) Exchanges(ctx context.Context, from exchange.Journal, q exchange.Query) ([]exchange.Exchange, int64, error) {
	q.Limit = pageSize(q.Limit)
	asked := q
	if q.Answered == exchange.NoAnswer && q.Party == "" && !p.CoversAll(ReadExchanges) {
		q.Answered = "" // an answer that it may not see is none
	}
	return visiblePage(q.Limit, q.Before, pages[exchange.Exchange]{
		read: func(cursor int64) ([]exchange.Exchange, int64, error) {
			q.Before = cursor
			return from.Exchanges(ctx, q)
		},
		view: func(x exchange.Exchange) (exchange.Exchange, bool) {
			shown, ok := p.View(x)
			caused := func(d exchange.Delivery) bool { return d.Cause.Code == q.Cause }
			return shown, ok && (q.Cause == "" || slices.ContainsFunc(shown.Deliveries, caused)) && asked.FitsAnswers(&shown)
		},
		cursor: func(x exchange.Exchange) int64 { return x.Sequence },
	})
}

// Events returns the events of a page of the audit that [Principal.SeesEvent], and the
// cursor of the next page.
func (p Principal) Events(ctx context.Context, from exchange.AuditLog, q exchange.AuditQuery) ([]exchange.Event, int64, error) {
	q.Limit = pageSize(q.Limit)
	return visiblePage(q.Limit, q.After, pages[exchange.Event]{
		read: func(cursor int64) ([]exchange.Event, int64, error) {
			q.After = cursor
			return from.Audit(ctx, q)
		},
		view:   func(e exchange.Event) (exchange.Event, bool) { return e, p.SeesEvent(e) },
		cursor: func(e exchange.Event) int64 { return e.Sequence },
	})
}

// Refusals returns those of a page for which the principal may do an action, such as
// [ReadRefusals], and the cursor of the next page. The query has passed
// [Principal.ScopeSender].
func (p Principal) Refusals(ctx context.Context, a Action, from exchange.RefusalLog, q exchange.RefusalQuery) ([]exchange.Refusal, int64, error) {
	q.Limit = pageSize(q.Limit)
	return visiblePage(q.Limit, q.Before, pages[exchange.Refusal]{
		read: func(cursor int64) ([]exchange.Refusal, int64, error) {
			q.Before = cursor
			return from.Refusals(ctx, q)
		},
		view: func(r exchange.Refusal) (exchange.Refusal, bool) {
			return r, p.Covers(a, r.Identity.Sender, r.Identity.Kind)
		},
		cursor: func(r exchange.Refusal) int64 { return r.Sequence },
	})
}

// Runs returns those of a page that the principal may know of, and the cursor of the next
// page.
func (p Principal) Runs(ctx context.Context, from replay.Register, q replay.RunQuery) ([]replay.Run, int64, error) {
	q.Limit = pageSize(q.Limit)
	if p.OnlyForParty(ReadRuns) {
		q.Party = p.Party
	}
	return visiblePage(q.Limit, q.Before, pages[replay.Run]{
		read: func(cursor int64) ([]replay.Run, int64, error) {
			q.Before = cursor
			return from.Runs(ctx, q)
		},
		view:   func(r replay.Run) (replay.Run, bool) { return r, p.CoversRun(ReadRuns, r) },
		cursor: func(r replay.Run) int64 { return r.Sequence },
	})
}

// pageSize returns the length of the page that a limit asks for.
func pageSize(limit int) int {
	if limit <= 0 {
		return exchange.DefaultPage
	}
	return min(limit, exchange.MaxPage)
}

// pages read a list of an index.
type pages[T any] struct {
	read   func(cursor int64) (page []T, next int64, err error)
	view   func(T) (T, bool)
	cursor func(T) int64
}

// visiblePage returns one page of what can be seen.
func visiblePage[T any](most int, cursor int64, from pages[T]) (visible []T, next int64, err error) {
	for range maxPages {
		page, after, err := from.read(cursor)
		if err != nil {
			return nil, 0, err
		}
		for i, one := range page {
			if shown, ok := from.view(one); ok {
				visible = append(visible, shown)
			}
			if len(visible) == most && (i < len(page)-1 || after != 0) {
				return visible, from.cursor(one), nil
			}
		}
		if after == 0 {
			return visible, 0, nil
		}
		cursor = after
	}
	return visible, cursor, nil
}
