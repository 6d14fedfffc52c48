package generator

import (
	"path"
	"slices"
	"time"

	"shiplist/internal/release"
)

// handoverFacts are what a hand-over is made of: the milestone, or all that is out. No text
// in it has a line break.
type handoverFacts struct {
	Title        string // "Noble 24.04.4"; of the site its title
	Distribution string
	Address      string // of the page; empty where nobody said where the site will be
	AsOf         time.Time
	// Of a milestone: its series, its own name, its version, and how it stands.
	Series, DisplayName, Milestone, Version string
	LTS, Open                               bool
	Date                                    string // YYYY-MM-DD; empty where unknown
	Answer                                  string // "20 of 27 ready. 2 things block."
	Before                                  string // title of the milestone before; empty for none
	Images                                  []handoverImage
	Netboot                                 []handoverNetboot
	Products                                []handoverProduct // of a milestone: what is meant to be released
	Changes                                 []handoverChange  // since Before
}

// handoverImage is a file to download: as it is called where it is, or will be, released.
type handoverImage struct {
	Title                string // "Kubuntu 24.04.4 LTS"
	Product              string // title of the product; empty where none owns it
	Project, PublishType string
	Kind, Description    string // of the publish type, in people's words
	Arch, Machine        string // arm64+raspi, Raspberry Pi, 64-bit
	Series, DisplayName  string
	Version              string
	LTS                  bool
	SupportEnd           string // YYYY-MM-DD
	Name, Type           string // of the file
	Directory, Address   string // full; empty where the tree has no public address
	Size                 int64  // in bytes; 0 where not exactly known
	SHA256               string // empty where not known
	Modified             string // YYYY-MM-DD; empty where not known
	Build                string
	There                bool // it lies there already
}

// handoverNetboot is an installer to be started over the network.
type handoverNetboot struct {
	Series, DisplayName, Arch, Machine, Title, Version string
	Address, Kernel, Initrd, ISO                       string // full addresses
	Newest                                             bool   // of its series and machine
}

// handoverProduct is a product that is meant to be released.
type handoverProduct struct {
	Title, Family, Arch   string
	State                 string // in the words of the pages
	Build, Contact        string
	Page                  string // full address; empty where nobody said where the site will be
	Tests                 string // where its testcases are
	Ready, Missing        bool
	Off                   bool // the build was switched off: it is not to be tested
	Passed, Failed, Still int  // mandatory testcases; Still are running or untested
	Blocked               bool
}

// handoverChange is what differs from the milestone before.
type handoverChange struct{ Word, Product, From, To string }

// handoverMilestone is what is handed over of a milestone.
func (s *site) handoverMilestone(m *release.Manifest, r *release.HandoverRule) handoverFacts {
	f := handoverFacts{
		Title: oneLine(m.Title), Distribution: s.config.Distribution, Address: fullAddress(s.config.BaseURL, s.milestonePath(m)), AsOf: s.picture.AsOf,
		Series: m.Line.Slug, DisplayName: oneLine(m.Line.DisplayName), Milestone: m.Slug, Version: m.Version,
		LTS: m.Line.Rule != nil && m.Line.Rule.LTS, Open: m.Open, Date: m.Date, Answer: answer(m, s.picture.AsOf),
	}
	told := map[*release.ProductLine]bool{}
	for _, row := range m.Rows() {
		if !row.Intended && row.IntentKnown || row.Netboot || !selectsRow(r, row) {
			continue
		}
		f.Products = append(f.Products, s.handoverProduct(row))
		f.Images = append(f.Images, s.handoverRow(row)...)
		told[row.Product] = true
	}
	if m.Before != nil {
		f.Before = oneLine(m.Before.Title)
	}
	for _, c := range m.Changes {
		if told[c.Product] || c.Kind == release.ChangeDropped {
			f.Changes = append(f.Changes, handoverChange{changeWord(c.Kind), oneLine(c.Product.Title), oneLine(c.From), oneLine(c.To)})
		}
	}
	f.Netboot = s.milestoneEndpoints(r, m)
	return f
}

