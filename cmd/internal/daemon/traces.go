package daemon

import (
	"context"

	"beibu/cmd/internal/traces"
	"beibu/cmd/internal/version"
)

// traced begins to record traces, if there is a collector for them. What waits for the
// collector is sent when everything else has stopped.
func (d *Daemon) traced() (err error) {
	t := d.config.Traces
	if t.Endpoint == "" {
		return nil
	}
	d.traces, err = traces.New(traces.Options{
		Endpoint: t.Endpoint, Header: d.config.TracesHeader, TLS: d.config.TracesTLS, Ratio: t.Ratio,
		Version: version.Own().Version, Log: d.log,
	})
	if err != nil {
		return err
	}
	d.life.onStop("traces", func(ctx context.Context) error {
		d.traces.Shutdown(ctx)
		return nil
	})
	return nil
}
