package folders

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"io/fs"
	"time"

	"go.uber.org/zap"

	"beibu/exchange"
	"beibu/exchange/admission"
	"beibu/exchange/answer"
	"beibu/exchange/files"
)

// take moves a document out of the party's hands, and has it decided. If another daemon
// was faster, there is nothing to do.
func (w *watch) take(ctx context.Context, f files.File) error {
	if err := w.Admission.Wait(ctx, w.party); err != nil {
		return err
	}
	from := files.Out + "/" + f.Name
	f.Name = rand.Text() + separator + shown(f.Name)
	err := w.place.Tree.Move(ctx, from, files.Work+"/"+f.Name)
	if w.isGone(ctx, err, files.Work) {
		return nil
	}
	if err != nil {
		return &files.FolderError{Folder: files.Work, Err: err}
	}
	w.now[files.Work+"/"+f.Name] = f // if it has to wait, it is the first at the next scan
	return w.decide(ctx, documentOf(f))
}

// isGone reports whether a file could not be moved to a folder since it is not there any
// more, and not since the folder is missing.
func (w *watch) isGone(ctx context.Context, err error, folder string) bool {
	if !errors.Is(err, fs.ErrNotExist) {
		return false
	}
	_, err = w.place.Tree.List(ctx, folder, files.None)
	return err == nil
}

// again has a document decided that is in work: it waits there, or a daemon has died.
func (w *watch) again(ctx context.Context, f files.File) error { return w.decide(ctx, documentOf(f)) }

// decide has a document accepted or refused, and keeps it with the answer.
func (w *watch) decide(ctx context.Context, d document) error {
	began := time.Now()
	var sum [sha256.Size]byte
	var unread error // why the document could not be read, although it may be
	offered := admission.Unread{Size: d.Size, Read: func() ([]byte, error) {
		content, err := w.read(ctx, d)
		if _, refused := errors.AsType[*exchange.Error](err); err != nil && !refused {
			unread = err
			return nil, &exchange.Error{Op: "read document", Kind: exchange.Unavailable, Err: err}
		}
		if err == nil {
			sum = sha256.Sum256(content)
		}
		return content, err
	}}
	if d.misnamed || !d.Regular {
		offered.Size = 0
	}
	request := "folder-" + d.token
	reply := w.Admission.SubmitUnread(ctx, exchange.WayFolder, w.party, request, offered)
	switch {
	case ctx.Err() != nil: // an answer that the end of ctx cut short does not count
		return ctx.Err()
	case errors.Is(unread, fs.ErrNotExist): // another daemon was faster
		return nil
	case unread != nil:
		w.postpone(d, unread)
		return nil
	case reply.Code == exchange.CodeSuspended || reply.Overloaded:
		return errors.Join(errWaits, reply.Err)
	case reply.RetryAfter > 0:
		return reply.Err
	}
	w.logDocument(d, request, reply, time.Since(began))
	k := kept{from: d.path(), size: d.Size, name: d.name, token: d.token, sum: sum}
	if reply.Exchange == "" {
		return w.keep(ctx, k, files.Failed, problemSuffix, reply.Body)
	}
	return w.keep(ctx, k, files.Sent, receiptSuffix, reply.Body)
}

// The codes of what is refused unread.
const (
	codeName = "file-name"
	codeType = "file-type"
)

// read returns the bytes of a document, or why it is refused unread.
func (w *watch) read(ctx context.Context, d document) ([]byte, error) {
	if d.misnamed {
		return nil, refusal(codeName,
			"the name of the file has more than %[1]d bytes, is not UTF-8, has a character that cannot be shown, or ends in %[2]s or %[3]s",
			"文件名超过 %[1]d 字节、不是 UTF-8 编码、含有无法显示的字符，或以 %[2]s、%[3]s 结尾", files.MaxName, receiptSuffix, problemSuffix)
	}
	irregular := refusal(codeType, "it is a link, a pipe, a socket or a device, and no file", "它是链接、管道、套接字或设备，不是普通文件")
	if !d.Regular {
		return nil, irregular
	}
	content, err := w.place.Tree.Read(ctx, d.path(), d.Size)
	if errors.Is(err, files.ErrIrregular) {
		return nil, irregular
	}
	return content, err
}

func refusal(code, en, zh string, args ...any) error {
	return &exchange.Error{Op: "read document", Kind: exchange.Invalid, Code: code, Err: exchange.Because(en, zh, args...)}
}

// mostScans is for how many scans at most a file is left alone.
const mostScans = 32

// postpone leaves a document that cannot be read alone for some scans, twice as many
// after each failure.
func (w *watch) postpone(d document, why error) {
	one := w.waiting[d.path()]
	one.failures++
	one.scans = min(1<<min(one.failures, 10), mostScans)
	w.waiting[d.path()] = one
	w.Log.Warn("document from folder cannot be read, retrying", zap.String("party", w.party), zap.String("file", d.name),
		zap.Int("failures", one.failures), zap.Int("scans", one.scans), zap.Error(why))
}

// logDocument logs the outcome of one document. The error is logged only if it is
// ours, since an error of the sender may quote the document.
func (w *watch) logDocument(d document, request string, reply answer.Reply, took time.Duration) {
	fields := []zap.Field{
		zap.String("request", request), zap.String("party", w.party), zap.String("file", d.name), zap.Int64("received", d.Size),
		zap.Int("status", reply.Status), zap.Duration("seconds", took), zap.String("exchange", reply.Exchange), zap.String("code", reply.Code),
	}
	if reply.Status >= 500 {
		w.Log.Error("document by folder", append(fields, zap.Error(reply.Err))...)
		return
	}
	w.Log.Info("document by folder", fields...)
}
