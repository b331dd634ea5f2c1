package crashtest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"

	"beibu/cmd/internal/proxytest"
	"beibu/queue/kafka/kafkatest"
)

// Servers are Apache Kafka and Redis, started by deploy/dev/up on ports of
// their own, with a door for each daemon.
type Servers struct {
	tb      testing.TB
	dir     string
	base    int // Kafka's first port
	brokers int
	doors   int
	prefix  string // of topics
}

// Ports from base on: brokers ten apart, each followed by its controller and its
// doors, and Redis.
const (
	brokerStep = 10
	doorOffset = 2
	doorAway   = 1000
	redisAt    = 8
)

// StartServers starts brokers and Redis until the test ends. It skips the test,
// or fails it if BEIBU_REQUIRE_TOOLS is set, without Java, Maven or
// redis-server.
func StartServers(tb testing.TB, brokers, doors int) *Servers {
	tb.Helper()
	for _, tool := range []string{"java", "mvn", "redis-server"} {
		if _, err := exec.LookPath(tool); err != nil {
			if os.Getenv("BEIBU_REQUIRE_TOOLS") != "" {
				tb.Fatalf("%s is not installed", tool)
			}
			tb.Skipf("SKIPPED: %s is not installed, so nothing was killed over Kafka and Redis", tool)
		}
	}
	dir := tb.TempDir()
	s := &Servers{tb: tb, dir: dir, base: freePorts(tb), brokers: brokers, doors: doors, prefix: "crash."}
	tb.Cleanup(func() {
		if out, err := s.script(context.Background(), "down", "--dir", dir); err != nil {
			tb.Errorf("%v\n%s", err, out)
		}
	})
	if err := s.Up(tb.Context()); err != nil {
		tb.Fatal(err)
	}
	return s
}

// Fresh gives the topics and claims of what follows names of their own.
func (s *Servers) Fresh() { s.prefix = "crash-" + uuid.NewString()[:8] + "." }

// Up starts what does not run.
func (s *Servers) Up(ctx context.Context) error {
	out, err := s.script(ctx, "up", "--dir", s.dir, "--brokers", strconv.Itoa(s.brokers), "--doors", strconv.Itoa(s.doors))
	if err != nil {
		return fmt.Errorf("deploy/dev/up: %w\n%s", err, out)
	}
	return nil
}

// javaOptions spare brokers that are killed every few seconds what never pays off
// in such a life: without C2 they start with half the work.
const javaOptions = "-XX:TieredStopAtLevel=1"

// script runs one of the two scripts of the development cluster.
func (s *Servers) script(ctx context.Context, name string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, filepath.Join(root(), "deploy", "dev", name), args...)
	cmd.Env = append(os.Environ(),
		fmt.Sprintf("BEIBU_DEV_KAFKA_PORT=%d", s.base), fmt.Sprintf("BEIBU_DEV_CONTROLLER_PORT=%d", s.base+1),
		fmt.Sprintf("BEIBU_DEV_REDIS_PORT=%d", s.base+redisAt), "BEIBU_DEV_KAFKA_OPTS="+javaOptions)
	return cmd.CombinedOutput()
}

// root is the folder of the module: the tests run in a folder of theirs.
func root() string {
	dir, err := os.Getwd()
	for err == nil {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		dir = filepath.Dir(dir)
	}
	return "."
}

// Kill ends a server at once: kafka1, kafka2, … or redis.
func (s *Servers) Kill(name string) error { return s.signal(name, syscall.SIGKILL) }

