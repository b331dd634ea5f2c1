package browsertest

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// A View is how a person sees pages.
type View struct {
	Width, Height int // of the window, in px; 0 is 1280 × 900
	Dark          bool
	Language      string // of Accept-Language; "" is English
	NoScript      bool
}

// A Tab is a page of a person with cookies of its own.
type Tab struct {
	tb      testing.TB
	context context.Context //nolint:containedctx // chromedp keeps the page in it

	mutex      sync.Mutex
	host       string // of the first address; requests to others are complaints
	complaints []string
}

// Tab opens an empty page, without the cookies of other tabs.
func (b *Browser) Tab(tb testing.TB, v View) *Tab {
	tb.Helper()
	if v.Width == 0 {
		v.Width, v.Height = 1280, 900
	}
	if v.Language == "" {
		v.Language = "en"
	}
	opened, cancel := chromedp.NewContext(b.context, chromedp.WithNewBrowserContext())
	tb.Cleanup(cancel)
	t := &Tab{tb: tb, context: opened}
	scheme := "light"
	if v.Dark {
		scheme = "dark"
	}
	// The first call opens the page, and binds it to the context that it is given.
	if err := chromedp.Listen(opened, t.note); err != nil {
		tb.Fatalf("open a tab: %v", err)
	}
	t.Do("set the view",
		command(log.Enable, cdp.Empty{}),
		command(network.Enable, network.EnableParams{}),
		command(network.SetExtraHTTPHeaders, network.SetExtraHTTPHeadersParams{Headers: network.Headers{"Accept-Language": v.Language}}),
		command(emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
			Width: int64(v.Width), Height: int64(v.Height), DeviceScaleFactor: 1, Mobile: v.Width < phone,
		}),
		command(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
		}),
		command(emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: v.NoScript}),
	)
	return t
}

// phone is the width in px below which a view is that of a phone.
const phone = 600

// command is the step that gives a command to the page.
func command[P, R any](name cdp.Command[P, R], params P) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, name, params)
		return err
	})
}

// note keeps what the browser complains about.
func (t *Tab) note(event any) {
	switch e := event.(type) {
	case *log.EventEntryAdded:
		if e.Entry.Level == log.EntryLevelError || e.Entry.Level == log.EntryLevelWarning {
			t.complain("%s: %s %s", e.Entry.Source, e.Entry.Text, e.Entry.URL)
		}
	case *runtime.EventExceptionThrown:
		what := e.ExceptionDetails.Text
		if thrown := e.ExceptionDetails.Exception; thrown != nil {
			what += " " + thrown.Description
		}
		t.complain("script: %s", what)
	case *network.EventRequestWillBeSent:
		t.mutex.Lock()
		host := t.host
		t.mutex.Unlock()
		if u, err := url.Parse(e.Request.URL); err == nil && u.Host != "" && host != "" && u.Host != host {
			t.complain("request to elsewhere: %s", e.Request.URL)
		}
	}
}

// complain keeps a complaint.
func (t *Tab) complain(format string, args ...any) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	t.complaints = append(t.complaints, fmt.Sprintf(format, args...))
}

// Complaints returns what the browser has complained about since the last call.
func (t *Tab) Complaints() []string {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	all := t.complaints
	t.complaints = nil
	return all
}

// OnlyFrom has every request to another host than that of an address be a complaint.
func (t *Tab) OnlyFrom(address string) {
	u, err := url.Parse(address)
	if err != nil {
		t.tb.Fatal(err)
	}
	t.mutex.Lock()
	defer t.mutex.Unlock()
	t.host = u.Host
}

// Do takes steps, and ends the test if one fails.
func (t *Tab) Do(what string, steps ...chromedp.Action[chromedp.Void]) {
	t.tb.Helper()
	for _, step := range steps {
		ask(t, what, step)
	}
}

// ask takes a step and returns what it reads, and ends the test if the step fails.
func ask[T any](t *Tab, what string, step chromedp.Action[T]) T {
	t.tb.Helper()
	within, cancel := context.WithTimeout(t.context, patience)
	defer cancel()
	read, err := chromedp.Run(within, step)
	if err != nil {
		t.tb.Fatalf("%s: %v\n%s", what, err, strings.Join(t.Complaints(), "\n"))
	}
	return read
}

// Open goes to an address and waits until the page is there.
func (t *Tab) Open(address string) {
	t.tb.Helper()
	t.Do("open "+address, chromedp.Navigate(address))
}

// Fill writes a value into a field, in place of what is there.
func (t *Tab) Fill(selector, value string) {
	t.tb.Helper()
	t.Do("fill "+selector, chromedp.WaitVisible(chromedp.CSS(selector)), chromedp.SetValue(chromedp.CSS(selector), value))
}

// Choose chooses a file for a field.
func (t *Tab) Choose(selector, file string) {
	t.tb.Helper()
	t.Do("choose "+file, chromedp.SetUploadFiles(chromedp.CSS(selector), []string{file}))
}

