package generator

import (
	"bytes"
	"encoding/json"
	"path"
	"slices"
	"time"

	"shiplist/internal/release"
)

// Rule of this file: the same facts as the pages, for programs. Fields may be
// added; unknown values are left out. docs/design.md shows the shape.

type manifestJSON struct {
	milestoneHead
	Totals   totalsJSON    `json:"totals"`
	Sources  []sourceJSON  `json:"sources"`
	Rows     []rowJSON     `json:"rows"`
	Before   string        `json:"before,omitempty"`
	Changes  []changeJSON  `json:"changes,omitempty"`
	Findings []findingJSON `json:"findings,omitempty"`
	Bugs     []string      `json:"bugs,omitempty"`
	Trackers []trackerJSON `json:"trackers,omitempty"`
}

// trackerJSON is where a source shows people the same.
type trackerJSON struct {
	Source string `json:"source"`
	URL    string `json:"url"`
}

// milestoneHead is what a milestone is.
type milestoneHead struct {
	Series    string       `json:"series"`
	Milestone string       `json:"milestone"`
	Title     string       `json:"title"`
	Kind      release.Kind `json:"kind"`
	Status    string       `json:"status,omitempty"`
	Open      bool         `json:"open"`
	Date      string       `json:"date,omitempty"`
}

func viewMilestoneHead(m *release.Manifest) milestoneHead {
	return milestoneHead{m.Line.Slug, m.Slug, m.Title, m.Kind, string(m.Status), m.Open, m.Date}
}

// productHead is what a product is.
type productHead struct {
	Product string `json:"product"`
	Title   string `json:"title"`
	Family  string `json:"family,omitempty"`
	Arch    string `json:"arch,omitempty"`
}

func viewProductHead(pl *release.ProductLine) productHead {
	return productHead{pl.Slug, pl.Title, pl.Family, pl.Arch}
}

type totalsJSON struct {
	Rows     int `json:"rows"`
	Intended int `json:"intended"`
	Built    int `json:"built"`
	Ready    int `json:"ready"`
	Blockers int `json:"blockers"`
}

type sourceJSON struct {
	Name  string `json:"name"`
	AsOf  string `json:"as_of,omitempty"`
	Stale bool   `json:"stale"`
}

type rowJSON struct {
	Series    string `json:"series,omitempty"`    // in product.json only
	Milestone string `json:"milestone,omitempty"` // likewise
	productHead
	Intended    bool             `json:"intended"`
	Extra       bool             `json:"extra,omitempty"`
	Netboot     bool             `json:"netboot,omitempty"`
	BuildID     string           `json:"build_id,omitempty"`
	State       release.State    `json:"state"`
	RawState    string           `json:"raw_state,omitempty"`
	Rebuild     string           `json:"rebuild,omitempty"`
	Contact     string           `json:"contact,omitempty"`
	ContactIs   string           `json:"contact_is,omitempty"` // team, person, neither
	Note        string           `json:"note,omitempty"`
	NoteFrom    string           `json:"note_from,omitempty"`
	DailyTree   string           `json:"daily_tree,omitempty"`
	DailyPath   string           `json:"daily_path,omitempty"`
	ReleaseTree string           `json:"release_tree,omitempty"`
	ReleasePath string           `json:"release_path,omitempty"`
	Published   bool             `json:"published,omitempty"`
	Addresses   *addressesJSON   `json:"addresses,omitempty"`
	Files       []fileJSON       `json:"files,omitempty"`
	Tests       *release.Tests   `json:"tests,omitempty"`
	Reviews     *release.Reviews `json:"reviews,omitempty"`
	Bugs        []string         `json:"bugs,omitempty"`
	Trackers    []trackerJSON    `json:"trackers,omitempty"`
	Says        []sayingJSON     `json:"says,omitempty"` // of open milestones
	Findings    []findingJSON    `json:"findings,omitempty"`
}

// sayingJSON is what one source says of a row.
type sayingJSON struct {
	Source   string           `json:"source"`
	Kind     string           `json:"kind"`
	Intent   string           `json:"intent,omitempty"` // meant, switched off, not named
	Contact  string           `json:"contact,omitempty"`
	BuildID  string           `json:"build_id,omitempty"`
	Same     bool             `json:"same_build,omitempty"`
	Newer    string           `json:"newer,omitempty"`
	Unplaced bool             `json:"unplaced,omitempty"`
	Pinned   string           `json:"pinned,omitempty"`
	State    release.State    `json:"state,omitempty"`
	RawState string           `json:"raw_state,omitempty"`
	Tests    *release.Tests   `json:"tests,omitempty"`
	Reviews  *release.Reviews `json:"reviews,omitempty"`
	SHA256   string           `json:"sha256,omitempty"`
	File     string           `json:"file,omitempty"`
	Listed   bool             `json:"listed,omitempty"`
	Differs  []string         `json:"differs,omitempty"` // intent, contact, build, state, checksum
	// The rest is in product.json only.
	Since  string `json:"since,omitempty"`
	Before string `json:"before,omitempty"`
	Posted string `json:"posted,omitempty"`
}

