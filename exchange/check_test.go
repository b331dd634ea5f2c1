package exchange_test

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"

	"beibu/exchange/exchangetest"
	"beibu/exchange/rules"
)

// No more documents are checked at once than there are processors. One that
// waits for its turn goes when its sender does, and the others get theirs.
func TestChecksTakeTurns(t *testing.T) {
	document := carnet(t, "CN/4501/26/00001")
	synctest.Test(t, func(t *testing.T) {
		begun, leave := make(chan struct{}, 100), make(chan struct{})
		set, err := rules.NewSet([]rules.Rule{{
			Code: "TEST-01", EN: "none", ZH: "无", Source: "test",
			Check: func(*rules.Document, rules.Report) {
				begun <- struct{}{}
				<-leave
			},
		}})
		if err != nil {
			t.Fatal(err)
		}
		checks := exchangetest.ChecksWith(t, set)
		find := func(ctx context.Context) error {
			_, err := checks.Find(ctx, from("qinzhou", document))
			return err
		}
		var all sync.WaitGroup
		turns := runtime.GOMAXPROCS(0)
		for range turns {
			all.Go(func() {
				if err := find(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		for range turns {
			<-begun
		}
		ctx, cancel := context.WithCancel(t.Context())
		left := make(chan error)
		go func() { left <- find(ctx) }()
		all.Go(func() {
			if err := find(t.Context()); err != nil {
				t.Error(err)
			}
		})
		synctest.Wait()
		if len(begun) != 0 {
			t.Errorf("%d are checked beside %d others", len(begun), turns)
		}
		cancel()
		if err := <-left; !errors.Is(err, context.Canceled) {
			t.Errorf("the one that left: %v", err)
		}
		close(leave)
		all.Wait()
		if len(begun) != 1 {
			t.Errorf("%d were checked after the others, want 1", len(begun))
		}
	})
}
