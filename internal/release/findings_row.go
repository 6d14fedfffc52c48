package release

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

func (j *joiner) findMissing() {
	for _, r := range j.open {
		if r.State != StateMissing || r.Manifest.Kind != KindRelease || !r.Intended || r.Netboot || !j.knows(r.Product) {
			continue
		}
		j.report(Finding{
			Rule:     "missing-build",
			Text:     fmt.Sprintf("%s is meant to be released and has no build on %s.", r.Product.Title, r.Manifest.Title),
			Advice:   "Have it built and posted, or " + j.switchOff(r) + ".",
			Evidence: append(j.intentEvidence(r), j.replaced(r)...),
		}.asks(r), spot{rows: []*Row{r}})
	}
}

// switchOff is how a product is taken out of what is meant to be released.
func (j *joiner) switchOff(r *Row) string {
	if r.IntentFrom != "" && j.sourceOf(r.IntentFrom).plans() {
		return "leave it out of the plan in " + r.IntentFrom
	}
	return "switch it off in the series manifest"
}

// intentEvidence is the line of the manifest that means a row's product to be released.
func (j *joiner) intentEvidence(r *Row) []Evidence {
	if r.IntentFrom == "" {
		return nil
	}
	src := j.sourceOf(r.IntentFrom)
	fact := "the series manifest names " + r.Product.Title
	if src.plans() {
		fact = "it names " + r.Product.Title
	}
	if r.Contact != "" && r.ContactFrom == r.IntentFrom {
		fact += ", contact " + r.Contact
	}
	return []Evidence{says(src.state, j.statedAt(r.Manifest, src, r.Product), fact)}
}

// sourceOf is the source of a name that a part of the picture bears.
func (j *joiner) sourceOf(name string) *source {
	i := slices.IndexFunc(j.sources, func(s source) bool { return s.state.Name == name })
	return &j.sources[i]
}

func (j *joiner) seriesID(l *Line, source string) string {
	for i := range j.sources {
		if j.sources[i].state.Name != source {
			continue
		}
		for k := range j.sources[i].facts.Series {
			if s := &j.sources[i].facts.Series[k]; j.lineSlug(s.Slug) == l.Slug {
				return s.ID
			}
		}
	}
	return ""
}

// replaced is the newest build of the row's product that does not stand any more.
func (j *joiner) replaced(r *Row) []Evidence {
	var list []claim
	for _, p := range j.parts[r.Manifest] {
		for _, e := range p.m.Entries {
			if j.product(p.src.index, e.Product) == r.Product {
				list = append(list, claim{p, e})
			}
		}
	}
	if len(list) == 0 {
		return nil
	}
	newest := slices.MaxFunc(list, func(a, b claim) int { return CompareBuildIDs(a.entry.BuildID, b.entry.BuildID) })
	return []Evidence{claimed(r, newest)}
}

func (j *joiner) findFailed() {
	for _, r := range j.open {
		if r.State == StateFailed {
			j.report(Finding{
				Rule:     "build-failed",
				Text:     fmt.Sprintf("Build %s of %s is marked failed.", r.BuildID, r.name()),
				Advice:   "Fix what failed and ask for a rebuild.",
				Evidence: j.evidence(r),
			}.asks(r), spot{rows: []*Row{r}})
		}
	}
}

// findNoFiles makes one finding for each build, on however many milestones it is.
func (j *joiner) findNoFiles() {
	trees := j.dailyTrees()
	if len(trees) == 0 {
		return
	}
	groups, keys := j.byBuild(func(r *Row) bool {
		return r.publishable() && r.Identity != (Identity{}) && r.State != StateDisabled && !j.hasFiles(r) &&
			!j.gone(r, r.claims[0]) // which is told as such
	})
	for _, key := range keys {
		rows := groups[key]
		if looked := j.lookedAfter(trees, rows); len(looked) > 0 {
			j.noFiles(rows, looked)
		}
	}
}

func (j *joiner) noFiles(rows []*Row, looked []*Tree) {
	r := rows[0]
	ev := j.evidence(r)
	var names []string
	for _, t := range looked {
		names = append(names, t.Name)
		ev = append(ev, j.newestThere(r, t))
	}
	j.report(Finding{
		Rule: "no-files",
		Text: fmt.Sprintf("Build %s of %s has no files in %s (looked for project %s, type %s, architecture %s).",
			r.BuildID, r.Product.Title, listWords(names), r.Identity.Project, r.Identity.PublishType, r.Identity.Arch),
		Advice:   "Look whether the build was published, or purged; build it again if it is gone.",
		Actor:    ActorTree,
		Evidence: ev,
	}, spot{rows: rows})
}

