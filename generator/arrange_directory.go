package generator

import (
	"slices"
	"strings"
	"time"

	"shiplist/internal/release"
)

// directoryPage is a publishing page: for someone who wants an image.
type directoryPage struct {
	Page
	Answer   string // the question that the machines answer, when there is one
	Choice   bool
	Daily    bool
	Pending  bool
	Test     string // the stage, when it is not a final release: "Beta 2"
	Held     []heldView
	Machines []machineLink
	Cards    []card
	Siblings []siblingView // further pages with images of the same release
	Editions []Link        // the other projects of the same release
	Verify   []verifyView
	Files    []fileView
	Netboot  []Link
	Tree     Link // the directory itself
	Findings []findingView
	Warning  html // for dailies and test versions
	HowTo    html // how to check a download
}

// machineLink answers "Which computer do you have?".
type machineLink struct {
	Title       string
	Arch        string
	Description string
	Href        string
	Usual       bool
	Kinds       []Link // of images for the machine, here and on sibling pages
	ranks       []int  // of the kinds
}

// card is one kind of image.
type card struct {
	ID          string
	Title       string
	Raw         string // the name of a kind that no rule describes
	Description string
	Images      []offer
	rank        int
}

// offer is one image for one machine.
type offer struct {
	ID          string
	Machine     string
	Arch        string
	Unknown     bool // no rule describes the machine
	Description string
	Main        fileView
	Version     string
	Behind      string // that it is of an earlier version than the page
	Build       string
	Modified    time.Time
	Together    []fileView // further files that are needed, too
	Forms       []fileView // the same in another form
	Quick       []Link     // torrent, zsync, signature, manifest, list
	Others      []fileView
	Oversized   string
	Verify      string // the command that checks this file by its sum
	Older       []fileView
}

// fileView is a file with all that is known of it.
type fileView struct {
	Name   string
	Href   string
	What   string
	Size   string // "6.52 GB", "about 6.5 GB"
	Bytes  string // "6,518,974,464"; only where exact
	SHA256 string
}

// verifyView is how to check what comes from one directory.
type verifyView struct {
	Dir             string // shown when the page has several
	List, Signature Link
	Signed          signatureView // what checking it gave
	Fetch           string
	Sum             string
	Sign            string
}

// arrangeDirectory makes a publishing page.
func (s *site) arrangeDirectory(d *download) (directoryPage, error) {
	p := directoryPage{Page: s.newPage(d.path, s.directoryTitle(d), "Download and check the images of "+s.directoryTitle(d)+".",
		s.directoryCrumbs(d)...)}
	s.rest(&p.Page, d.tree.Name)
	p.Daily = d.kind != release.DirectoryRelease
	p.Pending = d.kind == release.DirectoryPending
	if !p.Daily {
		p.Test = stageOf(d)
	}
	p.Tree = Link{Text: d.tree.Name + " " + d.dir}
	if len(d.dirs) == 1 {
		p.Tree.Href = webURL(d.dirs[0].URL)
	}
	p.Held = viewHeld(d)
	p.Cards = s.cards(d)
	p.Machines = s.machines(&p.Page, d, p.Cards)
	p.Answer, p.Choice = question(p.Machines, len(d.images))
	p.Siblings, p.Editions = s.viewSiblings(&p.Page, d), s.editions(&p.Page, d)
	for _, dir := range d.dirs {
		p.Findings = append(p.Findings, s.viewFindings(&p.Page, dir.Findings, false)...)
		p.Files = append(p.Files, s.allFiles(dir, d)...)
		if v := verification(dir, d); v.List.Text != "" {
			p.Verify = append(p.Verify, v)
		}
	}
	p.Netboot = s.netbootLinks(&p.Page, d)
	return p, s.directoryTexts(&p)
}

// directoryTexts adds the texts that content has for the page.
func (s *site) directoryTexts(p *directoryPage) (err error) {
	if p.HowTo, err = s.part("verify", p.Root); err != nil {
		return err
	}
	switch {
	case p.Daily:
		p.Warning, err = s.part("daily", p.Root)
	case p.Test != "":
		p.Warning, err = s.part("test-version", p.Root)
	}
	return err
}

