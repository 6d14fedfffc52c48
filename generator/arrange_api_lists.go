package generator

import (
	"encoding/json"
	"fmt"
	"path"
	"slices"

	"shiplist/internal/release"
)

// Rule of this file: lists that may be long are in several files, each about one thing
// that changes by itself, with a list of these files.

type imagesAPI struct {
	apiHead
	Series []seriesImagesJSON `json:"series"`
}

// seriesImagesJSON is the file of the images of one series.
type seriesImagesJSON struct {
	Series        string    `json:"series"`
	Images        int       `json:"images"`
	GeneratedFrom string    `json:"generated_from"`
	Links         linksJSON `json:"links"`
}

// imagesOfJSON is the head of such a file: its images follow, one a line.
type imagesOfJSON struct {
	apiHead
	Series string `json:"series"`
}

// treeImageJSON is an image with what its name and place tell.
type treeImageJSON struct {
	imageJSON
	Role        string            `json:"role,omitempty"`
	Kind        release.ImageKind `json:"kind"`
	Project     string            `json:"project,omitempty"`
	ImageType   string            `json:"image_type,omitempty"`
	PublishType string            `json:"publish_type,omitempty"`
	Arch        string            `json:"arch,omitempty"`
	Version     string            `json:"version,omitempty"`
	Milestone   string            `json:"milestone,omitempty"`
	Others      []string          `json:"others,omitempty"`
	Products    []string          `json:"products,omitempty"`
	Links       linksJSON         `json:"links,omitzero"`
}

// collectImages finds the images of the trees by series, in the order of the trees.
func (s *site) collectImages() {
	s.images, s.seriesWithImages = map[string][]*release.TreeImage{}, nil
	for _, t := range s.picture.Trees {
		for _, d := range t.Directories {
			for _, img := range d.Images {
				if s.images[img.Series] == nil {
					s.seriesWithImages = append(s.seriesWithImages, img.Series)
				}
				s.images[img.Series] = append(s.images[img.Series], img)
			}
		}
	}
}

// seriesImages is the file of the images of a series.
func (s *site) seriesImages(series string, images []*release.TreeImage) *apiFile {
	at := path.Join(apiRoot, "images", component(series)+".json")
	return madeAPIFile(at, s.key, func() ([]byte, error) {
		all := lines{"images", len(images), func(i int) ([]byte, error) { return json.Marshal(s.treeImageJSON(at, images[i])) }}
		return writeLined(imagesOfJSON{s.apiHead(at, "images-series"), series}, all)
	})
}

func (s *site) treeImageJSON(at string, img *release.TreeImage) treeImageJSON {
	j := treeImageJSON{
		imageJSON: viewImageJSON(img), Role: img.Tree.Role, Kind: img.Kind, Project: img.Project, ImageType: img.ImageType,
		PublishType: img.PublishType, Arch: img.Arch, Version: img.Version, Milestone: img.Milestone,
	}
	for _, f := range img.Files {
		if !f.Main {
			j.Others = append(j.Others, f.Name)
		}
	}
	for _, pl := range img.Products {
		j.Products = append(j.Products, pl.Slug)
	}
	if page := s.downloadOfImage(img); page != nil {
		j.Links.Page = apiTo(at, page.path)
	}
	return j
}

func (s *site) imagesAPI(at string, files []*apiFile) (imagesAPI, error) {
	a := imagesAPI{s.apiHead(at, "images"), []seriesImagesJSON{}}
	for i, name := range s.seriesWithImages {
		sum, err := files[i].generatedFrom()
		if err != nil {
			return a, err
		}
		a.Series = append(a.Series, seriesImagesJSON{name, len(s.images[name]), sum, linksJSON{JSON: apiTo(at, files[i].path)}})
	}
	return a, nil
}

type findingsAPI struct {
	apiHead
	Totals  findingTotalsJSON `json:"totals"`
	Groups  []ruleJSON        `json:"groups"`
	Excused []fullFindingJSON `json:"excused"`
}

type findingTotalsJSON struct {
	Blockers int `json:"blockers"`
	Warnings int `json:"warnings"`
	Notes    int `json:"notes"`
	Excused  int `json:"excused"`
}

