// Package operator holds the use cases of the people who run the exchange. They find and
// understand what happened; the API, the command line and the console only show what it
// returns.
package operator