// question is what the page asks first, when there is something to choose.
func question(machines []machineLink, images int) (string, bool) {
	switch {
	case images == 0:
		return "There is no image here.", false
	case len(machines) == 0:
		return "For any machine.", false
	case len(machines) > 1:
		return "Which computer do you have?", true
	}
	if len(machines[0].Kinds) > 1 {
		return "Which image do you want?", true
	}
	return "For one kind of machine: " + machines[0].Title + ".", false
}

func (s *site) directoryCrumbs(d *download) []menuItem {
	crumbs := []menuItem{{"Images", "images/"}}
	if l := s.line(d.series); l != nil {
		crumbs = append(crumbs, menuItem{seriesTitle(l), s.seriesPath(l)})
	}
	return crumbs
}

// directoryTitle is what a person would call the directory: "Kubuntu 24.04.3 LTS
// (Noble Numbat)", "Kubuntu (Noble Numbat) daily build".
func (s *site) directoryTitle(d *download) string {
	name := d.series
	if l := s.line(d.series); l != nil && l.DisplayName != "" {
		name = l.DisplayName
	}
	words := s.titleWords(d)
	return joined(words.project, words.version, words.stage, words.part, "("+name+")", words.daily)
}

// shortTitle leaves out the series, for pages on which it is plain.
func (s *site) shortTitle(d *download) string {
	words := s.titleWords(d)
	return joined(words.project, words.version, words.stage, words.part, words.daily)
}

func joined(words ...string) string {
	return strings.Join(slices.DeleteFunc(words, func(w string) bool { return w == "" }), " ")
}

type titleWords struct{ project, version, stage, part, daily string }

func (s *site) titleWords(d *download) titleWords {
	w := titleWords{project: d.project, version: newestVersion(d), stage: stageOf(d)}
	if p, _ := s.rules.Project(d.project); p != nil && p.Title != "" {
		w.project = p.Title
	}
	if l := s.line(d.series); w.version != "" && l != nil && l.Rule != nil && l.Rule.LTS {
		w.version += " LTS"
	}
	switch d.kind {
	case release.DirectoryCurrent:
		w.daily = "daily build"
	case release.DirectoryPending:
		w.daily = "pending daily build"
	}
	if len(d.images) > 0 && !slices.ContainsFunc(d.images, func(img *release.TreeImage) bool { return forMachine(img.Arch) }) {
		w.part = strings.ToLower(s.newCard(map[string]bool{}, d.images[0].PublishType).Title)
	}
	if kind := imageType(d); w.daily != "" && kind != "" {
		w.daily += ", " + kind
	}
	return w
}

// imageType tells the dailies of one project apart: "preinstalled" for
// daily-preinstalled; nothing for the usual one.
func imageType(d *download) string {
	for _, img := range d.images {
		if kind := strings.TrimPrefix(img.ImageType, "daily-"); kind != "live" && kind != "daily" {
			return kind
		}
	}
	return ""
}

func newestVersion(d *download) string {
	v := ""
	for _, img := range d.images {
		if v == "" || release.CompareBuildIDs(img.Version, v) > 0 {
			v = img.Version
		}
	}
	return v
}

// stageOf is the stage of a directory that holds no final: "Beta 2".
func stageOf(d *download) string {
	stage := ""
	for _, img := range d.images {
		if img.Milestone == "" {
			return ""
		}
		stage = img.Milestone
	}
	at := strings.IndexAny(stage, "0123456789")
	if at > 0 {
		stage = strings.TrimRight(stage[:at], "-") + " " + stage[at:]
	}
	return capital(stage)
}

// cards lays the images out: a card for each kind, in it the newest image for
// each machine with the older ones behind it.
func (s *site) cards(d *download) []card {
	newest := newestVersion(d)
	return s.layOut(d, func(v *offer, img *release.TreeImage, older bool) {
		if older {
			v.Older = append(v.Older, s.viewFile(img.Main(), img.URL))
			return
		}
		if img.Version != "" && img.Version != newest {
			v.Behind = "Of " + img.Version + ": there is none of " + newest + "."
		}
		s.fill(v, img, s.directories[img.Tree.Name+"\x00"+img.Dir])
	})
}

