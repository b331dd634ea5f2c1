//go:build pkcs11

package daemon

import (
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"beibu/signing"
	"beibu/signing/hardware/hardwaretest"
)

// A key in a hardware module seals beside the daemon's own, over reloads, and
// again after a restart.
func TestSealByHardware(t *testing.T) {
	dir := t.TempDir()
	s := node{t: t, dir: dir}
	key := s.newKey("ecdsa-p256", "key.pem")
	text, err := os.ReadFile(filepath.Join(dir, "key.pem"))
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, "pin"), []byte(hardwaretest.PIN), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	module := hardwaretest.SoftHSM(t, map[string][]byte{"seal": text})
	s.more = "seal: {keys: [{pkcs11: {module: " + module + ", token: " + hardwaretest.Token + ", label: seal, pinFile: DIR/pin, certificate: DIR/key.pem}}]}\n"
	l, err := s.load("")
	if err != nil {
		t.Fatal(err)
	}
	data := filepath.Join(dir, "data")
	for range 2 {
		d := start(t, data, "") // a daemon on its own, that a reload gives the key
		s.Daemon = d
		if err := d.Reload(l); err != nil {
			t.Fatal(err)
		}
		if err := d.Reload(l); err != nil {
			t.Fatal(err)
		}
		accepted, err := s.qinzhou().Submit(t.Context(), carnet(t))
		if err != nil {
			t.Fatal(err)
		}
		sealed, err := s.qinzhou().Call(t.Context(), http.MethodGet, "/v1/exchanges/"+accepted.ExchangeID+"/envelope", "", nil)
		if err != nil {
			t.Fatal(err)
		}
		opened, err := signing.OpenEnvelope(sealed.Body, d.current.Load().Trust)
		if err != nil || len(opened.Seals) != 2 || !opened.Seals[1].Certificate.Equal(key.Certificate) {
			t.Errorf("opened %+v, %v", opened, err)
		}
		if err := d.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	l.SealKeys[0].Hardware.Label = "another"
	d := start(t, data, "")
	if err := d.Reload(l); err == nil {
		t.Error("a key that is not in the token was put in force")
	}
}
