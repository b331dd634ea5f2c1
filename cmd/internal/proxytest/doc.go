// Package proxytest puts a proxy between a program and a server it uses, so that
// a test can do what networks do: lose an answer, delay, cut, and, since it sees
// every message, act at the very moment between a write and its answer.
package proxytest
