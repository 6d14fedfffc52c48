package generator

import (
	"cmp"
	"slices"
	"strings"

	"shiplist/internal/release"
)

// Rule of this file: how an event reads. Every kind has its words here and nowhere else.

// newsView is one thing that happened, or several of one kind at one milestone or tree, in
// the words of products.
type newsView struct {
	Class   string // of the mark
	Subject Link   // whom it is about; the number of Items where there are several
	Says    string // "is ready in"
	Where   []Link // milestones, series or directory
	// WhereCode says that it is a directory.
	WhereCode bool
	Build     string // a build id
	Detail    string // what is further known, after a colon
	Items     []newsItem
}

// inWords is a piece of news as one line of text. What it lists is left out.
func inWords(v newsView) string {
	var b strings.Builder
	b.WriteString(v.Subject.Text + " " + v.Says)
	for i, w := range v.Where {
		if i > 0 {
			b.WriteString(" and")
		}
		b.WriteString(" " + w.Text)
	}
	if v.Build != "" {
		b.WriteString(", build " + v.Build)
	}
	if v.Detail != "" && v.Detail != v.Build {
		b.WriteString(", " + v.Detail)
	}
	return b.String()
}

// newsItem is one of several things in a piece of news.
type newsItem struct {
	Subject Link
	Build   string
	Detail  string
}

// phrase is how a kind of event reads. One follows the subject; Many follows a number.
type phrase struct {
	class, one, many string
	// quiet news are left to the page of the day.
	quiet bool
}

// phrases are the words of each kind. What ends in "in", "of", "from" and the like is
// followed by where it was.
var phrases = map[release.EventKind]phrase{
	release.EventSourceNew:     {"note", "is read for the first time", "sources are read for the first time", false},
	release.EventSourceRetired: {"off", "is not read any more; what it said was removed", "", false},
	release.EventSourceLost:    {"warning", "does not answer", "", false},
	release.EventSourceBack:    {"ready", "answers again", "", false},
	release.EventSourceHeld:    {"blocker", "gave an answer that is held back", "", false},
	release.EventSourceLetIn:   {"ready", "gave an answer that was held back and is let in now", "", false},

	release.EventSeriesAppeared:    {"note", "is a new series", "new series", false},
	release.EventSeriesLeft:        {"off", "is not listed any more", "series are not listed any more", false},
	release.EventSeriesStatus:      {"note", "is now", "series changed their status", false},
	release.EventMilestoneAppeared: {"note", "is a new milestone of", "new milestones of", false},
	release.EventMilestoneLeft:     {"off", "is not a milestone any more of", "milestones are not listed any more of", false},
	release.EventMilestoneStatus:   {"note", "is now", "milestones changed their status in", false},

	release.EventIntended:   {"note", "is meant to be released in", "products are now meant to be released in", false},
	release.EventUnintended: {"off", "is no longer meant to be released in", "products are no longer meant to be released in", false},
	release.EventContact:    {"note", "has another contact in", "products have another contact in", false},

	release.EventBuildAppeared:   {"testing", "has a new build in", "new builds in", false},
	release.EventBuildLeft:       {"off", "lost a build in", "builds were taken from", false},
	release.EventBuildReady:      {"ready", "is ready in", "builds are ready in", false},
	release.EventBuildUnready:    {"testing", "is not ready any more in", "builds are not ready any more in", false},
	release.EventBuildFailed:     {"failed", "failed in", "builds failed in", false},
	release.EventBuildSuperseded: {"off", "has a superseded build in", "builds were superseded in", false},
	release.EventBuildState:      {"unknown", "changed its state in", "builds changed their state in", false},
	release.EventBuildNote:       {"note", "has another note in", "builds have another note in", true},
	release.EventBuildTests:      {"testing", "has new test results in", "builds have new test results in", true},
	release.EventBuildBugs:       {"note", "has other bugs in", "builds have other bugs in", true},

	release.EventRebuildRequested: {"rebuilding", "is asked to be built again for", "rebuilds are asked for in", false},
	release.EventRebuildStatus:    {"rebuilding", "has a rebuild that moved on for", "rebuilds moved on for", false},
	release.EventRebuildClosed:    {"off", "has a rebuild request that is closed for", "rebuild requests are closed for", false},

	release.EventImageLeft:      {"off", "has a daily image less in", "daily images are gone from", true},
	release.EventImageWithdrawn: {"warning", "was withdrawn from", "released images were withdrawn from", false},
	release.EventImageAppeared:  {"note", "has a new daily image in", "new daily images in", true},
	release.EventImagePublished: {"ready", "was published in", "images were published in", false},
	release.EventImageChecksum:  {"warning", "has other bytes under the same name in", "images have other bytes under the same name in", false},
	release.EventImageFile:      {"note", "has other files in", "images have other files in", true},
	release.EventImageBuild:     {"note", "turned out to be another build in", "images turned out to be other builds in", true},
	release.EventImageCurrent:   {"note", "has another current daily in", "images have another current daily in", true},

	release.EventNetbootPublished: {"ready", "starts over the network in", "netboot installers start over the network in", false},
	release.EventNetbootWithdrawn: {"warning", "does not start over the network any more in", "netboot installers were taken from", false},
	release.EventNetbootGone:      {"warning", "needs a netboot file that is gone, in", "netboot files are gone, in", false},
	release.EventNetbootMoved:     {"note", "starts from another archive in", "netboot installers start from another archive in", false},
	release.EventNetbootBack:      {"ready", "has its netboot file again, in", "netboot files are there again, in", false},

	release.EventDirectoryHeld:     {"blocker", "is not believed any more", "directories are not believed any more", false},
	release.EventDirectoryBelieved: {"ready", "is believed again", "directories are believed again", false},
}

