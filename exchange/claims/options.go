package claims

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"slices"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// Options say where Redis is and how long it keeps what.
type Options struct {
	Addresses []string // host:port of one server, of nodes of a cluster, or of sentinels
	Master    string   // the name by which the sentinels know the server; empty without sentinels
	Cluster   bool     // a single address leads to a cluster; more than one without Master always do

	Prefix   string // of every key; required. One for each tenant of the server
	User     string // of the access control list; the default user if empty
	Password string
	TLS      *tls.Config // nil for a plain connection

	// Lease is after how long a claim lapses that nobody gave up. It is required.
	// It should be longer than an acceptance takes and as short as senders
	// can wait when a daemon dies.
	Lease time.Duration
	// Window is how long a number is kept as decided: 1 h if 0.
	Window time.Duration

	// Bound is how long one call may keep a document waiting: 300 ms if 0. A
	// lost answer is asked for again after a third of it.
	Bound time.Duration

	// Turned, if it is set, is called for every change: Redis is passed by, and
	// why, or it is asked again. It must not block.
	Turned func(asked bool, cause error)
	// Dial replaces how connections are made, if it is set.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
}

// filled returns o with defaults for what is not required, or what is wrong with it.
func (o Options) filled() (Options, error) {
	if len(o.Addresses) == 0 {
		return o, errors.New("no addresses")
	}
	if o.Master != "" && o.Cluster {
		return o, errors.New("a master and a cluster exclude each other")
	}
	if o.Prefix == "" {
		return o, errors.New("no prefix")
	}
	if o.Window == 0 {
		o.Window = time.Hour
	}
	if o.Bound <= 0 {
		o.Bound = 300 * time.Millisecond
	}
	if o.Lease < time.Millisecond || o.Window < time.Millisecond {
		return o, fmt.Errorf("lease of %s, window of %s: less than a millisecond", o.Lease, o.Window)
	}
	return o, nil
}

// client returns the client of a single server, of a cluster, or of what the
// sentinels name. It connects when it is first used.
func (o Options) client() redis.UniversalClient {
	answer := o.Bound / 3
	return redis.NewUniversalClient(&redis.UniversalOptions{
		Addrs:      slices.Clone(o.Addresses), // a client of a cluster adds to them
		MasterName: o.Master, IsClusterMode: o.Cluster,
		ClientName: "beibu", Username: o.User, Password: o.Password, TLSConfig: o.TLS, Dialer: o.Dial,
		ContextTimeoutEnabled: true,
		DialTimeout:           o.Bound, ReadTimeout: answer, WriteTimeout: answer, PoolTimeout: answer,
		MaxRetries: 2, MinRetryBackoff: time.Millisecond, MaxRetryBackoff: 10 * time.Millisecond,
		DialerRetries: 1, DialerRetryTimeout: time.Millisecond,
		DisableIdentity:          true,
		MaintNotificationsConfig: &maintnotifications.Config{Mode: maintnotifications.ModeDisabled},
	})
}
