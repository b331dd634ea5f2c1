package config

import (
	"net/url"
	"time"
)

// The bounds of what one time stamp may take.
const (
	shortestStamp = time.Second
	longestStamp  = 5 * time.Minute
)

// loadTSA reads who time-stamps seals.
func (l *Loaded) loadTSA(src *source) {
	t := l.Seal.TSA
	l.TimeRoots = src.certificates("seal.tsa.authorities", t.Authorities)
	l.TSATLS = src.clientTLS("seal.tsa.tls", t.TLS)
	if t.Timeout < shortestStamp || t.Timeout > longestStamp {
		src.note("seal.tsa.timeout", "%s is not between %s and %s", t.Timeout, shortestStamp, longestStamp)
	}
	if t.URL == "" {
		return // the authorities still count for stamps that were given before
	}
	address, err := url.Parse(t.URL)
	if err != nil || address.Scheme != "http" && address.Scheme != "https" || address.Host == "" {
		src.note("seal.tsa.url", "%q is no http or https URL", t.URL)
	}
	if len(t.Authorities) == 0 {
		src.note("seal.tsa", "authorities are missing, so no answer could be trusted")
	}
}
