package claims

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/logging"

	"beibu/exchange"
	"beibu/exchange/proof"
)

var _ exchange.Claims = (*Redis)(nil)

// Redis keeps claims in Redis. It is safe for concurrent use.
type Redis struct {
	options Options
	client  redis.UniversalClient
	breaker breaker
	scripts scripts
}

// Open returns claims in Redis. It fails if the options cannot work, and
// never because Redis is down.
func Open(o Options) (*Redis, error) {
	o, err := o.filled()
	if err != nil {
		return nil, fmt.Errorf("open claims: %w", err)
	}
	logging.Disable() // of the client, which writes to standard error by itself: Turned reports what matters
	return &Redis{options: o, client: o.client(), scripts: newScripts()}, nil
}

// Close closes the connections.
func (r *Redis) Close() error {
	if err := r.client.Close(); err != nil {
		return fmt.Errorf("close claims: %w", err)
	}
	return nil
}

// Claim is exchange.Claims's. It takes Bound at most, and no time while Redis
// is known not to answer.
func (r *Redis) Claim(ctx context.Context, id proof.Identity, digest [sha256.Size]byte) (exchange.Claim, error) {
	return r.Insist(ctx, id, digest, "")
}

// Insist is exchange.Claims's. It takes as long as Claim.
func (r *Redis) Insist(ctx context.Context, id proof.Identity, digest [sha256.Size]byte, rival string) (exchange.Claim, error) {
	c := &claim{redis: r, key: r.options.Prefix + "claim:" + id.Key(), token: uuid.NewString()}
	holder := r.run(ctx, r.scripts.reserve, c.key, c.token, hex.EncodeToString(digest[:]), r.options.Lease.Milliseconds(), rival)
	if holder != "" {
		return nil, &exchange.Error{
			Op: "claim document", Kind: exchange.InFlight, Code: "in-flight", Holder: holder,
			Err: exchange.Because("%s is on its way in by another request", "%s 正由另一请求提交", id),
		}
	}
	return c, nil
}

// run runs a script on a key, unless the breaker is open. The answer is empty
// if Redis gave none.
func (r *Redis) run(ctx context.Context, script *redis.Script, key string, args ...any) (answer string) {
	if !r.breaker.lets(time.Now()) {
		return ""
	}
	bounded, cancel := context.WithTimeout(ctx, r.options.Bound)
	defer cancel()
	answer, err := script.Run(bounded, r.client, []string{key}, args...).Text()
	if ctx.Err() != nil || errors.Is(err, redis.ErrClosed) {
		return "" // it was the caller who went away: that says nothing of Redis
	}
	if r.breaker.note(time.Now(), err) && r.options.Turned != nil {
		r.options.Turned(err == nil, err)
	}
	return answer
}

// A claim is one attempt's.
type claim struct {
	redis     *Redis
	key       string
	token     string
	committed bool // Redis has confirmed it
}

// Commit is exchange.Claim's. It says so even if the lease has lapsed and
// another attempt holds the number: the log decides.
func (c *claim) Commit(ctx context.Context, owner [sha256.Size]byte) {
	answer := c.redis.run(ctx, c.redis.scripts.commit, c.key, hex.EncodeToString(owner[:]), c.redis.options.Window.Milliseconds())
	c.committed = answer != ""
}

// Release is exchange.Claim's. It frees only what has this claim's token, and asks
// nothing of Redis if the claim is committed.
func (c *claim) Release(ctx context.Context) {
	if c.committed {
		return
	}
	c.redis.run(ctx, c.redis.scripts.release, c.key, c.token)
}
