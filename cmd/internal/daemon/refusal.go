package daemon

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"beibu/exchange"
	"beibu/queue"
	"beibu/queue/kafka"
	"beibu/queue/sqlite"
)

// The codes of refusals, which never change their meaning.
const (
	codeReceiptKey        = "receipt-key"        // the receipts of the log are signed by another key
	codeLogLayout         = "log-layout"         // the topics of the log are not what they must be
	codeLogCopy           = "log-copy"           // the embedded store is a copy from a backup
	codeLogBehind         = "log-behind"         // the embedded store is older than what the folder has seen
	codeRestoreIncomplete = "restore-incomplete" // the folder holds a part of a backup
)

// acceptLoss says how to start on a store that may lack what was accepted.
const acceptLoss = "beibud epoch new prints what may be missing, and beibud epoch new --do accepts the loss: receipts name the new epoch from then on"

// A Refusal is the reason for which a daemon must not use a log, and the remedy.
type Refusal struct {
	Code string
	do   string
	err  error
}

// Error begins with the code.
func (r *Refusal) Error() string { return r.Code + ": " + r.err.Error() }

// Unwrap returns the cause.
func (r *Refusal) Unwrap() error { return r.err }

// Hint returns the remedy.
func (r *Refusal) Hint() string { return r.do }

// refusal adds a code and a remedy to errors of the queue that are permanent.
func (d *Daemon) refusal(err error) error {
	if differs, ok := errors.AsType[*queue.SettingMismatchError](err); ok && differs.Name == exchange.ReceiptKeySetting {
		return d.otherReceiptKey(differs.Ours, differs.Recorded)
	}
	if errors.Is(err, sqlite.ErrCopy) {
		return &Refusal{codeLogCopy, acceptLoss, err}
	}
	if errors.Is(err, kafka.ErrLayout) {
		return &Refusal{codeLogLayout, "the topics under kafka.topicPrefix must have the partitions and settings with which the log began; " +
			"partitions cannot be taken away again, so if some were added, copy each partition that was there, in order, to topics under another prefix", err}
	}
	return err
}

// otherReceiptKey refuses to sign receipts by a key that is not the log's.
func (d *Daemon) otherReceiptKey(ours, recorded string) error {
	file := filepath.Join(d.config.Data, keysFolder, "receipt.pem")
	return &Refusal{
		codeReceiptKey,
		"put the receipt.pem with which the log began in its place, from a copy or from another daemon on the log: all of them share " + keysFolder + " and access",
		fmt.Errorf("%s is the key %s, and the receipts of this log are signed by %s", file, ours, recorded),
	}
}

// missingReceiptKey refuses to work without keys that sign receipts of the log.
func (d *Daemon) missingReceiptKey(ids []string) error {
	return &Refusal{
		codeReceiptKey,
		"copy the files receipt-*.pem of that folder from another daemon on the log: all of them share " + keysFolder + " and access",
		fmt.Errorf("the folder %s does not have the keys %s, which sign receipts of this log", filepath.Join(d.config.Data, keysFolder), strings.Join(ids, ", ")),
	}
}