// newestThere is the evidence of a tree without the files of a row's build: the
// newest daily that it holds in their place.
func (j *joiner) newestThere(r *Row, t *Tree) Evidence {
	var newest *TreeImage
	for _, n := range j.candidates(r).images {
		i := &j.planted[n]
		if i.Tree == t && i.Kind == ImageDaily && (newest == nil || CompareBuildIDs(i.BuildID, newest.BuildID) > 0) {
			newest = i
		}
	}
	if newest == nil {
		return says(j.stateOf(t.Name), t.Site, "no daily of "+r.Product.Title)
	}
	return says(j.stateOf(t.Name), newest.URL, "the newest is build "+newest.BuildID)
}

// byBuild groups open rows that stand for the same build, in order.
func (j *joiner) byBuild(want func(*Row) bool) (map[buildKey][]*Row, []buildKey) {
	groups := map[buildKey][]*Row{}
	var keys []buildKey
	for _, r := range j.open {
		if r.BuildID == "" || !want(r) {
			continue
		}
		key := buildKey{r.Manifest.Line.Slug, r.Product, r.BuildID}
		if groups[key] == nil {
			keys = append(keys, key)
		}
		groups[key] = append(groups[key], r)
	}
	return groups, keys
}

// dailyTrees are the trees in which new builds are expected: those that hold dailies.
func (j *joiner) dailyTrees() []*Tree {
	var trees []*Tree
	for n, t := range j.p.Trees {
		if t.Role != RoleOld && j.forest.trees[n].dailies {
			trees = append(trees, t)
		}
	}
	return trees
}

// lookedAfter are the trees that were seen on or after the day of a build, and not
// before it was posted: others cannot have it yet.
func (j *joiner) lookedAfter(trees []*Tree, rows []*Row) []*Tree {
	b, dated := ParseBuildID(rows[0].BuildID)
	posted := j.posted(rows)
	return slices.DeleteFunc(slices.Clone(trees), func(t *Tree) bool {
		seen := j.seen(t.Name)
		return dated && seen.Before(b.Date) || seen.Before(posted) && posted.Before(seen.Add(24*time.Hour))
	})
}

// posted is when a tracker first had the build of the rows; zero where none says.
// The QA tracker's times carry no zone and are taken as UTC: they may be hours off,
// which is why lookedAfter believes them for a day at most.
func (j *joiner) posted(rows []*Row) time.Time {
	var first time.Time
	for _, r := range rows {
		for _, c := range r.claims {
			at, err := time.Parse(time.DateTime, c.entry.Date)
			if err == nil && r.Is(c.entry.BuildID) && (first.IsZero() || at.Before(first)) {
				first = at
			}
		}
	}
	return first
}

// hasFiles reports whether a tree holds the row's build, or may hold it: of an
// image that is published already it is not always known which build it is.
func (j *joiner) hasFiles(r *Row) bool {
	if r.Daily != nil || r.Release != nil && r.Release.BuildID == "" {
		return true
	}
	return len(j.near(r)) > 0
}

func (j *joiner) findTwoBuilds() {
	for _, r := range j.open {
		if len(r.claims) < 2 {
			continue
		}
		for _, list := range bySource(r.claims) {
			if ids := buildIDs(list); len(ids) > 1 {
				j.report(Finding{
					Rule:     "two-builds",
					Text:     fmt.Sprintf("%s has several builds that stand: %s.", r.name(), listWords(ids)),
					Advice:   "Remove all but one from the milestone.",
					Actor:    ActorTracker,
					Source:   list[0].part.src.state.Name,
					Evidence: evidenceOf(r, list),
				}, spot{rows: []*Row{r}})
			}
		}
	}
}

// bySource splits claims by source, in order of precedence. Builds that were made
// of images have none.
func bySource(claims []claim) [][]claim {
	var lists [][]claim
	for _, c := range claims {
		if c.part.src == nil {
			continue
		}
		if n := len(lists); n > 0 && lists[n-1][0].part.src == c.part.src {
			lists[n-1] = append(lists[n-1], c)
			continue
		}
		lists = append(lists, []claim{c})
	}
	return lists
}

func buildIDs(claims []claim) []string {
	var ids []string
	for _, c := range claims {
		if !slices.Contains(ids, c.entry.BuildID) {
			ids = append(ids, c.entry.BuildID)
		}
	}
	return ids
}

func evidenceOf(r *Row, claims []claim) []Evidence {
	var list []Evidence
	for _, c := range claims {
		list = append(list, claimed(r, c))
	}
	return list
}

// findAmbiguous makes one finding for each product and series.
func (j *joiner) findAmbiguous() {
	done := map[productSeries]bool{}
	for _, r := range j.open {
		key := productSeries{r.Product, j.seriesKey(r.Manifest.Line.Slug)}
		held, doubtful := j.doubtful[key]
		if !doubtful || done[key] || !r.publishable() {
			continue
		}
		done[key] = true
		what := "none of them"
		if len(held) > 0 {
			what = "several of them: " + identityList(held)
		}
		j.report(Finding{
			Rule: "title-ambiguous",
			Text: fmt.Sprintf("%s may be %s, and for %s the trees hold %s.",
				r.Product.Title, identityList(r.Product.Identities), r.Manifest.Line.Title, what),
			Advice:   ambiguousAdvice(held),
			Actor:    ActorConfig,
			Evidence: append(j.grounds(r), j.heldEvidence(r, held)...),
		}, spot{rows: j.openRowsOf(r.Manifest.Line, r.Product)})
	}
}

