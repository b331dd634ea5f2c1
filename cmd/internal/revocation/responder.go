package revocation

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"time"

	"beibu/queue/atomicfile"
	"beibu/signing"
)

// What is read at most of a responder's answer, in bytes.
const (
	largestAnswer  = 64 << 10
	largestHeaders = 16 << 10
)

// NewTransport returns a transport to responders. It takes the proxy that the
// environment names, and reads headers up to a bound.
func NewTransport() *http.Transport {
	return &http.Transport{
		Proxy: http.ProxyFromEnvironment, TLSHandshakeTimeout: 10 * time.Second, IdleConnTimeout: time.Minute,
		MaxIdleConns: 8, MaxConnsPerHost: 2, MaxResponseHeaderBytes: largestHeaders,
	}
}

// ask asks about a certificate, takes the answer in and keeps it.
func (k *Keeper) ask(ctx context.Context, s *Sources, c *signing.Certificate) error {
	issuer := s.issuer(c)
	question, servers, err := signing.OCSPQuestion(c, issuer)
	if err != nil {
		return err
	}
	if s.Responder != "" {
		servers = []string{s.Responder}
	}
	first := slices.IndexFunc(servers, isWeb)
	if first < 0 {
		return errors.New("ask responder: the certificate names none with an http or https URL; authorities.ocsp can")
	}
	der, err := k.post(ctx, servers[first], question)
	if err != nil {
		return fmt.Errorf("ask responder: %w", err)
	}
	if err := s.Known.AddAnswer(der, c, issuer); err != nil {
		return err
	}
	return keep(kept(k.Dir, c), der)
}

func isWeb(address string) bool {
	u, err := url.Parse(address)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != ""
}

// post sends a question (RFC 6960 appendix A.1). It follows no redirect: the
// certificate, or the operator, names the one host that is asked, and whoever
// answers there must not choose another, such as one inside this network.
func (k *Keeper) post(ctx context.Context, address string, question []byte) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, k.Timeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(question))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/ocsp-request")
	request.Header.Set("Accept", "application/ocsp-response")
	client := http.Client{
		Transport:     k.Transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	response, err := client.Do(request)
	if err != nil {
		return nil, err
	}
	der, err := io.ReadAll(io.LimitReader(response.Body, largestAnswer+1))
	if err = errors.Join(err, response.Body.Close()); err != nil {
		return nil, err
	}
	if response.StatusCode != http.StatusOK {
		if response.StatusCode/100 == 3 {
			return nil, fmt.Errorf("%s redirects, which is not followed; name the responder in authorities.ocsp", address)
		}
		return nil, fmt.Errorf("%s answered %d", address, response.StatusCode)
	}
	if len(der) > largestAnswer {
		return nil, fmt.Errorf("the answer of %s is larger than %d bytes", address, largestAnswer)
	}
	return der, nil
}

// keep writes a file whole or not at all.
func keep(path string, content []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("keep answer: %w", err)
	}
	if err := atomicfile.Replace(path, content, 0o600); err != nil {
		return fmt.Errorf("keep answer: %w", err)
	}
	return nil
}

// due returns when to ask about a certificate: half-way through what is known,
// so that there is as long again to try, and at once if nothing is.
func due(s *Sources, c *signing.Certificate) time.Time {
	from, until := s.Known.Answered(c)
	if until.Before(from) { // it names no next update, or nothing is known
		return from
	}
	return from.Add(until.Sub(from) / 2)
}