// changeWord is a change as it is told to people.
func changeWord(k release.ChangeKind) string {
	if k == release.ChangeRespun {
		return "new build"
	}
	return string(k)
}

// selectsRow reports whether a rule wants the images of a row. A product whose identity is
// not known is wanted by rules that ask for none.
func selectsRow(r *release.HandoverRule, row *release.Row) bool {
	i := row.Identity
	return r.Wants(i.Project, i.PublishType, i.Arch)
}

func (s *site) handoverProduct(row *release.Row) handoverProduct {
	p := handoverProduct{
		Title: oneLine(row.Product.Title), Family: oneLine(row.Product.Family), Arch: oneLine(row.Product.Arch), State: oneLine(viewState(row.State, row.RawState).Word),
		Build: oneLine(row.BuildID), Contact: oneLine(row.Contact), Page: fullAddress(s.config.BaseURL, productPath(row.Product)), Tests: firstHref(refs(row.Refs)),
		Ready: row.State == release.StateReady, Missing: row.State == release.StateMissing, Off: row.State == release.StateDisabled, Blocked: row.Blocked(),
	}
	if t := row.Tests; t != nil {
		p.Passed, p.Failed, p.Still = t.Passed, t.Failed, t.Running+t.Untested
	}
	return p
}

// handoverRow are the files of a row, where they are released or will be. A build that was
// switched off will not be, and of a milestone that is over none.
func (s *site) handoverRow(row *release.Row) []handoverImage {
	img, there := row.Release, true
	if img == nil {
		img, there = row.Daily, false
	}
	if img == nil || !there && (row.Location == nil || row.State == release.StateDisabled || over(row.Manifest)) {
		return nil // what is not out now will not be
	}
	list := s.handoverFiles(img)
	for i := range list {
		v := &list[i]
		v.Product, v.Build, v.There, v.Version = oneLine(row.Product.Title), oneLine(row.BuildID), there, row.Manifest.Version
	}
	if there {
		return list
	}
	return asPublished(list, row)
}

// asPublished are files of the daily of a row under the names and in the place that
// publishing gives them.
func asPublished(list []handoverImage, row *release.Row) []handoverImage {
	names := map[string]string{}
	for _, f := range release.PublishFiles(row.Daily, row.Location.Stem) {
		names[f.From] = f.To
	}
	for i := range list {
		v := &list[i]
		v.Name = names[v.Name]
		v.Directory, v.Address = webURL(row.Location.URL), fileURL(row.Location.URL, v.Name)
	}
	return slices.DeleteFunc(list, func(v handoverImage) bool { return v.Name == "" || oneLine(v.Name) != v.Name })
}

// handoverFiles are the main files of an image.
func (s *site) handoverFiles(img *release.TreeImage) []handoverImage {
	base := handoverImage{
		Project: img.Project, PublishType: oneLine(img.PublishType), Kind: s.kindTitle(oneLine(img.PublishType)), Arch: oneLine(img.Arch), Machine: oneLine(s.machine(img.Arch)),
		Series: img.Series, Version: oneLine(img.Version), Directory: webURL(img.URL), Build: img.BuildID, There: true,
	}
	if t, _ := s.rules.PublishType(img.PublishType); t != nil {
		base.Description = t.Description
	}
	if l := s.line(img.Series); l != nil {
		base.DisplayName, base.SupportEnd, base.LTS = oneLine(l.DisplayName), supportEnd(l), l.Rule != nil && l.Rule.LTS
	}
	base.Title = s.projectTitle(img.Project) + " " + base.Version
	if base.LTS {
		base.Title += " LTS"
	}
	for _, p := range img.Products {
		base.Product = oneLine(p.Title)
	}
	var list []handoverImage
	for _, f := range img.Files {
		if !f.Main || oneLine(f.Name) != f.Name {
			continue // such a name would break a line, or be another one on it
		}
		v := base
		v.Name, v.Type, v.SHA256, v.Address = f.Name, oneLine(f.Type), f.SHA256, fileURL(img.URL, f.Name)
		if f.Exact && f.Size != nil {
			v.Size = *f.Size
		}
		if !f.Modified.IsZero() {
			v.Modified = f.Modified.UTC().Format(time.DateOnly)
		}
		list = append(list, v)
	}
	return list
}

