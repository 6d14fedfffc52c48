package generator

import (
	"slices"
	"strings"

	"shiplist/internal/release"
)

// changeGroup is what changed in one way since the milestone before.
type changeGroup struct {
	Word    string // "Added"
	Changes []changeView
	Fold    bool // so many that they are shown on demand
}

type changeView struct {
	Product  Link
	From, To string
}

// placeGroup is one directory to which images go.
type placeGroup struct {
	Dir    Link
	Tree   string
	Places []placeView
}

type placeView struct {
	ID       string // for links to it
	Product  Link
	From     Link // the daily directory
	Name     string
	There    bool // something is published there already, as Standing says
	Standing stateView
	// Waits says why it is not published yet, Ready that it can be: neither is said of a
	// milestone that is not in testing.
	Waits string
	Ready bool
}

// changeWords are the kinds of change in the order in which pages tell them, as a
// heading and after a number.
var changeWords = []struct {
	kind      release.ChangeKind
	word      string
	one, many string
}{
	{release.ChangeAdded, "New", "is new", "are new"},
	{release.ChangeDropped, "Dropped", "was dropped", "were dropped"},
	{release.ChangeRespun, "New build", "has a new build", "have a new build"},
	{release.ChangeReadied, "Now ready", "became ready", "became ready"},
	{release.ChangeFailed, "Failed", "failed", "failed"},
	{release.ChangeState, "Another state", "is in another state", "are in another state"},
}

// changed counts changes in a sentence: "17 are new, 28 have a new build."
func changed(all []release.Change) string {
	var words []string
	for _, w := range changeWords {
		n := 0
		for _, c := range all {
			if c.Kind == w.kind {
				n++
			}
		}
		if n > 0 {
			words = append(words, release.Plural(n, w.one, w.many))
		}
	}
	if len(words) == 0 {
		return "Nothing differs."
	}
	return strings.Join(words, ", ") + "."
}

func (s *site) viewChanges(p *Page, all []release.Change) []changeGroup {
	var groups []changeGroup
	for _, w := range changeWords {
		g := changeGroup{Word: w.word}
		for _, c := range all {
			if c.Kind == w.kind {
				g.Changes = append(g.Changes, changeView{Link{Text: c.Product.Title, Href: p.to(productPath(c.Product))}, c.From, c.To})
			}
		}
		g.Fold = len(g.Changes) > foldAbove
		if len(g.Changes) > 0 {
			groups = append(groups, g)
		}
	}
	return groups
}

// viewPlaces lists what goes where, by directory.
func (s *site) viewPlaces(p *Page, m *release.Manifest, states setStates) []placeGroup {
	var groups []placeGroup
	index := map[string]int{}
	for _, r := range m.Rows() {
		loc := r.Location
		if loc == nil {
			continue
		}
		key := loc.Role + " " + loc.Tree + " " + loc.Dir
		i, ok := index[key]
		if !ok {
			i = len(groups)
			index[key] = i
			tree := loc.Tree
			if tree == "" {
				tree = "a tree with the role " + loc.Role + ", which is not configured"
			}
			groups = append(groups, placeGroup{Dir: Link{Text: loc.Dir, Href: s.placeURL(loc)}, Tree: tree})
		}
		v := placeView{ID: placeID(r), Product: Link{Text: r.Product.Title, Href: p.to(productPath(r.Product))}, Name: releasedName(r), There: r.Release != nil, Standing: standing(r)}
		why, in := states[r.Product.Slug]
		v.Waits, v.Ready = why, in && why == ""
		if r.Daily != nil {
			v.From = Link{Text: r.Daily.Dir, Href: webURL(r.Daily.URL)}
		}
		groups[i].Places = append(groups[i].Places, v)
	}
	slices.SortStableFunc(groups, func(a, b placeGroup) int {
		return strings.Compare(a.Tree+" "+a.Dir.Text, b.Tree+" "+b.Dir.Text)
	})
	return groups
}

// standing says of what lies where a row is published whether it is what should lie
// there.
func standing(r *release.Row) stateView {
	wrong := slices.ContainsFunc(r.Findings, func(f *release.Finding) bool { return f.Rule == "published-not-ready" })
	switch {
	case wrong && r.State == release.StateReady:
		return stateView{"failed", "another build is there"}
	case wrong:
		return stateView{"failed", "published, not ready"}
	}
	return stateView{"ready", "published"}
}

// placeID is the id of a row in the table of what goes where.
func placeID(r *release.Row) string { return "goes-" + r.Product.Slug }

// place is where a row is or will be published.
func (s *site) place(p *Page, r *release.Row) Link {
	l := Link{Text: r.Location.Dir + "/" + releasedName(r), Href: s.placeURL(r.Location)}
	if r.Release == nil {
		return l
	}
	if d := s.downloadAt(r.Release.Tree, r.Release.Dir); d != nil {
		l.Href = p.to(d.path)
	}
	return l
}

// placeURL is the address of a directory to publish in; empty as long as the tree
// does not have it.
func (s *site) placeURL(l *release.Location) string {
	if s.directories[treeDir{l.Tree, l.Dir}] == nil {
		return ""
	}
	return webURL(l.URL)
}
