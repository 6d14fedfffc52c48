package config

import (
	"fmt"
	netmail "net/mail"
	"regexp"
	"strings"

	"shiplist/internal/release"
	"shiplist/internal/tomlpos"
)

// part of an image's identity: project, type, architecture, series. Such a part
// stands in paths, so it is a single name without separators.
var (
	identityPart = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9+_-]*(?:\.[A-Za-z0-9+_-]+)*$`)
	versionForm  = regexp.MustCompile(`^[0-9]+(?:\.[0-9]+)*$`)
)

func isPart(s string) bool    { return len(s) <= 100 && identityPart.MatchString(s) }
func isVersion(s string) bool { return versionForm.MatchString(s) }

// part reads a name that images are identified by.
func (t *table) part(key string, into *string) {
	t.checked(key, into, isPart, `a name as trees have it; use letters, digits, "+", "-", "_" and single dots`)
}

// readRules reads the rule tables that are there over those of r.
func (d *document) readRules(r *release.Rules) {
	d.rules = r
	rows(d, "series", &r.Series, readSeries)
	d.readProducts(r)
	rows(d, "milestone", &r.Milestones, readMilestone)
	rows(d, "publish", &r.Publish, readPublish)
	if _, given := d.root.values["publish"]; given {
		r.PublishOwn = d.name != builtIn
	}
	rows(d, "arches", &r.Arches, readArches)
	if _, given := d.root.values["arches"]; given {
		r.ArchesOwn = d.name != builtIn
	}
	rows(d, "size_limit", &r.SizeLimits, readSizeLimit)
	rows(d, "architecture", &r.Architectures, readArchitecture)
	rows(d, "publish_type", &r.PublishTypes, readPublishType)
	rows(d, "project", &r.Projects, readProject)
	rows(d, "extension", &r.Extensions, readExtension)
	rows(d, "stream", &r.Streams, readStream)
	if _, given := d.root.values["stream"]; given {
		r.StreamsOwn = d.name != builtIn
	}
	rows(d, "handover", &r.Handovers, readHandover)
	if _, given := d.root.values["handover"]; given {
		r.HandoversOwn = d.name != builtIn
	}
	rows(d, "netboot", &r.Netboot, readNetboot)
	rows(d, "boot_file", &r.BootFiles, readBootFile)
	rows(d, "check", &r.Checks, readCheck)
	if t := d.root.table("contacts"); t != nil {
		r.Contacts = readContacts(t)
	}
}

// rows reads all tables of a name; those of the file replace those that were there.
func rows[T release.ProductRule | release.SeriesRule | release.MilestoneRule | release.PublishRule |
	release.ArchesRule | release.SizeLimit | release.Architecture | release.PublishType |
	release.Project | release.Extension | release.StreamRule | release.HandoverRule | release.NetbootRule | release.BootFile | release.CheckRule | Tracker | Tree | Plan | Rush | Target | Moved](
	d *document, name string, into *[]T, read func(*table) T,
) {
	tables, given := d.root.tables(name)
	if !given {
		return
	}
	all := make([]T, len(tables))
	for i, t := range tables {
		all[i] = read(t)
	}
	*into = all
}

func readMilestone(t *table) release.MilestoneRule {
	var r release.MilestoneRule
	t.series("series", &r.Series)
	t.strings("match", &r.Match)
	oneOf(t, "kind", &r.Kind, release.KindDaily, release.KindRelease)
	t.count("order", &r.Order, -1_000_000, 1_000_000)
	t.day("date", &r.Date)
	t.template("version", &r.Version, "version", "slug")
	t.treePath("status", &r.Status, "version", "slug")
	t.require("match")
	t.notEmpty("match", r.Match)
	t.close()
	return r
}

// notEmpty notes a list that is there and selects everything by being empty where
// that cannot be meant.
func (t *table) notEmpty(key string, list []string) {
	if raw, ok := t.values[key].([]any); ok && len(raw) == 0 && len(list) == 0 {
		t.note(key, fmt.Sprintf("empty; every %s needs at least one", header(t.path)))
	}
}

func readPublish(t *table) release.PublishRule {
	var r release.PublishRule
	t.series("series", &r.Series)
	t.strings("milestone", &r.Milestone)
	t.strings("project", &r.Project)
	t.strings("publish_type", &r.PublishType)
	t.strings("arch", &r.Arch)
	oneOf(t, "official", &r.Official, release.OfficialYes, release.OfficialPoolOnly,
		release.OfficialNamed, release.OfficialNo, release.OfficialInteliot)
	words := []string{"project", "series", "version", "status", "slug"}
	t.treePath("status", &r.Status, "version", "slug")
	t.treePath("directory", &r.Directory, words...)
	t.treePath("prefix", &r.Prefix, words...)
	if strings.Contains(r.Prefix, "/") {
		t.note("prefix", fmt.Sprintf("%q holds a slash; a prefix is the beginning of a file name", r.Prefix))
	}
	t.part("under", &r.Under)
	t.together(&r.Together)
	t.require("official")
	t.close()
	return r
}

// together reads whether the commands of a rule are joined: true, or the name that
// several rules have in common.
func (t *table) together(into *string) {
	if !t.has("together") {
		return
	}
	switch v := t.values["together"].(type) {
	case bool:
		if v {
			*into = release.TogetherOwn
		}
	case string:
		t.checked("together", into, func(s string) bool { return isPart(s) && s != release.TogetherOwn },
			`a name that rules can have in common; write it like "server", or true without quotes for this rule alone`)
	default:
		t.wrong("together", `true, or a name in quotes like "server"`)
	}
}

func readArches(t *table) release.ArchesRule {
	var r release.ArchesRule
	t.strings("project", &r.Project)
	t.strings("image_type", &r.ImageType)
	t.series("series", &r.Series)
	t.parts("arches", &r.Arches)
	t.require("arches")
	t.close()
	return r
}

// parts reads a list of names that images are identified by.
func (t *table) parts(key string, into *[]string) {
	var all []string
	if !t.strings(key, &all) {
		return
	}
	for i, s := range all {
		if !isPart(s) {
			t.doc.note(tomlpos.Element(t.at(key), i), fmt.Sprintf(`%q is not a name as trees have it; write it like "arm64+raspi"`, s))
		}
	}
	*into = all
}

func readSizeLimit(t *table) release.SizeLimit {
	var r release.SizeLimit
	t.strings("project", &r.Project)
	t.strings("except", &r.Except)
	t.series("series", &r.Series)
	t.strings("publish_type", &r.PublishType)
	t.strings("extension", &r.Extension)
	t.size("bytes", &r.Bytes)
	t.require("bytes")
	t.close()
	return r
}

func readArchitecture(t *table) release.Architecture {
	var r release.Architecture
	t.part("name", &r.Name)
	t.text("title", &r.Title)
	t.text("description", &r.Description)
	t.text("group", &r.Group)
	t.flag("historic", &r.Historic)
	t.parts("ipxe", &r.IPXE)
	t.parts("grub", &r.GRUB)
	t.flag("pxelinux", &r.PXELINUX)
	t.named("architecture", r.Name)
	return r
}

// named ends the reading of a table that describes something by name.
func (t *table) named(all, name string) {
	t.require("name", "title")
	t.close()
	if name != "" {
		t.doc.unique(all, name, t.at("name"), "write each once")
	}
}

func readPublishType(t *table) release.PublishType {
	var r release.PublishType
	t.part("name", &r.Name)
	t.text("title", &r.Title)
	t.text("description", &r.Description)
	t.part("image_type", &r.ImageType)
	t.flag("historic", &r.Historic)
	t.named("publish type", r.Name)
	return r
}

func readProject(t *table) release.Project {
	var r release.Project
	t.part("name", &r.Name)
	t.text("title", &r.Title)
	t.part("prefix", &r.Prefix)
	t.text("family", &r.Family)
	t.flag("top", &r.Top)
	t.named("project", r.Name)
	return r
}

// bootFileForm is what a path below a netboot set may look like.
var bootFileForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._+-]*(/[A-Za-z0-9][A-Za-z0-9._+-]*)*$`)

