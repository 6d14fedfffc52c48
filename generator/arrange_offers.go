package generator

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"shiplist/internal/release"
)

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
	Any         bool // for any machine
	Unknown     bool // no rule describes the machine
	Description string
	Main        fileView
	Version     string
	Newest      string // newest version of the page that is out, where this image is of an earlier one
	Testing     bool   // it is of a version in testing, and there is none that is out
	Coming      string // the version in testing that lies beside it, which is out; empty for none
	Build       string
	Modified    time.Time
	Parts       []offerPart // of an image that is split, Main among them, in order
	Total       string      // size of all parts
	Together    []fileView  // further files that are needed, too
	Forms       []fileView  // the same in another form
	Quick       []Link      // torrent, zsync, signature, manifest, list
	Others      []fileView
	Check       []instruction // how to check this very file
	Split       html          // what to do with the parts
	Oversized   html          // that it is larger than it should be
	Next        []fileView    // of the version that is coming
	Older       []fileView
}

// offerPart is one file of an image that is split.
type offerPart struct {
	fileView
	Number int
	Quick  []Link // torrent, zsync
}

// cards lays the images out: a card for each kind, in it the newest image for
// each machine that is out, with what is in testing and what is older behind it.
func (s *site) cards(d *download) []card {
	return s.layOut(d, func(v *offer, img *release.TreeImage, behind bool) {
		if behind {
			list := &v.Older
			if s.isComing(img) && !v.Testing {
				list = &v.Next
			}
			for _, f := range img.Files {
				*list = append(*list, s.viewFile(f, img.URL))
			}
			return
		}
		s.fill(v, img, s.directories[treeDir{img.Tree.Name, img.Dir}])
		s.offerTexts(v, img, rootOf(d.path))
	})
}

// layOut decides which cards there are, which images are on them and where those stand
// between the releases; fill adds what is known of an image, or of one that belongs
// behind it.
func (s *site) layOut(d *download, fill func(v *offer, img *release.TreeImage, behind bool)) []card {
	var cards []card
	ids := map[string]bool{}
	for _, img := range d.images {
		if n := len(cards); n == 0 || cards[n-1].Raw != img.PublishType {
			cards = append(cards, s.newCard(ids, img.PublishType))
		}
		c := &cards[len(cards)-1]
		n := len(c.Images)
		behind := n > 0 && img.Arch != "" && c.Images[n-1].Arch == img.Arch && img.Kind == release.ImageRelease
		if !behind {
			c.Images = append(c.Images, s.newOffer(ids, img))
		}
		v := &c.Images[len(c.Images)-1]
		s.stand(v, d, img, behind)
		fill(v, img, behind)
	}
	for i := range cards {
		if t, _ := s.rules.PublishType(cards[i].Raw); t != nil {
			cards[i].Raw = ""
		}
	}
	return cards
}

// stand says where an image stands between the releases: it is of one that is not out
// yet, or of an earlier one than the page.
func (s *site) stand(v *offer, d *download, img *release.TreeImage, behind bool) {
	coming := s.isComing(img)
	switch {
	case coming && !behind:
		v.Testing = true
	case coming && !v.Testing && release.CompareBuildIDs(img.Version, v.Coming) > 0:
		v.Coming = img.Version
	}
	if newest := shownVersion(d); !behind && !coming && img.Version != "" && img.Version != newest {
		v.Newest = newest
	}
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
	a, _ := s.rules.Architecture(img.Arch)
	switch {
	case a != nil:
		v.Description = a.Description
	case forMachine(img.Arch):
		v.Unknown = true
	default:
		v.Any = true
	}
	return v
}

// fill adds the files of an image.
func (s *site) fill(v *offer, img *release.TreeImage, dir *release.TreeDirectory) {
	v.Main, v.Modified = s.viewFile(img.Main(), img.URL), img.Main().Modified
	v.Version, v.Build = img.Version, img.BuildID
	s.companions(v, img, dir)
	if parts := partsOf(img); len(parts) > 1 {
		s.split(v, img, parts)
	}
}

