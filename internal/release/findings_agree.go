package release

import (
	"fmt"
	"slices"
)

// findBuildDisagreements compares the builds that several sources have on one
// milestone.
func (j *joiner) findBuildDisagreements() {
	for _, r := range j.open {
		lists := bySource(j.claims[r])
		var firsts []claim
		for _, list := range lists {
			firsts = append(firsts, list[0])
		}
		if len(buildIDs(firsts)) < 2 {
			continue
		}
		var words []string
		for _, c := range firsts {
			words = append(words, c.part.src.state.Name+" has "+c.entry.BuildID)
		}
		j.report(Finding{
			Rule:     "disagree-build",
			Text:     fmt.Sprintf("Sources have different builds of %s: %s.", r.name(), joinWords(words, "and")),
			Advice:   "Post the right build where it is missing.",
			Actor:    ActorTracker,
			Evidence: evidenceOf(r, firsts),
		}, spot{rows: []*Row{r}})
	}
}

// opinion is a state that a source gives the row's build.
type opinion struct {
	state    State
	evidence Evidence
}

// findStateDisagreements compares the states that several sources give the build of
// a row. Not to know a state is no opinion.
func (j *joiner) findStateDisagreements() {
	for _, r := range j.open {
		list := j.opinions(r)
		if !slices.ContainsFunc(list, func(o opinion) bool { return o.state != list[0].state }) {
			continue
		}
		var words []string
		var ev []Evidence
		for _, o := range list {
			words = append(words, o.evidence.Source+" says "+string(o.state))
			ev = append(ev, o.evidence)
		}
		j.report(Finding{
			Rule:     "disagree-state",
			Text:     fmt.Sprintf("Sources disagree about build %s of %s: %s.", r.BuildID, r.name(), joinWords(words, "and")),
			Advice:   "Find out which is right and correct the other.",
			Actor:    ActorRelease,
			Evidence: ev,
		}, spot{rows: []*Row{r}})
	}
}

// opinions has at most one for each source: its state on the milestone, else that
// of the build.
func (j *joiner) opinions(r *Row) []opinion {
	var list []opinion
	asked := map[*source]bool{}
	for _, c := range j.claims[r] {
		src := c.part.src
		if src == nil || c.entry.BuildID != r.BuildID || c.entry.State == StateUnknown || asked[src] {
			continue
		}
		asked[src] = true
		list = append(list, opinion{c.entry.State, claimed(r, c)})
	}
	for _, b := range j.buildsOf(r) {
		state, _ := knownState(b.b.State, b.b.RawState)
		if b.b.State == "" || state == StateUnknown || asked[b.src] {
			continue
		}
		asked[b.src] = true
		file := b.src.state.Name + "/builds/" + r.Manifest.Line.Slug + ".toml"
		list = append(list, opinion{state, says(b.src.state, file, r.Product.Title+" "+r.BuildID+": "+string(state))})
	}
	return list
}

// digest is a checksum that a source gives a file.
type digest struct {
	sum      string
	evidence Evidence
}

// findSumDisagreements compares the checksums of the builds on open milestones:
// those that sources give a build, and those of its image in the trees.
func (j *joiner) findSumDisagreements() {
	groups, keys := j.byBuild(func(r *Row) bool { return r.publishable() })
	for _, key := range keys {
		rows := groups[key]
		list := j.digests(rows[0])
		if len(list) < 2 || !slices.ContainsFunc(list, func(d digest) bool { return d.sum != list[0].sum }) {
			continue
		}
		var ev []Evidence
		for _, d := range list {
			ev = append(ev, d.evidence)
		}
		j.report(Finding{
			Rule:     "disagree-checksum",
			Text:     fmt.Sprintf("Build %s of %s has different checksums.", key.id, key.product.Title),
			Advice:   "Do not publish it before it is known which files are the right ones.",
			Actor:    ActorTree,
			Evidence: ev,
		}, spot{rows: rows})
	}
}

// digests are the checksums of a row's build: each different one with the first who
// gives it. Of an image with several files one needs to agree.
func (j *joiner) digests(r *Row) []digest {
	var list []digest
	add := func(sum string, ev Evidence) {
		if !slices.ContainsFunc(list, func(d digest) bool { return d.sum == sum }) {
			list = append(list, digest{sum, ev})
		}
	}
	for _, b := range j.buildsOf(r) {
		if b.b.SHA256 != "" {
			file := b.src.state.Name + "/builds/" + r.Manifest.Line.Slug + ".toml"
			add(b.b.SHA256, says(b.src.state, file, "SHA256 "+b.b.SHA256))
		}
	}
	for _, i := range j.rowCandidates(r) {
		if i.Kind != ImageDaily || i.BuildID != r.BuildID {
			continue
		}
		if slices.ContainsFunc(i.Files, func(f File) bool {
			return f.Main && slices.ContainsFunc(list, func(d digest) bool { return d.sum == f.SHA256 })
		}) {
			continue
		}
		if main := i.Main(); main.SHA256 != "" {
			add(main.SHA256, says(j.stateOf(i.Tree.Name), i.URL+main.Name, "SHA256 "+main.SHA256))
		}
	}
	return list
}

// findNameDisagreements compares the checksums of released files that bear one name
// in several directories. Old trees are the past.
func (j *joiner) findNameDisagreements() {
	first := map[nameKey]*TreeImage{}
	for _, t := range j.p.Trees {
		if t.Role == RoleOld {
			continue
		}
		for _, d := range t.Directories {
			for _, i := range d.Images {
				if i.Kind == ImageRelease && i.Version != "" {
					j.compareNamesakes(first, i)
				}
			}
		}
	}
}

func (j *joiner) compareNamesakes(first map[nameKey]*TreeImage, i *TreeImage) {
	main := i.Main()
	if main.SHA256 == "" {
		return
	}
	key := nameKey{i.Series, main.Name}
	other := first[key]
	if other == nil {
		first[key] = i
		return
	}
	if other.Main().SHA256 == main.SHA256 {
		return
	}
	at := spot{products: i.Products}
	var ev []Evidence
	for _, x := range []*TreeImage{other, i} {
		if d := j.dirOf(x); d != nil {
			at.dirs = append(at.dirs, d)
			at.rows = append(at.rows, j.rowsWith(d, x)...)
		}
		ev = append(ev, says(j.stateOf(x.Tree.Name), x.URL+main.Name, "SHA256 "+x.Main().SHA256))
	}
	j.report(Finding{
		Rule:     "disagree-checksum",
		Text:     fmt.Sprintf("%s is not the same file in %s as in %s.", main.Name, whereabouts(other), whereabouts(i)),
		Advice:   "Find out which is the right one and replace the other.",
		Actor:    ActorTree,
		Evidence: ev,
	}, at)
}

// whereabouts is the tree and directory of an image.
func whereabouts(i *TreeImage) string { return i.Tree.Name + " " + i.Dir }

// rowsWith are the open rows whose image is i.
func (j *joiner) rowsWith(d *TreeDirectory, i *TreeImage) []*Row {
	var rows []*Row
	for _, r := range j.placed[d] {
		if r.Daily == i || r.Release == i {
			rows = append(rows, r)
		}
	}
	return rows
}
