// Package journey has the tests of the console as people use it: a real daemon, real
// traffic, and a browser. Each page is judged in both languages, light and dark, on a
// phone and on a desk.
package journey
