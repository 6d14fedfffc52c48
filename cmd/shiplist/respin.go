package main

import (
	"context"
	"flag"
	"strings"

	"shiplist/internal/release"
)

func respinCommand() command {
	return command{
		name:    "respin",
		args:    "SERIES",
		short:   "print the commands that build images again; with --run, run them on the build host",
		example: "shiplist respin noble --milestone 24.04.4 --release --not-ready",
		setup: func(fs *flag.FlagSet) action {
			var o respinOptions
			o.define(fs)
			fs.StringVar(&o.milestone, "milestone", "", "only what is on `MILESTONE` of the series")
			fs.BoolVar(&o.wanted.Release, "release", false, "only what the series manifest means to release")
			fs.BoolVar(&o.wanted.NotReady, "not-ready", false, "leave out what is ready")
			fs.BoolVar(&o.wanted.Requested, "requested", false, "only what is requested on a tracker, and not begun yet")
			fs.Var(&o.products, "product", "only `PRODUCT`; may be given several times")
			fs.BoolVar(&o.run, "run", false, "run the commands, and mark the requests on trackers whose user and key the configuration has")
			fs.BoolVar(&o.unmarked, "unmarked", false, "with --run: leave the requests on the trackers as they are")
			return o.answering(o.respin)
		},
	}
}

type respinOptions struct {
	asking
	milestone string
	products  names
	wanted    release.RespinOptions
	run       bool
	unmarked  bool
}

// respun is the result of the command; docs/operations.md tells its JSON.
type respun struct {
	Series    string       `json:"series"`
	Milestone string       `json:"milestone,omitempty"`
	Commands  []respinCall `json:"commands"`
	Left      []respinLeft `json:"left_out,omitempty"`
	Refused   []respinLeft `json:"refused,omitempty"`
	Build     respinCost   `json:"build"`
	Saved     respinCost   `json:"saved"`
	Run       bool         `json:"run"`
	Failed    int          `json:"failed,omitempty"`
	// Of Failed, which counts all that did not succeed.
	Stopped    int `json:"stopped,omitempty"`
	NeverBegun int `json:"never_begun,omitempty"`
	// Skipped are the commands that nobody wanted any more when their turn came.
	Skipped int             `json:"skipped,omitempty"`
	Doubts  []release.Doubt `json:"doubts,omitempty"`
}

// respinCall is one command. What follows Cost is known once it ran, and what its
// requests had become by then may have made it smaller.
type respinCall struct {
	Command  string          `json:"command"`
	Project  string          `json:"project"`
	Type     string          `json:"image_type"`
	Arches   []string        `json:"arches"`
	Products []respinProduct `json:"products"`
	Requests []respinRequest `json:"requests,omitempty"`
	// Begun are the requests that somebody is at work on already, with their status.
	Begun []respinRequest `json:"begun,omitempty"`
	Cost  respinCost      `json:"build"`
	Log   string          `json:"log,omitempty"`
	Error string          `json:"error,omitempty"`
	// Skipped says why the command was not run: its requests were all taken.
	Skipped string `json:"skipped,omitempty"`
	// Left are the products that it did not build for that reason, Taken the requests
	// that were not its own any more.
	Left  []respinLeft    `json:"left_out,omitempty"`
	Taken []respinRequest `json:"taken,omitempty"`

	group      release.RespinGroup
	queued     bool // its requests are marked so
	unfinished bool // Error says itself that it was stopped, or never begun
}

type respinProduct struct {
	Product string `json:"product"`
	Title   string `json:"title"`
}

// respinRequest is a request on a tracker that a command fulfils.
type respinRequest struct {
	Source  string `json:"source"`
	ID      string `json:"id"`
	Product string `json:"product"`
	By      string `json:"by,omitempty"`
	// Status is how far one is that was begun or taken; empty where it is not open any more.
	Status string `json:"status,omitempty"`
}

