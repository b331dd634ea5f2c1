// Package folders is the way in for documents that parties put into folders of their
// own, and for their answers to deliveries there: an [Inbox] scans the folders again
// and again.
//
// What it promises:
//
//   - A document that comes by folder is checked and answered as over HTTP, the oldest
//     first. It is moved to sent with its receipt beside it, or to failed with its
//     problem. The answer is there before the document is.
//   - A document is taken once it has the same size and time at two scans. Names that a
//     writer uses until it is done are not read.
//   - A document is moved to work before it is read, under a name that no other has, so
//     that the party can use its name again. After a crash it is found there and decided
//     again, which makes no second exchange. Several daemons may scan one folder.
//   - What was not promised (503, or another attempt in flight) is tried again, and what
//     comes later waits. A file that cannot be read holds up no other.
//   - No link is followed. A link, a pipe, a device, a file that is too large or has a name
//     that cannot be shown is refused unread. Folders within are not read.
//   - Nothing in sent or failed is replaced by something else.
package folders
