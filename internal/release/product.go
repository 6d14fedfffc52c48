package release

import (
	"cmp"
	"slices"
	"strings"
)

// NoFamily is the family of products for which neither a source nor a rule names
// one. It is shown last.
const NoFamily = "Other"

// readProducts makes the lines of products that the sources know. Products of
// several sources are one when their slugs are the same or, failing that, when each
// is the only one with one and the same identity.
func (j *joiner) readProducts() {
	for i := range j.sources {
		src := &j.sources[i]
		j.known = append(j.known, map[string]*ProductLine{})
		own := map[string]bool{}
		for k := range src.facts.Products {
			own[Slug(src.facts.Products[k].Slug)] = true
		}
		same := j.byIdentity()
		for k := range src.facts.Products {
			j.readProduct(src, &src.facts.Products[k], own, same)
		}
	}
}

func (j *joiner) readProduct(src *source, p *Product, own map[string]bool, same map[Identity]*ProductLine) {
	slug := Slug(p.Slug)
	ids := j.rules.Identities(src.state.Name, p.Title)
	if len(ids) == 0 {
		for _, id := range p.Identities {
			ids = appendIdentity(ids, id)
		}
	}
	line := j.products[slug]
	if line == nil && len(ids) == 1 {
		if l := same[withoutSub(ids[0])]; l != nil && !own[l.Slug] {
			line = l
		}
	}
	if line == nil {
		line = j.addProduct(slug, cmp.Or(p.Title, slug))
		line.Disabled = p.Disabled
	}
	j.known[src.index][slug] = line
	line.Family = cmp.Or(line.Family, p.Family)
	line.Type = cmp.Or(line.Type, p.Type)
	line.Disabled = line.Disabled && p.Disabled
	line.Netboot = line.Netboot || j.rules.IsNetboot(p.Title, p.Family)
	j.namesOwner(src, line, p.Contact)
	for _, id := range ids {
		line.Identities = appendIdentity(line.Identities, id)
	}
	if ref := (Ref{Source: src.state.Name, ID: p.ID}); !slices.Contains(line.Refs, ref) {
		line.Refs = append(line.Refs, ref)
	}
	j.complete(line)
}

// byIdentity finds the products so far by their only identity; nil stands where
// two products have the same.
func (j *joiner) byIdentity() map[Identity]*ProductLine {
	same := map[Identity]*ProductLine{}
	for _, p := range j.products {
		if len(p.Identities) != 1 {
			continue
		}
		id := withoutSub(p.Identities[0])
		if _, twice := same[id]; twice {
			same[id] = nil
			continue
		}
		same[id] = p
	}
	return same
}

// withoutSub drops what only the build host knows.
func withoutSub(id Identity) Identity {
	id.Subproject = ""
	return id
}

func (j *joiner) addProduct(slug, title string) *ProductLine {
	line := &ProductLine{Slug: slug, Title: title, lower: strings.ToLower(title)}
	j.products[slug] = line
	return line
}

// product returns the line of a product that a source's record names, which may be
// one that the source does not list.
func (j *joiner) product(src int, slug string) *ProductLine {
	if line := j.known[src][slug]; line != nil {
		return line
	}
	clean := Slug(slug)
	line := cmp.Or(j.known[src][clean], j.products[clean])
	if line == nil {
		line = j.addProduct(clean, clean)
		j.complete(line)
	}
	j.known[src][slug] = line
	return line
}

// complete fills in what follows from the rest: family and architecture.
func (j *joiner) complete(line *ProductLine) {
	if line.Family == "" {
		line.Family = j.family(line)
	}
	line.Arch = j.productArch(line)
}

func (j *joiner) family(line *ProductLine) string {
	for i := range j.rules.Products {
		if p := &j.rules.Products[i]; p.Family != "" && p.Title == line.Title {
			return p.Family
		}
	}
	for _, id := range line.Identities {
		if p, _ := j.rules.Project(id.Project); p != nil && p.Family != "" {
			return p.Family
		}
	}
	return ""
}