func ambiguousAdvice(held []Identity) string {
	if len(held) == 0 {
		return "Leave only the [[product]] rule of the title that holds, or wait until the trees hold its files."
	}
	return "Leave only one [[product]] rule for the title, or give the other kinds of image titles of their own."
}

// heldEvidence is one image for each of the kinds that a row's product may be.
func (j *joiner) heldEvidence(r *Row, held []Identity) []Evidence {
	var list []Evidence
	for _, id := range held {
		images := j.images[productSeries{r.Product, j.seriesKey(r.Manifest.Line.Slug)}]
		if n := slices.IndexFunc(images, func(i *TreeImage) bool { return j.holds(id, i.Image) }); n >= 0 {
			i := images[n]
			list = append(list, says(j.stateOf(i.Tree.Name), i.URL+i.Main().Name, "holds "+i.Name))
		}
	}
	return list
}

func (j *joiner) openRowsOf(l *Line, p *ProductLine) []*Row {
	var rows []*Row
	for _, r := range p.Rows {
		if r.Manifest.Line == l && r.Manifest.Open {
			rows = append(rows, r)
		}
	}
	return rows
}

// findContacts looks at the series that are worked on: one finding for each product
// without a contact, and one for each contact that is not known to be a team.
func (j *joiner) findContacts() {
	for _, l := range j.p.Lines {
		if !l.hasOpen() || l.Status == SeriesDisabled {
			continue
		}
		byContact := map[string][]*Intended{}
		for _, n := range slices.Concat(l.Intents, besides(l, func(r *Row) bool { return r.Intended })) {
			switch {
			case n.Disabled || !j.knows(n.Product):
			case n.Contact == "":
				j.contactMissing(l, n)
			case n.Team != ContactTeam && j.excuses("contact-unknown", l, n.Product):
				j.contactUnknown(l, n.Contact, []*Intended{n})
			case n.Team != ContactTeam:
				byContact[n.Contact] = append(byContact[n.Contact], n)
			}
		}
		for _, contact := range sortedKeys(byContact) {
			j.contactUnknown(l, contact, byContact[contact])
		}
	}
}

func (j *joiner) contactMissing(l *Line, n *Intended) {
	j.report(Finding{
		Rule:   "contact-missing",
		Text:   fmt.Sprintf("No source names a contact in %s for %s.", l.Title, n.Product.Title),
		Advice: "Enter a team in the series manifest, in the plan, or in [contacts] of the configuration.",
		Actor:  ActorRelease, Source: n.Source,
		Evidence: []Evidence{j.manifestLine(l, n)},
	}, spot{line: l, products: []*ProductLine{n.Product}, rows: j.openRowsOf(l, n.Product)})
}

func (j *joiner) manifestLine(l *Line, n *Intended) Evidence {
	src := j.sourceOf(n.Source)
	url := j.intentURL(l, src, nil)
	if src.plans() {
		url = n.Source + "/milestones/" + l.Slug
	}
	return says(src.state, url, n.Product.Title+": "+cmp.Or(n.Contact, "no contact"))
}

// contactGrounds are what a contact rests on.
func (j *joiner) contactGrounds(l *Line, n *Intended) []Evidence {
	if n.ContactFrom == ConfiguredSource {
		return []Evidence{configured("[contacts] names " + n.Contact + " for " + n.Product.Title)}
	}
	return slices.DeleteFunc(j.contactEvidence(l, n.Product), func(e Evidence) bool { return e.Source != n.ContactFrom })
}

func (j *joiner) contactUnknown(l *Line, contact string, list []*Intended) {
	at := spot{line: l}
	var titles []string
	for _, n := range list {
		titles = append(titles, n.Product.Title)
		at.products = append(at.products, n.Product)
		at.rows = append(at.rows, j.openRowsOf(l, n.Product)...)
	}
	what := "is in no list of teams"
	switch list[0].Team {
	case ContactPerson:
		what = "is a person, not a team"
	case ContactNeither:
		what = "is neither a team nor a person: the look-up finds no account of this name"
	}
	j.report(Finding{
		Rule: "contact-unknown",
		Text: fmt.Sprintf("%s, contact in %s for %s, %s.", contact, l.Title, listWords(titles), what),
		Advice: "Name a team in the series manifest, or add the contact to teams in [contacts]; " +
			"a person may be away on release day.",
		Actor: ActorRelease, Who: contact, Source: list[0].ContactFrom,
		Evidence: j.contactGrounds(l, list[0]),
	}, at)
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b string) int {
		return cmp.Or(compareNatural(strings.ToLower(a), strings.ToLower(b)), strings.Compare(a, b))
	})
	return keys
}
