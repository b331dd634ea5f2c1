package config

import (
	"net"
	"net/http"
	"net/url"
	"strings"

	"golang.org/x/net/http/httpguts"
)

// loadTraces reads how traces reach a collector.
func (l *Loaded) loadTraces(src *source) {
	t := l.Traces
	l.TracesTLS = src.clientTLS("traces.tls", t.TLS)
	l.TracesHeader = src.headers("traces.headersFile", t.HeadersFile)
	if t.Ratio < 0 || t.Ratio > 1 {
		src.note("traces.ratio", "%g is not above 0 and at most 1", t.Ratio)
	}
	if t.Endpoint == "" {
		return
	}
	address, err := url.Parse(t.Endpoint)
	switch {
	case err != nil || address.Scheme != "http" && address.Scheme != "https" || address.Host == "" || strings.Trim(address.Path, "/") == "":
		src.note("traces.endpoint", "%q is no http or https URL with a path (example: https://collector:4318/v1/traces)", t.Endpoint)
	case address.User != nil:
		src.note("traces.endpoint", "it must hold no password: traces.headersFile is for that")
	case address.Scheme == "http" && t.HeadersFile != "" && !loopback(net.JoinHostPort(address.Hostname(), "0")):
		src.note("traces.headersFile", "http would show the headers: traces.endpoint must be https")
	}
}

// headers reads a file with headers, a line each.
func (s *source) headers(key, path string) http.Header {
	header := make(http.Header)
	for i, line := range strings.Split(s.secret(key, path), "\n") {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		name, value, ok := strings.Cut(line, ":")
		if value = strings.TrimSpace(value); !ok || !httpguts.ValidHeaderFieldName(name) || !httpguts.ValidHeaderFieldValue(value) {
			s.note(key, "line %d of %s is no header (example: Authorization: Bearer TOKEN)", i+1, path)
			continue
		}
		header.Add(name, value)
	}
	return header
}
