// Package crashtest attacks running daemons and checks that the exchange kept
// its promises. Senders submit, resend, and send other contents under numbers
// that are taken; receivers fetch, look at what they get, acknowledge, refuse,
// and forget; meanwhile daemons are killed at named points, and so are brokers
// and Redis, and the network loses, delays and cuts.
//
// What must hold whatever happens:
//
//   - Every document accepted reaches every receiver, with the bytes sent.
//   - An exchange id always has the same envelope, byte for byte.
//   - A resend gets the first receipt, byte for byte.
//   - No number ever has two contents, accepted or delivered.
//   - Nothing is handed over after its acknowledgement was answered.
package crashtest
