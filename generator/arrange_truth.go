package generator

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"shiplist/internal/release"
)

// truthView is what each source says of a product on one milestone, side by side.
type truthView struct {
	ID        string // for links to it
	Milestone Link
	// Has... say which columns have something in them.
	HasIntent, HasContact, HasBuild, HasState, HasTests, HasSum, HasSince bool
	Rows                                                                  []sayingView
	Differs                                                               bool   // some source says something else than is shown
	NoFiles                                                               string // "No tree holds files of build 20260421."; empty where one does
}

// sayingView is what one source says. What is not as it is shown says so in words.
type sayingView struct {
	Source, Kind string
	Intent       saidView
	Contact      saidView
	Build        saidView
	Where        string // "not on this milestone", "decided for at plans/noble.toml:12"
	State        stateView
	StateDiffers bool
	Reviews      string // "2 of 3 reviews, 1 rejected"
	Tests        string
	Sum          saidView
	File         Link
	Listed       string // whether the checksum list names the file
	Since        sinceView
}

// sinceView is since when a source says so.
type sinceView struct {
	// Word says what happened at the time, where it is not that the source was seen to say
	// so: "posted", "before". It is all that there is where the log does not tell.
	Word string
	Time time.Time
}

// saidView is one thing that a source says.
type saidView struct {
	Link
	Differs bool
}

// truthID is the place of a milestone among what the sources say on the page of a product.
func truthID(m *release.Manifest) string { return "sources-" + m.Line.Slug + "-" + m.Slug }

// viewTruths tells of each open milestone of a product what the sources say, or of the
// one that people ask for where none is open.
func (s *site) viewTruths(p *Page, pl *release.ProductLine) []truthView {
	rows := openRows(pl)
	for _, r := range pl.Rows {
		if r.Manifest.Open && !slices.Contains(rows, r) {
			rows = append(rows, r)
		}
	}
	if r := askedRow(pl); len(rows) == 0 && r != nil {
		rows = append(rows, r)
	}
	var views []truthView
	for _, r := range rows {
		if v := s.viewTruth(p, r); len(v.Rows) > 0 {
			views = append(views, v)
		}
	}
	return views
}

func (s *site) viewTruth(p *Page, r *release.Row) truthView {
	m := r.Manifest
	v := truthView{ID: truthID(m), Milestone: Link{Text: m.Title, Href: p.to(s.milestonePath(m))}}
	for _, said := range s.picture.Truth(r) {
		w := s.viewSaying(r, &said)
		v.Differs = v.Differs || len(said.Differs) > 0
		v.HasIntent = v.HasIntent || w.Intent.Text != ""
		v.HasContact = v.HasContact || w.Contact.Text != ""
		v.HasBuild = v.HasBuild || w.Build.Text != ""
		v.HasState = v.HasState || w.State.Word != ""
		v.HasTests = v.HasTests || w.Tests != ""
		v.HasSum = v.HasSum || w.Sum.Text != "" || w.File.Text != ""
		v.HasSince = v.HasSince || !w.Since.Time.IsZero()
		v.Rows = append(v.Rows, w)
	}
	if r.BuildID != "" && !r.Netboot && r.Daily == nil && r.Release == nil && r.Identity != (release.Identity{}) {
		v.NoFiles = "No tree holds files of build " + r.BuildID + "."
	}
	return v
}

// severalTell reports how many sources say something of a row, and not only hold its files,
// and whether what all of them say is what is shown.
func (s *site) severalTell(r *release.Row) (sources int, agree bool) {
	agree = true
	if !r.Manifest.Open || len(s.picture.Sources) < 2 {
		return 0, agree
	}
	for _, said := range s.picture.Truth(r) {
		if said.Tells() {
			sources++
		}
		agree = agree && len(said.Differs) == 0
	}
	return sources, agree
}

// sourcesLink leads to what each source says of a row, where several say something.
func (s *site) sourcesLink(p *Page, r *release.Row) Link {
	sources, agree := s.severalTell(r)
	if sources < 2 {
		return Link{}
	}
	l := Link{Text: plural(sources, "source"), Href: p.to(productPath(r.Product)) + "#" + truthID(r.Manifest)}
	if !agree {
		l.Text += " disagree"
	}
	return l
}

// saidIntents are the words for what a source says of intent.
var saidIntents = map[string]string{
	release.SaidMeant: "to be released", release.SaidOff: "switched off", release.SaidNotNamed: "not named",
}

