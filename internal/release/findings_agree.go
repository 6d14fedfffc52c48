package release

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// findBuildDisagreements compares the builds that several sources have on one
// milestone. On a daily one they differ after each build, which is another rule: see
// findings_apart.go. What a plan decides for it has to hold there, too.
func (j *joiner) findBuildDisagreements() {
	for _, r := range j.open {
		if j.disagreesAboutBuild(r) {
			j.report(j.differentBuilds(r), spot{rows: []*Row{r}})
		}
	}
}

// disagreesAboutBuild reports whether sources have different builds of a row.
func (j *joiner) disagreesAboutBuild(r *Row) bool {
	differ, planned := false, false
	for i := range r.claims {
		c := &r.claims[i]
		if c.part.src == nil || i > 0 && r.claims[i-1].part.src == c.part.src {
			continue // of each source the first one
		}
		differ = differ || !r.Is(c.entry.BuildID)
		planned = planned || c.part.src.plans()
	}
	return differ && (planned || r.Manifest.Kind != KindDaily)
}

// differentBuilds tells of builds that sources have standing, or decided for.
func (j *joiner) differentBuilds(r *Row) Finding {
	var firsts []claim
	for _, list := range bySource(r.claims) {
		firsts = append(firsts, list[0])
	}
	f := Finding{
		Rule: "disagree-build", Advice: "Post the right build where it is missing.", Actor: ActorTracker,
		Evidence: evidenceOf(r, firsts),
	}
	var words []string
	for _, c := range firsts {
		words = append(words, c.part.src.state.Name+" "+c.has()+" "+c.entry.BuildID)
		if c.entry.Pinned == "" {
			continue
		}
		f.Actor, f.Advice = ActorRelease, "Correct the plan at "+c.entry.Pinned+", or post its build where it is missing."
		if j.gone(r, c) {
			words[len(words)-1] += " (no tree holds it and no tracker has it standing)"
			f.Advice = "Decide at " + c.entry.Pinned + " for a build that is there, or have this one built again."
		}
	}
	f.Text = fmt.Sprintf("Sources have different builds of %s: %s.", r.name(), joinWords(words, "and"))
	return f
}

// has is what a source does with the build of a claim.
func (c *claim) has() string {
	if c.part.src.plans() {
		return "decides for"
	}
	return "has"
}

// opinion is a state that a source gives the row's build.
type opinion struct {
	state    State
	id       string // of the build, as the source calls it
	evidence Evidence
}