// productArch is the architecture of all identities where they agree, else the end
// of the title where a rule knows it as an architecture.
func (j *joiner) productArch(line *ProductLine) string {
	arch := ""
	for i, id := range line.Identities {
		if i > 0 && id.Arch != arch {
			arch = ""
			break
		}
		arch = id.Arch
	}
	if arch != "" {
		return arch
	}
	words := strings.Fields(strings.ToLower(line.Title))
	if len(words) == 0 {
		return ""
	}
	if a, _ := j.rules.Architecture(words[len(words)-1]); a != nil {
		return a.Name
	}
	return ""
}

// imageless reports whether a product is no image: an upgrade, a machine. A type
// that is not known may well be one of images, so it is treated so.
func imageless(p *ProductLine) bool { return p.Type == "package" || p.Type == "hardware" }

// unifyFamilies writes families whose slugs are equal alike.
func (j *joiner) unifyFamilies() {
	titles := map[string]string{}
	for _, p := range j.products {
		slug := Slug(p.Family)
		if have, ok := titles[slug]; p.Family != "" && (!ok || p.Family < have) {
			titles[slug] = p.Family
		}
	}
	for _, p := range j.products {
		if p.Family != "" {
			p.Family = titles[Slug(p.Family)]
		}
		p.lowerFamily = strings.ToLower(p.family())
	}
}

// compareByFamily orders products by family, then by title.
func compareByFamily(a, b *ProductLine) int {
	if x, y := a.family(), b.family(); x != y {
		return cmp.Or(
			flags(x == NoFamily, y == NoFamily),
			compareNatural(lowered(a.lowerFamily, x), lowered(b.lowerFamily, y)), strings.Compare(x, y),
		)
	}
	return compareProductLines(a, b)
}

// family is the one in which the product is shown.
func (p *ProductLine) family() string { return cmp.Or(p.Family, NoFamily) }

// lowered is a text without capitals: lower where that is known.
func lowered(lower, text string) string {
	if lower == "" {
		return strings.ToLower(text)
	}
	return lower
}

// families groups products; those of equal slug are one family.
func families(products []*ProductLine) []*Family {
	bySlug := map[string]*Family{}
	var list []*Family
	for _, p := range products {
		title := cmp.Or(p.Family, NoFamily)
		slug := Slug(title)
		if bySlug[slug] == nil {
			bySlug[slug] = &Family{Slug: slug, Title: title}
			list = append(list, bySlug[slug])
		}
		bySlug[slug].Products = append(bySlug[slug].Products, p)
	}
	slices.SortFunc(list, func(a, b *Family) int { return compareFamilies(a.Title, b.Title) })
	return list
}

// compareFamilies orders by name, the one for products without a family last.
func compareFamilies(a, b string) int {
	if a == b {
		return 0
	}
	return cmp.Or(flags(a == NoFamily, b == NoFamily), compareTitles(a, b))
}

// compareTitles orders as people do: capitals do not matter, numbers count.
func compareTitles(a, b string) int {
	if a == b {
		return 0
	}
	return cmp.Or(compareNatural(strings.ToLower(a), strings.ToLower(b)), strings.Compare(a, b))
}

func compareNatural(a, b string) int {
	if a == b {
		return 0
	}
	return compareNumbered(cutCommon(a, b))
}

func compareNumbered(a, b string) int {
	for a != "" && b != "" {
		if isDigit(a[0]) && isDigit(b[0]) {
			var c int
			if a, b, c = compareDigits(a, b); c != 0 {
				return c
			}
			continue
		}
		if c := cmp.Compare(a[0], b[0]); c != 0 {
			return c
		}
		a, b = a[1:], b[1:]
	}
	return cmp.Compare(len(a), len(b))
}

func compareProductLines(a, b *ProductLine) int {
	if a == b {
		return 0
	}
	if c := compareNatural(lowered(a.lower, a.Title), lowered(b.lower, b.Title)); c != 0 {
		return c
	}
	return texts(a.Title, b.Title, a.Slug, b.Slug)
}