type respinLeft struct {
	respinProduct
	Why string `json:"why"`
}

// respinCost is what building takes; of Unknown images nobody said for how long.
type respinCost struct {
	Images  int     `json:"images"`
	Hours   float64 `json:"hours"`
	Unknown int     `json:"images_without_hours,omitempty"`
}

func (o *respinOptions) respin(ctx context.Context, e *environment, args []string) error {
	if len(args) != 1 {
		return usagef("name one series, as in 'shiplist respin noble'")
	}
	if o.unmarked && !o.run {
		return usagef("--unmarked goes with --run")
	}
	s, err := o.look(e)
	if err != nil {
		return err
	}
	set, err := o.set(s, args[0])
	if err != nil {
		return err
	}
	r, err := respunOf(s, set)
	if err != nil {
		return err
	}
	if o.run {
		return o.runAll(ctx, e, s, r)
	}
	if o.json {
		err = o.warnBeside(e, s)
	} else {
		err = s.warn(e.stdout, e.terminal, "# ")
	}
	if err == nil {
		err = o.print(e, r)
	}
	return o.end(s, len(r.Refused) > 0, err)
}

func (o *respinOptions) print(e *environment, r *respun) error {
	if o.json {
		return printJSON(e, r)
	}
	return r.print(e.stdout, e.terminal)
}

// set works out what is asked for.
func (o *respinOptions) set(s *seen, series string) (*release.RespinSet, error) {
	line, err := release.FindSeries(s.Picture, series)
	if err != nil {
		return nil, err
	}
	wanted := o.wanted
	if o.milestone != "" {
		name := o.milestone
		if !strings.Contains(name, "/") {
			name = line.Slug + "/" + name
		}
		if wanted.Milestone, err = release.FindMilestone(s.Picture, name); err != nil {
			return nil, err
		}
	}
	for _, name := range o.products {
		p, err := release.FindProduct(s.Picture, name)
		if err != nil {
			return nil, err
		}
		wanted.Products = append(wanted.Products, p)
	}
	return s.config.Rules.RespinSet(s.Picture, line, wanted)
}

func respunOf(s *seen, set *release.RespinSet) (*respun, error) {
	r := &respun{
		Series: set.Line.Slug, Commands: []respinCall{}, Left: respinLefts(set.Left), Refused: respinLefts(set.Refused),
		Build: respinCost(set.Build), Saved: respinCost(set.Saved), Doubts: s.doubts,
	}
	if set.Milestone != nil {
		r.Milestone = set.Milestone.Slug
	}
	for _, g := range set.Groups {
		text, err := s.config.Commands.RespinCommand(g)
		if err != nil {
			return nil, err
		}
		r.Commands = append(r.Commands, respinCall{Project: g.Project, Type: g.ImageType})
		r.Commands[len(r.Commands)-1].builds(g, text)
	}
	return r, nil
}

// builds makes a call that of a command with a text.
func (c *respinCall) builds(g release.RespinGroup, text string) {
	c.Command, c.Arches, c.Cost, c.group = text, g.Arches, respinCost(g.Cost), g
	c.Products, c.Requests, c.Begun = nil, nil, nil
	for _, p := range g.Products {
		c.Products = append(c.Products, respinProduct{p.Slug, p.Title})
	}
	for _, q := range g.Requests {
		c.Requests = append(c.Requests, respinRequestOf(q, ""))
	}
	for _, q := range g.Begun {
		c.Begun = append(c.Begun, respinRequestOf(q, q.Status))
	}
}

func respinRequestOf(q release.RespinRequest, status string) respinRequest {
	return respinRequest{Source: q.Source, ID: q.ID, Product: q.Product.Slug, By: q.By, Status: status}
}

func respinLefts(list []release.RespinLeft) []respinLeft {
	var all []respinLeft
	for _, l := range list {
		all = append(all, respinLeft{respinProduct{l.Product.Slug, l.Product.Title}, l.Why})
	}
	return all
}