// phraseOf has words for kinds, too, that this program does not know yet.
func phraseOf(what release.EventKind) phrase {
	if p, ok := phrases[what]; ok {
		return p
	}
	word := strings.ReplaceAll(string(what), "-", " ")
	return phrase{"note", word + " in", word + " in", true}
}

// detail is what is further known of an event.
func (h *happening) detail() string {
	switch h.What {
	case release.EventSourceLost, release.EventSourceHeld, release.EventDirectoryHeld, release.EventBuildTests, release.EventImageCurrent:
		return shortened(h.To)
	case release.EventSeriesStatus, release.EventMilestoneStatus, release.EventMilestoneAppeared:
		return "" // it is said before
	case release.EventIntended:
		return prefixed("contact ", h.To)
	case release.EventContact:
		return shortened(cmp.Or(h.To, "nobody") + prefixed(" instead of ", h.From))
	case release.EventBuildState, release.EventBuildUnready, release.EventRebuildStatus, release.EventRebuildClosed:
		return joinWords(shortened(viewWord(h.To)), prefixed("was ", viewWord(h.From)))
	case release.EventBuildNote:
		return "" // HTML from outside, which is on the manifest as far as it is safe
	case release.EventBuildBugs:
		return cmp.Or(h.To, "none")
	case release.EventRebuildRequested:
		return prefixed("by ", h.From)
	case release.EventBuildAppeared:
		return prefixed("instead of ", h.instead)
	case release.EventImageFile, release.EventImageChecksum:
		return h.File
	case release.EventNetbootPublished:
		return joinWords(shortened(h.To), prefixed("was ", h.From))
	case release.EventNetbootGone:
		return joinWords(shortened(h.File), "answers "+h.To)
	case release.EventNetbootBack:
		return shortened(h.File)
	case release.EventNetbootMoved:
		return shortened(h.To)
	}
	return ""
}

// viewWord is a state as pages call it.
func viewWord(word string) string {
	state, raw, _ := strings.Cut(word, ": ")
	if state == "" {
		return ""
	}
	if v, ok := stateWords[release.State(state)]; ok {
		return v.Word
	}
	return cmp.Or(raw, state)
}

func prefixed(prefix, text string) string {
	if text == "" {
		return ""
	}
	return prefix + shortened(text)
}

