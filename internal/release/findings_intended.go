package release

import (
	"fmt"
	"slices"
)

// findIntended compares what is meant to be released in the series that are worked on
// with what is built daily. What the rules say of daily builds and what the trees hold is
// compared by findArches.
func (j *joiner) findIntended() {
	for _, l := range j.p.Lines {
		if l.hasOpen() && l.Status != SeriesDisabled && len(l.Intents) > 0 {
			j.findUnbuilt(l)
			j.findUnintended(l)
		}
	}
}

// findUnbuilt makes one finding for the products of a series whose architecture is not
// built daily: neither by a rule nor in the trees.
func (j *joiner) findUnbuilt(l *Line) {
	const rule = "intended-not-built"
	var all []*ProductLine
	for _, n := range l.Intents {
		switch {
		case n.Disabled || j.rules.IsNetboot(n.Product.Title, n.Product.Family) || j.mayBeBuilt(n.Product, l):
		case j.excuses(rule, l, n.Product):
			j.reportUnbuilt(rule, l, []*ProductLine{n.Product})
		default:
			all = append(all, n.Product)
		}
	}
	if len(all) > 0 {
		j.reportUnbuilt(rule, l, all)
	}
}

// mayBeBuilt reports whether a product is built daily in a series, as far as rules and
// trees tell. Where nothing speaks of its kind of build it is not known.
func (j *joiner) mayBeBuilt(p *ProductLine, l *Line) bool {
	id := j.identity(p, l)
	if id.Arch == "" {
		return true
	}
	key := built{id.Project, id.ImageType, j.seriesKey(l.Slug)}
	arches, known := j.builtDaily(key, []string{id.Subproject})
	return !known || slices.Contains(arches, id.Arch) || slices.ContainsFunc(j.forest.kinds, func(k forestKind) bool {
		return k.key == key && slices.Contains(k.arches, id.Arch)
	})
}

func (j *joiner) reportUnbuilt(rule string, l *Line, products []*ProductLine) {
	at := spot{line: l, products: products}
	for _, p := range products {
		at.rows = append(at.rows, j.openRowsOf(l, p)...)
	}
	first := j.identity(products[0], l)
	arches, _ := j.builtDaily(built{first.Project, first.ImageType, j.seriesKey(l.Slug)}, []string{first.Subproject})
	says := "nothing"
	if len(arches) > 0 {
		says = listWords(arches)
	}
	j.report(Finding{
		Rule: rule,
		Text: fmt.Sprintf("%s: meant to be released in %s, and not built daily: no [[arches]] rule names the architecture, and no tree holds a current daily.",
			titleWords(products), l.Title),
		Advice: "Have it built daily and correct the [[arches]] rules, or switch it off in the series manifest.",
		Actor:  ActorRelease,
		Evidence: []Evidence{configured(fmt.Sprintf("[[arches]] says %s for %s %s; %s is %s",
			says, first.Project, first.ImageType, products[0].Title, first.Arch))},
	}, at)
}

// findUnintended makes one finding for the products of a series of which the trees hold
// current dailies, and which its manifest does not name. What is switched off there was
// decided, and what bears a channel, as Core does, is in no manifest.
func (j *joiner) findUnintended(l *Line) {
	const rule = "built-not-intended"
	named := map[*ProductLine]bool{}
	for _, n := range l.Intents {
		named[n.Product] = true
	}
	var all []*ProductLine
	lies := map[*ProductLine]*TreeDirectory{}
	for _, k := range j.forest.kinds {
		if k.key.series != j.seriesKey(l.Slug) || j.buildType(k.key) != k.key.imageType {
			continue
		}
		for _, n := range k.dirs {
			for _, p := range ofNobody(&j.dirs[n], k.key, named) {
				if lies[p] == nil {
					lies[p] = &j.dirs[n]
					all = append(all, p)
				}
			}
		}
	}
	slices.SortFunc(all, func(a, b *ProductLine) int { return compareNatural(a.Title, b.Title) })
	var rest []*ProductLine
	for _, p := range all {
		if j.excuses(rule, l, p) {
			j.reportUnintended(rule, l, []*ProductLine{p}, lies[p])
			continue
		}
		rest = append(rest, p)
	}
	if len(rest) > 0 {
		j.reportUnintended(rule, l, rest, lies[rest[0]])
	}
}

func (j *joiner) reportUnintended(rule string, l *Line, products []*ProductLine, first *TreeDirectory) {
	j.report(Finding{
		Rule:     rule,
		Text:     fmt.Sprintf("%s: built daily for %s, and not in its series manifest.", titleWords(products), l.Title),
		Advice:   "Add to the series manifest what is to be released, and switch the others off there; or do not build them.",
		Actor:    ActorRelease,
		Evidence: []Evidence{j.lies(first, "holds a current daily of "+products[0].Title)},
	}, spot{line: l, products: products})
}

// ofNobody are the products of a directory's current dailies of a kind, of images that
// are those of no product that a manifest names.
func ofNobody(d *TreeDirectory, key built, named map[*ProductLine]bool) []*ProductLine {
	var list []*ProductLine
	for _, i := range d.Images {
		current := i.Kind == ImageDaily && (i.Current || i.Pending) && i.Project == key.project && i.ImageType == key.imageType
		if current && !slices.ContainsFunc(i.Products, func(p *ProductLine) bool { return named[p] }) {
			list = append(list, i.Products...)
		}
	}
	return list
}

// titleWords are the titles of products, those beyond a few as a number.
func titleWords(products []*ProductLine) string {
	var titles []string
	for _, p := range products {
		titles = append(titles, p.Title)
	}
	return listWords(titles)
}
