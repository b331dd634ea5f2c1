package folders

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

	"beibu/exchange/files"
)

// A watch is the work at the folders of one party.
type watch struct {
	*Inbox
	party   string
	place   Place
	seen    map[string]files.File // by path, at the scan before
	now     map[string]files.File // by path, at this scan
	waiting map[string]waiting    // documents that could not be read, by path
}

// waiting is a document that is left alone for some scans.
type waiting struct{ failures, scans int }

// scan does all that is ready. An error is of the folders as a whole, or of a document
// that holds up those behind it.
func (w *watch) scan(ctx context.Context) error {
	w.now = make(map[string]files.File)
	var failed []error
	do := func(folder string, do func(context.Context, files.File) error) {
		ready, err := w.ready(ctx, folder)
		for i := 0; err == nil && i < len(ready); i++ {
			if err = ctx.Err(); err == nil {
				err = do(ctx, ready[i])
			}
		}
		failed = append(failed, err)
	}
	if w.place.Receives {
		do(files.Answers, w.answer)
	}
	if w.place.Sends {
		do(files.Work, w.again)
		if failed[len(failed)-1] == nil { // what comes later waits
			do(files.Out, w.take)
		}
	}
	w.seen = w.now
	for path := range w.waiting {
		if _, there := w.now[path]; !there {
			delete(w.waiting, path)
		}
	}
	return errors.Join(failed...)
}

// ready returns the files of a folder that have not changed since the scan before, the
// oldest first.
func (w *watch) ready(ctx context.Context, folder string) ([]files.File, error) {
	all, err := w.place.Tree.List(ctx, folder, finished)
	if err != nil {
		return nil, &files.FolderError{Folder: folder, Err: err}
	}
	var ready []files.File
	for _, f := range all {
		path := folder + "/" + f.Name
		w.now[path] = f
		if before, known := w.seen[path]; !known || !steady(before, f) {
			continue
		}
		if one := w.waiting[path]; one.scans > 0 {
			one.scans--
			w.waiting[path] = one
			continue
		}
		ready = append(ready, f)
	}
	slices.SortFunc(ready, func(a, b files.File) int {
		return cmp.Or(a.Changed.Compare(b.Changed), strings.Compare(a.Name, b.Name))
	})
	return ready, nil
}

func steady(a, b files.File) bool {
	return a.Size == b.Size && a.Changed.Equal(b.Changed) && a.Regular == b.Regular
}

// finished reports whether a name is none that a writer uses until it is done.
func finished(name string) bool {
	if strings.HasPrefix(name, ".") || strings.HasSuffix(name, "~") {
		return false
	}
	lower := strings.ToLower(name)
	return !slices.ContainsFunc([]string{".tmp", ".part", ".partial", ".filepart"}, func(end string) bool { return strings.HasSuffix(lower, end) })
}
