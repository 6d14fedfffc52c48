package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"text/tabwriter"
	"time"

	"shiplist/generator"
	"shiplist/generator/publish"
	"shiplist/internal/config"
	"shiplist/internal/release"
	"shiplist/internal/store"
	"shiplist/internal/terminal"
)

// Exit codes are part of the interface; docs/design.md lists which command may end
// with which.
const (
	exitDone    = 0
	exitFailed  = 1
	exitUsage   = 2 // wrong usage or configuration
	exitTrouble = 3 // ran fine and found trouble
)

// environment is the world outside: everything global that a command may touch.
type environment struct {
	stdout, stderr io.Writer
	// terminal is what standard output is laid out for.
	terminal terminal.Terminal
	getenv   func(string) string
	now      func() time.Time
	// hangups returns a channel of signals to read the configuration again, and what
	// ends it.
	hangups func() (<-chan os.Signal, func())
	// lasting is for work that outlives its terminal: the context ends when that hangs up,
	// and nobody reading what is printed any more is an error, not the end.
	lasting func(context.Context) (context.Context, func())
}

func system() *environment {
	return &environment{
		stdout:   os.Stdout,
		stderr:   os.Stderr,
		terminal: terminal.Of(os.Stdout, os.Getenv),
		getenv:   os.Getenv,
		now:      func() time.Time { return time.Now().UTC() },
		hangups: func() (<-chan os.Signal, func()) {
			c := make(chan os.Signal, 1)
			signal.Notify(c, syscall.SIGHUP)
			return c, func() { signal.Stop(c) }
		},
		lasting: untilHangup,
	}
}

// untilHangup ends a context when the terminal hangs up, unless somebody had that ignored
// from the beginning, as nohup does. Pipes are listened to, not ignored: what we start
// would inherit that.
func untilHangup(ctx context.Context) (context.Context, func()) {
	pipes := make(chan os.Signal, 1)
	signal.Notify(pipes, syscall.SIGPIPE)
	end := func() { signal.Stop(pipes) }
	if signal.Ignored(syscall.SIGHUP) {
		return ctx, end
	}
	ctx, stop := signal.NotifyContext(ctx, syscall.SIGHUP)
	return ctx, func() { stop(); end() }
}

// action is a command with its flags parsed.
type action func(ctx context.Context, e *environment, args []string) error

// command is one subcommand. setup defines its flags and returns what to run.
type command struct {
	name    string
	args    string // what follows the flags, for the usage line
	short   string // one sentence
	example string // a line that can be run as it is
	setup   func(*flag.FlagSet) action
}

// commands lists the subcommands in the order of the help.
func commands() []command {
	return []command{
		demoCommand(),
		initCommand(),
		agentCommand(),
		generateCommand(),
		previewCommand(),
		publishCommand(),
		verifyCommand(),
		publishSetCommand(),
		respinCommand(),
		archiveSetCommand(),
		planNewCommand(),
		planFillCommand(),
		planCheckCommand(),
		planImportCommand(),
		statusCommand(),
		checkCommand(),
		diffCommand(),
		whyCommand(),
		versionCommand(),
	}
}

// errTrouble is returned by a command that has said all it had to say and found
// trouble.
var errTrouble = errors.New("trouble found")

// usageError is a mistake on the command line.
type usageError struct{ text string }

func (e *usageError) Error() string { return e.text }

func usagef(format string, args ...any) error {
	return &usageError{fmt.Sprintf(format, args...)}
}

// run is the program: it picks the command, parses its flags, runs it, and turns
// its error into an exit code. Nothing else ends the process.
func run(ctx context.Context, args []string, e *environment) int {
	if len(args) == 0 {
		printUsage(e.stderr)
		return exitUsage
	}
	switch args[0] {
	case "-h", "--help", "help":
		return help(args[1:], e)
	case "--version":
		args[0] = "version"
	}
	if c, rest, ok := findCommand(args); ok {
		return runCommand(ctx, c, rest, e)
	}
	return noCommand(e, args)
}

// findCommand finds the command that a command line begins with, by one or two words.
func findCommand(args []string) (c command, rest []string, ok bool) {
	for _, c := range commands() {
		words := strings.Fields(c.name)
		if len(args) >= len(words) && slices.Equal(words, args[:len(words)]) {
			return c, args[len(words):], true
		}
	}
	return command{}, nil, false
}

