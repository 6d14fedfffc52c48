package release

import (
	"cmp"
	"slices"
	"strings"
)

// ownerIndex finds products by what the names of their images say. The publish
// type may be missing in a name, so every identity is also there without it.
type ownerIndex map[ownerKey][]owner

type ownerKey struct{ publishType, arch string }

type owner struct {
	product  *ProductLine
	rule     *ProductRule // of a product that no tracker has; product is nil until it is needed
	identity Identity
}

// owners lists the identities of all products, and of the rules whose products no
// tracker has.
func (j *joiner) owners() ownerIndex {
	index := ownerIndex{}
	add := func(o owner) {
		id := o.identity
		for _, key := range []ownerKey{{id.PublishType, id.Arch}, {"", id.Arch}} {
			index[key] = append(index[key], o)
		}
	}
	for _, p := range j.products {
		for _, id := range p.Identities {
			add(owner{product: p, identity: id})
		}
	}
	for i := range j.rules.Products {
		rule := &j.rules.Products[i]
		if j.products[Slug(rule.Title)] == nil {
			add(owner{rule: rule, identity: rule.identity()})
		}
	}
	return index
}

// ruleProduct is the product of a rule that no tracker has.
func (j *joiner) ruleProduct(rule *ProductRule) *ProductLine {
	slug := Slug(rule.Title)
	line := j.products[slug]
	if line == nil {
		line = j.addProduct(slug, rule.Title)
		line.Family = rule.Family
		line.Netboot = j.rules.IsNetboot(rule.Title, rule.Family)
	}
	line.Identities = appendIdentity(line.Identities, rule.identity())
	j.complete(line)
	return line
}

// holds reports whether an image is what an identity says. The project of a
// released image may be only the one that its name begins with.
func (j *joiner) holds(id Identity, i *Image) bool {
	if id.Arch != i.Arch || id.PublishType != i.PublishType && i.PublishType != "" {
		return false
	}
	if i.ImageType != "" && id.ImageType != "" && i.ImageType != id.ImageType {
		return false
	}
	if i.PublishType == "" && (i.ImageType == "" || id.ImageType == "") {
		return false
	}
	return id.Project == i.Project || i.Kind == ImageRelease && j.rules.prefix(id.Project) == i.Project
}

// prefix is how released file names of a project begin.
func (r Rules) prefix(project string) string {
	if p, _ := r.Project(project); p != nil {
		return cmp.Or(p.Prefix, project)
	}
	return project
}

// ownersOf are the products of an image.
func (s *surveyor) ownersOf(i *Image) int32 {
	kind := ownedKind{i.Project, i.ImageType, i.PublishType, i.Arch, i.Kind}
	if n, ok := s.kinds[kind]; ok {
		return n
	}
	var slugs []string
	for _, p := range s.own(i) {
		slugs = append(slugs, p.Slug)
	}
	key := strings.Join(slugs, "\x00")
	n, ok := s.sets[key]
	if !ok {
		n = int32(len(s.owners))
		s.sets[key], s.owners = n, append(s.owners, slugs)
	}
	s.kinds[kind] = n
	return n
}

// own finds the products of an image. A rule's product is shown only where no
// tracker's product has the image.
func (s *surveyor) own(image *Image) []*ProductLine {
	var products []*ProductLine
	var rules []owner
	for _, o := range s.index[ownerKey{image.PublishType, image.Arch}] {
		switch {
		case !s.j.holds(o.identity, image):
		case o.rule != nil:
			rules = append(rules, o)
		case !slices.Contains(products, o.product):
			products = append(products, o.product)
		}
	}
	if len(products) == 0 {
		for _, o := range rules {
			if !slices.Contains(s.ruled, o.rule) {
				s.ruled = append(s.ruled, o.rule)
			}
			if p := s.j.ruleProduct(o.rule); !slices.Contains(products, p) {
				products = append(products, p)
			}
		}
	}
	slices.SortFunc(products, compareProductLines)
	return products
}

// readOwned finds the images of each product.
func (s *surveyor) readOwned() {
	at := map[heldKey][]int{}
	for n := range s.images {
		image := &s.images[n]
		if len(s.owners[image.owners]) == 0 {
			continue
		}
		key := heldKey{image.owners, s.j.seriesKey(s.j.lineSlug(image.record.Series))}
		lists, known := at[key]
		if !known {
			for _, slug := range s.owners[image.owners] {
				place, ok := s.heldAt[[2]string{slug, key.series}]
				if !ok {
					place = len(s.held)
					s.heldAt[[2]string{slug, key.series}] = place
					s.held = append(s.held, heldImages{product: slug, series: key.series})
				}
				lists = append(lists, place)
			}
			at[key] = lists
		}
		for _, place := range lists {
			s.held[place].images = append(s.held[place].images, int32(n))
		}
	}
	for _, h := range s.held {
		s.ofOwner[h.product] = append(s.ofOwner[h.product], h.images...)
	}
	for _, list := range s.ofOwner {
		slices.Sort(list) // several series: back to the order of the facts
		slices.SortStableFunc(list, s.compareNewest)
	}
}
