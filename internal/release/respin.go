package release

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
)

// RespinOptions say which products are built again. The zero value takes every
// product of the series.
type RespinOptions struct {
	// Milestone limits to what is on one milestone of the series; nil for all.
	Milestone *Manifest
	// Release takes only what is meant to be released.
	Release bool
	// NotReady leaves out what is ready.
	NotReady bool
	// Requested takes only what somebody asked for on a tracker, and nobody has begun.
	Requested bool
	// Products limits to these; all when empty.
	Products []*ProductLine
}

// RespinSet is what is built again, and with what commands.
type RespinSet struct {
	Line      *Line
	Milestone *Manifest // nil where not limited to one
	// Groups are the commands, in the order of their first products.
	Groups []RespinGroup
	// Left are the products that were left out, Refused those that cannot be built
	// by what the rules say. Both are by family and title.
	Left, Refused []RespinLeft
	// Build is what the commands cost, Saved what was left out would have.
	Build, Saved BuildCost
}

// RespinGroup is what one command of the build host builds.
type RespinGroup struct {
	Project    string
	Subproject string // empty for none
	ImageType  string
	Cron       string // the kind of build that is started
	Dist       string // the series as the build host calls it
	Live       bool
	Arches     []string
	// Command is the form of the command; empty for that of all others.
	Command  string
	Rule     int // index of the rule
	Products []*ProductLine
	// Requests are the requests on the trackers that the command fulfils, Begun those
	// that somebody is at work on already: the command builds the same once more.
	Requests, Begun []RespinRequest
	Cost            BuildCost

	parts []respinPart // what Products, Arches, Requests, Begun and Cost are the sum of
}

// respinPart is what a command does for one product.
type respinPart struct {
	product         *ProductLine
	arch            string
	requests, begun []RespinRequest
	cost            BuildCost
}

// add makes a command build one product more.
func (g *RespinGroup) add(part respinPart) {
	g.parts = append(g.parts, part)
	g.Products = append(g.Products, part.product)
	if !slices.Contains(g.Arches, part.arch) {
		g.Arches = append(g.Arches, part.arch)
	}
	g.Requests = append(g.Requests, part.requests...)
	g.Begun = append(g.Begun, part.begun...)
	g.Cost.Images += part.cost.Images
	g.Cost.Hours += part.cost.Hours
	g.Cost.Unknown += part.cost.Unknown
}

// RespinRequest is a request on a tracker to build a product again.
type RespinRequest struct {
	Source  string
	Product *ProductLine
	*Rebuild
	// Newer is the newest build where the request is for one of which there is a newer one;
	// else empty.
	Newer string
}

// RespinLeft is a product that is not built, and why.
type RespinLeft struct {
	Product *ProductLine
	Why     string
}

// BuildCost is what it takes to build images.
type BuildCost struct {
	Images int
	Hours  float64
	// Unknown are the images of which no rule says how long they take.
	Unknown int
}

func (c *BuildCost) add(r Rules, p *ProductLine) {
	c.Images++
	hours, ok := r.buildHours(p)
	if !ok {
		c.Unknown++
	}
	c.Hours += hours
}

// RespinSet tells which products of a series are built again and how. Products are
// refused of which the rules do not say where their images go, as a daily and as a
// release: nothing is built before that is known. An error says that the question
// itself has no answer.
func (r Rules) RespinSet(p *Picture, l *Line, o RespinOptions) (*RespinSet, error) {
	x := &respin{rules: r, picture: p, line: l, options: o, set: &RespinSet{Line: l, Milestone: o.Milestone}}
	if o.Milestone != nil && o.Milestone.Line != l {
		return nil, fmt.Errorf("milestone %s is not one of series %s", o.Milestone.Title, l.Slug)
	}
	x.requests = openRequests(p, l, o.Milestone)
	x.gather()
	if o.Release && !x.intentKnown {
		return nil, errors.New("nothing says what is meant to be released in " + l.Slug + ": it has no series manifest; leave out --release")
	}
	for _, c := range x.candidates {
		x.decide(c)
	}
	return x.set, nil
}

// respin is a set while it is made.
type respin struct {
	rules       Rules
	picture     *Picture
	line        *Line
	options     RespinOptions
	candidates  []candidate
	intentKnown bool
	requests    map[*ProductLine][]RespinRequest
	set         *RespinSet
}

// candidate is a product that may be built again.
type candidate struct {
	product  *ProductLine
	row      *Row // where it stands; nil where it stands on none that counts
	intended bool
	asked    bool // nothing but a request on a tracker tells of it
}

