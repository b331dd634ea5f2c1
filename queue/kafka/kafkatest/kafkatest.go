// Package kafkatest gives tests the address of Apache Kafka, and moves its leaders.
package kafkatest

import (
	"os"
	"strings"
	"testing"
)

// Brokers returns the brokers that BEIBU_KAFKA names, host:port with commas
// between. If it names none the test is skipped or, unless the run is a
// short one, failed if BEIBU_REQUIRE_TOOLS=1.
func Brokers(tb testing.TB) []string {
	tb.Helper()
	named := os.Getenv("BEIBU_KAFKA")
	if named == "" && !testing.Short() && os.Getenv("BEIBU_REQUIRE_TOOLS") == "1" {
		tb.Fatal("BEIBU_KAFKA names no brokers, and BEIBU_REQUIRE_TOOLS=1")
	}
	if named == "" {
		tb.Skip("SKIPPED: set BEIBU_KAFKA=host:port to run against Apache Kafka")
	}
	return strings.Split(named, ",")
}
