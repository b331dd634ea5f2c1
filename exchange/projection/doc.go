// Package projection is the skeleton of every table that is folded from the
// record of a queue into a SQLite file: the index, the time stamps, and whatever
// is folded next. A [Definition] gives the tables and the function that folds a
// batch of changes into them. A [Projection] does the rest. Several folds share
// one file, one writer and one cursor if one Definition names the tables of all
// and its Fold calls each.
//
// What every projection promises, as package projectiontest checks it:
//
//   - The cursor, which is the sequence of the last change folded, is saved with
//     the rows in one transaction. If the process stops at any moment, the next
//     Open finds all rows of the changes up to the cursor and none of a later one.
//   - A batch is folded whole or not at all, and a change only once, however the
//     record is cut into batches and however often it is published.
//   - The file names its program and version. The version is computed from the
//     tables, so that no change of them is forgotten. A file of another version, a
//     damaged one and one that was folded from another record are folded again from
//     the beginning of the record; [Projection.Rebuilt] says why. The file before
//     it is kept beside it, with the suffix ".aside".
//   - A file that holds more than the record does ([Definition.Kept]) is never set
//     aside nor emptied. If it cannot be used, Open fails and leaves it unchanged.
//   - [Projection.Wait] returns when queries show the record up to a sequence, and
//     fails at once with [ErrRefused] while the disk refuses writes, as a full one.
//     Nothing of a refused batch is kept, and the fold continues when there is room.
//
// The disk is synced at checkpoints only, which are rare: what is lost with the
// power is folded again. One goroutine writes, with a connection of its own.
// Queries have others and never wait for it.
package projection