// projectTitle is a project in people's words; its name where no rule knows it.
func (s *site) projectTitle(name string) string {
	if p, _ := s.rules.Project(name); p != nil && p.Title != "" {
		return p.Title
	}
	return oneLine(name)
}

// handoverSite is what is handed over of everything that is out and supported: of each
// image the newest version in its series.
func (s *site) handoverSite(r *release.HandoverRule) handoverFacts {
	f := handoverFacts{Title: s.config.Title, Distribution: s.config.Distribution, Address: fullAddress(s.config.BaseURL, ""), AsOf: s.picture.AsOf}
	type kind struct{ series, project, publishType, arch string }
	seen := map[kind]string{}
	for _, l := range s.picture.Lines {
		for _, d := range s.downloads {
			if d.series != l.Slug || d.kind != release.DirectoryRelease || s.ended(d) || !s.rules.MatchSeries(r.Series, d.series) {
				continue
			}
			for _, img := range d.images {
				k := kind{img.Series, img.Project, img.PublishType, img.Arch}
				if r.Wants(img.Project, img.PublishType, img.Arch) && img.Milestone == "" && img.Version != "" && !s.isComing(img) && release.CompareBuildIDs(img.Version, seen[k]) > 0 {
					seen[k] = img.Version
					f.Images = slices.DeleteFunc(f.Images, func(v handoverImage) bool { return kind{v.Series, v.Project, v.PublishType, v.Arch} == k })
					f.Images = append(f.Images, s.handoverFiles(img)...)
				}
			}
		}
	}
	f.Netboot = s.netbootEndpoints(r)
	return f
}

// netbootEndpoints are all installers of the series that a rule wants.
func (s *site) netbootEndpoints(r *release.HandoverRule) []handoverNetboot {
	var all []handoverNetboot
	for _, n := range s.picture.Netboot {
		if s.rules.MatchSeries(r.Series, n.Line.Slug) {
			all = append(all, s.handoverNetboot(n, func(e *release.NetbootEntry) bool { return release.Match(r.Arch, e.Arch) })...)
		}
	}
	return all
}

// milestoneEndpoints are the installers of a milestone that a rule wants.
func (s *site) milestoneEndpoints(r *release.HandoverRule, m *release.Manifest) []handoverNetboot {
	for _, n := range s.picture.Netboot {
		if n.Line.Slug == m.Line.Slug && m.Version != "" {
			return s.handoverNetboot(n, func(e *release.NetbootEntry) bool { return e.Version == m.Version && release.Match(r.Arch, e.Arch) })
		}
	}
	return nil
}

// handoverNetboot are the installers of a series.
func (s *site) handoverNetboot(n *release.NetbootSeries, wanted func(*release.NetbootEntry) bool) []handoverNetboot {
	var all []handoverNetboot
	seen := map[string]bool{}
	for _, e := range listed(n) {
		v := handoverNetboot{
			Series: n.Line.Slug, DisplayName: oneLine(n.Line.DisplayName), Arch: oneLine(e.Arch), Machine: oneLine(s.machine(e.Arch)), Title: oneLine(netbootTitle(e)), Version: oneLine(e.Version),
			Address: webURL(e.URL), Kernel: fileURL(e.URL, e.Kernel), Initrd: fileURL(e.URL, e.Initrd), ISO: webURL(imageOf(e)),
		}
		if !e.Startable() || v.Kernel == "" || v.Initrd == "" {
			continue
		}
		v.Newest, seen[e.Arch] = !seen[e.Arch], true
		if wanted(e) {
			all = append(all, v)
		}
	}
	return all
}