// findStateDisagreements compares the states that several sources give the build of
// a row. Not to know a state is no opinion.
func (j *joiner) findStateDisagreements() {
	for _, r := range j.open {
		if !r.divided(j.buildsOf(r)) {
			continue
		}
		list := j.opinions(r)
		if !slices.ContainsFunc(list, func(o opinion) bool { return o.state != list[0].state }) {
			continue
		}
		var words []string
		var ev []Evidence
		for _, o := range list {
			words = append(words, o.evidence.Source+" says "+string(o.state)+calledOtherwise(r, o.id))
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

// findReplacedPins tells of builds that a plan decides for, and that were taken away from
// the milestone.
func (j *joiner) findReplacedPins() {
	for _, r := range j.open {
		for _, c := range r.claims {
			for _, was := range j.passed[r.Manifest][r.Product] {
				if c.part.src == nil || !c.part.src.plans() || was.entry.BuildID != c.entry.BuildID {
					continue
				}
				j.report(Finding{
					Rule: "disagree-state",
					Text: fmt.Sprintf("%s decides for build %s of %s, which %s has %s.",
						c.part.src.state.Name, c.entry.BuildID, r.name(), was.part.src.state.Name, was.entry.State),
					Advice:   "Decide for the build that is to be released, or put this one back on the milestone.",
					Actor:    ActorRelease,
					Evidence: []Evidence{claimed(r, c), claimed(r, was)},
				}, spot{rows: []*Row{r}})
			}
		}
	}
}

// calledOtherwise says how a source calls the row's build, where that is another id.
func calledOtherwise(r *Row, id string) string {
	if id == r.BuildID {
		return ""
	}
	return " of " + id + ", the same bytes"
}

// divided reports whether two states of the row's build differ, whoever gives them.
func (r *Row) divided(builds []sourceBuild) bool {
	first := StateUnknown
	differs := func(s State) bool {
		if first == StateUnknown {
			first = s
		}
		return s != StateUnknown && s != first
	}
	for k := range r.claims {
		if e := &r.claims[k].entry; r.Is(e.BuildID) && differs(e.State) {
			return true
		}
	}
	return slices.ContainsFunc(builds, func(b sourceBuild) bool {
		state, counts := r.ownState(b)
		return counts && differs(state)
	})
}

// ownState is the state that a source gives the row's build itself, and whether it says
// anything of the row: not that a newer build is there, or that this one is off a list, and
// not that it is ready where it goes on being tested, as on a daily milestone nobody decides.
func (r *Row) ownState(b sourceBuild) (state State, counts bool) {
	if b.b.State == "" {
		return "", false
	}
	state, _ = knownState(b.b.State, b.b.RawState)
	undecided := r.Manifest.Kind == KindDaily && state == StateReady &&
		slices.ContainsFunc(r.claims, func(c claim) bool { return r.Is(c.entry.BuildID) && c.entry.State == StateTesting })
	return state, state.Current() && state != StateUnknown && !undecided
}

// opinions has at most one for each source: its state on the milestone, else that
// of the build.
func (j *joiner) opinions(r *Row) []opinion {
	var list []opinion
	asked := map[*source]bool{}
	for _, c := range r.claims {
		src := c.part.src
		if src == nil || !r.Is(c.entry.BuildID) || c.entry.State == StateUnknown || asked[src] {
			continue
		}
		asked[src] = true
		list = append(list, opinion{c.entry.State, c.entry.BuildID, claimed(r, c)})
	}
	for _, b := range j.buildsOf(r) {
		state, counts := r.ownState(b)
		if !counts || asked[b.src] {
			continue
		}
		asked[b.src] = true
		list = append(list, opinion{state, b.b.BuildID, ownClaim(r, b, state)})
	}
	return list
}

// ownClaim is the evidence of a state that a source gives the row's build itself.
func ownClaim(r *Row, b sourceBuild, state State) Evidence {
	file := b.src.state.Name + "/builds/" + r.Manifest.Line.Slug + ".toml"
	return says(b.src.state, cmp.Or(pageOfBuild(b.src.state, "", b.b.ID), file), r.Product.Title+" "+b.b.BuildID+": "+string(state))
}

// digest is a checksum of a row's build, and who gives it: a source, or the image of a
// tree.
type digest struct {
	sum   string
	src   *source
	image *TreeImage
}

// findSumDisagreements compares the checksums of the builds on open milestones:
// those that sources give a build, and those of its image in the trees.
func (j *joiner) findSumDisagreements() {
	groups, keys := j.byBuild(func(r *Row) bool { return r.publishable() && len(bySum(j.digests(r))) > 1 })
	for _, key := range keys {
		rows := groups[key]
		var ev []Evidence
		var sides []string
		for _, list := range bySum(j.digests(rows[0])) {
			for _, d := range list {
				ev = append(ev, j.digestEvidence(rows[0], d))
			}
			sides = append(sides, sideOf(list))
		}
		j.report(Finding{
			Rule:     "disagree-checksum",
			Text:     fmt.Sprintf("Build %s of %s has different checksums: %s.", key.id, key.product.Title, strings.Join(sides, ", ")),
			Advice:   "Do not publish it before it is known which files are the right ones.",
			Actor:    ActorTree,
			Evidence: ev,
		}, spot{rows: rows})
	}
}

// digests are the checksums of a row's build, each with who gives it. Of an image with
// several files one needs to agree.
func (j *joiner) digests(r *Row) []digest {
	var list []digest
	for _, b := range j.buildsOf(r) {
		if b.b.SHA256 != "" {
			list = append(list, digest{sum: b.b.SHA256, src: b.src})
		}
	}
	for _, n := range j.candidates(r).byID[r.BuildID] {
		i := &j.planted[n]
		if i.Kind != ImageDaily || i.BuildID != r.BuildID {
			continue
		}
		sum := i.main().SHA256
		if k := slices.IndexFunc(list, func(d digest) bool { return i.hasSum(d.sum) }); k >= 0 {
			sum = list[k].sum
		}
		if sum != "" && !slices.ContainsFunc(list, func(d digest) bool { return d.sum == sum && d.name() == i.Tree.Name }) {
			list = append(list, digest{sum: sum, image: i})
		}
	}
	return list
}

// hasSum reports whether a main file of the image has a checksum.
func (i *TreeImage) hasSum(sum string) bool {
	return slices.ContainsFunc(i.Files, func(f File) bool { return f.Main && f.SHA256 == sum })
}

// name is the source or tree that gives a digest.
func (d digest) name() string {
	if d.image != nil {
		return d.image.Tree.Name
	}
	return d.src.state.Name
}

// bySum puts together who gives the same checksum, in the order in which they come.
func bySum(list []digest) [][]digest {
	var sums [][]digest
	for _, d := range list {
		n := slices.IndexFunc(sums, func(l []digest) bool { return l[0].sum == d.sum })
		if n < 0 {
			sums = append(sums, []digest{d})
			continue
		}
		sums[n] = append(sums[n], d)
	}
	return sums
}

// sideOf says who gives one checksum, in a sentence.
func sideOf(list []digest) string {
	const shown = 8 // digits, enough to tell two apart
	var names []string
	for _, d := range list {
		names = appendNew(names, d.name())
	}
	sum := list[0].sum
	return joinWords(names, "and") + haveWord(names) + sum[:min(shown, len(sum))] + "…"
}

func (j *joiner) digestEvidence(r *Row, d digest) Evidence {
	if d.image == nil {
		return says(d.src.state, d.src.state.Name+"/builds/"+r.Manifest.Line.Slug+".toml", "SHA256 "+d.sum)
	}
	return says(j.stateOf(d.image.Tree.Name), d.image.URL+d.image.main().Name, "SHA256 "+d.sum)
}

// findNameDisagreements compares the checksums of released files that bear one name
// in several directories. Old trees are the past.
func (j *joiner) findNameDisagreements() {
	for _, pair := range j.forest.namesake {
		j.namesakes(&j.planted[pair[0]], &j.planted[pair[1]])
	}
}

func (j *joiner) namesakes(other, i *TreeImage) {
	main := i.main()
	at := spot{products: i.Products}
	var ev []Evidence
	for _, x := range []*TreeImage{other, i} {
		at.dirs = append(at.dirs, x.dir)
		at.rows = append(at.rows, j.rowsWith(x)...)
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
func (j *joiner) rowsWith(i *TreeImage) []*Row {
	var rows []*Row
	for _, r := range j.placed[i.dir] {
		if r.Daily == i || r.Release == i {
			rows = append(rows, r)
		}
	}
	return rows
}
