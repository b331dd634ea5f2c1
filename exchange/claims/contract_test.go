package claims_test

import (
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"

	"beibu/exchange/claims"
	"beibu/exchange/claims/claimstest"
)

func open(tb testing.TB, o claims.Options) *claims.Redis {
	tb.Helper()
	c, err := claims.Open(o)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := c.Close(); err != nil {
			tb.Error(err)
		}
	})
	return c
}

func TestContractOnMiniredis(t *testing.T) {
	claimstest.Run(t, func(tb testing.TB) claimstest.Store {
		tb.Helper()
		server := miniredis.NewMiniRedis()
		if err := server.Start(); err != nil {
			tb.Fatal(err)
		}
		tb.Cleanup(server.Close)
		o := claims.Options{Addresses: []string{server.Addr()}, Prefix: "beibu:", Lease: time.Minute, Window: time.Minute, Bound: time.Minute}
		return claimstest.Store{
			One: open(tb, o), Other: open(tb, o),
			Lapse: func(testing.TB) { server.FastForward(time.Minute) },
			Flush: func(testing.TB) { server.FlushAll() },
		}
	})
}

func TestContractOnRedis(t *testing.T) {
	s := serve(t, freeAddress(t))
	contract(t, claims.Options{Addresses: []string{s.address}}, s.client(t, redis.Options{}))
}

// contract holds claims to their contract on servers that o leads to, each of
// which a client is for.
func contract(t *testing.T, o claims.Options, servers ...*redis.Client) {
	t.Helper()
	o.Prefix = "beibu:"
	o.Lease, o.Window, o.Bound = time.Minute, time.Minute, time.Minute
	each := func(tb testing.TB, do func(testing.TB, *redis.Client)) {
		tb.Helper()
		for _, s := range servers {
			do(tb, s)
		}
	}
	claimstest.Run(t, func(tb testing.TB) claimstest.Store {
		tb.Helper()
		each(tb, flush)
		return claimstest.Store{
			One: open(tb, o), Other: open(tb, o),
			Lapse: func(tb testing.TB) { tb.Helper(); each(tb, lapse) },
			Flush: func(tb testing.TB) { tb.Helper(); each(tb, flush) },
		}
	})
}

func flush(tb testing.TB, client *redis.Client) {
	tb.Helper()
	if err := client.FlushAll(tb.Context()).Err(); err != nil {
		tb.Fatal(err)
	}
}

// lapse shortens what is left of each lease, and waits for its end.
func lapse(tb testing.TB, client *redis.Client) {
	tb.Helper()
	keys, err := client.Keys(tb.Context(), "*").Result()
	if err != nil {
		tb.Fatal(err)
	}
	for _, key := range keys {
		if left := client.PTTL(tb.Context(), key).Val(); left <= 0 || left > time.Minute {
			tb.Fatalf("%s lapses in %s", key, left)
		}
		client.PExpire(tb.Context(), key, time.Millisecond)
		for client.Exists(tb.Context(), key).Val() > 0 {
			continue // the server's clock runs on
		}
	}
}
