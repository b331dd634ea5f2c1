package daemon

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"go.uber.org/zap"

	"beibu/exchange"
	"beibu/queue"
)

// suspensionsFile is where a daemon before version 2 of the record kept the
// suspensions by operators, for itself alone.
const suspensionsFile = "suspensions.json"

// readSuspensions reads the suspensions of an earlier version. A file that cannot be
// read keeps the daemon from starting, since it would let in a suspended party.
func readSuspensions(data string) ([]exchange.Suspension, error) {
	path := filepath.Join(data, suspensionsFile)
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var all []exchange.Suspension
	if err == nil {
		err = json.Unmarshal(text, &all)
	}
	if err != nil {
		return nil, fmt.Errorf("read suspensions in %s: %w", path, err)
	}
	return all, nil
}

// suspensionsRetry is shorter than [retryTime], since every daemon promises to obey a
// suspension within a second, and the end of a session, too.
const suspensionsRetry = 100 * time.Millisecond

// followSuspensions returns once this node has the suspensions that the record
// holds, and those of an earlier version are in it. Nothing is served before.
func (d *Daemon) followSuspensions(ctx context.Context) error {
	if err := d.followRecord(ctx, "suspensions", d.shut); err != nil {
		return err
	}
	return d.carryOver(ctx)
}

// A state is that of the record, and kept in memory: an [exchange.Folded].
type state interface {
	Restore(ctx context.Context, log exchange.AuditLog, sequence int64) error
	Follow(ctx context.Context, feed queue.Feed) error
	CatchUp(ctx context.Context) error
}

// followRecord returns once a state is that of the record, and has it follow the record from
// then on. The index saves reading the whole record, unless the disk refuses it: then it may
// be that of another record.
func (d *Daemon) followRecord(ctx context.Context, name string, of state) error {
	at := d.index.Sequence()
	if err := d.recorder.Wait(ctx); err == nil {
		if err := of.Restore(ctx, d.index, at); err != nil {
			return err
		}
	}
	follow := func(ctx context.Context) error { return of.Follow(ctx, d.store) }
	d.work(name, d.persist(name, suspensionsRetry, follow))
	return d.insist(ctx, of.CatchUp)
}

// carryOver puts the suspensions of an earlier version into the record, and renames
// their file. A crash in between puts them there again.
func (d *Daemon) carryOver(ctx context.Context) error {
	for _, one := range d.carriedOver {
		if _, suspended := d.shut.Get(one.Party); suspended {
			continue
		}
		if err := d.insist(ctx, func(ctx context.Context) error { return d.shut.Suspend(ctx, one) }); err != nil {
			return fmt.Errorf("carry over suspension of %s: %w", one.Party, err)
		}
	}
	path := filepath.Join(d.config.Data, suspensionsFile)
	err := os.Rename(path, path+".carried-over")
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("carry over suspensions: %w", err)
	}
	d.log.Info("suspensions of an earlier version are in the record now, file renamed",
		zap.Int("suspensions", len(d.carriedOver)), zap.String("file", path+".carried-over"))
	return nil
}

// enforce returns once this node carries nothing to the topic of a suspended party,
// and reads nothing from it.
func (d *Daemon) enforce(ctx context.Context, party string) error {
	d.assignTopics()
	return d.jobs.ended(ctx, deliverJob+party, inboundJob+party)
}