func readBootFile(t *table) release.BootFile {
	var r release.BootFile
	t.checked("name", &r.Name, bootFileForm.MatchString, `a file of a netboot set; write it like "grub/grub.cfg"`)
	t.text("title", &r.Title)
	t.part("word", &r.Word)
	t.flag("config", &r.Config)
	t.size("least", &r.Least)
	t.named("boot file", r.Name)
	return r
}

func readExtension(t *table) release.Extension {
	var r release.Extension
	const form = `the end of a file name without its leading dot; write it like "img.xz"`
	t.checked("name", &r.Name, isPart, form)
	t.flag("main", &r.Main)
	t.flag("joined", &r.Joined)
	t.text("title", &r.Title)
	t.part("stream", &r.Stream)
	t.flag("listed", &r.Listed)
	t.require("name")
	t.close()
	if r.Name != "" {
		t.doc.unique("extension", r.Name, t.at("name"), "write each once")
	}
	return r
}

func readNetboot(t *table) release.NetbootRule {
	var r release.NetbootRule
	words := []string{"series", "version", "arch"}
	t.strings("title", &r.Title)
	t.strings("family", &r.Family)
	t.series("series", &r.Series)
	t.parts("arches", &r.Arches)
	t.template("address", &r.Address, words...)
	t.treePath("kernel", &r.Kernel, words...)
	t.treePath("initrd", &r.Initrd, words...)
	t.template("note", &r.Note, words...)
	t.close()
	t.netbootKind(r)
	return r
}