// gather finds the products, by family and title: those of the milestone, or else
// those of the series' daily and open milestones and of its statement of intent; and
// those that a request asks for, which of a milestone has to name it.
func (x *respin) gather() {
	found := map[*ProductLine]*candidate{}
	add := func(p *ProductLine) *candidate {
		if found[p] == nil {
			found[p] = &candidate{product: p}
		}
		return found[p]
	}
	if x.options.Milestone == nil {
		for _, n := range x.line.Intents {
			x.intentKnown = true
			add(n.Product).intended = !n.Disabled
		}
	}
	for _, m := range x.milestones() {
		for _, row := range m.Rows() {
			c := add(row.Product)
			c.row = row
			c.intended = c.intended || row.Intended
			x.intentKnown = x.intentKnown || row.IntentKnown
		}
	}
	for p, requests := range x.requests {
		named := func(q RespinRequest) bool { return q.Milestone != "" }
		if found[p] == nil && (x.options.Milestone == nil || slices.ContainsFunc(requests, named)) {
			add(p).asked = true
		}
	}
	for _, p := range x.options.Products {
		add(p)
	}
	for p, c := range found {
		if len(x.options.Products) == 0 || slices.Contains(x.options.Products, p) {
			x.candidates = append(x.candidates, *c)
		}
	}
	slices.SortFunc(x.candidates, func(a, b candidate) int { return compareByFamily(a.product, b.product) })
}

// milestones are those whose rows count, the one that tells most of a product last.
func (x *respin) milestones() []*Manifest {
	if x.options.Milestone != nil {
		return []*Manifest{x.options.Milestone}
	}
	var list []*Manifest
	for _, m := range x.line.Milestones {
		if m.Kind == KindDaily || m.Open {
			list = append(list, m)
		}
	}
	return list
}

// decide puts a product into a group, or among those that are left out.
func (x *respin) decide(c candidate) {
	p := c.product
	if imageless(p) {
		return
	}
	if p.Netboot {
		x.leave(c, "a netboot product is built with its image")
		return
	}
	if why := x.unwanted(c); why != "" {
		x.leave(c, why)
		x.set.Saved.add(x.rules, p)
		return
	}
	id := x.identity(c)
	rule, n, err := x.howToBuild(p, id)
	if err != nil {
		x.set.Refused = append(x.set.Refused, RespinLeft{p, err.Error()})
		return
	}
	x.group(p, id, rule, n)
}

func (x *respin) leave(c candidate, why string) {
	x.set.Left = append(x.set.Left, RespinLeft{c.product, why})
}

// unwanted says why a product is not built again; empty where it is.
func (x *respin) unwanted(c candidate) string {
	o := &x.options
	switch {
	case c.product.Disabled:
		return "switched off in the trackers"
	case c.row != nil && c.row.State == StateDisabled:
		return "disabled on " + c.row.Manifest.Title
	case o.Release && !c.intended:
		return "not meant to be released"
	case o.NotReady && c.row != nil && c.row.State == StateReady:
		return fmt.Sprintf("build %s is ready on %s", c.row.BuildID, c.row.Manifest.Title)
	case o.Requested && len(x.requests[c.product]) == 0:
		return "nobody asked for it"
	case (o.Requested || c.asked) && !slices.ContainsFunc(x.requests[c.product], asked):
		return x.requests[c.product][0].uncalled()
	}
	return ""
}

// asked reports whether nobody has begun with a request that counts, begun whether somebody
// has.
func asked(q RespinRequest) bool { return q.Status == rebuildRequested && q.Newer == "" }
func begun(q RespinRequest) bool { return q.Status != rebuildRequested && q.Newer == "" }

// uncalled says why nothing is built for a request.
func (q RespinRequest) uncalled() string {
	if q.Newer != "" {
		return fmt.Sprintf("the request is for build %s, and %s is there since", q.BuildID, q.Newer)
	}
	return "the request is " + q.Status + " already"
}

func (x *respin) identity(c candidate) Identity {
	if c.row != nil {
		return c.row.Identity
	}
	for _, row := range c.product.Rows {
		if row.Manifest.Line == x.line && row.Identity != (Identity{}) {
			return row.Identity
		}
	}
	if len(c.product.Identities) == 1 {
		return c.product.Identities[0]
	}
	return Identity{}
}

