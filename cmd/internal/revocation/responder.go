package revocation

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"beibu/signing"
)

// largestAnswer bounds what is read of a responder's answer.
const largestAnswer = 64 << 10

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
	if len(servers) == 0 {
		return errors.New("ask responder: the certificate names none; authorities.ocsp can")
	}
	der, err := k.post(ctx, servers[0], question)
	if err != nil {
		return fmt.Errorf("ask responder: %w", err)
	}
	if err := s.Known.AddAnswer(der, c, issuer); err != nil {
		return err
	}
	return keep(kept(k.Dir, c), der)
}

// post sends a question (RFC 6960 appendix A.1).
func (k *Keeper) post(ctx context.Context, url string, question []byte) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, k.Timeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(question))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/ocsp-request")
	request.Header.Set("Accept", "application/ocsp-response")
	response, err := k.Client.Do(request)
	if err != nil {
		return nil, err
	}
	der, err := io.ReadAll(io.LimitReader(response.Body, largestAnswer+1))
	if err = errors.Join(err, response.Body.Close()); err != nil {
		return nil, err
	}
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s answered %s", url, response.Status)
	}
	if len(der) > largestAnswer {
		return nil, fmt.Errorf("the answer of %s is larger than %d bytes", url, largestAnswer)
	}
	return der, nil
}

// keep writes a file whole or not at all.
func keep(path string, content []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("keep answer: %w", err)
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".new-*") // 0600
	if err != nil {
		return fmt.Errorf("keep answer: %w", err)
	}
	_, err = f.Write(content)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("keep answer: %w", errors.Join(err, os.Remove(f.Name())))
	}
	return nil
}

// due tells when to ask about a certificate: half-way through what is known,
// so that there is as long again to try, and at once where nothing is.
func due(s *Sources, c *signing.Certificate) time.Time {
	from, until := s.Known.Answered(c)
	if until.Before(from) { // it names no next update, or nothing is known
		return from
	}
	return from.Add(until.Sub(from) / 2)
}
