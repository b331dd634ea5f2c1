package egress_test

import (
	"net/netip"
	"testing"

	"beibu/exchange/egress"
)

func allowed(p egress.Policy, address string) bool {
	return p.Check(netip.MustParseAddr(address)) == nil
}

// Connections are made to public addresses; what is of this machine, of its networks or of its
// cloud is not, in whatever form it is written. Some may be allowed, others never.
func TestAddresses(t *testing.T) {
	const (
		public  = "public"
		private = "if allowed"
		never   = "never"
	)
	for address, want := range map[string]string{
		"93.184.216.34": public, "2606:2800:220:1:248:1893:25c8:1946": public, "::ffff:93.184.216.34": public, "172.32.0.1": public, "100.128.0.1": public,
		"127.0.0.1": private, "127.255.0.9": private, "10.1.2.3": private, "172.16.0.1": private, "172.31.255.255": private, "192.168.1.1": private,
		"100.64.0.1": private, "198.18.0.1": private, "192.0.2.1": private, "198.51.100.7": private, "203.0.113.9": private,
		"::1": private, "::ffff:127.0.0.1": private, "::ffff:10.0.0.1": private, "::127.0.0.1": private, "fc00::1": private, "fd12::1": private,
		"64:ff9b::a00:1": private, "2002:7f00:1::": private, "2001:0:4136:e378::": private, "2001:db8::1": private,
		"0.0.0.0": never, "0.1.2.3": never, "169.254.169.254": never, "::ffff:169.254.169.254": never, "169.254.0.1": never, "224.0.0.1": never,
		"255.255.255.255": never, "100.100.100.200": never, "192.0.0.192": never, "::": never, "fe80::1": never, "fe80::1%eth0": never, "ff02::1": never, "fd00:ec2::254": never,
	} {
		if got := allowed(egress.Policy{}, address); got != (want == public) {
			t.Errorf("%s, which is %s: allowed %t", address, want, got)
		}
		if got := allowed(egress.Policy{AllowPrivate: true}, address); got != (want != never) {
			t.Errorf("%s, which is %s, with private ones allowed: allowed %t", address, want, got)
		}
		if got := allowed(egress.Policy{AllowPrivate: true, OnlyPrivate: true}, address); got != (want == private) {
			t.Errorf("%s, which is %s, with private ones alone: allowed %t", address, want, got)
		}
	}
}
