package daemon

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"beibu/cmd/internal/config"
	"beibu/cmd/internal/telemetry"
	"beibu/exchange"
	"beibu/queue"
)

// A stop is planned whenever it comes: in every stage of a startup it ends without
// an error, leaves nothing open, and the next startup serves.
func TestStopInEveryStageOfAStartup(t *testing.T) {
	for name, more := range map[string]string{"embedded": "", "Kafka": onLog(fakeKafka(t).ListenAddrs())} {
		dir := t.TempDir()
		taken(t, dir, more)
		for _, stage := range []string{stageQueue, stageIndex, stageSettings, stageCatchUp, stageListen} {
			t.Run(name+"/"+stage, func(t *testing.T) {
				ctx, stop := context.WithCancel(t.Context())
				defer stop()
				reached := false
				log := zap.New(zapcore.NewNopCore()).WithOptions(zap.WrapCore(func(zapcore.Core) zapcore.Core {
					return onEntry(func(e zapcore.Entry, fields []zapcore.Field) {
						if e.Message == "starting" && fields[0].String == stage {
							reached = true
							stop()
						}
					})
				}))
				d, err := New(ctx, parsed(t, dir, more), log)
				if err == nil {
					err = d.Run(ctx)
				}
				if err != nil && !errors.Is(err, ErrStopped) || !reached {
					t.Errorf("reached %t, ended with %v", reached, err)
				}
			})
		}
		start(t, dir, more)
	}
}

// While Kafka is away, the private listener says so, and a stop ends the startup
// without an error.
func TestStartupWithoutKafka(t *testing.T) {
	core, lines := observer.New(zap.InfoLevel)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	ended := make(chan error, 1)
	more := onLog([]string{"127.0.0.1:1"}) // nobody listens there
	go func() {
		_, err := New(ctx, parsed(t, t.TempDir(), more), zap.New(core))
		ended <- err
	}()
	var open []observer.LoggedEntry
	for len(open) == 0 {
		open = lines.FilterFieldKey("private").All()
	}
	address := open[0].ContextMap()["private"].(string)
	if status, text := get(t, address, "/livez"); status != http.StatusOK {
		t.Errorf("/livez: %d %s", status, text)
	}
	if status, text := get(t, address, "/metrics"); status != http.StatusOK {
		t.Errorf("/metrics: %d %s", status, text)
	}
	for deadline := time.After(30 * time.Second); ; {
		status, text := get(t, address, "/readyz")
		select {
		case <-deadline:
			t.Fatalf("/readyz: %s", text)
		default:
		}
		if status != http.StatusServiceUnavailable {
			t.Fatalf("/readyz: %d %s", status, text)
		}
		if strings.Contains(text, "waits for the queue: brokers at [127.0.0.1:1]: ") && strings.Contains(text, "refused") {
			break
		}
	}
	stop()
	if err := <-ended; !errors.Is(err, ErrStopped) {
		t.Errorf("ended with %v", err)
	}
}

// What a startup waits for is logged every ten seconds, with the brokers and the
// last error, until it serves.
func TestStartupReport(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		core, lines := observer.New(zap.WarnLevel)
		s := startup{log: zap.New(core), brokers: []string{"kafka1:9092"}}
		if err := s.begin(t.Context(), stageQueue); err != nil {
			t.Fatal(err)
		}
		s.retry(stageQueue, "brokers", errors.New("connection refused"))
		s.retry(stageIndex, "a stage that has not begun", nil)
		done := make(chan error, 1)
		go func() { done <- s.report(t.Context()) }()
		<-time.After(25 * time.Second)
		s.end()
		if err := <-done; err != nil || s.waiting() != nil {
			t.Error(err, s.waiting())
		}
		if lines.Len() != 2 {
			t.Fatalf("%d lines in 25 s, want 2", lines.Len())
		}
		line := lines.All()[0].ContextMap()
		if line["stage"] != stageQueue || line["for"] != "brokers" || line["error"] != "connection refused" || len(line["brokers"].([]any)) != 1 {
			t.Errorf("logged %v", line)
		}
	})
}

// An address that is taken is an error with a hint that names the setting.
func TestAddressInUse(t *testing.T) {
	taken, err := listen(t.Context(), "listen", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = taken.Close() }()
	for _, setting := range []string{"listen", "private"} {
		l := parsed(t, t.TempDir(), "")
		address := &l.Listen
		if setting == "private" {
			address = &l.Private
		}
		*address = taken.Addr().String()
		d, err := New(t.Context(), l, zap.NewNop())
		if err == nil {
			err = d.Start(t.Context())
		}
		refused, ok := errors.AsType[*ListenError](err)
		if !ok || refused.Setting != setting || !strings.Contains(refused.Hint(), "set "+setting+" to another address") {
			t.Errorf("%s: error %v", setting, err)
		}
	}
}

// onEntry is a core that gives every entry to a function.
type onEntry func(zapcore.Entry, []zapcore.Field)

func (onEntry) Enabled(zapcore.Level) bool          { return true }
func (f onEntry) With([]zapcore.Field) zapcore.Core { return f }
func (onEntry) Sync() error                         { return nil }
func (f onEntry) Write(e zapcore.Entry, fields []zapcore.Field) error {
	f(e, fields)
	return nil
}

func (f onEntry) Check(e zapcore.Entry, c *zapcore.CheckedEntry) *zapcore.CheckedEntry {
	return c.AddCore(e, f)
}

// parsed reads the configuration of a daemon over a folder.
func parsed(t *testing.T, dir, more string) *config.Loaded {
	t.Helper()
	l, err := config.Parse("test", []byte("listen: 127.0.0.1:0\nprivate: 127.0.0.1:0\ndata: "+dir+"\n"+more))
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// behind is a record whose index is behind until it is closed.
type behind chan struct{}

func (behind) Head(context.Context) (int64, error) { return 5, nil }

func (behind) Follow(context.Context, int64, func(context.Context, []queue.Change) error) error {
	return nil
}

func (b behind) Wait(ctx context.Context, sequence int64) error {
	select {
	case <-b:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("index is not at sequence %d: %w", sequence, ctx.Err())
	}
}

// A daemon whose index is more than two seconds behind the record is not ready, so that
// no load balancer sends it documents that would make it later still.
func TestNotReadyIfTheIndexIsBehind(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		index := make(behind)
		d := &Daemon{recorder: &exchange.Recorder{Feed: index, Fold: index}}
		d.startup.opened = true
		ready := func() (status int, text string, after time.Duration) {
			began, answer := time.Now(), httptest.NewRecorder()
			private := telemetry.Private{Metrics: http.NotFoundHandler(), Ready: []telemetry.Probe{{Name: "index", Ask: d.askIndex}}}
			private.Handler().ServeHTTP(answer, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/readyz", http.NoBody))
			return answer.Code, answer.Body.String(), time.Since(began)
		}
		if status, text, after := ready(); status != http.StatusServiceUnavailable || after != 2*time.Second || !strings.Contains(text, "sequence 5") {
			t.Errorf("behind: %d after %s, %s", status, after, text)
		}
		close(index)
		if status, text, _ := ready(); status != http.StatusOK {
			t.Errorf("caught up: %d, %s", status, text)
		}
	})
}
