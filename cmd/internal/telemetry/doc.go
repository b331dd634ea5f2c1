// Package telemetry is what the operator sees of the daemon: its log, its
// metrics and its private listener. It wraps the seams of the queue from
// outside, so that the domain neither logs nor counts.
package telemetry
