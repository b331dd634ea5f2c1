// Package notify sends notices of alerts to addresses: as Alertmanager takes them
// (POST /api/v2/alerts), or in a plain form of their own.
//
// What it promises:
//
//   - An address has taken notices if it answers 2xx; all notices of a call go in one POST,
//     so that it takes all of them or none.
//   - A notice has no more of a document than the codes of its causes.
//   - No connection goes to an address that is not public unless the configuration allows
//     it, and none without TLS to one that is public. No redirect is followed and no proxy
//     of the environment is used.
package notify
