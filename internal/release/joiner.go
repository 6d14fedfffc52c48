package release

import (
	"maps"
	"slices"
	"unsafe"
)

// Joiner makes pictures one after another, each as [Join] does, and keeps what it
// derived of facts that are the same again: those of the trees, which are by far the most,
// while only trackers have news. Its zero value is ready. It is for one goroutine at
// a time; the pictures may be read by any, and none changes when the next is made.
//
// What it keeps it finds by identity: facts whose slices are the same in memory, and rules
// likewise. So neither may be changed in place; who has news makes new slices.
type Joiner struct {
	rules  Rules
	facts  map[*Facts]knownFacts // those of the last picture
	forest *forest
	key    forestKey

	trees    []*Tree // of the last picture
	revision uint64  // the last one given
}

// forestKey is all that a forest follows from, apart from the rules.
type forestKey struct {
	trees    []treeKey
	products []productKey // by slug
}

type treeKey struct {
	name, role, site string
	directories      sliceKey[Directory]
	images           sliceKey[Image]
}

type productKey struct {
	slug, title string
	identities  []Identity
}

// sliceKey tells slices apart by where they lie.
type sliceKey[T any] struct {
	first  *T
	length int
}

func keyOf[T any](list []T) sliceKey[T] { return sliceKey[T]{unsafe.SliceData(list), len(list)} }

// Join makes the picture of its input: see [Join].
func (k *Joiner) Join(in Input) *Picture {
	if !sameRules(&k.rules, &in.Rules) {
		k.rules, k.forest = in.Rules, nil
	}
	p := k.join(in)
	k.revise(p)
	k.trees = p.Trees
	return p
}

// sameRules reports whether rules are the same in memory; the maps of contacts,
// whether they are equal.
func sameRules(a, b *Rules) bool {
	return keyOf(a.Products) == keyOf(b.Products) && keyOf(a.Series) == keyOf(b.Series) &&
		keyOf(a.Milestones) == keyOf(b.Milestones) && keyOf(a.Publish) == keyOf(b.Publish) &&
		keyOf(a.Arches) == keyOf(b.Arches) && keyOf(a.SizeLimits) == keyOf(b.SizeLimits) &&
		keyOf(a.Architectures) == keyOf(b.Architectures) && keyOf(a.PublishTypes) == keyOf(b.PublishTypes) &&
		keyOf(a.Projects) == keyOf(b.Projects) && keyOf(a.Extensions) == keyOf(b.Extensions) && keyOf(a.Streams) == keyOf(b.Streams) && keyOf(a.Handovers) == keyOf(b.Handovers) &&
		keyOf(a.Netboot) == keyOf(b.Netboot) && keyOf(a.BootFiles) == keyOf(b.BootFiles) && keyOf(a.Checks) == keyOf(b.Checks) && keyOf(a.Contacts.Teams) == keyOf(b.Contacts.Teams) &&
		keyOf(a.Contacts.People) == keyOf(b.Contacts.People) && maps.Equal(a.Contacts.Product, b.Contacts.Product) &&
		maps.Equal(a.Contacts.Address, b.Contacts.Address) && maps.Equal(a.Contacts.Managers, b.Contacts.Managers) && a.Contacts.Launchpad == b.Contacts.Launchpad && a.PublishOwn == b.PublishOwn && a.ArchesOwn == b.ArchesOwn && a.StreamsOwn == b.StreamsOwn && a.HandoversOwn == b.HandoversOwn &&
		keyOf(a.Respin.Rules) == keyOf(b.Respin.Rules) && keyOf(a.Respin.Hours) == keyOf(b.Respin.Hours) &&
		maps.Equal(a.Archive.Roots, b.Archive.Roots) && keyOf(a.Archive.Rules) == keyOf(b.Archive.Rules) &&
		a.BootMenu.same(&b.BootMenu) &&
		a.Respin.Own == b.Respin.Own && a.Archive.Own == b.Archive.Own && a.Precedence.same(&b.Precedence)
}

// knownFacts are facts in the stored order, and the series that they speak of.
type knownFacts struct {
	*Facts
	series []string
}

// know looks at facts, unless the last picture was made of them, too.
func (k *Joiner) know(f *Facts) knownFacts {
	if known, ok := k.facts[f]; ok {
		return known
	}
	if !f.Sorted() {
		f = f.Clone()
		f.Sort()
	}
	return knownFacts{f, seriesNames(f)}
}

// forestOf is the forest for a picture: the last one, if it follows from the same.
func (k *Joiner) forestOf(j *joiner) *forest {
	key := j.forestKey()
	if k.forest == nil || !k.key.equal(key) {
		k.forest, k.key = j.survey(), key
	}
	return k.forest
}

func (j *joiner) forestKey() forestKey {
	var key forestKey
	for i := range j.sources {
		if s := &j.sources[i]; s.hasTree() {
			key.trees = append(key.trees, treeKey{s.state.Name, s.state.Role, s.state.Site, keyOf(s.facts.Directories), keyOf(s.facts.Images)})
		}
	}
	for _, slug := range slices.Sorted(maps.Keys(j.products)) {
		p := j.products[slug]
		key.products = append(key.products, productKey{slug, p.Title, p.Identities})
	}
	return key
}

func (k forestKey) equal(o forestKey) bool {
	return slices.Equal(k.trees, o.trees) && slices.EqualFunc(k.products, o.products, func(a, b productKey) bool {
		return a.slug == b.slug && a.title == b.title && slices.Equal(a.identities, b.identities)
	})
}
