package kafka_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"

	"beibu/queue"
	"beibu/queue/kafka"
	"beibu/queue/kafka/kafkatest"
	"beibu/queue/queuetest"
	"beibu/testdata"
)

// These name the brokers, the prefix of the topics and the snapshot file to the child
// process.
const (
	crashBrokers  = "BEIBU_TEST_CRASH_BROKERS"
	crashPrefix   = "BEIBU_TEST_CRASH_PREFIX"
	crashSnapshot = "BEIBU_TEST_CRASH_SNAPSHOT"
)

// killable are the settings of a node that is killed: the group notices it soon, and
// it is mostly saving its snapshot.
func killable(brokers []string, prefix, snapshot string) kafka.Options {
	return kafka.Options{
		Brokers: brokers, Prefix: prefix, Partitions: 1, Replication: 1, Session: time.Second, MaxBody: 16 << 20, Unanswered: 256 << 20,
		Snapshot: snapshot, SnapshotEvery: 2,
	}
}

func TestKilledChild(t *testing.T) {
	brokers := os.Getenv(crashBrokers)
	if brokers == "" {
		t.Skip("the child process of TestKilled")
	}
	queuetest.Child(t, open(t, killable(strings.Split(brokers, ","), os.Getenv(crashPrefix), os.Getenv(crashSnapshot))))
}

func TestKilledOnFake(t *testing.T) { killed(t, fake(t, kfake.GroupMinSessionTimeout(time.Second))) }

func TestKilledOnApache(t *testing.T) { killed(t, kafkatest.Brokers(t)) }

func killed(t *testing.T, brokers []string) {
	t.Helper()
	kills := 6
	if !testdata.Long() {
		kills = 2
	}
	o := killable(brokers, settings(brokers).Prefix, filepath.Join(t.TempDir(), "log.snapshot"))
	o.Warn = func(err error) { t.Errorf("warned of %v", err) }
	queuetest.Killed(t, kills, func(t *testing.T) *exec.Cmd {
		t.Helper()
		child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestKilledChild$")
		child.Env = append(os.Environ(), crashBrokers+"="+strings.Join(brokers, ","), crashPrefix+"="+o.Prefix, crashSnapshot+"="+o.Snapshot)
		return child
	}, func(tb testing.TB) queue.Queue {
		tb.Helper()
		return open(tb, o)
	})
}