// ruleJSON is a file of findings of one rule, severity and actor; very many are in several.
type ruleJSON struct {
	Rule          string           `json:"rule"`
	Severity      release.Severity `json:"severity"`
	Actor         release.Actor    `json:"actor,omitempty"`
	Findings      int              `json:"findings"`
	GeneratedFrom string           `json:"generated_from"`
	Links         linksJSON        `json:"links"`
}

type findingsOfJSON struct {
	apiHead
	Rule     string           `json:"rule"`
	Severity release.Severity `json:"severity"`
}

// fullFindingJSON is a finding with what it is about and on what it rests.
type fullFindingJSON struct {
	findingJSON
	Series       string         `json:"series,omitempty"`
	Milestone    string         `json:"milestone,omitempty"`
	Product      string         `json:"product,omitempty"`
	Source       string         `json:"source,omitempty"`
	Tree         string         `json:"tree,omitempty"`
	Dir          string         `json:"dir,omitempty"`
	Evidence     []evidenceJSON `json:"evidence,omitempty"`
	ExcusedUntil string         `json:"excused_until,omitempty"`
	ExcusedFor   string         `json:"excused_for,omitempty"`
}

type evidenceJSON struct {
	Source string `json:"source,omitempty"`
	URL    string `json:"url,omitempty"`
	Path   string `json:"path,omitempty"`
	Fact   string `json:"fact,omitempty"`
	Time   string `json:"time,omitempty"`
}

func viewFull(all []*release.Finding) []fullFindingJSON {
	views := make([]fullFindingJSON, 0, len(all))
	for i, short := range viewJSON(all) {
		f := all[i]
		j := fullFindingJSON{
			findingJSON: short, Series: f.Series, Milestone: f.Milestone, Product: f.Product, Source: f.Source, Tree: f.Tree, Dir: f.Dir,
		}
		for _, e := range f.Evidence {
			v := evidenceJSON{Source: e.Source, URL: webURL(e.URL), Fact: e.Fact, Time: stamp(e.Time)}
			if v.URL == "" {
				v.Path = e.URL
			}
			j.Evidence = append(j.Evidence, v)
		}
		if f.Excused != nil {
			j.ExcusedUntil, j.ExcusedFor = f.Excused.Until, f.Excused.Reason
		}
		views = append(views, j)
	}
	return views
}

// findingsInFile is how many findings one file has at most: when one changes, not very
// many are written again.
const findingsInFile = 200

// findingPart is the findings of one rule in one file.
type findingPart struct {
	*found
	path     string
	findings []*release.Finding
}

func (s *site) findingParts() []findingPart {
	var parts []findingPart
	for _, f := range s.found {
		n := 0
		for some := range slices.Chunk(f.findings, findingsInFile) {
			name := f.id()
			if n++; n > 1 {
				name += fmt.Sprintf("-%d", n)
			}
			parts = append(parts, findingPart{f, path.Join(apiRoot, "findings", name+".json"), some})
		}
	}
	return parts
}

// ruleFile is the file of some findings of one rule.
func (s *site) ruleFile(f findingPart) *apiFile {
	keys := s.keys.found(f.findings)
	file := &apiFile{path: f.path, whole: s.keys.of("findings", f.path, keys)}
	file.make = func() ([]byte, error) {
		all := file.keptLines("findings", keys, func(i int) ([]byte, error) { return json.Marshal(viewFull(f.findings[i : i+1])[0]) })
		return writeLined(findingsOfJSON{s.apiHead(f.path, "findings-rule"), f.rule, f.severity}, all)
	}
	return file
}

func (s *site) findingsAPI(at string, parts []findingPart, files []*apiFile) (findingsAPI, error) {
	a := findingsAPI{
		apiHead: s.apiHead(at, "findings"), Groups: []ruleJSON{}, Excused: viewFull(s.picture.Excused),
		Totals: findingTotalsJSON{
			len(severity(s.picture.Findings, release.Blocker)), len(severity(s.picture.Findings, release.Warning)),
			len(severity(s.picture.Findings, release.Note)), len(s.picture.Excused),
		},
	}
	for i, f := range parts {
		sum, err := files[i].generatedFrom()
		if err != nil {
			return a, err
		}
		a.Groups = append(a.Groups, ruleJSON{f.rule, f.severity, f.actor, len(f.findings), sum, linksJSON{JSON: apiTo(at, files[i].path)}})
	}
	return a, nil
}

