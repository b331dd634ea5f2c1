package exchange_test

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"

	"beibu/exchange/exchangetest"
	"beibu/exchange/rules"
)

// No more documents are checked at once than there are processors. One that
// waits for its turn goes when its sender does, and the others get theirs.
func TestChecksTakeTurns(t *testing.T) {
	document := carnet(t, "CN/4501/26/00001")
	synctest.Test(t, func(t *testing.T) {
		started, leave := make(chan struct{}, 100), make(chan struct{})
		set, err := rules.NewSet([]rules.Rule{{
			Code: "TEST-01", EN: "none", ZH: "无", Source: "test",
			Check: func(*rules.Document, rules.Report) {
				started <- struct{}{}
				<-leave
			},
		}})
		if err != nil {
			t.Fatal(err)
		}
		checks := exchangetest.ChecksWith(t, set)
		find := func(ctx context.Context) error {
			_, err := checks.Find(ctx, from("qinzhou", document))
			return err
		}
		var all sync.WaitGroup
		turns := runtime.GOMAXPROCS(0)
		for range turns {
			all.Go(func() {
				if err := find(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		for range turns {
			<-started
		}
		ctx, cancel := context.WithCancel(t.Context())
		left := make(chan error)
		go func() { left <- find(ctx) }()
		all.Go(func() {
			if err := find(t.Context()); err != nil {
				t.Error(err)
			}
		})
		synctest.Wait()
		if len(started) != 0 {
			t.Errorf("%d are checked beside %d others", len(started), turns)
		}
		cancel()
		if err := <-left; !errors.Is(err, context.Canceled) {
			t.Errorf("the one that left: %v", err)
		}
		close(leave)
		all.Wait()
		if len(started) != 1 {
			t.Errorf("%d were checked after the others, want 1", len(started))
		}
	})
}

// What is wrong with the syntax of a document is said in Chinese as exactly as
// in English.
func TestSyntaxInChinese(t *testing.T) {
	checks := exchangetest.Checks(t)
	for doc, want := range map[string]string{
		"hello":                   "应为根元素，实际为“hello”。",
		"<a/>x":                   "根元素之后不应有内容，实际为“x”。",
		"<a><b></a>":              "应为 b 的结束标签，实际为“</a>”。",
		"<a b=1/>":                "属性值应加引号，实际为“1/>”。",
		"<a>&x;</a>":              "应为对字符的引用或 amp、lt、gt、quot、apos 之一的引用（& 本身写作 &amp;），实际为“&x;</a>”。",
		"<a>\x01</a>":             "应为文本，实际为控制字符 U+0001。",
		"<a>":                     "应为 a 的结束标签，实际单证到此结束。",
		"<a><!-- -- --></a>":      "应为“-->”，实际注释中有“--”。",
		"\n<?xml version='1.0'?>": "XML 声明应位于最开头，实际其前有空行。",
	} {
		if got := find(t, checks, []byte(doc)).Faults()[0]; got.Message.ZH != want {
			t.Errorf("%q: %s (%s), want %s", doc, got.Message.ZH, got.Message.EN, want)
		}
	}
}
