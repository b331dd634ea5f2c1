package kafka_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"

	"beibu/queue"
	"beibu/queue/kafka"
	"beibu/queue/queuetest"
)

// These name the brokers and the prefix of the topics to the child process.
const (
	crashBrokers = "BEIBU_TEST_CRASH_BROKERS"
	crashPrefix  = "BEIBU_TEST_CRASH_PREFIX"
)

// mortal are the settings of a node that is killed: it is missed soon.
func mortal(brokers []string, prefix string) kafka.Options {
	return kafka.Options{Brokers: brokers, Prefix: prefix, Partitions: 1, Replication: 1, Session: time.Second}
}

func TestKilledChild(t *testing.T) {
	brokers := os.Getenv(crashBrokers)
	if brokers == "" {
		t.Skip("the child process of TestKilled")
	}
	queuetest.Child(t, open(t, mortal(strings.Split(brokers, ","), os.Getenv(crashPrefix))))
}

func TestKilledOnFake(t *testing.T) { killed(t, fake(t, kfake.GroupMinSessionTimeout(time.Second))) }

func TestKilledOnApache(t *testing.T) { killed(t, apache(t)) }

func killed(t *testing.T, brokers []string) {
	t.Helper()
	kills := 6
	if testing.Short() {
		kills = 2
	}
	o := mortal(brokers, settings(brokers).Prefix)
	queuetest.Killed(t, kills, func(t *testing.T) *exec.Cmd {
		t.Helper()
		child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestKilledChild$")
		child.Env = append(os.Environ(), crashBrokers+"="+strings.Join(brokers, ","), crashPrefix+"="+o.Prefix)
		return child
	}, func(tb testing.TB) queue.Queue {
		tb.Helper()
		return open(tb, o)
	})
}