type addressesJSON struct {
	Daily   string `json:"daily,omitempty"`
	Release string `json:"release,omitempty"`
}

type fileJSON struct {
	Name      string `json:"name"`
	Size      *int64 `json:"size,omitempty"`
	SizeExact *bool  `json:"size_exact,omitempty"`
	SHA256    string `json:"sha256,omitempty"`
}

type changeJSON struct {
	Kind    release.ChangeKind `json:"kind"`
	Product string             `json:"product"`
	From    string             `json:"from,omitempty"`
	To      string             `json:"to,omitempty"`
}

type findingJSON struct {
	Rule     string           `json:"rule"`
	Severity release.Severity `json:"severity"`
	Text     string           `json:"text"`
	Advice   string           `json:"advice,omitempty"`
	Actor    release.Actor    `json:"actor,omitempty"`
	Who      string           `json:"who,omitempty"`
}

func (s *site) manifestJSON(m *release.Manifest) manifestJSON {
	j := manifestJSON{
		milestoneHead: viewMilestoneHead(m), Totals: viewTotals(m.Totals),
		Sources: s.sourcesJSON(m.Line.Sources), Rows: []rowJSON{}, Findings: viewJSON(m.Findings), Bugs: bugNumbers(m.Bugs), Trackers: viewTrackers(m.Refs),
	}
	for _, r := range m.Rows() {
		row := s.rowJSON(r)
		if sources, _ := s.severalTell(r); sources > 1 {
			row.Says = s.saysJSON(r, false)
		}
		j.Rows = append(j.Rows, row)
	}
	if m.Before != nil {
		j.Before = m.Before.Slug
	}
	for _, c := range m.Changes {
		j.Changes = append(j.Changes, changeJSON{c.Kind, c.Product.Slug, c.From, c.To})
	}
	return j
}

func viewTotals(t release.Totals) totalsJSON {
	return totalsJSON{t.Rows, t.Intended, t.Built, t.Ready, t.Blockers}
}

// sourcesJSON are the sources by name; all of them without names, as on the page.
func (s *site) sourcesJSON(names []string) []sourceJSON {
	var p Page
	s.rest(&p, names...)
	all := make([]sourceJSON, 0, len(p.Sources))
	for _, v := range p.Sources {
		all = append(all, sourceJSON{Name: v.Name, AsOf: stamp(v.Success)})
	}
	for i := range all {
		for _, src := range s.picture.Sources {
			if src.Name == all[i].Name {
				all[i].Stale = src.Stale
			}
		}
	}
	return all
}

func (s *site) rowJSON(r *release.Row) rowJSON {
	j := rowJSON{
		productHead: viewProductHead(r.Product), Intended: r.Intended, Extra: extra(r), Netboot: r.Netboot, BuildID: r.BuildID, State: r.State, RawState: r.RawState, Contact: r.Contact, ContactIs: r.Team,
		Note: s.notes.words(s.ownNote(r)), Tests: r.Tests, Reviews: r.Reviews, Bugs: bugNumbers(r.Bugs), Trackers: viewTrackers(r.Refs), Findings: viewJSON(r.Findings),
	}
	if j.Note != "" {
		j.NoteFrom = r.NoteFrom
	}
	if r.Rebuild != nil {
		j.Rebuild = r.Rebuild.Status
	}
	var at addressesJSON
	if r.Daily != nil {
		j.DailyTree, j.DailyPath, at.Daily = r.Daily.Tree.Name, path.Join(r.Daily.Dir, r.Daily.Main().Name), webURL(r.Daily.URL)
		j.Files = mainFiles(r.Daily.Image)
	} else if r.Release != nil {
		j.Files = mainFiles(r.Release.Image)
	}
	if r.Location != nil {
		j.ReleaseTree, j.ReleasePath, at.Release = r.Location.Tree, path.Join(r.Location.Dir, releasedName(r)), webURL(r.Location.URL)
		j.Published = r.Release != nil
	}
	if at != (addressesJSON{}) {
		j.Addresses = &at
	}
	return j
}

// bugNumbers are the numbers of bugs, each of which was named by somebody.
func bugNumbers(bugs []release.Bug) []string {
	var numbers []string
	for _, b := range bugs {
		numbers = append(numbers, b.Number)
	}
	return numbers
}

// viewTrackers are the sources that have a page for people about the same.
func viewTrackers(all []release.Ref) []trackerJSON {
	var views []trackerJSON
	for _, l := range refs(all) {
		if l.Href != "" {
			views = append(views, trackerJSON{l.Text, l.Href})
		}
	}
	return views
}

