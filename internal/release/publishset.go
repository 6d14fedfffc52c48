package release

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// PublishOptions narrow a publish set by lists of patterns for the slug or the title of a
// product, without regard to capitals; one that matches no product of the milestone is an
// error.
type PublishOptions struct {
	Only   []string // empty for all
	Except []string
	Force  []string // published in spite of what would leave them out
	// Released asks for the set of a milestone that is released already, too.
	Released bool
	// Compare asks for a set that is only compared with what lies somewhere, which is right
	// at any time: what a tree shows as released counts where its daily is gone.
	Compare bool
}

// PublishSet is what of a release milestone is published, from where and to where, and
// with which commands of the build host.
type PublishSet struct {
	Manifest *Manifest
	// Products are those that were asked for, in the order of the [[publish]] rules, and
	// within one rule by project, image type, publish type and architecture.
	Products []*Publication
	// Commands publish those that are not left out, in that order, too.
	Commands []*PublishCommand
	// Others are the stems of what was not asked for and has its place beside.
	Others []string
	// Beside are the stems of what other milestones have in the same directories under
	// names that begin as those of this one: betas, which the build host leaves there.
	Beside []string
}

// LeftOut are the products that are meant to be published and are not.
func (s *PublishSet) LeftOut() []*Publication {
	var list []*Publication
	for _, p := range s.Products {
		if !p.Publishes() && p.Wanted {
			list = append(list, p)
		}
	}
	return list
}

// Counts are how many products can be published, how many of those lie where they go
// already, and how many are meant to be published and cannot yet.
func (s *PublishSet) Counts() (ready, out, left int) {
	for _, p := range s.Products {
		switch {
		case p.Published():
			out++
			ready++
		case p.Publishes():
			ready++
		}
	}
	return ready, out, len(s.LeftOut())
}

// Publication is one product of a publish set.
type Publication struct {
	Row *Row
	// Wanted says that the product is meant to be published; of one that is not, the
	// build is only told.
	Wanted bool
	// Location is the place as the build host names it.
	Location Location
	Rule     *PublishRule
	Files    []PublishFile // the main files; none where no daily is known
	// By is the tree whose released files they are; empty where they are those of the daily.
	By string
	// Why are the reasons for which the product is left out, the weightiest first; with
	// Forced those in spite of which it is published.
	Why    []Reason
	Forced bool
}

// Publishes reports whether there is a command for the product.
func (p *Publication) Publishes() bool { return len(p.Why) == 0 || p.Forced }

// Published reports whether the build lies where it goes already, as far as is known.
func (p *Publication) Published() bool {
	return p.Row.Release != nil && p.Publishes() && !p.Forced && !p.Row.publishedOther()
}

// publishedOther reports whether another build than the one that counts is published.
func (r *Row) publishedOther() bool {
	return slices.ContainsFunc(r.Findings, func(f *Finding) bool { return f.Rule == "published-not-ready" })
}

// From is the directory of the daily, with its tree; empty where none is known.
func (p *Publication) From() (tree, dir string) {
	if p.Row.Daily == nil {
		return "", ""
	}
	return p.Row.Daily.Tree.Name, strings.Trim(p.Row.Daily.Dir, "/")
}

// Reason is why a product is left out.
type Reason struct {
	Rule string // not-ready, no-build, no-files, held, unintended, by-hand, not-forced, or that of a finding
	Text string // some words: "not ready: testing"
}

// PublishFile is a main file of the daily and its name after publishing.
type PublishFile struct {
	From, To string
	Size     int64  // in bytes; -1 where it is not known exactly
	SHA256   string // empty where not known
}

// RefusedError says why there is no publish set: each reason is a sentence. Products are
// the slugs of those without which there is one.
type RefusedError struct {
	Reasons, Products []string
	// Forced are those of Products that patterns of --force name and nothing else; they
	// have to go there, too. Unmeant are those of Forced of which that is enough, as
	// nobody means to publish them.
	Forced, Unmeant []string
	Mistyped        bool // the reasons are patterns that match nothing
}

func (e *RefusedError) Error() string { return strings.Join(e.Reasons, "\n") }

// MakePublishSet works out the publish set of a milestone. It is refused with a
// [RefusedError] where two products have one place, where a product has none, where a
// build is no daily of the series, where an option matches nothing, and where the
// milestone is over.
func MakePublishSet(p *Picture, r Rules, m *Manifest, o PublishOptions) (*PublishSet, error) {
	if m.Kind != KindRelease {
		return nil, &RefusedError{Reasons: []string{m.Title + " is a daily milestone; only release milestones are published"}}
	}
	if why := m.Over(); why != "" && !o.Released && !o.Compare {
		return nil, &RefusedError{Reasons: []string{why + "; what is released is not published again"}}
	}
	k := setMaker{picture: p, rules: r, options: o, set: &PublishSet{Manifest: m}}
	if k.checkOptions(); len(k.problems) > 0 {
		return nil, &RefusedError{Reasons: k.problems, Mistyped: true}
	}
	for _, row := range m.Rows() {
		if row.publishable() {
			k.add(row)
		}
	}
	k.checkPlaces()
	if len(k.problems) > 0 {
		return nil, k.refusal()
	}
	slices.SortStableFunc(k.set.Products, comparePublications)
	k.set.Commands = k.commands()
	k.begins = k.set.Begins()
	k.beside()
	return k.set, nil
}

