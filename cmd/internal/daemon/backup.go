package daemon

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"time"

	"go.uber.org/zap"

	"beibu/cmd/internal/backup"
	"beibu/cmd/internal/config"
	"beibu/cmd/internal/version"
	"beibu/exchange"
	"beibu/exchange/projection"
	"beibu/exchange/proof"
	"beibu/queue/atomicfile"
	"beibu/queue/sqlite"
)

// storeFile and stampsFile are the databases of the data folder that are no caches.
const (
	storeFile  = "queue.db"
	stampsFile = "timestamps.db"
)

// backedUp are the other names in the data folder of what cannot be made again. The
// index, the snapshot of a log in Kafka and the answers of revocation are made again.
var backedUp = []string{keysFolder, accessFolder, suspensionsFile}

// Backup writes what a data folder holds and cannot be made again to a new file: a
// consistent copy of the embedded store, the time stamps, and the keys that the
// daemon made. A daemon may use the folder meanwhile. If the log is in Kafka, the
// file does not hold it. Backup calls report with each step. If file exists, it fails
// with an error that is [fs.ErrExist]. The file may need twice its size meanwhile.
func Backup(ctx context.Context, l *config.Loaded, file string, report func(step string)) (backup.Manifest, error) {
	m := backup.Manifest{Program: "beibud " + version.Own().Version, MadeAt: time.Now().UTC().Truncate(time.Second), Log: logOf(l)}
	if _, err := os.Lstat(file); err == nil {
		return m, fmt.Errorf("write backup: %s is there: %w", file, fs.ErrExist)
	}
	if _, err := os.Stat(l.Data); err != nil {
		return m, fmt.Errorf("find data folder: %w", err)
	}
	if err := checkRestored(l.Data); err != nil {
		return m, err
	}
	copies, err := os.MkdirTemp(filepath.Dir(file), ".backup-*") // 0700
	if err != nil {
		return m, fmt.Errorf("write backup: %w", err)
	}
	defer os.RemoveAll(copies) //nolint:errcheck // if it stays, it is only in the way
	// The time stamps first, so that the copy of the store has what they are of. The
	// keys last, so that they include all that the copy of the store needs.
	sources, err := copyStamps(ctx, l.Data, copies, report)
	if err != nil {
		return m, err
	}
	if m.Log.Store == backup.Embedded {
		report("copying the store " + filepath.Join(l.Data, storeFile))
		c, err := sqlite.Copy(ctx, filepath.Join(l.Data, storeFile), filepath.Join(copies, storeFile))
		if err != nil {
			return m, err
		}
		m.Log.Sequence, m.Log.Epoch = c.Head, lastEpoch(exchange.Epochs(c.Boundaries[exchange.EpochSetting]))
		sources = append(sources, backup.Source{Name: storeFile, Path: filepath.Join(copies, storeFile)})
	}
	for _, name := range backedUp {
		if sources, err = addFiles(sources, l.Data, name); err != nil {
			return m, err
		}
	}
	report("writing " + file)
	return backup.Write(ctx, file, m, sources)
}

// logOf returns where the log of a configuration is.
func logOf(l *config.Loaded) backup.Log {
	if len(l.Kafka.Brokers) == 0 {
		return backup.Log{Store: backup.Embedded}
	}
	return backup.Log{Store: backup.Kafka, Brokers: l.Kafka.Brokers, TopicPrefix: l.Kafka.TopicPrefix}
}

// lastEpoch returns the number of the last epoch.
func lastEpoch(epochs []proof.Epoch) int64 {
	last := int64(proof.FirstEpoch)
	for _, e := range epochs {
		last = max(last, e.Number)
	}
	return last
}

// copyStamps copies the time stamps of seals, if there are any.
func copyStamps(ctx context.Context, data, copies string, report func(string)) ([]backup.Source, error) {
	from, to := filepath.Join(data, stampsFile), filepath.Join(copies, stampsFile)
	if _, err := os.Stat(from); errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	report("copying the time stamps " + from)
	if err := projection.Copy(ctx, from, to); err != nil {
		return nil, err
	}
	return []backup.Source{{Name: stampsFile, Path: to}}, nil
}