// saysJSON is what each source says of a row of an open milestone, with since when on demand.
func (s *site) saysJSON(r *release.Row, since bool) []sayingJSON {
	if !r.Manifest.Open {
		return nil
	}
	var list []sayingJSON
	for _, said := range s.picture.Truth(r) {
		j := sayingJSON{
			Source: said.Source, Kind: said.Kind, Intent: said.Intent, Contact: said.Contact, BuildID: said.BuildID,
			Same: said.BuildID != r.BuildID && r.Is(said.BuildID), Newer: said.Newer,
			Unplaced: said.Unplaced, Pinned: said.Pinned, State: said.State, RawState: said.RawState, Tests: said.Tests,
			Reviews: said.Reviews, SHA256: said.SHA256, File: said.File, Listed: said.Listed, Differs: said.Differs,
		}
		if since {
			j.Since, j.Posted = stamp(s.saidSince(r, &said)), stamp(said.Posted)
			if j.Since == "" {
				j.Before = stamp(s.saidBefore(&said))
			}
		}
		list = append(list, j)
	}
	return list
}

// releasedName is the name that the first main file has, or will have, where it is
// published: without its end as long as no file tells it.
func releasedName(r *release.Row) string {
	if r.Release != nil {
		return r.Release.Main().Name
	}
	if files := release.PublishFiles(r.Daily, r.Location.Stem); len(files) > 0 {
		return files[0].To
	}
	return r.Location.Stem
}

func mainFiles(img *release.Image) []fileJSON {
	var files []fileJSON
	for _, f := range img.Files {
		if !f.Main {
			continue
		}
		j := fileJSON{Name: f.Name, Size: f.Size, SHA256: f.SHA256}
		if f.Size != nil {
			j.SizeExact = &f.Exact
		}
		files = append(files, j)
	}
	return files
}

func viewJSON(all []*release.Finding) []findingJSON {
	var views []findingJSON
	for _, f := range all {
		views = append(views, findingJSON{f.Rule, f.Severity, f.Text, f.Advice, f.Actor, f.Who})
	}
	return views
}

type productJSON struct {
	productHead
	Identities []identityJSON `json:"identities,omitempty"`
	Sources    []sourceJSON   `json:"sources"`
	Rows       []rowJSON      `json:"rows"`
	Images     []imageJSON    `json:"images"`
	Findings   []findingJSON  `json:"findings,omitempty"`
}

type identityJSON struct {
	Project     string `json:"project,omitempty"`
	Subproject  string `json:"subproject,omitempty"`
	ImageType   string `json:"image_type,omitempty"`
	PublishType string `json:"publish_type,omitempty"`
	Arch        string `json:"arch,omitempty"`
}

type imageJSON struct {
	Tree     string     `json:"tree"`
	Series   string     `json:"series"`
	Path     string     `json:"path"`
	Address  string     `json:"address,omitempty"`
	Name     string     `json:"name"`
	BuildID  string     `json:"build_id,omitempty"`
	Current  bool       `json:"current,omitempty"`
	Pending  bool       `json:"pending,omitempty"`
	Modified *time.Time `json:"modified,omitempty"`
	Files    []fileJSON `json:"files"`
}

func (s *site) productJSON(pl *release.ProductLine) productJSON {
	j := productJSON{
		productHead: viewProductHead(pl), Sources: s.sourcesJSON(nil),
		Identities: viewIdentities(pl), Rows: []rowJSON{}, Images: []imageJSON{}, Findings: viewJSON(pl.Findings),
	}
	for _, r := range pl.Rows {
		row := s.rowJSON(r)
		row.Series, row.Milestone = r.Manifest.Line.Slug, r.Manifest.Slug
		row.Says = s.saysJSON(r, true)
		j.Rows = append(j.Rows, row)
	}
	for _, img := range pl.Images {
		j.Images = append(j.Images, viewImageJSON(img))
	}
	return j
}

func viewIdentities(pl *release.ProductLine) []identityJSON {
	var all []identityJSON
	for _, id := range pl.Identities {
		all = append(all, identityJSON(id))
	}
	return all
}

func viewImageJSON(img *release.TreeImage) imageJSON {
	v := imageJSON{
		Tree: img.Tree.Name, Series: img.Series, Path: img.Dir, Address: webURL(img.URL), Name: img.Name,
		BuildID: img.BuildID, Current: img.Current, Pending: img.Pending, Files: slices.Concat([]fileJSON{}, mainFiles(img.Image)),
	}
	if m := img.Main().Modified; !m.IsZero() {
		m = m.UTC()
		v.Modified = &m
	}
	return v
}

// writeJSON writes a value for programs and for people who look at it.
func writeJSON[V any](b *bytes.Buffer, v V) error {
	enc := json.NewEncoder(b)
	enc.SetIndent("", " ")
	return enc.Encode(v)
}
