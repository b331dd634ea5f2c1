// Package approval keeps rounds of joint approval: which parties have decided on one
// document, whose turn it is, and how the round ended. It knows no record and no file.
// [Round.Decide] says what a decision would do, as a [Move] or as a refusal;
// [Round.Apply] does it, and asks nothing.
//
// A round belongs to one exchange, and so to one content: the id of the exchange follows
// from it. Another content is another exchange, whose round starts at the first step, and
// ends that of the earlier version.
package approval