// netbootKind holds the two kinds of netboot rule apart.
func (t *table) netbootKind(r release.NetbootRule) {
	recognises := len(r.Title)+len(r.Family) > 0
	plain := strings.NewReplacer("{", "", "}", "").Replace(r.Address)
	switch {
	case recognises && (r.Address != "" || len(r.Series)+len(r.Arches) > 0):
		t.doc.note(t.path, "title and family recognise products, series and address add an installer; write two rules")
	case recognises:
	case r.Address == "" || len(r.Series) == 0 || len(r.Arches) == 0:
		t.doc.note(t.path, "says too little; a rule needs title or family, or else series, arches and address")
	case !isURL(plain, "https", "http") || !strings.HasSuffix(r.Address, "/"):
		t.note("address", fmt.Sprintf(`%q is not the address of a directory; write it like "https://archive.example.org/{series}/netboot/", with a slash at its end`, r.Address))
	}
}

func readContacts(t *table) release.Contacts {
	var c release.Contacts
	t.strings("teams", &c.Teams)
	t.strings("people", &c.People)
	isAPI := func(s string) bool { return isURL(s, "https", "http") && !strings.ContainsAny(s, "?#") }
	t.address("launchpad", &c.Launchpad, isAPI, `the address of Launchpad's API; write "https://api.launchpad.net/devel", or leave it out to ask nobody`)
	c.Launchpad = strings.TrimRight(c.Launchpad, "/")
	c.Product, c.Managers = t.byProduct("product"), t.byProduct("managers")
	if a := t.table("address"); a != nil {
		c.Address = map[string]string{}
		for who := range a.values {
			c.Address[strings.ToLower(who)] = a.reach(who)
		}
	}
	t.close()
	return c
}

// reach reads the address at which the contact that is the key is reached.
func (t *table) reach(who string) string {
	var address string
	if !t.text(who, &address) {
		return ""
	}
	mail, isMail := strings.CutPrefix(address, "mailto:")
	if parsed, err := netmail.ParseAddress(mail); isMail && err == nil && parsed.Address == mail || !isMail && isURL(address, "https", "http") {
		return address
	}
	t.note(who, fmt.Sprintf(`%q is not an address; write it like "https://launchpad.net/~team" or "mailto:team@example.org"`, address))
	return ""
}

// byProduct reads a table of contacts, each under the slug of a product.
func (t *table) byProduct(key string) map[string]string {
	p := t.table(key)
	if p == nil {
		return nil
	}
	all := map[string]string{}
	for slug := range p.values {
		all[slug] = p.contact(slug)
	}
	return all
}

// contact reads the contact of the product whose slug is the key.
func (t *table) contact(slug string) string {
	var who string
	if release.Slug(slug) != slug {
		t.note(slug, fmt.Sprintf("%q is not the name of a product in addresses; write %q", slug, release.Slug(slug)))
	}
	if t.text(slug, &who) && strings.TrimSpace(who) == "" {
		t.note(slug, "empty; write a contact, or leave the product out")
	}
	return who
}
