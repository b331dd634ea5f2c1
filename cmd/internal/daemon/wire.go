package daemon

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/http"
	"os"

	"beibu/cmd/internal/secret"
	"beibu/cmd/internal/version"
	"beibu/exchange"
	"beibu/exchange/access"
	"beibu/exchange/admission"
	"beibu/exchange/courier/mailbox"
	"beibu/exchange/httpapi"
)

// newAPI makes the door.
func (d *Daemon) newAPI(credentials []access.Credential) error {
	var err error
	if d.access, err = access.NewCredentials(credentials); err != nil {
		return err
	}
	d.admission, err = admission.New(admission.Options{
		Current: &d.current, Suspended: d.shut,
		Intake: &exchange.Intake{
			Suspended: d.shut, Claims: d.claims, Decisions: d.decisions, Log: d.metrics.Admitter(d.store), Patience: d.config.Limits.Admit,
		},
		Limits: admission.Limits{
			Document: int(d.config.Limits.Document), Request: d.config.Limits.Request,
			InFlight: d.config.Limits.InFlight, Memory: int64(d.config.Limits.Memory),
		},
		Detached: d.unanswered(), Metrics: d.metrics.Registerer(),
	})
	if err != nil {
		return err
	}
	d.api, err = httpapi.New(httpapi.Options{
		Current: &d.current, Admission: d.admission, Suspended: d.shut,
		Journal: d.index, Recorder: d.recorder, Untold: d.store,
		Mailbox: mailbox.New(d.index, d.recorder, d.index.Changed, d.config.Delivery.Handovers),
		Bodies:  d.store, Stamps: d.served(),
		Access: d.access,
		Limits: httpapi.Limits{
			Slowest:     int(d.config.Limits.Slowest),
			Connections: d.config.Limits.Connections, PerAddress: d.config.Limits.ConnectionsPerAddress, Silence: d.config.Limits.Silence,
		},
		Version: httpapi.Version(version.Own()), Log: d.log, Metrics: d.metrics.Registerer(),
		Handovers: d.config.Delivery.Handovers,
	})
	return err
}

// unanswered returns what says how many bytes the queue holds for senders that
// were answered, or nil for one that holds none.
func (d *Daemon) unanswered() func() int64 {
	if q, ok := d.store.(interface{ Unanswered() int64 }); ok {
		return q.Unanswered
	}
	return nil
}

// suites are those of TLS 1.2 that encrypt and authenticate in one: none in CBC mode
// (RFC 9325 section 4.2). TLS 1.3 has no others, and does not ask.
func suites() []uint16 {
	return []uint16{
		tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
		tls.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, tls.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
		tls.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, tls.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
	}
}

// secure puts TLS on the public server, where the configuration says so.
func (d *Daemon) secure(server *http.Server) error {
	t := d.config.TLS
	if t.Certificate == "" {
		return nil
	}
	pair, err := secret.KeyPair(t.Certificate, t.Key)
	if err != nil {
		return fmt.Errorf("load TLS certificate: %w", err)
	}
	server.TLSConfig = &tls.Config{MinVersion: tls.VersionTLS12, CipherSuites: suites(), Certificates: []tls.Certificate{pair}}
	if t.ClientCAs == "" {
		return nil
	}
	b, err := os.ReadFile(t.ClientCAs)
	if err != nil {
		return fmt.Errorf("read client authorities: %w", err)
	}
	server.TLSConfig.ClientCAs = x509.NewCertPool()
	if !server.TLSConfig.ClientCAs.AppendCertsFromPEM(b) {
		return fmt.Errorf("read client authorities: %s holds no PEM certificate", t.ClientCAs)
	}
	server.TLSConfig.ClientAuth = tls.VerifyClientCertIfGiven
	return nil
}
