package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"net"
	"net/netip"
	"os/exec"
	"runtime"
	"runtime/debug"
	"time"

	"shiplist/generator"
	"shiplist/generator/preview"
	"shiplist/internal/config"
	"shiplist/internal/release"
)

func previewCommand() command {
	return command{
		name:    "preview",
		short:   "show the newest site while data, texts and layouts change, and what publishing would change",
		example: "shiplist preview --open",
		setup: func(fs *flag.FlagSet) action {
			var o previewOptions
			o.define(fs)
			fs.StringVar(&o.listen, "listen", "127.0.0.1:8020", "`ADDRESS` at which it is served; one that others reach opens it to them; port 0 picks a free one")
			fs.StringVar(&o.digest, "digest", "", "show the staged set whose digest begins with `D` as it is, and make nothing")
			fs.BoolVar(&o.open, "open", false, "open it in the browser")
			return o.run
		},
	}
}

type previewOptions struct {
	common
	listen string
	digest string
	open   bool
}

func (o *previewOptions) run(ctx context.Context, e *environment, args []string) error {
	if err := noArgs(args); err != nil {
		return err
	}
	log, err := o.logger(e)
	if err != nil {
		return err
	}
	// A mistake in it is shown in the preview, until it is mended.
	cfg, err := config.Load(o.config)
	if errors.Is(err, fs.ErrNotExist) {
		return &configError{err}
	}
	if err == nil {
		if err := o.own(cfg, "preview"); err != nil {
			return err
		}
	}
	set, err := o.set(ctx, cfg, err)
	if err != nil {
		return err
	}
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", o.listen)
	if err != nil {
		return fmt.Errorf("%w; name another address with --listen", err)
	}
	if e.getenv("GOGC") == "" {
		defer debug.SetGCPercent(debug.SetGCPercent(generator.Growth))
	}
	o.greet(e, l.Addr())
	told := ""
	return preview.New(preview.Options{
		File: o.config, Logger: log, Now: e.now, Set: set, Publish: commandLine("publish", o.config),
		Load: func() (*config.Config, error) { return config.Load(o.config) },
		Tell: func(m preview.Made) { told = tellMade(e, m, told) },
	}).Run(ctx, l)
}

// set opens the set that was asked for; nil for none. wrong is what is wrong with the
// configuration.
func (o *previewOptions) set(ctx context.Context, cfg *config.Config, wrong error) (*generator.BuiltSite, error) {
	if o.digest == "" {
		return nil, nil
	}
	if wrong != nil {
		return nil, &configError{wrong}
	}
	return generator.OpenSet(ctx, cfg.Site.Staged, o.digest)
}

// greet says where it is, and opens it where that is wanted.
func (o *previewOptions) greet(e *environment, a net.Addr) {
	at, _ := netip.ParseAddrPort(a.String()) // what a listener says of itself
	host := at.Addr().Unmap()
	address := fmt.Sprintf("http://%s/", netip.AddrPortFrom(host, at.Port()))
	if host.IsUnspecified() {
		address = fmt.Sprintf("http://localhost:%d/", at.Port())
	}
	if !host.IsLoopback() {
		fmt.Fprintf(e.stderr, "shiplist preview: open to the network: everyone who reaches %s can read it\n", a)
	}
	fmt.Fprintf(e.stdout, "the preview is at\n\n    %s\n\npress Ctrl-C to end\n", address)
	if !o.open {
		return
	}
	if err := openBrowser(address); err != nil {
		fmt.Fprintf(e.stderr, "shiplist preview: no browser could be opened: %v\n", err)
	}
}

// openBrowser opens an address in the browser of whoever is at the machine, and does not
// wait for it.
func openBrowser(address string) error {
	program := map[string][]string{
		"darwin":  {"open"},
		"windows": {"rundll32", "url.dll,FileProtocolHandler"},
	}[runtime.GOOS]
	if program == nil {
		program = []string{"xdg-open"}
	}
	c := exec.Command(program[0], append(program[1:], address)...)
	if err := c.Start(); err != nil {
		return err
	}
	go func() { _ = c.Wait() }() // how it ends is told by the browser
	return nil
}

// tellMade prints what became of a change; a mistake that stays is told once. It returns
// the mistake.
func tellMade(e *environment, m preview.Made, told string) string {
	if m.Err != nil {
		if m.Err.Error() != told {
			printMistakes(e.stderr, "preview", m.Err)
		}
		return m.Err.Error()
	}
	differ := "nothing is published yet"
	if m.Published {
		differ = release.Plural(m.Differ, "page differs", "pages differ") + " from what is published"
	}
	fmt.Fprintf(e.stdout, "%s  %s, %s  (%s)\n", m.Result.Digest[:12], release.Plural(m.Result.Pages, "page", "pages"), differ, m.Duration.Round(time.Millisecond))
	return ""
}
