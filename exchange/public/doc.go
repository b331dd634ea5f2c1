// Package public has the pages that everybody may read: how each item of the service was
// rated, with comments, questions and answers, and the forms by which a link rates a
// finished exchange.
//
// It promises: nobody signs in, no cookie is set, and no page has personal data. What is
// asked for is bounded for each address and in all, with memory that does not grow, and
// forms have a largest size.
package public
