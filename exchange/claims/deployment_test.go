package claims_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"beibu/exchange"
	"beibu/exchange/claims"
	"beibu/exchange/proof"
)

// Two nodes hold half of the slots each; claims know of one of them.
func TestContractOnCluster(t *testing.T) {
	var nodes []*redis.Client
	var addresses []string
	for range 2 {
		bus := port(t, freeAddress(t))
		s := serve(t, freeAddress(t), "--cluster-enabled", "yes", "--cluster-port", bus)
		c := s.client(t, redis.Options{})
		must(t, c.ClusterAddSlotsRange(t.Context(), 8192*len(nodes), 8192*len(nodes)+8191).Err())
		if len(nodes) > 0 {
			must(t, nodes[0].Do(t.Context(), "cluster", "meet", "127.0.0.1", port(t, s.address), bus).Err())
		}
		nodes, addresses = append(nodes, c), append(addresses, s.address)
	}
	for _, c := range nodes {
		for !strings.Contains(c.ClusterInfo(t.Context()).Val(), "cluster_state:ok") || len(c.ClusterShards(t.Context()).Val()) < len(nodes) {
			must(t, t.Context().Err()) // they gossip
		}
	}
	contract(t, claims.Options{Addresses: addresses[:1], Cluster: true}, nodes...)
}

// A server lets in who shows a certificate and knows the password.
func TestContractOverTLS(t *testing.T) {
	secure, certificate, key := identity(t)
	address := freeAddress(t)
	s := serve(t, address, "--port", "0", "--tls-port", port(t, address), "--requirepass", "secret", "--tls-auth-clients", "yes",
		"--tls-cert-file", certificate, "--tls-key-file", key, "--tls-ca-cert-file", certificate)
	contract(t, claims.Options{Addresses: []string{s.address}, TLS: secure, Password: "secret"},
		s.client(t, redis.Options{TLSConfig: secure, Password: "secret"}))
}

// The sentinels say who is the master; when it dies, they name another, and
// claims go there.
func TestClaimsFollowTheSentinels(t *testing.T) {
	master := serve(t, freeAddress(t))
	replica := serve(t, freeAddress(t), "--replicaof", "127.0.0.1 "+port(t, master.address))
	copying := replica.client(t, redis.Options{})
	for !strings.Contains(copying.Info(t.Context(), "replication").Val(), "master_link_status:up") {
		must(t, t.Context().Err())
	}
	sentinel := freeAddress(t)
	settings := filepath.Join(t.TempDir(), "sentinel.conf")
	must(t, os.WriteFile(settings, fmt.Appendf(nil, "bind 127.0.0.1\nport %s\ndir %s\n"+
		"sentinel monitor gulf 127.0.0.1 %s 1\nsentinel down-after-milliseconds gulf 200\nsentinel failover-timeout gulf 2000\n",
		port(t, sentinel), t.TempDir(), port(t, master.address)), 0o600))
	s := begin(t, sentinel, "+slave slave", settings, "--sentinel")
	c := open(t, claims.Options{Addresses: []string{s.address}, Master: "gulf", Prefix: "beibu:", Lease: time.Minute})
	if !holds(t, c, "before") {
		t.Error("a claim does not hold")
	}
	master.kill()
	pace := time.NewTicker(20 * time.Millisecond) // most claims are granted unasked, at no cost
	defer pace.Stop()
	for n := 0; !holds(t, c, fmt.Sprint("after ", n)); n++ { // granted to all, until the replica leads
		<-pace.C
	}
	if keys := copying.Keys(t.Context(), "*after*").Val(); len(keys) == 0 {
		t.Error("the replica that was made master holds no claim")
	}
}

// holds reports whether a claim on a number keeps another out.
func holds(t *testing.T, c *claims.Redis, number string) bool {
	t.Helper()
	id := proof.Identity{Sender: "qinzhou", Kind: "health-permit", Number: number}
	if _, err := c.Claim(t.Context(), id, digest); err != nil {
		t.Fatal(err)
	}
	_, err := c.Claim(t.Context(), id, digest)
	return exchange.KindOf(err) == exchange.InFlight
}

// identity makes a key with a certificate that is its own authority, for a
// client and for a server at 127.0.0.1.
func identity(t *testing.T) (secure *tls.Config, certificateFile, keyFile string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	must(t, err)
	private, err := x509.MarshalPKCS8PrivateKey(key)
	must(t, err)
	dir := t.TempDir()
	certificateFile, keyFile = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	certificatePEM := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	must(t, os.WriteFile(certificateFile, certificatePEM, 0o600))
	must(t, os.WriteFile(keyFile, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}), 0o600))
	pair, err := tls.LoadX509KeyPair(certificateFile, keyFile)
	must(t, err)
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(certificatePEM)
	return &tls.Config{Certificates: []tls.Certificate{pair}, RootCAs: roots, MinVersion: tls.VersionTLS12}, certificateFile, keyFile
}

// port returns the port of an address.
func port(t *testing.T, address string) string {
	t.Helper()
	_, port, err := net.SplitHostPort(address)
	must(t, err)
	return port
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
