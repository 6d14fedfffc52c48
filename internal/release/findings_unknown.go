package release

import (
	"cmp"
	"fmt"
	"slices"
)

// unknownName is a name that no rule describes, in one tree.
type unknownName struct{ tree, rule, name string }

// unknownKinds are the words of Image.Unknown with the rules for them.
var unknownKinds = []struct{ word, rule, what, table string }{
	{"arch", "unknown-arch", "Architecture", "architecture"},
	{"publish_type", "unknown-type", "Publish type", "publish_type"},
	{"extension", "unknown-extension", "Extension", "extension"},
	{"project", "unknown-project", "Project", "project"},
	{"series", "unknown-series", "Series", "series"},
}

// findUnknownNames makes one finding for each unknown name in each tree.
func (j *joiner) findUnknownNames() {
	for n := range j.forest.unknown {
		j.unknownName(&j.forest.unknown[n])
	}
}

// unknownNames are the unknown names of an image.
func (j *joiner) unknownNames(tree string, i *Image) []unknownName {
	var list []unknownName
	for _, kind := range unknownKinds {
		if !slices.Contains(i.Unknown, kind.word) {
			continue
		}
		names := []string{""}
		switch kind.word {
		case "arch":
			names = []string{i.Arch}
		case "publish_type":
			names = []string{i.PublishType}
		case "extension":
			names = j.unknownExtensions(i)
		case "project":
			names = []string{i.Project}
		}
		for _, name := range names {
			list = append(list, unknownName{tree, kind.rule, name})
		}
	}
	return list
}

func (j *joiner) unknownExtensions(i *Image) []string {
	var list []string
	for _, f := range i.Files {
		if e, _ := j.rules.Extension(f.Type); e == nil {
			list = appendNew(list, f.Type)
		}
	}
	if len(list) == 0 {
		return []string{""}
	}
	return list
}

func (j *joiner) unknownName(u *forestUnknown) {
	kind := unknownKinds[slices.IndexFunc(unknownKinds, func(k struct{ word, rule, what, table string }) bool { return k.rule == u.rule })]
	first := &j.planted[u.images[0]]
	what := kind.what + " " + u.name
	if u.name == "" || u.name == Other {
		what = kind.what + " of " + Plural(len(u.images), "image", "images")
	}
	at := spot{}
	for _, n := range u.images {
		i := &j.planted[n]
		if !slices.Contains(at.dirs, i.dir) {
			at.dirs = append(at.dirs, i.dir)
		}
		for _, p := range i.Products {
			if !slices.Contains(at.products, p) {
				at.products = append(at.products, p)
			}
		}
	}
	j.report(Finding{
		Rule:   u.rule,
		Text:   fmt.Sprintf("%s is not known (%s in %s, such as %s).", what, Plural(len(u.images), "image", "images"), u.tree, first.Name),
		Advice: "Add a [[" + kind.table + "]] rule with a description.",
		Actor:  ActorConfig, Source: u.tree,
		Evidence: []Evidence{says(j.stateOf(u.tree), first.URL+first.Main().Name, first.Name)},
	}, at)
}

// findUnknownSeries makes one finding for each series that a source names and no
// rule describes.
func (j *joiner) findUnknownSeries() {
	if len(j.rules.Series) == 0 {
		return
	}
	for _, l := range j.p.Lines {
		if _, known := j.ranks[l.Slug]; known || l.Slug == Other || len(l.Sources) == 0 {
			continue
		}
		j.report(Finding{
			Rule:   "unknown-series",
			Text:   fmt.Sprintf("Series %s is in no [[series]] rule, so its version and dates are not known.", cmp.Or(l.Title, l.Slug)),
			Advice: "Add a [[series]] rule.",
			Actor:  ActorConfig, Source: l.Sources[0],
			Evidence: []Evidence{says(j.stateOf(l.Sources[0]), "", "has series "+l.Slug)},
		}, spot{line: l})
	}
}

