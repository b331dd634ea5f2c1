package replay

import "context"

// An Index has the runs of the record. It lags behind the record.
type Index interface {
	// ActiveRuns returns the runs that are not over, oldest first.
	ActiveRuns(ctx context.Context) ([]Run, error)
	// RunItems returns items of a run, in its order.
	RunItems(ctx context.Context, q ItemQuery) ([]Item, error)
}

// A Register is an [Index] in which runs can be looked up.
type Register interface {
	Index
	// FindRun returns a run. It fails with an [*exchange.Error] of kind NotFound.
	FindRun(ctx context.Context, id string) (Run, error)
	// Runs returns runs, newest first, and the cursor of the next page, or 0.
	Runs(ctx context.Context, q RunQuery) (page []Run, next int64, err error)
}

// A RunQuery narrows a list of runs. Zero fields do not narrow.
type RunQuery struct {
	Party  string // of the requester
	Status Status
	Before int64 // the cursor of the page before
	Limit  int   // 1 to exchange.MaxPage; 0 means exchange.DefaultPage
}

// MaxItemPage is the largest page of items.
const MaxItemPage = 10_000

// An ItemQuery selects items of one run.
type ItemQuery struct {
	Run    string
	States []ItemState // one or more; none means all
	After  int         // the number of the last item of the page before
	UpTo   int         // the number of the last item; 0 means all
	Ready  bool        // only those that need not wait for the item of the version before
	Limit  int         // 1 to MaxItemPage; 0 means exchange.DefaultPage
}