// Over says why nothing of a milestone is to be published any more; "" where something
// may be.
func (m *Manifest) Over() string {
	switch {
	case m.Status == MilestoneReleased || m.Status == MilestoneArchived:
		return m.Title + " is " + string(m.Status) + " already"
	case m.Line.Status == SeriesDisabled:
		return m.Title + " belongs to a series that is not active"
	}
	return ""
}

// setMaker collects a publish set and what forbids it.
type setMaker struct {
	picture  *Picture
	rules    Rules
	options  PublishOptions
	set      *PublishSet
	problems []string
	refused  []*Row   // of the products that they are about
	begins   []string // of the set, when it is whole
}

// refuse notes a problem with products.
func (k *setMaker) refuse(text string, rows ...*Row) {
	k.problems = append(k.problems, text)
	for _, r := range rows {
		if !slices.Contains(k.refused, r) {
			k.refused = append(k.refused, r)
		}
	}
}

// refusal is the error of what was refused.
func (k *setMaker) refusal() *RefusedError {
	e := &RefusedError{Reasons: k.problems}
	refused := func(r *Row) bool { return slices.Contains(k.refused, r) }
	for _, r := range k.refused {
		e.Products = append(e.Products, r.Product.Slug)
		if !slices.ContainsFunc(k.options.Force, func(pattern string) bool {
			others := slices.DeleteFunc(k.named(pattern), func(o *Row) bool { return refused(o) || !k.asked(o) })
			return r.Product.Named(pattern) && len(others) == 0
		}) {
			continue
		}
		e.Forced = append(e.Forced, r.Product.Slug)
		if r.IntentKnown && !r.Intended {
			e.Unmeant = append(e.Unmeant, r.Product.Slug)
		}
	}
	return e
}

// checkOptions refuses patterns that match nothing: a typing error must not publish
// more than was meant. So it does with what is to be forced and left out at once.
func (k *setMaker) checkOptions() {
	for _, list := range []struct {
		flag     string
		patterns []string
	}{{"--only", k.options.Only}, {"--except", k.options.Except}, {"--force", k.options.Force}} {
		for _, pattern := range list.patterns {
			if len(k.named(pattern)) == 0 {
				k.problems = append(k.problems, fmt.Sprintf("%s %q matches no product of %s%s", list.flag, pattern, k.set.Manifest.Title, k.meant(pattern)))
			}
		}
	}
	for _, pattern := range k.options.Force {
		if rows := k.named(pattern); len(rows) > 0 && !slices.ContainsFunc(rows, k.asked) {
			k.problems = append(k.problems, fmt.Sprintf("--force %q matches only what --only and --except leave out", pattern))
		}
	}
}

// named are the rows that a pattern matches.
func (k *setMaker) named(pattern string) []*Row {
	return slices.DeleteFunc(slices.Clone(k.set.Manifest.Rows()), func(r *Row) bool { return !r.publishable() || !r.Product.Named(pattern) })
}

// meant offers what may have been meant by a pattern that matches nothing.
func (k *setMaker) meant(pattern string) string {
	if slices.ContainsFunc(k.picture.Products, func(p *ProductLine) bool { return p.Netboot && p.Named(pattern) }) {
		return "; netboot products are never in a publish set"
	}
	all := &Picture{}
	for _, r := range k.set.Manifest.Rows() {
		if r.publishable() {
			all.Products = append(all.Products, r.Product)
		}
	}
	want := Slug(pattern)
	if want == "" {
		return ""
	}
	if within := productsWhere(all, func(p *ProductLine) bool { return len(want) > 2 && strings.Contains(p.Slug, want) }); len(within) > 0 {
		return fmt.Sprintf("; %q would match %s", "*"+want+"*", strings.Join(near(productSlugs(within)), ", "))
	}
	switch like := nearProducts(all, want, strings.Split(want, "-")); len(like) {
	case 0:
		return fmt.Sprintf("; 'shiplist publish-set %s' lists them", k.set.Manifest.path())
	case 1:
		return "; did you mean " + like[0] + "?"
	default:
		return "; near it are " + strings.Join(like, ", ")
	}
}

// Named reports whether a pattern matches the slug or the title of a product, without
// regard to capitals.
func (p *ProductLine) Named(pattern string) bool {
	pattern = strings.ToLower(pattern)
	return glob(pattern, p.Slug) || glob(pattern, lowered(p.lower, p.Title))
}

func (r *Row) among(patterns []string) bool { return slices.ContainsFunc(patterns, r.Product.Named) }

