package release

import (
	"cmp"
	"slices"
	"strings"
)

type dirKey struct{ tree, path string }

type nameKey struct{ series, name string }

// readTrees makes the trees with their directories and images, and finds the
// products that own the images.
func (j *joiner) readTrees() {
	j.dirs, j.aliases = map[dirKey]*TreeDirectory{}, map[dirKey]*TreeDirectory{}
	j.images, j.released = map[productSeries][]*TreeImage{}, map[nameKey][]*TreeImage{}
	owners := j.owners()
	for i := range j.sources {
		src := &j.sources[i]
		f := src.facts
		if src.state.Kind != "tree" && len(f.Directories)+len(f.Images)+len(f.Netboot) == 0 {
			continue
		}
		tree := &Tree{Name: src.state.Name, Role: src.state.Role, Site: strings.TrimRight(src.state.Site, "/")}
		j.p.Trees = append(j.p.Trees, tree)
		for k := range f.Directories {
			j.readDirectory(tree, f.Directories[k])
		}
		for k := range f.Images {
			j.readImage(tree, &f.Images[k], owners)
		}
		// Directories that only images name are there by now, too.
		slices.SortFunc(tree.Directories, func(a, b *TreeDirectory) int { return compareNatural(a.Path, b.Path) })
		for _, d := range tree.Directories {
			slices.SortStableFunc(d.Images, j.compareImages)
		}
	}
}

// nameBuilds finds which build a released image is where its own tree does not
// tell: the oldest daily of any tree with the same bytes.
func (j *joiner) nameBuilds() {
	oldest := map[string]string{}
	j.eachImage(func(i *TreeImage) {
		sum := i.Main().SHA256
		if i.Kind != ImageDaily || i.BuildID == "" || sum == "" {
			return
		}
		if have, ok := oldest[sum]; !ok || CompareBuildIDs(i.BuildID, have) < 0 {
			oldest[sum] = i.BuildID
		}
	})
	j.eachImage(func(i *TreeImage) {
		if i.Kind == ImageRelease && i.BuildID == "" {
			i.BuildID = oldest[i.Main().SHA256]
		}
	})
}

func (j *joiner) eachImage(do func(*TreeImage)) {
	for _, t := range j.p.Trees {
		for _, d := range t.Directories {
			for _, i := range d.Images {
				do(i)
			}
		}
	}
}

// readDirectory adds a directory unless the tree has its path already.
func (j *joiner) readDirectory(tree *Tree, d Directory) *TreeDirectory {
	d.Path = strings.Trim(d.Path, "/")
	key := dirKey{tree.Name, d.Path}
	if have := j.dirs[key]; have != nil {
		return have
	}
	dir := &TreeDirectory{Directory: d, Tree: tree, URL: address(tree, d.Path)}
	tree.Directories = append(tree.Directories, dir)
	j.dirs[key] = dir
	for _, a := range d.Aliases {
		key := dirKey{tree.Name, strings.Trim(a, "/")}
		if j.aliases[key] == nil {
			j.aliases[key] = dir
		}
	}
	return dir
}

// address is the public address of a directory, empty where the tree has none.
func address(tree *Tree, path string) string {
	if tree.Site == "" {
		return ""
	}
	if path == "" {
		return tree.Site + "/"
	}
	return tree.Site + "/" + escapePath(path) + "/"
}

// directory finds the directory of a tree in which an image lies. Images of one
// that has no record of its own, as after an edit by hand, make one.
func (j *joiner) directory(tree *Tree, path string, like Directory) *TreeDirectory {
	path = strings.Trim(path, "/")
	key := dirKey{tree.Name, path}
	if d := cmp.Or(j.dirs[key], j.aliases[key]); d != nil {
		return d
	}
	like.Path = path
	return j.readDirectory(tree, like)
}