// howToBuild finds the rule by which a product is built. The error names the rule
// that is missing.
func (x *respin) howToBuild(p *ProductLine, id Identity) (*RespinRule, int, error) {
	switch {
	case id == (Identity{}) && len(p.Identities) > 1:
		return nil, 0, fmt.Errorf("no daily path: the title may be %s, and the trees do not tell which; keep one [[product]] rule", identityList(p.Identities))
	case id == (Identity{}):
		return nil, 0, fmt.Errorf("no daily path: no [[product]] rule has the title %q", p.Title)
	case id.ImageType == "":
		return nil, 0, fmt.Errorf("no daily path: the [[product]] rule of %q names no image_type", p.Title)
	}
	rule, n := x.rules.respinRule(id, x.line.Slug)
	if rule == nil || !rule.DailyOnly {
		if _, err := x.rules.Locate(id, x.line.Slug, x.releaseSlug()); err != nil {
			return nil, 0, fmt.Errorf("no release path: %w", err)
		}
	}
	switch {
	case rule == nil:
		return nil, 0, fmt.Errorf("no [[respin.rule]] matches series %q, project %q, image type %q, architecture %q",
			x.line.Slug, id.Project, id.ImageType, id.Arch)
	case rule.Refuse != "":
		return nil, 0, errors.New(rule.Refuse)
	}
	return rule, n, nil
}

// releaseSlug is the milestone for which a build would be released: the given one,
// else the newest open one, else the final.
func (x *respin) releaseSlug() string {
	if m := x.options.Milestone; m != nil && m.Kind == KindRelease {
		return m.Slug
	}
	for _, m := range slices.Backward(x.line.Milestones) {
		if m.Kind == KindRelease && m.Open {
			return m.Slug
		}
	}
	return "final"
}

// group adds a product to the command that builds it.
func (x *respin) group(p *ProductLine, id Identity, rule *RespinRule, n int) {
	g := RespinGroup{
		Project: id.Project, Subproject: cmp.Or(id.Subproject, rule.Subproject), ImageType: id.ImageType,
		Cron: cmp.Or(rule.Cron, id.ImageType), Dist: x.rules.buildSeries(x.line.Slug),
		Live: rule.Live, Command: rule.Command, Rule: n,
	}
	i := slices.IndexFunc(x.set.Groups, func(have RespinGroup) bool {
		return have.Project == g.Project && have.Subproject == g.Subproject && have.ImageType == g.ImageType && have.Rule == n
	})
	if i < 0 {
		i = len(x.set.Groups)
		x.set.Groups = append(x.set.Groups, g)
	}
	part := respinPart{product: p, arch: id.Arch, requests: requestsWhere(x.requests[p], asked), begun: requestsWhere(x.requests[p], begun)}
	part.cost.add(x.rules, p)
	x.set.Groups[i].add(part)
	x.set.Build.add(x.rules, p)
}

// openRequests are the open requests of a series, by product: all of them, or those
// for one milestone and for none.
func openRequests(p *Picture, l *Line, m *Manifest) map[*ProductLine][]RespinRequest {
	requests := map[*ProductLine][]RespinRequest{}
	for i := range p.Sources {
		src := &p.Sources[i]
		if src.Facts == nil {
			continue
		}
		names := productsOf(p, src)
		for k := range src.Facts.Series {
			s := &src.Facts.Series[k]
			if lineSlug(s.Slug) != l.Slug {
				continue
			}
			for n := range s.Rebuilds {
				q := &s.Rebuilds[n]
				other := m != nil && q.Milestone != "" && Slug(q.Milestone) != m.Slug
				if product := names[q.Product]; product != nil && !other && slices.Contains(openRebuilds, q.Status) {
					requests[product] = append(requests[product], RespinRequest{src.Name, product, q, p.newer[q]})
				}
			}
		}
	}
	return requests
}

// productsOf are the products by the names that a source has for them.
func productsOf(p *Picture, src *Source) map[string]*ProductLine {
	byRef, bySlug := map[Ref]*ProductLine{}, map[string]*ProductLine{}
	for _, line := range p.Products {
		bySlug[line.Slug] = line
		for _, ref := range line.Refs {
			byRef[Ref{Source: ref.Source, ID: ref.ID}] = line
		}
	}
	names := bySlug
	for i := range src.Facts.Products {
		known := &src.Facts.Products[i]
		if line := byRef[Ref{Source: src.Name, ID: known.ID}]; line != nil && known.ID != "" {
			names[known.Slug] = line
		}
	}
	return names
}
