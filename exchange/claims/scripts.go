package claims

import "github.com/redis/go-redis/v9"

// scripts are run by their hash (EVALSHA), and sent whole to a server that has
// forgotten them. A number is a hash: token and digest while it is claimed,
// the digest alone once it is decided. It always expires.
type scripts struct{ reserve, commit, release *redis.Script }

func newScripts() scripts {
	return scripts{
		// token, digest, lease in ms, token of a rival to take over from. It
		// answers who holds the number instead, if anyone does. The same token
		// twice is a retry.
		reserve: redis.NewScript(`
local held = redis.call('HMGET', KEYS[1], 'token', 'digest')
if not held[1] and held[2] then return '' end
if held[1] and held[1] ~= ARGV[1] and held[1] ~= ARGV[4] then return held[1] end
redis.call('HSET', KEYS[1], 'token', ARGV[1], 'digest', ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return ''`),
		// digest of the owner, window in ms.
		commit: redis.NewScript(`
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], 'digest', ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return redis.status_reply('OK')`),
		// token.
		release: redis.NewScript(`
if redis.call('HGET', KEYS[1], 'token') == ARGV[1] then
  redis.call('DEL', KEYS[1])
end
return redis.status_reply('OK')`),
	}
}