func (j *joiner) readImage(tree *Tree, i *Image, owners ownerIndex) {
	kind := DirectoryDated
	if i.Kind == ImageRelease {
		kind = DirectoryRelease
	}
	dir := j.directory(tree, i.Dir, Directory{Series: i.Series, Project: i.Project, Kind: kind, BuildID: i.BuildID})
	image := &TreeImage{Image: *i, Tree: tree, URL: dir.URL}
	if i.Kind == ImageDaily {
		image.Limit = j.limit(limitKey{i.Project, j.seriesKey(i.Series), i.PublishType, i.Main().Type})
	}
	dir.Images = append(dir.Images, image)
	series := j.seriesKey(lineSlug(i.Series))
	if i.Kind == ImageRelease {
		key := nameKey{series, i.Name}
		j.released[key] = append(j.released[key], image)
	}
	image.Products = j.own(image, owners)
	for _, p := range image.Products {
		p.Images = append(p.Images, image)
		key := productSeries{p, series}
		j.images[key] = append(j.images[key], image)
	}
}

type limitKey struct{ project, series, publishType, extension string }

// limit is Rules.Limit, asked once for each kind of image.
func (j *joiner) limit(key limitKey) int64 {
	n, ok := j.limits[key]
	if !ok {
		n = j.rules.Limit(key.project, key.series, key.publishType, key.extension)
		j.limits[key] = n
	}
	return n
}

// compareNewest orders the images of a product from the newest.
func (j *joiner) compareNewest(a, b *TreeImage) int {
	return cmp.Or(
		-cmp.Compare(j.imageRank(a), j.imageRank(b)),
		flags(b.Kind == ImageRelease, a.Kind == ImageRelease),
		-compareNatural(a.Version, b.Version),
		flags(a.Milestone != "", b.Milestone != ""),
		-compareNatural(a.Milestone, b.Milestone),
		-CompareBuildIDs(a.BuildID, b.BuildID),
		flags(b.Current, a.Current, b.Pending, a.Pending),
		compareNatural(a.Dir, b.Dir),
		compareNatural(a.Name, b.Name),
	)
}

func (j *joiner) imageRank(i *TreeImage) int {
	if rank, ok := j.ranks[i.Series]; ok {
		return rank
	}
	return -1
}

// compareImages orders the images of one directory: by kind in the order of the
// rules, then by architecture likewise, unknown ones last; newest version first.
func (j *joiner) compareImages(a, b *TreeImage) int {
	return cmp.Or(
		-compareNatural(a.Version, b.Version),
		cmp.Compare(j.typePlace(a.PublishType), j.typePlace(b.PublishType)),
		compareNatural(a.PublishType, b.PublishType),
		cmp.Compare(j.archPlace(a.Arch), j.archPlace(b.Arch)),
		compareNatural(a.Arch, b.Arch),
		compareNatural(a.Name, b.Name),
	)
}

func (j *joiner) typePlace(publishType string) int {
	_, i := j.rules.PublishType(publishType)
	return lastIfUnknown(i)
}

func (j *joiner) archPlace(arch string) int {
	_, i := j.rules.Architecture(arch)
	return lastIfUnknown(i)
}

func lastIfUnknown(i int) int {
	if i < 0 {
		return 1 << 30
	}
	return i
}

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

// own finds the products of an image. A rule's product is shown only where no
// tracker's product has the image.
func (j *joiner) own(image *TreeImage, index ownerIndex) []*ProductLine {
	var products []*ProductLine
	var rules []owner
	for _, o := range index[ownerKey{image.PublishType, image.Arch}] {
		switch {
		case !j.holds(o.identity, &image.Image):
		case o.rule != nil:
			rules = append(rules, o)
		case !slices.Contains(products, o.product):
			products = append(products, o.product)
		}
	}
	if len(products) == 0 {
		for _, o := range rules {
			if p := j.ruleProduct(o.rule); !slices.Contains(products, p) {
				products = append(products, p)
			}
		}
	}
	slices.SortFunc(products, compareProductLines)
	return products
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
