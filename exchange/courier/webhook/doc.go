// Package webhook is the carrier for receivers to which deliveries are pushed: each is a
// POST over HTTPS of the sealed envelope, byte for byte, with the headers of Standard
// Webhooks 1.0.0 (webhook-id, webhook-timestamp, webhook-signature).
//
// What it promises:
//
//   - webhook-id is the same for every try of one attempt to deliver, and another after a
//     replay. Body and headers of a repeat are the same to the byte, but for the
//     timestamp and the signatures over it.
//   - A delivery has arrived if the answer is 2xx. It is refused for good by 410, and by
//     422 with a refusal ([Refusal]). A certificate that is not trusted, on either side,
//     ends it. Everything else is tried again.
//   - No connection goes to an address that is not public unless the party's carrier
//     allows it, whatever a name resolves to at that moment. No redirect is followed and
//     no proxy of the environment is used.
//   - Of an answer at most 4 KiB are read. Of one that is not 2xx the courier records the
//     first 1,024 bytes, if they are text, and of its headers those that are listed here,
//     all of it masked first. Signatures, and what an address has after its path, are in
//     no record.
package webhook
