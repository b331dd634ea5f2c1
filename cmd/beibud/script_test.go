package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/twmb/franz-go/pkg/kfake"
	"go.uber.org/zap"

	"beibu/cmd/internal/client"
	"beibu/cmd/internal/config"
	"beibu/cmd/internal/daemon"
	"beibu/exchange/httpapi"
	"beibu/testdata"
)

// commands are those that scripts have beside the usual ones:
//
//	serve CONFIG   runs a daemon until end
//	accept N       has it accept N documents and show them
//	shows N        asks it for all exchanges, which must be N
//	end            stops the daemon; stop is testscript's, and ends the script
var commands = map[string]func(*testscript.TestScript, bool, []string){
	"serve": func(ts *testscript.TestScript, _ bool, args []string) {
		loaded, err := config.Load(ts.MkAbs(args[0]))
		ts.Check(err)
		loaded.Data = ts.MkAbs(loaded.Data)
		s := ts.Value(served{}).(*served)
		s.data = loaded.Data
		s.daemon, err = daemon.New(context.Background(), loaded, zap.NewNop())
		ts.Check(err)
		ts.Check(s.daemon.Start(context.Background()))
		ts.Defer(func() { s.stop(ts) })
	},
	"accept": func(ts *testscript.TestScript, _ bool, args []string) {
		n, err := strconv.Atoi(args[0])
		ts.Check(err)
		ts.Check(ts.Value(served{}).(*served).accept(n))
	},
	"shows": func(ts *testscript.TestScript, _ bool, args []string) {
		n, err := ts.Value(served{}).(*served).shown()
		ts.Check(err)
		if strconv.Itoa(n) != args[0] {
			ts.Fatalf("%d exchanges are shown, want %s", n, args[0])
		}
	},
	"end": func(ts *testscript.TestScript, _ bool, _ []string) { ts.Value(served{}).(*served).stop(ts) },
}

// A served is the daemon that a script has running.
type served struct {
	daemon *daemon.Daemon
	data   string
}

// beside gives a script room for its daemon, and configurations to choose from:
// embedded.yaml, and kafka.yaml with brokers of its own.
func beside(env *testscript.Env) error {
	env.Values[served{}] = &served{}
	brokers, err := kfake.NewCluster(kfake.NumBrokers(1))
	if err != nil {
		return err
	}
	env.Defer(brokers.Close)
	const common = "listen: 127.0.0.1:0\nprivate: 127.0.0.1:0\nlog: {format: console}\n"
	for name, text := range map[string]string{
		"embedded.yaml": common + "data: embedded\n",
		"kafka.yaml":    common + fmt.Sprintf("data: kafka\nkafka: {brokers: [%q], partitions: 2, replication: 1}\n", brokers.ListenAddrs()[0]),
	} {
		if err := os.WriteFile(filepath.Join(env.WorkDir, name), []byte(text), 0o600); err != nil {
			return err
		}
	}
	return nil
}

func (s *served) as(who string) (*client.Client, error) {
	key, err := os.ReadFile(filepath.Join(s.data, "access", who+".key"))
	return &client.Client{Server: "http://" + s.daemon.Public().String(), Key: strings.TrimSpace(string(key))}, err
}

// accept submits documents and returns when the index shows them.
func (s *served) accept(n int) error {
	document, err := testdata.Find("ata-carnet", "expo-machinery-qinzhou-haiphong")
	if err != nil {
		return err
	}
	sender, err := s.as("qinzhou-customs")
	if err != nil {
		return err
	}
	for i := range n {
		numbered := testdata.Numbered(document.Bytes, "CN/4501/26/00183", fmt.Sprintf("SCRIPT-%08d", i))
		if _, err := sender.Submit(context.Background(), numbered); err != nil {
			return err
		}
	}
	for {
		if shown, err := s.shown(); err != nil || shown >= n {
			return err
		}
	}
}

// shown is how many exchanges the daemon shows to its operator.
func (s *served) shown() (int, error) {
	operator, err := s.as("operator")
	if err != nil {
		return 0, err
	}
	page, err := client.Get[httpapi.Page](context.Background(), operator, "/v1/exchanges", url.Values{"limit": {"500"}})
	return len(page.Exchanges), err
}

// stop ends the daemon, if one runs.
func (s *served) stop(ts *testscript.TestScript) {
	if s.daemon == nil {
		return
	}
	ts.Check(s.daemon.Stop(context.Background()))
	http.DefaultClient.CloseIdleConnections()
	s.daemon = nil
}