func (s *site) viewSaying(r *release.Row, said *release.Saying) sayingView {
	differs := func(what string) bool { return slices.Contains(said.Differs, what) }
	v := sayingView{
		Source: said.Source, Kind: cmp.Or(sourceKinds[said.Kind], said.Kind),
		Intent:       saidView{Link{Text: saidIntents[said.Intent]}, differs(release.DiffersIntent)},
		Contact:      saidView{s.contact(said.Contact), differs(release.DiffersContact)},
		Build:        saidView{Link{Text: said.BuildID, Href: webURL(said.URL)}, differs(release.DiffersBuild)},
		StateDiffers: differs(release.DiffersState),
		Reviews:      reviewsText(said.Reviews),
		Sum:          saidView{Link{Text: said.SHA256}, differs(release.DiffersChecksum)},
		Since:        s.viewSince(r, said),
	}
	v.Where = whereSaid(r, said)
	if said.BuildID == "" {
		v.Build.Text = said.Newer
	}
	if said.State != "" {
		v.State = viewState(said.State, said.RawState)
	}
	if said.Tests != nil {
		v.Tests = testsText(said.Tests)
	}
	if said.File != "" {
		v.Build.Href, v.File = "", Link{Text: said.File, Href: webURL(said.URL)}
		v.Listed = "not in the checksum list"
		if said.Listed {
			v.Listed = "in the checksum list"
		}
	}
	return v
}

// testsText counts results in words.
func testsText(t *release.Tests) string {
	v := viewTests(&release.Row{Tests: t})
	return joinWords(v.Failed, v.Text)
}

// reviewsText says how many reviews there are; nothing where none are asked for.
func reviewsText(n *release.Reviews) string {
	if n == nil || n.All == 0 {
		return ""
	}
	text := fmt.Sprintf("%d of %s", n.Done, plural(n.All, "review"))
	if n.Rejected > 0 {
		text += fmt.Sprintf(", %d rejected", n.Rejected)
	}
	return text
}

// weakened says how many reviews a verdict rests on that there are not all for; nothing for
// others.
func weakened(r *release.Row) string {
	if r.State != release.StateReady || r.Reviews == nil || r.Reviews.Done >= r.Reviews.All {
		return ""
	}
	return reviewsText(r.Reviews)
}

// whereSaid says of the build of a source what its id does not tell.
func whereSaid(r *release.Row, said *release.Saying) string {
	var words []string
	switch {
	case said.Pinned != "":
		words = append(words, "decided for at "+said.Pinned)
	case said.Unplaced:
		words = append(words, "not placed on a milestone")
	}
	if said.BuildID != r.BuildID && r.Is(said.BuildID) {
		words = append(words, "the same bytes as "+r.BuildID)
	}
	switch {
	case said.Newer != "" && said.BuildID != "":
		words = append(words, "newer there: "+said.Newer)
	case said.Newer != "":
		words = append(words, "its newest")
	}
	return strings.Join(words, "; ")
}

// viewSince is since when a source says it: as the log has it, else when the source took the
// build in, else the time by which it was so already.
func (s *site) viewSince(r *release.Row, said *release.Saying) sinceView {
	seen, begin := s.saidSince(r, said), s.saidBefore(said)
	switch {
	case !seen.IsZero():
		return sinceView{"", seen}
	case !said.Posted.IsZero():
		return sinceView{"posted", said.Posted}
	case !begin.IsZero():
		return sinceView{"before", begin}
	}
	return sinceView{Word: "not in the log"}
}

// saidBefore is the beginning of a source's log, by which it said so already; zero where that
// cannot be, as the build is younger. A plan may decide for a build before there is one.
func (s *site) saidBefore(said *release.Saying) time.Time {
	begin := s.begins[said.Source]
	if b, dated := release.ParseBuildID(cmp.Or(said.BuildID, said.Newer)); dated && b.Date.After(begin) && said.Kind != release.KindPlan {
		return time.Time{}
	}
	return begin
}

// saidSince is when a source was first seen to say it: of a build its state, of a tree that
// it holds it, else of what is meant. It is zero where the log does not tell.
func (s *site) saidSince(r *release.Row, said *release.Saying) time.Time {
	m := r.Manifest
	for _, h := range s.newsOf[r.Product.Slug].news {
		if h.Source != said.Source {
			continue
		}
		there := h.line == m.Line.Slug && (h.Milestone == "" || release.Slug(h.Milestone) == m.Slug)
		switch {
		case said.File != "":
			if h.Image != "" && h.Dir+"/" == said.File[:min(len(h.Dir)+1, len(said.File))] {
				return h.Seen
			}
		case said.BuildID != "":
			if there && h.BuildID == said.BuildID && tellsState(h.What) {
				return h.Seen
			}
		case there && (h.What == release.EventIntended || h.What == release.EventUnintended):
			return h.Seen
		}
	}
	return time.Time{}
}

// tellsState reports whether an event is about the state of a build.
func tellsState(what release.EventKind) bool {
	switch what {
	case release.EventBuildAppeared, release.EventBuildReady, release.EventBuildUnready, release.EventBuildFailed,
		release.EventBuildSuperseded, release.EventBuildState:
		return true
	}
	return false
}