// layOut decides which cards there are and which images are on them; fill adds what
// is known of an image, or of an older one to the newest.
func (s *site) layOut(d *download, fill func(v *offer, img *release.TreeImage, older bool)) []card {
	var cards []card
	ids := map[string]bool{}
	for _, img := range d.images {
		if n := len(cards); n == 0 || cards[n-1].Raw != img.PublishType {
			cards = append(cards, s.newCard(ids, img.PublishType))
		}
		c := &cards[len(cards)-1]
		n := len(c.Images)
		older := n > 0 && img.Arch != "" && c.Images[n-1].Arch == img.Arch && img.Kind == release.ImageRelease
		if !older {
			c.Images = append(c.Images, s.newOffer(ids, img))
		}
		fill(&c.Images[len(c.Images)-1], img, older)
	}
	for i := range cards {
		if t, _ := s.rules.PublishType(cards[i].Raw); t != nil {
			cards[i].Raw = ""
		}
	}
	return cards
}

func (s *site) newCard(ids map[string]bool, publishType string) card {
	c := card{ID: release.UniqueSlug(ids, "kind-"+release.Slug(publishType), "2"), Title: publishType, Raw: publishType, rank: s.typeRank(publishType)}
	if t, _ := s.rules.PublishType(publishType); t != nil {
		c.Title, c.Description = t.Title, t.Description
	}
	if c.Title == "" {
		c.Title = "Other images"
	}
	return c
}

// newOffer is an image with what tells it from others.
func (s *site) newOffer(ids map[string]bool, img *release.TreeImage) offer {
	v := offer{
		ID:      release.UniqueSlug(ids, release.Slug("get-"+img.PublishType+"-"+img.Arch), "2"),
		Machine: s.machine(img.Arch), Arch: img.Arch,
	}
	switch a, _ := s.rules.Architecture(img.Arch); {
	case a != nil:
		v.Description = a.Description
	case forMachine(img.Arch):
		v.Unknown = true
	default:
		v.Machine = "Any machine"
	}
	return v
}

// fill adds the files of an image.
func (s *site) fill(v *offer, img *release.TreeImage, dir *release.TreeDirectory) {
	v.Main, v.Modified = s.viewFile(img.Main(), img.URL), img.Main().Modified
	v.Version, v.Build, v.Oversized = img.Version, img.BuildID, oversized(img)
	s.companions(v, img, dir)
	if v.Main.SHA256 != "" {
		v.Verify = "echo " + shellQuote(v.Main.SHA256+"  "+v.Main.Name) + " | sha256sum --check"
	}
}

// companions sorts an image's further files by what people do with them.
func (s *site) companions(v *offer, img *release.TreeImage, dir *release.TreeDirectory) {
	main := img.Main()
	for _, f := range img.Files {
		view := s.viewFile(f, img.URL)
		switch {
		case f.Name == main.Name:
		case f.Main && (f.Type == main.Type || f.Type == "bootimg"):
			v.Together = append(v.Together, view)
		case f.Main:
			v.Forms = append(v.Forms, view)
		case isQuick(f, main):
			v.Quick = append(v.Quick, Link{Text: quickWords[f.Type[strings.LastIndexByte(f.Type, '.')+1:]], Href: view.Href})
		default:
			v.Others = append(v.Others, view)
		}
	}
	if dir != nil && dir.Signed && len(dir.Checksums) > 0 {
		list := dir.Checksums[0]
		v.Quick = append(v.Quick, Link{Text: "Checksums", Href: fileURL(dir.URL, list)}, Link{Text: "Signature", Href: fileURL(dir.URL, list+".gpg")})
	}
	slices.SortStableFunc(v.Quick, func(a, b Link) int { return quickRank(a.Text) - quickRank(b.Text) })
}

// isQuick reports whether a file is a companion of the main file for which there is
// a quiet link; the companions of further parts are listed by name.
func isQuick(f, main release.File) bool {
	switch f.Type {
	case main.Type + ".torrent", main.Type + ".zsync":
		return strings.HasPrefix(f.Name, main.Name+".")
	}
	return f.Type == "manifest" || f.Type == "list"
}

var quickWords = map[string]string{"torrent": "Torrent", "zsync": "zsync", "manifest": "Package list", "list": "File list"}

// quickOrder is the order of the quiet links under a download.
var quickOrder = []string{"Torrent", "zsync", "Checksums", "Signature", "Package list", "File list"}

