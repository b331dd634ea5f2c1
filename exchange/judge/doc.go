// Package judge decides on documents whose fate depends on other documents: whether a
// licence still has what a declaration draws on it. Such documents are in different
// partitions of the log, on different nodes, at the same time; only the record orders
// them. So they are decided behind it.
//
// A [Ledger] is folded from the record on every node: accounts, the lives of documents,
// and the entries that await a verdict. One node, the leader, decides on these entries in the order of the
// record ([Leader]), and appends a [Verdict] for each. A verdict carries its postings and
// its moves of lives, so that no fold decides anything, and a node that is folded again by a later version, with
// other rules, has the same accounts.
//
// Each verdict says on which revision of the ledger it was made, and counts only if the
// ledger is at that revision; it moves the ledger to the next. So the first verdict on an
// entry counts, and a node that still believes to be the leader cannot decide on what it
// has not seen: its verdicts are void on every node.
//
// The consequences of a verdict, which are the deliveries or the refusal, are appended
// once the verdict counts, together with a mark that they are. A leader that begins
// appends those that are missing.
package judge
