package generator

import (
	"path"
	"slices"
	"strings"

	"shiplist/internal/release"
)

// apiFiles are all files for programs that have a digest. A new one is one more line here,
// in a list that has its digest, and a schema.
type apiFiles struct {
	all       []*apiFile
	manifests map[*release.Manifest]*apiFile
	products  map[*release.ProductLine]*apiFile
}

// arrangeAPI prepares the files for programs. Those of the site before, nil for none, lend
// their digests where they are made of the same.
func (s *site) arrangeAPI(before *site) {
	a := apiFiles{manifests: map[*release.Manifest]*apiFile{}, products: map[*release.ProductLine]*apiFile{}}
	for _, l := range s.lines() {
		for _, m := range l.Milestones {
			f := newAPIFile(s.milestonePath(m)+"manifest.json", s.keys.milestones[m], func() manifestJSON { return s.manifestJSON(m) })
			f.copies = []string{apiManifestPath(m)}
			a.manifests[m] = a.add(f)
		}
	}
	for _, pl := range s.picture.Products {
		a.products[pl] = a.add(newAPIFile(productPath(pl)+"product.json", s.keys.products[pl], func() productJSON { return s.productJSON(pl) }))
	}
	lists := []*apiFile{s.changesFiles(&a), s.findingsFiles(&a), s.imagesFiles(&a), s.milestonesFile(&a), s.productsFile(&a), s.treesFile()}
	lists = append(lists,
		newAPIFile(apiRoot+"series.json", s.seriesListKey(), func() seriesAPI { return s.seriesAPI(apiRoot + "series.json") }),
		newAPIFile(apiRoot+"sources.json", s.keys.of("sources", s.sourcesAPI(apiRoot+"sources.json")), func() sourcesAPI { return s.sourcesAPI(apiRoot + "sources.json") }),
	)
	for _, f := range lists {
		a.add(f)
	}
	a.add(s.indexFile(lists))
	if before != nil {
		takeOver(a.all, before.api.all)
	}
	s.api = a
}

func (a *apiFiles) add(f *apiFile) *apiFile {
	a.all = append(a.all, f)
	return f
}

// wholes stands for all that some files are made of; none where one of them has no key.
func (s *site) wholes(name string, files []*apiFile, more ...any) fingerprint {
	parts := []any{name}
	for _, f := range files {
		if f.whole == (fingerprint{}) {
			return fingerprint{}
		}
		parts = append(parts, f.path, f.whole)
	}
	return s.keys.of(append(parts, more...)...)
}

// listFile is a file of a list that has the digests of others.
func listFile[V any](path string, whole fingerprint, view func(at string) (V, error)) *apiFile {
	return madeAPIFile(path, whole, func() ([]byte, error) {
		v, err := view(path)
		if err != nil {
			return nil, err
		}
		return jsonOf(v)
	})
}

func (s *site) changesFiles(a *apiFiles) *apiFile {
	days := s.days
	var files []*apiFile
	for i := range days {
		files = append(files, a.add(s.dayFile(&days[i])))
	}
	at, begin := apiRoot+"changes.json", stamp(s.begun())
	return madeAPIFile(at, s.wholes("changes", files, begin), func() ([]byte, error) { return s.writeChanges(at, begin, days, files) })
}

func (s *site) findingsFiles(a *apiFiles) *apiFile {
	var files []*apiFile
	parts := s.findingParts()
	for _, part := range parts {
		files = append(files, a.add(s.ruleFile(part)))
	}
	excused := fingerprintOf(viewFull(s.picture.Excused))
	return listFile(apiRoot+"findings.json", s.wholes("findings", files, excused), func(at string) (findingsAPI, error) { return s.findingsAPI(at, parts, files) })
}

func (s *site) imagesFiles(a *apiFiles) *apiFile {
	var files []*apiFile
	for _, name := range s.seriesWithImages {
		files = append(files, a.add(s.seriesImages(name, s.images[name])))
	}
	return listFile(apiRoot+"images.json", s.key, func(at string) (imagesAPI, error) { return s.imagesAPI(at, files) })
}

func (s *site) milestonesFile(a *apiFiles) *apiFile {
	var files []*apiFile
	for _, l := range s.lines() {
		for _, m := range l.Milestones {
			files = append(files, a.manifests[m])
		}
	}
	return listFile(apiRoot+"milestones.json", s.wholes("milestones", files), func(at string) (milestonesAPI, error) { return s.milestonesAPI(at, a.manifests) })
}

func (s *site) productsFile(a *apiFiles) *apiFile {
	var files []*apiFile
	for _, pl := range s.picture.Products {
		files = append(files, a.products[pl])
	}
	f := &apiFile{path: apiRoot + "products.json", whole: s.wholes("products", files)}
	f.make = func() ([]byte, error) { return s.writeProducts(f, a.products) }
	return f
}

// seriesListKey stands for the list of series.
func (s *site) seriesListKey() fingerprint {
	parts := []any{"series"}
	for _, l := range s.lines() {
		parts = append(parts, l.Slug, len(l.Intents))
		for _, in := range l.Intents {
			parts = append(parts, in.Product.Slug, intentFields.of(in))
		}
	}
	return s.keys.of(parts...)
}

// indexFile leads to the lists, in the order of their names.
func (s *site) indexFile(lists []*apiFile) *apiFile {
	slices.SortFunc(lists, func(a, b *apiFile) int { return strings.Compare(a.path, b.path) })
	return listFile(apiRoot+"index.json", s.wholes("index", lists), func(at string) (indexAPI, error) {
		j := indexAPI{apiHead: s.apiHead(at, "index"), Title: s.config.Title, Distribution: s.config.Distribution}
		for _, f := range lists {
			sum, err := f.generatedFrom()
			if err != nil {
				return j, err
			}
			j.Files = append(j.Files, indexedFile{strings.TrimSuffix(path.Base(f.path), ".json"), apiTo(at, f.path), sum})
		}
		return j, nil
	})
}

// apiOutputs are the files for programs, and what their fields mean.
func (s *site) apiOutputs() []output {
	var out []output
	for _, f := range s.api.all {
		out = append(out, f.outputs()...)
	}
	return append(out, schemaFiles()...)
}