// handedOver reports whether a rule asks for a file of a milestone.
func (s *site) handedOver(r *release.HandoverRule, m *release.Manifest) bool {
	if r.Of != release.HandoverMilestone || m.Kind != release.KindRelease {
		return false
	}
	return (r.When == "" || m.Open == (r.When == release.HandoverTesting)) && release.Match(r.Milestone, m.Slug) && s.rules.MatchSeries(r.Series, m.Line.Slug)
}

// handoverPage tells what is handed over, and to whom.
type handoverPage struct {
	Page
	Intro      html
	Files      []handoverLink // of the site
	Milestones []handoverLine // in testing first
}

type handoverLink struct {
	Link
	Title string
}

type handoverLine struct {
	Milestone Link
	Open      bool
	Files     []handoverLink
}

func (s *site) arrangeHandover() handoverPage {
	p := handoverPage{Page: s.newPage(handoverDir, "Hand-over", "Files for other sites and programs: checksums, lists of images, endpoints, drafts.")}
	s.rest(&p.Page)
	for i := range s.rules.Handovers {
		if r := &s.rules.Handovers[i]; r.Of == release.HandoverSite {
			p.Files = append(p.Files, handoverLink{Link{Text: r.Name, Href: p.to(handoverDir + r.Name)}, r.Title})
		}
	}
	for _, open := range []bool{true, false} {
		for _, l := range s.picture.Lines {
			for _, m := range slices.Backward(l.Milestones) {
				if files := s.handoverLinks(&p.Page, m); m.Open == open && len(files) > 0 {
					p.Milestones = append(p.Milestones, handoverLine{Link{Text: m.Title, Href: p.to(s.milestonePath(m))}, m.Open, files})
				}
			}
		}
	}
	p.Intro = s.part("handover", p.Root)
	return p
}

// handoverLinks lead to the files of a milestone.
func (s *site) handoverLinks(p *Page, m *release.Manifest) []handoverLink {
	var links []handoverLink
	for i := range s.rules.Handovers {
		if r := &s.rules.Handovers[i]; s.handedOver(r, m) {
			links = append(links, handoverLink{Link{Text: r.Name, Href: p.to(path.Join(s.milestonePath(m), handoverDir, r.Name))}, r.Title})
		}
	}
	return links
}

// handoverFiles are all hand-overs, and the page that leads to them.
func (s *site) handoverOutputs() []output {
	if len(s.rules.Handovers) == 0 {
		return nil
	}
	out := []output{pageOutput(s, handoverDir, "handover", s.arrangeHandover)}
	for i := range s.rules.Handovers {
		r := &s.rules.Handovers[i]
		if r.Of == release.HandoverSite {
			out = append(out, s.handoverOutput(r, handoverDir, s.handoverKey(r), func() handoverFacts { return s.handoverSite(r) }))
			continue
		}
		for _, l := range s.lines() {
			for _, m := range l.Milestones {
				if s.handedOver(r, m) {
					out = append(out, s.handoverOutput(r, s.milestonePath(m)+handoverDir, s.milestoneHandoverKey(r, m), func() handoverFacts { return s.handoverMilestone(m, r) }))
				}
			}
		}
	}
	return out
}

// handoverKey stands for what is handed over of the site. Which netboot installers are
// listed is told by trackers, too.
func (s *site) handoverKey(r *release.HandoverRule) fingerprint {
	return s.keys.of(r.Name, s.netbootEndpoints(r))
}

// milestoneHandoverKey stands likewise for what is handed over of a milestone.
func (s *site) milestoneHandoverKey(r *release.HandoverRule, m *release.Manifest) fingerprint {
	return s.keys.of(r.Name, s.keys.milestones[m], s.milestoneEndpoints(r, m))
}