// addFiles adds a file of the data folder, or all files of a folder in it, if it is
// there.
func addFiles(sources []backup.Source, data, name string) ([]backup.Source, error) {
	err := fs.WalkDir(os.DirFS(data), name, func(name string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() && path.Base(name)[0] != '.' {
			sources = append(sources, backup.Source{Name: name, Path: filepath.Join(data, filepath.FromSlash(name))})
		}
		return err
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("find %s: %w", name, err)
	}
	return sources, nil
}

// restoringFolder is where a restore puts the parts until it has all of them. A daemon
// does not start while it is in the data folder.
const restoringFolder = "restoring"

// A NotEmpty error says that a backup is not restored over what a folder holds.
type NotEmpty struct{ Data, Name string }

// Error names the folder and a file in it.
func (e *NotEmpty) Error() string {
	return fmt.Sprintf("data folder %s is not empty: it holds %s", e.Data, e.Name)
}

// Hint says what to do.
func (e *NotEmpty) Hint() string {
	return "restore into an empty folder: set data to another one, or move away what this one holds"
}

// Restore verifies every byte of a backup and, if do is set, writes it into the data
// folder, which must be missing or empty. What it wrote is not used until all of it is
// durable. The embedded store stays marked as a copy: a daemon starts on it after
// [OpenEpoch] only.
func Restore(ctx context.Context, l *config.Loaded, file string, do bool) (backup.Manifest, error) {
	if err := checkEmpty(l.Data); err != nil {
		return backup.Manifest{}, err
	}
	m, err := backup.Read(ctx, file)
	if err != nil {
		return m, err
	}
	if here := logOf(l); here.Store != m.Log.Store {
		return m, fmt.Errorf("restore %s: the backup is of a log in %s, and the configuration has it in %s", file, storeName(m.Log), storeName(here))
	}
	if !do {
		return m, nil
	}
	d := &Daemon{config: l, log: zap.NewNop()}
	err = d.restore(ctx, file)
	return m, errors.Join(err, d.life.down(context.WithoutCancel(ctx)))
}

// storeName names the store of a log.
func storeName(l backup.Log) string {
	if l.Store == backup.Kafka {
		return "Kafka"
	}
	return "an embedded store"
}

// checkEmpty fails with a *NotEmpty error if a folder holds anything but the file that
// [Daemon.lockData] locks.
func checkEmpty(data string) error {
	files, err := os.ReadDir(data)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("read data folder: %w", err)
	}
	for _, f := range files {
		if f.Name() != lockName+"-lock" {
			return &NotEmpty{data, f.Name()}
		}
	}
	return nil
}

func (d *Daemon) restore(ctx context.Context, file string) error {
	if err := d.lockData(); err != nil {
		return err
	}
	if err := checkEmpty(d.config.Data); err != nil {
		return err
	}
	parts := filepath.Join(d.config.Data, restoringFolder)
	if err := os.Mkdir(parts, 0o700); err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	if err := atomicfile.SyncFolder(d.config.Data); err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	if _, err := backup.Extract(ctx, file, parts); err != nil {
		return errors.Join(err, os.RemoveAll(parts))
	}
	return d.moveIn(parts)
}

// moveIn moves what was restored into the data folder. The folder that it was in goes
// last, when everything else is durable.
func (d *Daemon) moveIn(parts string) error {
	files, err := os.ReadDir(parts)
	for _, f := range files {
		err = errors.Join(err, os.Rename(filepath.Join(parts, f.Name()), filepath.Join(d.config.Data, f.Name())))
	}
	if err == nil {
		err = atomicfile.SyncFolder(d.config.Data)
	}
	if err == nil {
		err = os.Remove(parts)
	}
	if err == nil {
		err = atomicfile.SyncFolder(d.config.Data)
	}
	if err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	return nil
}

// checkRestored fails with a *Refusal if a restore into the folder was interrupted.
func checkRestored(data string) error {
	_, err := os.Stat(filepath.Join(data, restoringFolder))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return &Refusal{
		codeRestoreIncomplete, "empty that folder, and run beibud restore again",
		errors.Join(fmt.Errorf("a restore into %s was not completed", data), err),
	}
}
