package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"

	"shiplist/agent"
	"shiplist/agent/fetch"
	"shiplist/agent/placed"
	"shiplist/internal/config"
	"shiplist/internal/hostscript"
	"shiplist/internal/release"
)

func publishSetCommand() command {
	return command{
		name:    "publish-set",
		args:    "MILESTONE",
		short:   "tell what of a milestone is published, from where, to where, and with which commands",
		example: "shiplist publish-set resolute/final --script > publish.sh",
		setup: func(fs *flag.FlagSet) action {
			var o publishSetOptions
			o.define(fs)
			fs.Var(&o.set.only, "only", "nothing but the products whose title or name in addresses `PATTERN` matches; may be given several times")
			fs.Var(&o.set.except, "except", "not the products that `PATTERN` matches; may be given several times")
			fs.Var(&o.set.force, "force", "the products that `PATTERN` matches, in spite of what leaves them out; may be given several times")
			fs.BoolVar(&o.released, "released", false, "also of a milestone that is released already")
			fs.BoolVar(&o.commands, "commands", false, "print the commands, and in comments what is left out, and no more")
			fs.BoolVar(&o.script, "script", false, "print a whole script: backup, commands, comparison")
			fs.Var(&o.verify, "verify", "compare with what lies at `WHERE`: DIR or URL with a folder for each tree (full, simple), or full=DIR, simple=URL")
			return o.answering(o.run)
		},
	}
}

type publishSetOptions struct {
	asking
	set struct {
		only, except, force patterns
	}
	released bool
	commands bool
	script   bool
	verify   patterns
}

// patterns are the values of a flag that may be given several times.
type patterns []string

func (p *patterns) String() string { return strings.Join(*p, ",") }

// Set adds the values of one flag, which may be several with commas between them.
func (p *patterns) Set(text string) error {
	for one := range strings.SplitSeq(text, ",") {
		if one = strings.TrimSpace(one); one == "" {
			return errors.New("empty")
		}
		*p = append(*p, one)
	}
	return nil
}

func (o *publishSetOptions) run(ctx context.Context, e *environment, args []string) error {
	if err := o.check(args); err != nil {
		return err
	}
	s, err := o.look(e)
	if err != nil {
		return err
	}
	m, err := release.FindMilestone(s.Picture, args[0])
	if err != nil {
		return err
	}
	set, err := release.MakePublishSet(s.Picture, s.config.Rules, m, release.PublishOptions{
		Only: o.set.only, Except: o.set.except, Force: o.set.force,
		Released: o.released, Compare: len(o.verify) > 0,
	})
	if err != nil {
		return refuse(m, err)
	}
	lines, err := s.config.Commands.PublishCommands(set)
	if err != nil {
		return err
	}
	result := publishSetResult{set: set, lines: lines}
	if len(o.verify) > 0 {
		return o.compare(ctx, e, s, result)
	}
	return o.end(s, len(set.LeftOut()) > 0, o.print(e, s, result))
}

// check looks at the command line.
func (o *publishSetOptions) check(args []string) error {
	chosen := 0
	for _, is := range []bool{o.json, o.commands, o.script} {
		if is {
			chosen++
		}
	}
	switch {
	case len(args) == 0:
		return usagef("which milestone? write it like resolute/final")
	case len(args) > 1:
		return usagef("unexpected argument %q; one milestone at a time", args[1])
	case chosen > 1:
		return usagef("--json, --commands and --script exclude each other")
	case len(o.verify) > 0 && (o.commands || o.script):
		return usagef("--verify compares, and prints no commands")
	}
	return nil
}

// refuse is the error of a milestone of which there is no publish set, each reason in a
// line of its own.
func refuse(m *release.Manifest, err error) error {
	refused := release.Refused(err)
	if refused.Reasons == nil {
		return err
	}
	if refused.Mistyped {
		return usagef("%s", strings.Join(refused.Reasons, "\n  "))
	}
	lines := refused.Reasons
	if m.Over() != "" && len(refused.Products) == 0 {
		lines = append(lines, "to see its set all the same, write --released; to compare what lies there with it, --verify")
	}
	if len(refused.Products) > 0 {
		lines = append(lines, "mend the rules or the tracker; or publish the others"+without(refused))
	}
	return fmt.Errorf("refused for %s:\n  %s", m.Title, strings.Join(lines, "\n  "))
}

// without says with which flags a set is made of the products that are not refused. What
// --force alone brings in goes there; --except of it would be refused in its turn.
func without(refused release.RefusedError) string {
	except := slices.DeleteFunc(slices.Clone(refused.Products), func(p string) bool { return slices.Contains(refused.Unmeant, p) })
	var ways []string
	if len(except) > 0 {
		ways = append(ways, "with --except "+strings.Join(except, ","))
	}
	if len(refused.Forced) > 0 {
		ways = append(ways, "without "+strings.Join(refused.Forced, ", ")+" in --force")
	}
	return ", " + strings.Join(ways, " and ")
}

// print prints the result in the form that was asked for.
func (o *publishSetOptions) print(e *environment, s *seen, r publishSetResult) error {
	switch {
	case o.json:
		return errors.Join(s.warnAside(e), printJSON(e, r.json(s.AsOf, s.doubts)))
	case o.commands:
		return errors.Join(s.warn(e.stdout, e.terminal, "# "), r.printCommands(e.stdout))
	case o.script:
		ours := slices.ContainsFunc(s.config.Trees, func(t config.Tree) bool { return t.Role == release.RoleFull && t.Headers })
		text, err := hostscript.Publish(r.set, r.lines, s.AsOf, ours)
		if err != nil {
			return err
		}
		head, rest, _ := strings.Cut(text, "\n") // what finds the shell stays first
		_, err = io.WriteString(e.stdout, head+"\n")
		err = errors.Join(err, s.warn(e.stdout, e.terminal, "# "))
		_, errRest := io.WriteString(e.stdout, rest)
		return errors.Join(err, errRest)
	}
	return errors.Join(s.warn(e.stdout, e.terminal, ""), r.print(e))
}

// compare tells how what lies at the places differs from the set.
func (o *publishSetOptions) compare(ctx context.Context, e *environment, s *seen, r publishSetResult) error {
	places, err := placed.Parse(o.verify)
	if err != nil {
		return usagef("--verify: %v", err)
	}
	found, err := places.Find(ctx, fetch.New(agent.ClientOptions(s.config, programVersion())), r.set)
	if err != nil {
		return err
	}
	verified := r.set.Verify(found, places.Has)
	r.verified = &verified
	if o.json {
		err = errors.Join(s.warnAside(e), printJSON(e, r.json(s.AsOf, s.doubts)))
	} else {
		err = errors.Join(s.warn(e.stdout, e.terminal, ""), r.printMismatches(e))
	}
	return o.end(s, !verified.Good(), err)
}
