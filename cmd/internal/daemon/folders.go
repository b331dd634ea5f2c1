package daemon

import (
	"cmp"
	"context"
	"errors"
	"time"

	"beibu/cmd/internal/config"
	"beibu/exchange"
	"beibu/exchange/courier"
	"beibu/exchange/courier/folder"
	"beibu/exchange/courier/mailbox"
	"beibu/exchange/files"
	"beibu/exchange/files/sftp"
	"beibu/exchange/folders"
	"beibu/signing"
)

// openFolders makes what takes documents and answers out of folders of parties.
func (d *Daemon) openFolders() (err error) {
	if d.foldered, err = d.metrics.CountFolders(); err != nil {
		return err
	}
	d.folders = &folders.Inbox{
		Admission: d.foldered.Admission(d.admission), Acknowledgements: answers{d.mailbox, d}, Meter: d.foldered, Log: d.log,
	}
	return nil
}

// answers records the answers of receivers that are not suspended.
type answers struct {
	*mailbox.Mailbox
	daemon *Daemon
}

// Acknowledge is folders.Acknowledgements'.
func (a answers) Acknowledge(ctx context.Context, receiver string, acks []exchange.Ack) ([]exchange.AckResult, error) {
	if err := a.daemon.admission.CheckParty(a.daemon.current.Load().InForce, receiver); err != nil {
		return nil, err
	}
	return a.Mailbox.Acknowledge(ctx, receiver, acks)
}

// openTree returns the folders of a party. The caller calls done.
func openTree(at config.LoadedFolder) (tree files.Tree, done func()) {
	if at.Options.Address == "" {
		return files.NewLocal(at.Path), func() {}
	}
	remote := sftp.New(at.Options)
	return remote, remote.Close
}

// timeoutOf bounds one delivery, and a test.
func timeoutOf(at config.LoadedFolder) time.Duration {
	return cmp.Or(at.Options.Timeout, sftp.DefaultTimeout)
}

// folderJobs are the jobs for the folders of a party. One daemon of those that share the
// log writes deliveries. All scan for documents and answers, since each may have a disk
// of its own.
func (d *Daemon) folderJobs(p exchange.Party, at config.LoadedFolder) []job {
	jobs := []job{{folderJob + p.ID, at.Fingerprint, func(ctx context.Context) error {
		tree, done := openTree(at)
		defer done()
		return d.folders.Watch(ctx, p.ID, folders.Place{Tree: tree, Sends: p.Folder.Sends, Receives: p.Folder.Receives, Every: at.Every})
	}}}
	if p.Folder.Receives {
		name := deliverJob + p.ID
		jobs = append(jobs, job{name, at.Fingerprint, d.asLeader(name, func(ctx context.Context) error {
			tree, done := openTree(at)
			defer done()
			carrier := &folder.Carrier{Tree: tree, Open: d.unseal, Timeout: timeoutOf(at)}
			return d.newCourier(courier.Schedule{Steps: at.Steps}, d.foldered).Run(ctx, d.traces.Receiver(carrier.Receiver(p.ID, p.Folder.ByReceiver())))
		})})
	}
	return jobs
}

// unseal returns the document of an envelope of ours.
func (d *Daemon) unseal(envelope []byte) ([]byte, error) {
	opened, err := signing.OpenEnvelope(envelope, d.current.Load().Trust)
	if err != nil {
		return nil, err
	}
	return opened.Document, nil
}

// testFolders tests the folders of a party.
func testFolders(ctx context.Context, at config.LoadedFolder) exchange.EndpointTest {
	began := time.Now()
	ctx, cancel := context.WithTimeout(ctx, timeoutOf(at))
	defer cancel()
	tree, done := openTree(at)
	defer done()
	name, err := files.Test(ctx, tree, at.Folders()...)
	out := exchange.EndpointTest{Message: name, OK: err == nil, Outcome: files.ClassWritten, Took: time.Since(began)}
	if err == nil {
		return out
	}
	out.Outcome = files.Class(err)
	if failed, ok := errors.AsType[*files.FolderError](err); ok {
		out.Detail = failed.Error()
	}
	return out
}