// longestDetail is how many letters of a text from outside a piece of news has.
const longestDetail = 160

func shortened(text string) string {
	if r := []rune(text); len(r) > longestDetail {
		return string(r[:longestDetail]) + "…"
	}
	return text
}

// class is the mark of an event: that of the state where it tells of one.
func (h *happening) class() string {
	switch h.What {
	case release.EventBuildAppeared, release.EventBuildState, release.EventBuildUnready:
		state, raw, _ := strings.Cut(h.To, ": ")
		return viewState(release.State(state), raw).Class
	case release.EventMilestoneStatus:
		if h.To == string(release.MilestoneReleased) {
			return "ready"
		}
	}
	return phraseOf(h.What).class
}

// subject is whom an event is about.
func (s *site) subjectOf(p *Page, h *happening) Link {
	m := s.milestoneIn(h)
	switch {
	case len(h.products) > 0:
		pl := s.products[h.products[0]]
		return Link{Text: pl.Title, Href: p.to(productPath(pl))}
	case h.Product != "":
		return Link{Text: h.Product}
	case h.Image != "":
		return Link{Text: h.Image}
	case isNetboot(h.Event):
		return s.netbootSubject(p, h)
	case h.Dir != "":
		return Link{Text: h.Dir, Href: s.dirHref(p, h)}
	case m != nil:
		return Link{Text: m.Title, Href: p.to(s.milestonePath(m))}
	case h.Milestone != "":
		return Link{Text: strings.TrimSpace(s.seriesName(h) + " " + h.Milestone)}
	case h.Series != "":
		return s.seriesLink(p, h)
	}
	return Link{Text: h.Source}
}

// whereOf is the milestone, series or directory at which it happened.
func (s *site) whereOf(p *Page, h *happening) Link {
	m := s.milestoneIn(h)
	switch {
	case h.Image != "":
		return Link{Text: h.Dir, Href: s.dirHref(p, h)}
	case isNetboot(h.Event):
		return s.seriesLink(p, h)
	case h.Product == "" && h.What != release.EventMilestoneAppeared && h.What != release.EventMilestoneLeft:
		return Link{}
	case h.Product == "":
		return s.seriesLink(p, h)
	case h.Series == "":
		return Link{Text: "all series"} // whose owner changed
	case m != nil:
		return Link{Text: m.Title, Href: p.to(s.milestonePath(m))}
	case h.Milestone != "":
		return Link{Text: strings.TrimSpace(s.seriesName(h) + " " + h.Milestone)}
	}
	return s.seriesLink(p, h)
}

// isNetboot reports whether an event is about a netboot set.
func isNetboot(e *release.Event) bool { return e.Arch != "" && e.Dir != "" }

// netbootSubject is the machine that a set starts, on the page of its series.
func (s *site) netbootSubject(p *Page, h *happening) Link {
	l := Link{Text: s.machine(h.Arch) + " (" + h.Arch + ")"}
	if i := slices.IndexFunc(s.picture.Netboot, func(n *release.NetbootSeries) bool { return n.Line.Slug == h.line }); i >= 0 {
		n := s.picture.Netboot[i]
		if slices.ContainsFunc(listed(n), func(e *release.NetbootEntry) bool { return e.Arch == h.Arch }) {
			l.Href = p.to(s.netbootPath(n.Line)) + "#" + netbootID(h.Arch)
		}
	}
	return l
}

func (s *site) seriesName(h *happening) string {
	if line := s.line(h.line); line != nil {
		return line.Title
	}
	return h.Series
}

func (s *site) seriesLink(p *Page, h *happening) Link {
	l := Link{Text: s.seriesName(h)}
	if line := s.line(h.line); line != nil {
		l.Href = p.to(s.seriesPath(line))
	}
	return l
}

func (s *site) dirHref(p *Page, h *happening) string {
	if d := s.directories[treeDir{h.Source, h.Dir}]; d != nil {
		if page := s.downloadOf[d]; page != nil {
			return p.to(page.path)
		}
	}
	return ""
}