// partsOf are the main files of an image that are alike: more than one where it is
// split.
func partsOf(img *release.TreeImage) []release.File {
	main := img.Main()
	var parts []release.File
	for _, f := range img.Files {
		if f.Main && f.Type == main.Type {
			parts = append(parts, f)
		}
	}
	return parts
}

// split shows an image that lies in several files, with the companions of each.
func (s *site) split(v *offer, img *release.TreeImage, parts []release.File) {
	total, exact := int64(0), true
	for i, f := range parts {
		part := offerPart{fileView: s.viewFile(f, img.URL), Number: i + 1}
		for _, c := range img.Files {
			href := fileURL(img.URL, c.Name)
			if href != "" && companionOf(c.Name, f) && (c.Type == f.Type+".torrent" || c.Type == f.Type+".zsync") {
				part.Quick = append(part.Quick, quickLink(c, href))
				v.Others = slices.DeleteFunc(v.Others, func(o fileView) bool { return o.Name == c.Name })
			}
		}
		v.Parts = append(v.Parts, part)
		if f.Size == nil {
			exact, total = false, -1
		} else if total >= 0 {
			exact, total = exact && f.Exact, total+*f.Size
		}
	}
	// What belongs to one part stands beside that part.
	v.Quick = slices.DeleteFunc(v.Quick, func(l Link) bool { return slices.Contains(v.Parts[0].Quick, l) })
	if total > 0 {
		v.Total = about(total, exact)
	}
}

func companionOf(name string, f release.File) bool { return strings.HasPrefix(name, f.Name+".") }

// offerTexts adds what content has to say about an image.
func (s *site) offerTexts(v *offer, img *release.TreeImage, root string) {
	if len(v.Parts) > 0 {
		v.Split = s.worded("split", root, words{"parts": {Text: strconv.Itoa(len(v.Parts))}})
	} else {
		v.Check = s.instructions("check-", root, fileWords(img.Main(), img.URL))
	}
	v.Oversized = s.oversized(img, root)
}

// oversized is what content says of an image that exceeds its limit, in numbers
// where they are known.
func (s *site) oversized(img *release.TreeImage, root string) html {
	f := img.Main()
	if f.Size != nil && img.Limit > 0 && *f.Size > img.Limit {
		return s.worded("oversized", root, words{"limit": {Text: release.Size(img.Limit)}, "over": {Text: release.Size(*f.Size - img.Limit)}})
	}
	if img.Oversized {
		return s.worded("oversized-marked", root, nil)
	}
	return ""
}

// companions sorts an image's further files by what people do with them. The list of
// checksums and its signature are one for all, and lie in the section on checking.
func (s *site) companions(v *offer, img *release.TreeImage, dir *release.TreeDirectory) {
	main := img.Main()
	for _, f := range img.Files {
		view := s.viewFile(f, img.URL)
		switch {
		case f.Name == main.Name:
		case f.Main && f.Type == main.Type: // a part, see split
		case f.Main && f.Type == "bootimg":
			v.Together = append(v.Together, view)
		case f.Main:
			v.Forms = append(v.Forms, view)
		case view.Href != "" && isQuick(f, main):
			v.Quick = append(v.Quick, quickLink(f, view.Href))
		default:
			v.Others = append(v.Others, view)
		}
	}
	if dir != nil && dir.Signed && len(dir.Checksums) > 0 {
		v.Quick = append(v.Quick, Link{Text: "Signature", Href: "#verify"})
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

func quickLink(f release.File, href string) Link {
	return Link{Text: quickWords[f.Type[strings.LastIndexByte(f.Type, '.')+1:]], Href: href}
}

var quickWords = map[string]string{"torrent": "Torrent", "zsync": "zsync", "manifest": "Package list", "list": "File list"}

// quickOrder is the order of the quiet links under a download.
var quickOrder = []string{"Torrent", "zsync", "Signature", "Package list", "File list"}

func quickRank(word string) int { return slices.Index(quickOrder, word) }