// noCommand says that there is no such command. Of one that is several it names those.
func noCommand(e *environment, args []string) int {
	var names []string
	for _, c := range commands() {
		if word, rest, two := strings.Cut(c.name, " "); two && word == args[0] {
			names = append(names, rest)
		}
	}
	switch {
	case len(names) > 0 && (len(args) == 1 || strings.HasPrefix(args[1], "-")):
		fmt.Fprintf(e.stderr, "shiplist: %s what? write %s %s\n", args[0], args[0], strings.Join(names, ", or "+args[0]+" "))
	case len(names) > 0:
		fmt.Fprintf(e.stderr, "shiplist: there is no command %q; write %s %s\n", args[0]+" "+args[1], args[0], strings.Join(names, ", or "+args[0]+" "))
	default:
		fmt.Fprintf(e.stderr, "shiplist: there is no command %q\n", args[0])
	}
	fmt.Fprint(e.stderr, "run 'shiplist -h' for the list\n")
	return exitUsage
}

func help(args []string, e *environment) int {
	if len(args) == 0 {
		printUsage(e.stdout)
		return exitDone
	}
	c, _, ok := findCommand(args)
	if !ok {
		return noCommand(e, args)
	}
	printHelp(e.stdout, c)
	return exitDone
}

func runCommand(ctx context.Context, c command, args []string, e *environment) int {
	fs := flag.NewFlagSet(c.name, flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	do := c.setup(fs)
	names, err := parseMixed(fs, args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		printHelp(e.stdout, c)
		return exitDone
	case err != nil:
		return report(e, c, &usageError{flagMistake(err)})
	}
	return report(e, c, do(ctx, e, names))
}

// parseMixed parses flags that may stand before, between and behind names, as people
// write them, and returns the names. What follows "--" is no flag.
func parseMixed(fs *flag.FlagSet, args []string) (names []string, err error) {
	for {
		if err := fs.Parse(args); err != nil {
			return nil, err
		}
		rest := fs.Args()
		if read := len(args) - len(rest); len(rest) == 0 || read > 0 && args[read-1] == "--" {
			return append(names, rest...), nil
		}
		names, args = append(names, rest[0]), rest[1:]
	}
}

// flagMistake says what package flag says, of flags as our help writes them.
func flagMistake(err error) string {
	text := strings.Replace(err.Error(), "flag provided but not defined: -", "there is no flag --", 1)
	text = strings.Replace(text, "needs an argument: -", "needs an argument: --", 1)
	return oneDash.ReplaceAllString(text, "${1}--$2")
}

// oneDash is where a mistake in a value names its flag.
var oneDash = regexp.MustCompile(`^(invalid (?:boolean )?value ".*" for (?:flag )?)-([a-z])`)

// report prints what a command ended with and returns its exit code.
func report(e *environment, c command, err error) int {
	var usage *usageError
	var noConfig *configError
	var lookup *release.LookupError
	switch {
	case err == nil:
		return exitDone
	case errors.Is(err, errTrouble):
		return exitTrouble
	case errors.As(err, &usage):
		fmt.Fprintf(e.stderr, "shiplist %s: %s\nrun 'shiplist %s -h' for its flags\n", c.name, usage.text, c.name)
		return exitUsage
	case errors.As(err, &lookup), errors.As(err, &noConfig):
		for _, each := range generator.Mistakes(err) {
			printMistake(e.stderr, c.name, each)
		}
		return exitUsage
	}
	printMistakes(e.stderr, c.name, err)
	var broken store.Problems
	if errors.As(err, &broken) {
		fmt.Fprintln(e.stderr, "a running agent, or 'shiplist agent --once', keeps each of these files as NAME.edited and writes it anew as soon as its source answers")
	}
	return exitFailed
}

// printMistake prints one of several errors that keep a command from its answer.
func printMistake(w io.Writer, command string, err error) {
	var noConfig *configError
	var lookup *release.LookupError
	switch {
	case errors.As(err, &noConfig): // it has its place
		fmt.Fprintln(w, noConfig)
	case errors.As(err, &lookup):
		fmt.Fprintf(w, "shiplist %s: %s\n", command, terminal.Clean(lookup.Error()))
	default:
		printMistakes(w, command, err)
	}
}

// printMistakes prints an error; a mistake in a layout with its line and with what is
// known in the place.
func printMistakes(w io.Writer, command string, err error) {
	fmt.Fprintf(w, "shiplist %s: ", command)
	for _, each := range generator.Mistakes(err) {
		fmt.Fprintln(w, each)
		var layout *generator.LayoutError
		if !errors.As(each, &layout) {
			continue
		}
		for _, text := range []string{layout.Excerpt(), layout.KnownText()} {
			if text != "" {
				fmt.Fprintf(w, "    %s\n", strings.ReplaceAll(text, "\n", "\n    "))
			}
		}
	}
}

func printUsage(w io.Writer) {
	fmt.Fprint(w, "shiplist tells what ships in a release, from trackers and image trees, as static pages.\n\n")
	fmt.Fprint(w, "usage: shiplist COMMAND [flags]\n\n")
	tab := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, c := range commands() {
		fmt.Fprintf(tab, "  %s\t%s\n", c.name, c.short)
	}
	_ = tab.Flush() // the writer behind it reports its own errors
	fmt.Fprint(w, "\nexit codes: 0 done, 1 failed, 2 wrong usage or configuration, 3 ran fine and found trouble\n")
	fmt.Fprint(w, "\nexample: shiplist demo\n")
}

func printHelp(w io.Writer, c command) {
	fs := flag.NewFlagSet(c.name, flag.ContinueOnError)
	c.setup(fs)
	fmt.Fprintf(w, "%s\n\nusage: %s\n", c.short, strings.TrimSpace("shiplist "+c.name+" [flags] "+c.args))
	tab := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	first := true
	fs.VisitAll(func(f *flag.Flag) {
		if first {
			fmt.Fprint(tab, "\nflags:\n")
			first = false
		}
		value, text := flag.UnquoteUsage(f)
		if f.DefValue != "" && f.DefValue != "false" {
			text += " (default " + f.DefValue + ")"
		}
		fmt.Fprintf(tab, "  --%s\t%s\n", strings.TrimSpace(f.Name+" "+value), text)
	})
	_ = tab.Flush()
	fmt.Fprintf(w, "\nexample: %s\n", c.example)
}

// configFile is the configuration where nobody names another.
const configFile = "config.toml"

// common are the flags that every command with a configuration takes.
type common struct {
	config    string
	logFormat string
	verbose   bool
	// service says that the log is all that the command prints.
	service bool
}

func (o *common) define(fs *flag.FlagSet) {
	fs.StringVar(&o.config, "config", configFile, "`FILE` with the configuration")
	o.defineLog(fs)
}

func (o *common) defineLog(fs *flag.FlagSet) {
	fs.StringVar(&o.logFormat, "log-format", "text", "form of the log on standard error: `text` or json")
	fs.BoolVar(&o.verbose, "verbose", false, "log every request and every step")
}

// own refuses a command that writes, given as it is typed, where files of root's would
// keep the owner of the directories out.
func (o *common) own(cfg *config.Config, command string) error {
	return owned(commandLine(command, o.config), cfg.Store.Data, cfg.Store.State, cfg.Site.Staged, cfg.Site.Headers, publish.SetsDir(cfg.Site.Output))
}

// commandLine is what to run for the configuration in file.
func commandLine(command, file string) string {
	text := "shiplist " + command
	if file != configFile {
		text += " --config " + file
	}
	return text
}

// load reads the configuration and makes the log.
func (o *common) load(e *environment) (*config.Config, *slog.Logger, error) {
	log, err := o.logger(e)
	if err != nil {
		return nil, nil, err
	}
	cfg, err := config.Load(o.config)
	if err != nil {
		return nil, nil, &configError{err}
	}
	return cfg, log, nil
}

// configError is any reason for which there is no configuration to work with.
type configError struct{ err error }

func (e *configError) Error() string { return e.err.Error() }
func (e *configError) Unwrap() error { return e.err }

// noArgs refuses what follows the flags.
func noArgs(args []string) error {
	if len(args) > 0 {
		return usagef("unexpected argument %q", args[0])
	}
	return nil
}
