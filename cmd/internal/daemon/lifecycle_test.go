package daemon

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// What a part uses that does not end in time is not closed under it. What nothing uses any
// more is.
func TestNothingIsClosedUnderAPartThatRuns(t *testing.T) {
	for _, prompt := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			var closed []string
			d := &Daemon{failed: make(chan error, 1)}
			d.life.onClose("index", func(context.Context) error { closed = append(closed, "index"); return nil })
			end := make(chan struct{})
			d.work("fold", func(ctx context.Context) error {
				<-ctx.Done()
				if !prompt {
					<-end
				}
				return nil
			})
			d.life.onClose("topics", func(context.Context) error { closed = append(closed, "topics"); return nil })
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			err := d.life.down(ctx)
			want := "topics"
			if prompt {
				want = "topics index"
			}
			if got := strings.Join(closed, " "); got != want || (err == nil) != prompt {
				t.Errorf("prompt %v: closed %q, want %q; %v", prompt, got, want, err)
			}
			close(end)
		})
	}
}