// Click clicks on what a CSS selector finds first.
func (t *Tab) Click(selector string) {
	t.tb.Helper()
	t.Do("click "+selector, chromedp.Click(chromedp.CSS(selector), chromedp.NodeVisible))
}

// Press presses keys while what a CSS selector finds first has the focus.
func (t *Tab) Press(selector, keys string) {
	t.tb.Helper()
	t.Do("press keys at "+selector, chromedp.SendKeys(chromedp.CSS(selector), keys))
}

// Follow clicks on what a CSS selector finds first, and waits until the page that it leads
// to is there.
func (t *Tab) Follow(selector string) {
	t.tb.Helper()
	ask(t, "follow "+selector, chromedp.WaitEvent(page.LoadEventFired,
		func(page.EventLoadEventFired) bool { return true }, chromedp.Click(chromedp.CSS(selector), chromedp.NodeVisible)))
}

// Wait waits until a CSS selector finds something that can be seen.
func (t *Tab) Wait(selector string) {
	t.tb.Helper()
	t.Do("wait for "+selector, chromedp.WaitVisible(chromedp.CSS(selector)))
}

// Until waits until an expression of JavaScript is true in the page, which may change by
// itself meanwhile.
func (t *Tab) Until(expression string) {
	t.tb.Helper()
	ask(t, "wait until "+expression, chromedp.Poll[bool](expression, chromedp.WithPollingTimeout(patience)))
}

// Post sends a form that the page does not show, as somebody would who wrote it by hand.
func (t *Tab) Post(path string, fields map[string]string) {
	t.tb.Helper()
	values, err := json.Marshal(fields)
	if err != nil {
		t.tb.Fatal(err)
	}
	submit := chromedp.Evaluate[chromedp.Void](fmt.Sprintf(`(() => {
		const form = document.createElement("form");
		form.method = "post"; form.action = %q;
		for (const [name, value] of Object.entries(%s)) {
			const field = document.createElement("input");
			field.name = name; field.value = value; form.append(field);
		}
		document.body.append(form); form.submit();
	})()`, path, values))
	ask(t, "post to "+path, chromedp.WaitEvent(page.LoadEventFired, func(page.EventLoadEventFired) bool { return true }, submit))
}

// Text returns the text of what a CSS selector finds first.
func (t *Tab) Text(selector string) string {
	t.tb.Helper()
	return ask(t, "read "+selector, chromedp.Text(chromedp.CSS(selector)))
}

// Links returns the addresses that links lead to, of those that a CSS selector finds.
func (t *Tab) Links(selector string) []string {
	t.tb.Helper()
	return ask(t, "read links "+selector, chromedp.Evaluate[[]string](
		fmt.Sprintf("Array.from(document.querySelectorAll(%q), a => a.href)", selector)))
}

// Address returns the address of the page.
func (t *Tab) Address() string {
	t.tb.Helper()
	return ask(t, "read the address", chromedp.Location())
}

// details is how Folded and Unfold call all details of a page.
const details = "details"

// Folded returns what a person can open on the page, and what is not open: "details" if there
// are some, and the selector of each popover that has a button that can be seen.
func (t *Tab) Folded() []string {
	t.tb.Helper()
	return ask(t, "look for what is folded up", chromedp.Evaluate[[]string](fmt.Sprintf(
		`[...(document.querySelector("details:not([open])") ? [%q] : []), ...new Set(Array.from(document.querySelectorAll("[popovertarget]"))
			.filter(b => b.checkVisibility()).map(b => "#" + CSS.escape(b.getAttribute("popovertarget"))))]`, details)))
}

// Unfold opens what [Tab.Folded] has returned. A popover closes the one before it.
func (t *Tab) Unfold(what string) {
	t.tb.Helper()
	script := `for (const one of document.querySelectorAll("details")) one.open = true`
	if what != details {
		script = fmt.Sprintf("document.querySelector(%q).showPopover()", what)
	}
	t.Do("open "+what, chromedp.Evaluate[chromedp.Void](script))
}

// Overflows reports whether the page, or a popover that is open, is wider than the window, so
// that a person has to scroll sideways.
func (t *Tab) Overflows() bool {
	t.tb.Helper()
	return ask(t, "measure", chromedp.Evaluate[bool](`(() => {
		const width = document.documentElement.clientWidth;
		const edges = Array.from(document.querySelectorAll(":popover-open"), p => p.getBoundingClientRect());
		return document.documentElement.scrollWidth > width || edges.some(e => e.left < 0 || e.right > width + 1);
	})()`))
}

// Screenshot writes the whole page as NAME.png into the folder that BEIBU_SCREENSHOTS
// names, if it names one.
func (t *Tab) Screenshot(name string) {
	t.tb.Helper()
	folder := os.Getenv("BEIBU_SCREENSHOTS")
	if folder == "" {
		return
	}
	png := ask(t, "screenshot "+name, chromedp.FullScreenshot(100))
	if err := os.WriteFile(filepath.Join(folder, name+".png"), png, 0o600); err != nil {
		t.tb.Fatal(err)
	}
}
