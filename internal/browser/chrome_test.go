package browser

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	cdpage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"shiplist/internal/testenv"
)

// patience bounds everything that is done with one page.
const patience = 3 * time.Minute

// A way is one of the ways to look at a page.
type way struct {
	width   int64
	scheme  string // light or dark
	scripts bool
}

func (w way) String() string {
	return fmt.Sprintf("%dpx-%s-%s", w.width, w.scheme, map[bool]string{true: "script", false: "plain"}[w.scripts])
}

// start starts a browser that talks to nobody by itself, and returns its context.
func start(t *testing.T) context.Context {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(testenv.Program(t, "chromium", "chromium-browser", "google-chrome")),
		chromedp.NoSandbox, // containers and root have no sandbox to offer
		chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-component-update", true),
		// Whatever a page asks for, it gets nothing from elsewhere.
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"),
	)
	ctx, cancel := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx, chromedp.WithErrorf(t.Logf))
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx, chromedp.Navigate("about:blank")); err != nil {
		t.Fatalf("start the browser: %v", err)
	}
	return ctx
}

// A tab is a page open in the browser, with all that went wrong in it so far.
type tab struct {
	ctx  context.Context
	home *url.URL

	mu       sync.Mutex
	problems []string
}

// open loads an address below home in a tab of its own.
func open(t *testing.T, browser context.Context, home, path string, w way) *tab {
	t.Helper()
	base, err := url.Parse(home)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := chromedp.NewContext(browser)
	t.Cleanup(cancel)
	ctx, cancel = context.WithTimeout(ctx, patience)
	t.Cleanup(cancel)
	b := &tab{ctx: ctx, home: base}
	if err := chromedp.Listen(ctx, b.note); err != nil {
		t.Fatalf("listen to the page: %v", err)
	}
	b.turn(t, w)
	b.call(t, "load "+home+path, func() error { return chromedp.Do(ctx, chromedp.Navigate(home+path)) })
	return b
}

func (b *tab) call(t *testing.T, what string, f func() error) {
	t.Helper()
	if err := f(); err != nil {
		t.Fatalf("%s: %v", what, err)
	}
}

// turn shows the page in another way, as turning a phone or the evening does. Only
// whether scripts run is settled when a page is loaded.
func (b *tab) turn(t *testing.T, w way) {
	t.Helper()
	b.call(t, "set the view", func() error {
		if err := chromedp.Do(b.ctx, chromedp.EmulateViewport(w.width, 900)); err != nil {
			return err
		}
		_, err := chromedp.Call(b.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !w.scripts})
		return err
	})
	b.medium(t, "", w.scheme)
}

// medium sets what the page is shown on, "print" or "" for a screen.
func (b *tab) medium(t *testing.T, name, scheme string) {
	t.Helper()
	b.call(t, "set the medium", func() error {
		_, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Media:    name,
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
		})
		return err
	})
}

// note keeps what an event says went wrong. It is called by the browser's reader
// and must not call the browser.
func (b *tab) note(event any) {
	problem := ""
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		problem = "exception: " + e.ExceptionDetails.Text
		if e.ExceptionDetails.Exception != nil {
			problem += " " + e.ExceptionDetails.Exception.Description
		}
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.ConsoleAPICalledTypeError || e.Type == runtime.ConsoleAPICalledTypeWarning {
			problem = "console." + string(e.Type) + " was called"
		}
	case *log.EventEntryAdded:
		if e.Entry.Level == log.EntryLevelError || e.Entry.Level == log.EntryLevelWarning {
			problem = "console: " + e.Entry.Text + " " + e.Entry.URL
		}
	case *network.EventRequestWillBeSent:
		problem = b.leaves(e.Request.URL)
	case *network.EventResponseReceived:
		if e.Response.Status >= 400 {
			problem = fmt.Sprintf("%s answers %d", e.Response.URL, e.Response.Status)
		}
	}
	if problem != "" {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.problems = append(b.problems, problem)
	}
}

// leaves says why an address is none that a page may ask for, or "".
func (b *tab) leaves(address string) string {
	u, err := url.Parse(address)
	switch {
	case err != nil:
		return "request for an address that is none: " + err.Error()
	case u.Scheme == "data", u.Scheme == "blob", address == "about:blank":
		return ""
	case u.Scheme != b.home.Scheme || u.Host != b.home.Host:
		return "request to another host: " + address
	case !strings.HasPrefix(u.Path, b.home.Path):
		return "request outside the site's own path: " + address
	}
	return ""
}

// faults returns everything that went wrong so far.
func (b *tab) faults() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.problems)
}

// evaluate runs a function of the page's language and decodes what it returns. It
// works with scripts switched off, too: that holds for the page's own.
func evaluate[T any](t *testing.T, b *tab, script string) T {
	t.Helper()
	value, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](script, chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatalf("evaluate in the page: %v", err)
	}
	return value
}

// picture returns the page as PNG, from its top down to a height, so many times its
// size.
func (b *tab) picture(t *testing.T, width, height int64, scale float64) []byte {
	t.Helper()
	beyond := true
	shot, err := chromedp.Call(b.ctx, cdpage.CaptureScreenshot, cdpage.CaptureScreenshotParams{
		Clip:                  &cdpage.Viewport{Width: float64(width), Height: float64(height), Scale: scale},
		CaptureBeyondViewport: &beyond,
	})
	if err != nil {
		t.Fatalf("take a picture: %v", err)
	}
	return shot.Data
}