func quickRank(word string) int { return slices.Index(quickOrder, word) }

// viewFile shows a file of a directory.
func (s *site) viewFile(f release.File, dir string) fileView {
	v := fileView{Name: f.Name, Href: fileURL(dir, f.Name), What: f.Type, SHA256: f.SHA256}
	if e, _ := s.rules.Extension(f.Type); e != nil && e.Title != "" {
		v.What = e.Title
	}
	if f.Size == nil {
		return v
	}
	if v.Size = release.Size(*f.Size); f.Exact {
		v.Bytes = grouped(*f.Size)
	} else {
		v.Size = "about " + v.Size
	}
	return v
}

// oversized says by how much an image exceeds its limit, in numbers where they are known.
func oversized(img *release.TreeImage) string {
	f := img.Main()
	if f.Size != nil && img.Limit > 0 && *f.Size > img.Limit {
		return "Larger than its limit of " + release.Size(img.Limit) + ": over by " + release.Size(*f.Size-img.Limit) + "."
	}
	if img.Oversized {
		return "Marked as larger than its limit."
	}
	return ""
}

// verification is how to check the images of one directory, with real names.
func verification(dir *release.TreeDirectory, d *download) verifyView {
	var v verifyView
	if len(dir.Checksums) == 0 {
		return v
	}
	list := dir.Checksums[0]
	v.List, v.Signed = Link{Text: list, Href: fileURL(dir.URL, list)}, viewSignature(dir)
	if len(d.dirs) > 1 {
		v.Dir = dir.Path
	}
	if v.List.Href != "" {
		v.Fetch = "curl -O " + shellQuote(v.List.Href)
	}
	if tool, ok := sumTools[list]; ok {
		v.Sum = tool + " --check --ignore-missing " + shellQuote(list)
	}
	if dir.Signed {
		v.Signature = Link{Text: list + ".gpg", Href: fileURL(dir.URL, list+".gpg")}
		if v.Fetch != "" {
			v.Fetch += " -O " + shellQuote(v.Signature.Href)
		}
		v.Sign = "gpg --verify " + shellQuote(list+".gpg") + " " + shellQuote(list)
	}
	return v
}

var sumTools = map[string]string{
	"SHA512SUMS": "sha512sum", "SHA256SUMS": "sha256sum", "SHA1SUMS": "sha1sum", "MD5SUMS": "md5sum",
}

// allFiles is every file of a directory that the page shows, so that it can stand
// in for the listing.
func (s *site) allFiles(dir *release.TreeDirectory, d *download) []fileView {
	var files []fileView
	for _, img := range d.images {
		if img.Dir == dir.Path {
			for _, f := range img.Files {
				files = append(files, s.viewFile(f, img.URL))
			}
		}
	}
	for i, list := range dir.Checksums {
		files = append(files, fileView{Name: list, Href: fileURL(dir.URL, list), What: "checksums"})
		if i == 0 && dir.Signed {
			files = append(files, fileView{Name: list + ".gpg", Href: fileURL(dir.URL, list+".gpg"), What: "signature of the checksums"})
		}
	}
	for _, n := range d.netboot {
		if n.Parent == dir.Path && n.Tarball != nil {
			files = append(files, s.viewTarball(*n.Tarball, dir.URL))
		}
	}
	for _, name := range dir.Strays {
		files = append(files, fileView{Name: name, Href: fileURL(dir.URL, name), What: "belongs to no image"})
	}
	slices.SortStableFunc(files, func(a, b fileView) int { return strings.Compare(a.Name, b.Name) })
	return slices.CompactFunc(files, func(a, b fileView) bool { return a.Name == b.Name && a.Href == b.Href })
}

// netbootLinks leads to the netboot installers of the directory.
func (s *site) netbootLinks(p *Page, d *download) []Link {
	l := s.line(d.series)
	if l == nil || len(d.netboot) == 0 {
		return nil
	}
	var links []Link
	for _, n := range d.netboot {
		if !n.Disabled {
			links = append(links, Link{Text: s.machine(n.Arch), Href: p.to(s.netbootPath(l)) + "#" + netbootID(n.Arch)})
		}
	}
	return slices.Compact(links)
}