// findUnknownStates makes one finding for each word of each source.
func (j *joiner) findUnknownStates() {
	for i := range j.sources {
		src := &j.sources[i]
		words := map[string][]*Row{}
		for _, r := range j.open {
			for _, c := range r.claims {
				if c.part.src == src && c.entry.State == StateUnknown && c.entry.RawState != "" {
					words[c.entry.RawState] = append(words[c.entry.RawState], r)
				}
			}
		}
		for _, word := range sortedKeys(words) {
			j.unknownState(src, word, "state of "+Plural(len(words[word]), "build", "builds"), spot{rows: words[word]})
		}
		f := src.facts
		for k := range f.Series {
			if raw := f.Series[k].RawStatus; raw != "" {
				j.unknownState(src, raw, "status of series "+f.Series[k].Title, spot{line: j.line(f.Series[k].Slug)})
			}
		}
		for k := range f.Milestones {
			if raw := f.Milestones[k].RawStatus; raw != "" {
				j.unknownState(src, raw, "status of milestone "+f.Milestones[k].Title, spot{line: j.line(f.Milestones[k].Series)})
			}
		}
	}
}

func (j *joiner) unknownState(src *source, word, what string, at spot) {
	j.report(Finding{
		Rule:   "unknown-state",
		Text:   fmt.Sprintf("%s uses %q for the %s, a word that is not known.", src.state.Name, word, what),
		Advice: "Ask what it means; until then it counts as not known.",
		Actor:  ActorTracker, Source: src.state.Name,
		Evidence: []Evidence{says(src.state, src.state.Site, word)},
	}, at)
}

// findUnruled tells of products on open milestones that no rule maps: one finding
// for each, or one for all where they are many.
func (j *joiner) findUnruled() {
	var list []*ProductLine
	for _, p := range j.p.Products {
		open := slices.ContainsFunc(p.Rows, func(r *Row) bool { return r.Manifest.Open && r.publishable() })
		if open && len(p.Identities) == 0 && j.knows(p) {
			list = append(list, p)
		}
	}
	const many = 10
	if len(list) > many {
		j.unruled(list)
		return
	}
	for _, p := range list {
		j.unruled([]*ProductLine{p})
	}
}

func (j *joiner) unruled(list []*ProductLine) {
	at := spot{products: list}
	var titles []string
	for _, p := range list {
		titles = append(titles, p.Title)
		for _, r := range p.Rows {
			if r.Manifest.Open {
				at.rows = append(at.rows, r)
			}
		}
	}
	verb := "is"
	if len(list) > 1 {
		verb = "are"
	}
	j.report(Finding{
		Rule:     "product-without-rule",
		Text:     fmt.Sprintf("%s %s in no [[product]] rule, so the files cannot be found.", listWords(titles), verb),
		Advice:   "Add a [[product]] rule, or a [[netboot]] rule for a netboot product.",
		Actor:    ActorConfig,
		Evidence: j.evidence(at.rows[0]),
	}, at)
}

// findUnmet makes one finding for all rules of one tracker whose titles it does not
// have.
func (j *joiner) findUnmet() {
	have := map[string]map[string]bool{"": {}}
	for i := range j.sources {
		name := j.sources[i].state.Name
		for k := range j.sources[i].facts.Products {
			if have[name] == nil {
				have[name] = map[string]bool{}
			}
			title := j.sources[i].facts.Products[k].Title
			have[name][title], have[""][title] = true, true
		}
	}
	unmet := map[string][]string{}
	for i := range j.rules.Products {
		p := &j.rules.Products[i]
		if titles := have[p.Tracker]; len(titles) > 0 && !titles[p.Title] {
			unmet[p.Tracker] = appendNew(unmet[p.Tracker], p.Title)
		}
	}
	for _, tracker := range sortedKeys(unmet) {
		titles := unmet[tracker]
		j.report(Finding{
			Rule: "rule-without-product",
			Text: fmt.Sprintf("%s %s that %s does not have: %s.", Plural(len(titles), "title", "titles"),
				"of [[product]] rules", cmp.Or(tracker, "any tracker"), listWords(titles)),
			Advice: "Leave them if the trees still hold such images; else take the rules away.",
			Actor:  ActorConfig, Source: tracker,
			Evidence: []Evidence{configured("[[product]] rules name " + listWords(titles))},
		}, spot{})
	}
}
