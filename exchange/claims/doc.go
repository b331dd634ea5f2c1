// Package claims keeps claims on documents that are on their way in, in Redis,
// for daemons that share a log. A claim saves the appends of an attempt that
// would not own its number, and decides nothing: the log does. So Redis may be
// flushed, stale, slow or gone, and no answer changes.
//
// A number is claimed by one script, with a token of the attempt, the digest of
// the content and a lease. The token makes a retry of the client's after a lost
// reply the same claim; a bare SETNX would take the retry for a rival and
// refuse a document that nobody else is sending. Once the log has decided, the
// claim is replaced by the digest of the owner, so that no resend is refused
// for being sent twice at once.
package claims