func (s *Servers) signal(name string, signal syscall.Signal) error {
	text, err := os.ReadFile(filepath.Join(s.dir, name+".pid"))
	if err != nil {
		return fmt.Errorf("%s to %s: %w", signal, name, err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		return fmt.Errorf("%s to %s: %w", signal, name, err)
	}
	return syscall.Kill(pid, signal)
}

// moveLeaders gives partitions to other leaders, and returns how many. While the
// cluster has no controller, none moves.
func (s *Servers) moveLeaders(ctx context.Context) int {
	var brokers []string
	for b := range s.brokers {
		brokers = append(brokers, s.address(fmt.Sprintf("kafka%d", b+1)))
	}
	moved, _ := kafkatest.MoveLeaders(ctx, brokers, s.prefix)
	return moved
}

// Flush forgets every claim.
func (s *Servers) Flush(ctx context.Context) error {
	c, err := new(net.Dialer).DialContext(ctx, "tcp", s.redis())
	if err != nil {
		return err
	}
	defer func() { _ = c.Close() }()
	if _, err := c.Write([]byte("FLUSHALL\r\n")); err != nil {
		return err
	}
	_, err = c.Read(make([]byte, 16))
	return err
}

// address is where a server listens.
func (s *Servers) address(name string) string {
	node, err := strconv.Atoi(strings.TrimPrefix(name, "kafka"))
	if err != nil {
		return s.redis()
	}
	return fmt.Sprintf("127.0.0.1:%d", s.base+(node-1)*brokerStep)
}

func (s *Servers) redis() string { return fmt.Sprintf("127.0.0.1:%d", s.base+redisAt) }

// doorsOf puts proxies before the servers for one daemon, and returns them
// with the configuration that leads there.
func (s *Servers) doorsOf(tb testing.TB, daemon int, withRedis bool) (kafka []*proxytest.Proxy, redis *proxytest.Proxy, config string) {
	tb.Helper()
	var addresses []string
	for b := range s.brokers {
		at := s.base + b*brokerStep + doorOffset + daemon
		address := fmt.Sprintf("127.0.0.1:%d", at+doorAway)
		target := fmt.Sprintf("127.0.0.1:%d", at)
		kafka = append(kafka, proxytest.Start(tb, address, func() string { return target }, proxytest.Kafka))
		addresses = append(addresses, strconv.Quote(address))
	}
	if !withRedis {
		return kafka, nil, s.config(addresses, "")
	}
	redis = proxytest.Start(tb, "127.0.0.1:0", s.redis, proxytest.Raw)
	return kafka, redis, s.config(addresses, redis.Address())
}

// What the topics and the groups over them are: partitions, and how long a
// daemon may be silent before it loses its own.
const (
	partitions = 6
	session    = 2 * time.Second
)

// config is how a daemon comes to Kafka at addresses, in quotes, and to Redis,
// if there is an address.
func (s *Servers) config(kafka []string, redis string) string {
	config := fmt.Sprintf("kafka: {brokers: [%s], topicPrefix: %s, partitions: %d, replication: %d, session: %s}\n",
		strings.Join(kafka, ", "), s.prefix, partitions, min(s.brokers, 3), session)
	if redis != "" {
		config += fmt.Sprintf("redis: {addresses: [%q], prefix: %q, lease: 1s}\n", redis, s.prefix)
	}
	return config
}

// pair starts two daemons that share the servers, with nothing in between. more
// is configuration of both.
func (s *Servers) pair(tb testing.TB, command Command, more string) []*Node {
	tb.Helper()
	config := s.config([]string{strconv.Quote(s.address("kafka1"))}, s.redis()) + more
	first, second := NewNode(tb, command, config), NewNode(tb, command, config)
	err := first.Start()
	if err == nil {
		err = second.ShareKeys(first)
	}
	if err == nil {
		err = second.Start()
	}
	if err != nil {
		tb.Fatal(err)
	}
	return []*Node{first, second}
}

// freePorts returns the first of a range of ports that were all free just now,
// below those that the system gives to clients. It is this test's until that ends:
// what is killed there finds its port free again, whatever other tests run.
func freePorts(tb testing.TB) int {
	tb.Helper()
	for range 100 {
		base := 10_000 + 100*rand.IntN(150)
		if lockRange(tb, base) && lockRange(tb, base+doorAway) && free(base, 3*brokerStep) && free(base+doorAway, 3*brokerStep) {
			return base
		}
	}
	tb.Fatal("no range of ports is free")
	return 0
}

// lockRange takes the range that begins at a port until the test ends, or returns
// false if another test has it.
func lockRange(tb testing.TB, base int) bool {
	tb.Helper()
	f, err := os.OpenFile(filepath.Join(os.TempDir(), fmt.Sprintf("beibu-ports-%d.lock", base)), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = f.Close() }) // which lets go of it
	return syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil
}

func free(base, n int) bool {
	for port := base; port < base+n; port++ {
		config := net.ListenConfig{}
		l, err := config.Listen(context.Background(), "tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err != nil {
			return false
		}
		_ = l.Close() // it was only to see
	}
	return true
}
