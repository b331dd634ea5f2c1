// Package ratings keeps what the users of the service say of it, by the national scheme of
// good and bad ratings, 好差评 (GB/T 39734-2020, GB/T 39735-2020): five grades, five
// indicators, one rating for each exchange that is finished.
//
// A [Remark] is a rating or a question about an [Item]. Remarks are a subject of events in
// the record, so that every node has them: an [Index] is folded from there. The fold
// decides which of two events counts that collide: the first.
//
// The rater is not kept. A rating is given by a link that [Links] has sealed for the sender
// of an exchange. The record has a keyed digest of the exchange in its place, the day
// in place of the moment, and a text in which numbers of persons are masked. So neither the
// department that is rated nor the public learns who rated.
//
// A bad rating is mended by the department within [MendingDays] working days: open, then
// answered, then visited back. The rater says by the same link whether the answer satisfies;
// nobody has to know for this who it is. The department may appeal against a rating that is
// mistaken or malicious. Somebody else excludes it: it is then counted apart.
package ratings