// add takes a row into the set, or remembers its place when nobody asked for it.
func (k *setMaker) add(r *Row) {
	forced := r.among(k.options.Force)
	wanted := r.Intended || !r.IntentKnown || forced
	asked := k.asked(r)
	location, rule, problem := k.place(r)
	switch {
	case !asked:
		if location != nil && wanted {
			k.set.Others = append(k.set.Others, stems(*location, r.Identity)...)
		}
		return
	case location == nil && wanted && r.State == StateMissing && len(r.Product.Identities) > 1:
		location = &Location{Rule: len(k.rules.Publish)} // what it will be shows with its first build
	case location == nil && wanted:
		k.refuse(fmt.Sprintf("%s has no place: %s", r.name(), problem), r)
		return
	case location == nil:
		location = &Location{Rule: len(k.rules.Publish)}
	}
	if wanted {
		k.checkBuild(r)
	}
	p := &Publication{Row: r, Wanted: wanted, Location: *location, Rule: rule}
	p.Files = PublishFiles(r.Daily, location.Stem)
	if k.options.Compare {
		p.takeReleased()
	}
	p.Why = k.reasons(p)
	if forced {
		p.force()
	}
	k.set.Products = append(k.set.Products, p)
}

// asked reports whether a row is one of those that the set is about.
func (k *setMaker) asked(r *Row) bool {
	return (len(k.options.Only) == 0 || r.among(k.options.Only)) && !r.among(k.options.Except)
}

// place is where a row is published, as the build host names it: the tree that shows it
// may have the directory under another name, or have moved it since.
func (k *setMaker) place(r *Row) (*Location, *PublishRule, string) {
	if r.Identity == (Identity{}) {
		return nil, nil, cmp.Or(r.LocationError, "no [[product]] rule says what the product is in the trees")
	}
	l, err := k.rules.Locate(r.Identity, r.Manifest.Line.Slug, r.Manifest.Slug)
	if err != nil {
		return nil, nil, err.Error()
	}
	for _, t := range k.picture.Trees {
		if t.Role == l.Role {
			l.Tree = t.Name
			break
		}
	}
	return l, &k.rules.Publish[l.Rule], ""
}

// checkBuild refuses a build that is no daily of the series: what was released has
// other ids, and is never published again.
func (k *setMaker) checkBuild(r *Row) {
	if r.BuildID == "" || r.Daily != nil {
		return
	}
	line := r.Manifest.Line
	if _, ok := ParseBuildID(r.BuildID); !ok {
		k.refuse(fmt.Sprintf("build %s of %s is no daily build: the id of one is a day, like 20260129 or 20260129.1", r.BuildID, r.name()), r)
		return
	}
	for _, i := range r.Product.Images {
		if i.Kind == ImageDaily && i.BuildID == r.BuildID && i.Series != line.Slug {
			if series, known := k.rules.SeriesRule(i.Series); known >= 0 && !k.sameSeries(series, line) {
				k.refuse(fmt.Sprintf("build %s of %s is a daily of %s (%s), not of %s", r.BuildID, r.name(), i.Series, i.Dir, line.Slug), r)
				return
			}
		}
	}
}

func (k *setMaker) sameSeries(s *SeriesRule, l *Line) bool { return s == l.Rule || s.Name == l.Slug }

// PublishFiles are the main files of a daily, nil for none known, under the names that they
// get with publishing: below a stem in place of the name that they have in common.
func PublishFiles(i *TreeImage, stem string) []PublishFile {
	if i == nil {
		return nil
	}
	var files []PublishFile
	for _, f := range i.Files {
		end, ok := strings.CutPrefix(f.Name, i.Name)
		if !f.Main || !ok {
			continue
		}
		file := PublishFile{From: f.Name, To: stem + end, Size: -1, SHA256: f.SHA256}
		if f.Size != nil && f.Exact {
			file.Size = *f.Size
		}
		files = append(files, file)
	}
	return files
}

// checkPlaces refuses two products with one place.
func (k *setMaker) checkPlaces() {
	first := map[string]*Publication{}
	for _, p := range k.set.Products {
		if !p.Wanted || p.Location.Stem == "" {
			continue
		}
		key := p.Location.Role + "/" + p.Location.Dir + "/" + p.Location.Stem
		other := first[key]
		if other == nil {
			first[key] = p
			continue
		}
		k.refuse(fmt.Sprintf("%s ([[publish]] rule %d) and %s (rule %d) have one place: %s/%s in the tree with the role %q",
			other.Row.Product.Title, other.Location.Rule+1, p.Row.Product.Title, p.Location.Rule+1,
			p.Location.Dir, p.Location.Stem, p.Location.Role), other.Row, p.Row)
	}
}

func comparePublications(a, b *Publication) int {
	x, y := a.Row.Identity, b.Row.Identity
	return cmp.Or(cmp.Compare(a.Location.Rule, b.Location.Rule),
		strings.Compare(x.Project, y.Project), strings.Compare(x.ImageType, y.ImageType),
		strings.Compare(x.PublishType, y.PublishType), compareNatural(x.Arch, y.Arch),
		strings.Compare(a.Row.Product.Slug, b.Row.Product.Slug))
}

// Refused is the error as a [RefusedError]; without reasons for any other.
func Refused(err error) RefusedError {
	var refused *RefusedError
	if errors.As(err, &refused) {
		return *refused
	}
	return RefusedError{}
}
