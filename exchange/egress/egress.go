// Package egress decides to which addresses the exchange makes connections that it was
// asked for by a configuration, so that nobody makes it reach what only its own machine
// or network can reach.
package egress

import (
	"errors"
	"fmt"
	"net/netip"
	"syscall"
)

// ErrAddress says that an address is not one to which connections are made.
var ErrAddress = errors.New("the address is not allowed")

// never are the addresses to which no connection is made, even if private ones are allowed:
// they are of this network segment alone, of many, or the metadata service of a cloud.
var never = prefixes(
	"0.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4", "240.0.0.0/4", "192.0.0.0/24", "100.100.100.200/32",
	"::/128", "fe80::/10", "fec0::/10", "ff00::/8", "fd00:ec2::254/128", "fd20:ce::254/128",
)

// private are the addresses that no public name should have (RFC 6890), and those that
// carry another address within (RFC 6052, 3056, 4380).
var private = prefixes(
	"127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "198.18.0.0/15",
	"192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "192.88.99.0/24",
	"::1/128", "fc00::/7", "100::/64", "2001:db8::/32", "3fff::/20", "64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/23", "::/96",
)

func prefixes(all ...string) []netip.Prefix {
	out := make([]netip.Prefix, 0, len(all))
	for _, text := range all {
		out = append(out, netip.MustParsePrefix(text))
	}
	return out
}

// A Policy decides on the address of a connection that is about to be made. The resolver
// has done its work by then, so that a name which resolves to another address a moment
// later gains nothing. The zero value allows public addresses alone.
type Policy struct {
	AllowPrivate bool // addresses of private networks, too
	OnlyPrivate  bool // no public ones
}

// Control is the method for net.Dialer.
func (p Policy) Control(_, address string, _ syscall.RawConn) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("%w: %s", ErrAddress, address)
	}
	return p.Check(to.Addr())
}

// Check returns [ErrAddress] if no connection is made to an address.
func (p Policy) Check(address netip.Addr) error {
	plain := address.Unmap().WithZone("")
	isPrivate := within(plain, private)
	switch {
	case within(plain, never), isPrivate && !p.AllowPrivate:
		return fmt.Errorf("%w: %s is not public", ErrAddress, address)
	case p.OnlyPrivate && !isPrivate:
		return fmt.Errorf("%w: %s is public", ErrAddress, address)
	}
	return nil
}

func within(address netip.Addr, all []netip.Prefix) bool {
	for _, p := range all {
		if p.Contains(address) {
			return true
		}
	}
	return false
}