type changesAPI struct {
	apiHead
	// Begin is where the log begins of which these files tell; empty where there is none.
	Begin string `json:"begin,omitempty"`
}

type changesDayJSON struct {
	Day           string    `json:"day"`
	Changes       int       `json:"changes"`
	GeneratedFrom string    `json:"generated_from"`
	Links         linksJSON `json:"links"`
}

type changesOfJSON struct {
	apiHead
	Day string `json:"day"`
}

// happeningJSON is one thing that happened.
type happeningJSON struct {
	After     string            `json:"after,omitempty"`
	Seen      string            `json:"seen"`
	What      release.EventKind `json:"what"`
	Text      string            `json:"text"`
	Source    string            `json:"source"`
	Series    string            `json:"series,omitempty"`
	Milestone string            `json:"milestone,omitempty"`
	Products  []string          `json:"products,omitempty"`
	BuildID   string            `json:"build_id,omitempty"`
	Instead   string            `json:"instead,omitempty"`
	Project   string            `json:"project,omitempty"`
	Dir       string            `json:"dir,omitempty"`
	Image     string            `json:"image,omitempty"`
	Arch      string            `json:"arch,omitempty"`
	File      string            `json:"file,omitempty"`
	ID        string            `json:"id,omitempty"`
	From      string            `json:"from,omitempty"`
	To        string            `json:"to,omitempty"`
}

// newestChanges is how many of the newest changes the list of days has.
const newestChanges = 50

func (s *site) happeningsJSON(some []*happening) []happeningJSON {
	p := Page{Root: "./"}
	list := make([]happeningJSON, 0, len(some))
	for _, h := range some {
		j := happeningJSON{
			After: stamp(h.After), Seen: stamp(h.Seen), What: h.What, Text: inWords(s.viewNews(&p, &telling{h, []*happening{h}})), Source: h.Source,
			Series: h.Series, Milestone: h.Milestone, Products: h.products, BuildID: h.BuildID, Instead: h.instead,
			Project: h.Project, Dir: h.Dir, Image: h.Image, Arch: h.Arch, File: h.File, ID: h.ID, From: h.From, To: h.To,
		}
		if h.line != "" {
			j.Series = h.line
		}
		if m := s.milestoneIn(h); m != nil {
			j.Milestone = m.Slug
		}
		if h.products == nil && h.Product != "" {
			j.Products = []string{h.Product}
		}
		if h.What == release.EventBuildNote {
			j.From, j.To = s.notes.words(h.From), s.notes.words(h.To)
		}
		list = append(list, j)
	}
	return list
}

// dayFile is the file of what happened on a day.
func (s *site) dayFile(d *newsDay) *apiFile {
	at := path.Join(apiRoot, "changes", d.date+".json")
	return madeAPIFile(at, s.dayKey(dayPage{newsDay: d}), func() ([]byte, error) {
		return writeLined(changesOfJSON{s.apiHead(at, "changes-day"), d.date}, linesOf("changes", s.happeningsJSON(d.news)))
	})
}

// writeChanges writes the list of days, and the newest changes, each in a line.
func (s *site) writeChanges(at, begin string, days []newsDay, files []*apiFile) ([]byte, error) {
	list := make([]changesDayJSON, len(days))
	for i := range days {
		sum, err := files[i].generatedFrom()
		if err != nil {
			return nil, err
		}
		list[i] = changesDayJSON{days[i].date, len(days[i].news), sum, linksJSON{JSON: apiTo(at, files[i].path)}}
	}
	newest := s.happeningsJSON(s.news[:min(len(s.news), newestChanges)])
	return writeLined(changesAPI{s.apiHead(at, "changes"), begin}, linesOf("days", list), linesOf("newest", newest))
}
