// Package browsertest opens pages in a headless Chromium, for tests. A [Tab] keeps what
// the browser complains about (policies that were broken, errors of scripts, requests to
// elsewhere), so that a test can say that there was nothing.
package browsertest

import (
	"context"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// patience is how long one step of a test may take, on a busy machine.
const patience = time.Minute

// A Browser is one headless Chromium, which ends with its test.
type Browser struct {
	context context.Context //nolint:containedctx // chromedp keeps the browser in it
}

// Start starts Chromium until the test ends. Without one the test is skipped, or fails
// if BEIBU_REQUIRE_TOOLS is 1.
func Start(tb testing.TB) *Browser {
	tb.Helper()
	path := find(tb)
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.UserDataDir(tb.TempDir()),
		chromedp.NoSandbox, // which it refuses to run without as root
		chromedp.Flag("lang", "en"), chromedp.WSURLReadTimeout(patience),
	)
	allocated, cancel := chromedp.NewExecAllocator(context.Background(), options...)
	tb.Cleanup(cancel)
	started, stop := chromedp.NewContext(allocated)
	if err := chromedp.Do(started); err != nil {
		tb.Fatalf("start %s: %v", path, err)
	}
	tb.Cleanup(func() {
		if err := chromedp.Cancel(started); err != nil {
			tb.Errorf("end Chromium: %v", err)
		}
		stop()
	})
	return &Browser{context: started}
}

// find returns the path of Chromium.
func find(tb testing.TB) string {
	tb.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	if os.Getenv("BEIBU_REQUIRE_TOOLS") == "1" {
		tb.Fatal("chromium is not installed, and BEIBU_REQUIRE_TOOLS=1")
	}
	tb.Skip("SKIPPED: chromium is not installed")
	return ""
}
