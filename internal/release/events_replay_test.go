package release

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
)

// knowledge is what facts say of rows and images, in words: of several like records
// the first counts.
type knowledge map[string]string

func (k knowledge) put(word string, key ...string) {
	name := strings.Join(key, "|")
	if _, twice := k[name]; !twice {
		k[name] = word
	}
}

// known is written apart from Events, so that each finds the mistakes of the other.
func known(f *Facts) knowledge {
	k := knowledge{}
	for _, s := range f.Series {
		k.put(string(s.Status), "series", s.Slug)
		for _, n := range s.Manifest {
			if !n.Disabled {
				k.put(n.Contact, "intent", s.Slug, n.Product)
			}
		}
		k.putRebuilds(s)
	}
	for _, m := range f.Milestones {
		k.put(string(m.Status), "milestone", m.Series, m.Slug)
		for _, n := range m.Intended {
			if !n.Disabled {
				k.put(n.Contact, "planned", m.Series, m.Slug, n.Product)
			}
		}
		for _, e := range m.Entries {
			k.put(shownState(e.State, e.RawState), "state", m.Series, m.Slug, e.Product, e.BuildID)
			k.put(e.Note, "note", m.Series, m.Slug, e.Product, e.BuildID)
		}
	}
	for _, b := range f.Builds {
		if b.State != "" {
			k.put(shownState(b.State, b.RawState), "state", b.Series, "", b.Product, b.BuildID)
			k.put(b.Note, "note", b.Series, "", b.Product, b.BuildID)
		}
		k.putResults(b)
	}
	for _, p := range f.Products {
		k.put(p.Contact, "owner", p.Slug)
	}
	k.putImages(f)
	k.putNetboot(f)
	for _, d := range f.Directories {
		k.put(believed(d.Held), "held", d.Path)
	}
	k.clean()
	return k
}

// believed leaves out why a directory is held: another reason is no event.
func believed(held string) string {
	if held != "" {
		return "held"
	}
	return ""
}

// clean drops what says nothing.
func (k knowledge) clean() {
	maps.DeleteFunc(k, func(name, word string) bool {
		kind, _, _ := strings.Cut(name, "|")
		return word == "" && slices.Contains([]string{"note", "tests", "bugs", "sum", "current", "held", "netfile"}, kind) ||
			kind == "rebuild" && (word == "published" || word == "canceled")
	})
}

func (k knowledge) putRebuilds(s Series) {
	for _, r := range s.Rebuilds {
		word := r.Status
		if word == "unknown" && r.RawStatus != "" {
			word += ": " + r.RawStatus
		}
		k.put(word, "rebuild", s.Slug, r.Milestone, r.Product, r.ID)
	}
}

// shownState is a state as a row shows it.
func shownState(s State, raw string) string {
	if s, raw = knownState(s, raw); s == StateUnknown && raw != "" {
		return "unknown: " + raw
	}
	return string(s)
}

func (k knowledge) putResults(b Build) {
	tests := ""
	if b.Tests != nil {
		tests = fmt.Sprintf("%d passed, %d failed, %d running, %d untested", b.Tests.Passed, b.Tests.Failed, b.Tests.Running, b.Tests.Untested)
	}
	k.put(tests, "tests", b.Series, b.Product, b.BuildID)
	bugs := ""
	for i, bug := range b.Bugs {
		if bugs += bug.Number; i+1 < len(b.Bugs) {
			bugs += ", "
		}
	}
	k.put(bugs, "bugs", b.Series, b.Product, b.BuildID)
}

func (k knowledge) putImages(f *Facts) {
	kinds := map[string]DirectoryKind{}
	for _, d := range f.Directories {
		if d.Kind == DirectoryPool || d.Kind == DirectoryCurrent || d.Kind == DirectoryPending {
			kinds[d.Path] = d.Kind
		}
	}
	newest := map[string]string{}
	for _, i := range f.Images {
		if key := tuple(&i); i.Current && i.Kind != ImageRelease && CompareBuildIDs(i.BuildID, newest[key]) > 0 {
			newest[key] = i.BuildID
		}
	}
	for _, i := range f.Images {
		if i.Current && i.Kind != ImageRelease && i.BuildID == newest[tuple(&i)] {
			k.put(cmp.Or(i.BuildID, sumOf(i.Main())), tuple(&i))
		}
		if kinds[i.Dir] == DirectoryCurrent || kinds[i.Dir] == DirectoryPending {
			continue
		}
		k.put(fmt.Sprint(i.Kind == ImageRelease && kinds[i.Dir] != DirectoryPool), "image", i.Dir, i.Name)
		k.put(i.BuildID, "build", i.Dir, i.Name)
		for _, file := range i.Files {
			if file.Main {
				k.put(sumOf(file), "sum", i.Dir, i.Name, file.Name)
			}
		}
	}
}

func (k knowledge) putNetboot(f *Facts) {
	for _, s := range f.Netboot {
		dir := cmp.Or(s.Dir, s.Parent)
		if s.Kind == ImageRelease && s.Dir != "" && s.Parent != "" {
			k.put(strings.TrimSpace(s.Version+" "+s.Milestone), "netset", s.Series, s.Project, dir, s.Arch)
		}
		for _, a := range s.Answers {
			if a.Status != 0 && a.Times >= 2 {
				k.put("gone", "netfile", s.Series, s.Project, dir, s.Arch, a.Name)
			}
			base, isKernel := strings.CutSuffix(a.Name, "/"+s.Kernel)
			if s.Parent == "" && a.Status == 0 && strings.Contains(base, "://") && isKernel && s.answer(base+"/"+s.Initrd).Name != "" {
				k.put(a.Name, "netmoved", s.Series, s.Project, dir, s.Arch)
			}
		}
	}
}

// forgetNetboot drops the files of sets that are gone themselves, and where installers were
// that are back where they belong.
func (k knowledge) forgetNetboot(f *Facts) {
	now := knowledge{}
	now.putNetboot(f)
	maps.DeleteFunc(k, func(name, _ string) bool {
		_, moved := now[name]
		return strings.HasPrefix(name, "netmoved|") && !moved
	})
	maps.DeleteFunc(k, func(name, _ string) bool {
		return strings.HasPrefix(name, "netfile|") && !slices.ContainsFunc(f.Netboot, func(s NetbootSet) bool {
			return strings.HasPrefix(name, strings.Join([]string{"netfile", s.Series, s.Project, cmp.Or(s.Dir, s.Parent), s.Arch, ""}, "|"))
		})
	})
}

func sumOf(f File) string { return cmp.Or(f.SHA256, f.SHA1, f.MD5) }

func tuple(i *Image) string {
	return strings.Join([]string{"current", i.Project, i.Series, i.ImageType, i.PublishType, i.Arch}, "|")
}

// replays tells which word an event changes; some change more than that.
var replays = map[EventKind]string{
	EventSeriesAppeared: "series", EventSeriesLeft: "series", EventSeriesStatus: "series",
	EventMilestoneAppeared: "milestone", EventMilestoneLeft: "milestone", EventMilestoneStatus: "milestone",
	EventIntended: "intent", EventUnintended: "intent", EventContact: "intent",
	EventBuildAppeared: "state", EventBuildLeft: "state", EventBuildReady: "state", EventBuildUnready: "state",
	EventBuildFailed: "state", EventBuildSuperseded: "state", EventBuildState: "state",
	EventBuildNote: "note", EventBuildTests: "tests", EventBuildBugs: "bugs",
	EventRebuildRequested: "rebuild", EventRebuildStatus: "rebuild", EventRebuildClosed: "rebuild",
	EventImageLeft: "sum", EventImageWithdrawn: "sum", EventImageAppeared: "sum", EventImagePublished: "sum",
	EventImageChecksum: "sum", EventImageFile: "sum", EventImageBuild: "build", EventImageCurrent: "current",
	EventNetbootPublished: "netset", EventNetbootWithdrawn: "netset", EventNetbootGone: "netfile", EventNetbootBack: "netfile",
	EventNetbootMoved:  "netmoved",
	EventDirectoryHeld: "held", EventDirectoryBelieved: "held",
}

// name is the name of the word of an event.
func (e Event) name(before, after *Facts) string {
	kind := replays[e.What]
	switch {
	case kind == "intent" && e.Milestone != "":
		kind = "planned"
	case kind == "intent" && e.Series == "":
		kind = "owner"
	}
	key := map[string][]string{
		"series":    {e.Series},
		"milestone": {e.Series, e.Milestone},
		"intent":    {e.Series, e.Product},
		"planned":   {e.Series, e.Milestone, e.Product},
		"owner":     {e.Product},
		"state":     {e.Series, e.Milestone, e.Product, e.BuildID},
		"note":      {e.Series, e.Milestone, e.Product, e.BuildID},
		"tests":     {e.Series, e.Product, e.BuildID},
		"bugs":      {e.Series, e.Product, e.BuildID},
		"rebuild":   {e.Series, e.Milestone, e.Product, e.ID},
		"sum":       {e.Dir, e.Image, e.File},
		"build":     {e.Dir, e.Image},
		"netset":    {e.Series, e.Project, e.Dir, e.Arch},
		"netmoved":  {e.Series, e.Project, e.Dir, e.Arch},
		"netfile":   {e.Series, e.Project, e.Dir, e.Arch, e.File},
		"held":      {e.Dir},
	}[kind]
	if kind == "current" {
		return currentOf(e, before, after)
	}
	return kind + "|" + strings.Join(key, "|")
}

// replay does to what was known what an event says, and wants that it was as the
// event says.
func (k knowledge) replay(t *testing.T, e Event, before, after *Facts) {
	t.Helper()
	name := e.name(before, after)
	if replays[e.What] == "held" {
		e.From, e.To = believed(e.From), believed(e.To)
	}
	if replays[e.What] == "netfile" { // another status is no event
		e.From, e.To = strings.NewReplacer("1", "gone", "2", "gone").Replace(e.From), strings.NewReplacer("1", "gone", "2", "gone").Replace(e.To)
	}
	if was := k[name]; was != e.From && e.What != EventRebuildRequested {
		t.Errorf("%s: it was %q", eventText(e), was)
	}
	k[name] = e.To
	switch e.What {
	case EventSeriesLeft, EventMilestoneLeft, EventUnintended, EventRebuildClosed, EventNetbootWithdrawn:
		delete(k, name)
	case EventBuildLeft:
		delete(k, name)
		delete(k, "note"+strings.TrimPrefix(name, "state"))
	case EventImageLeft, EventImageWithdrawn, EventImageAppeared, EventImagePublished:
		k.replayImage(t, e)
	}
	k.clean()
}

// replayImage lets an image come or go as a whole.
func (k knowledge) replayImage(t *testing.T, e Event) {
	t.Helper()
	image := "|" + e.Dir + "|" + e.Image
	published := fmt.Sprint(e.What == EventImagePublished || e.What == EventImageWithdrawn)
	if e.What == EventImageAppeared || e.What == EventImagePublished {
		k["image"+image], k["build"+image] = published, e.BuildID
		return
	}
	if was := k["image"+image]; was != published {
		t.Errorf("%s: published was %q", eventText(e), was)
	}
	delete(k, "image"+image)
	delete(k, "build"+image)
	maps.DeleteFunc(k, func(name, _ string) bool { return strings.HasPrefix(name, "sum"+image+"|") })
}

// forgetDirectories drops those that are gone: that they were held is over.
func (k knowledge) forgetDirectories(f *Facts) {
	maps.DeleteFunc(k, func(name, _ string) bool {
		path, held := strings.CutPrefix(name, "held|")
		return held && !slices.ContainsFunc(f.Directories, func(d Directory) bool { return d.Path == path })
	})
}

// forgetKept drops what milestones mean that are not in testing, or were not: it is what
// they kept of the manifest. Products that come or go have their owners with them.
func (k knowledge) forgetKept(before, after *Facts) {
	for _, f := range []*Facts{before, after} {
		maps.DeleteFunc(k, func(name, _ string) bool {
			slug, owner := strings.CutPrefix(name, "owner|")
			return owner && !slices.ContainsFunc(f.Products, func(p Product) bool { return p.Slug == slug })
		})
		seen := map[string]bool{}
		for _, m := range f.Milestones {
			key := m.Series + "|" + m.Slug
			if !seen[key] && m.Status != MilestoneTesting {
				maps.DeleteFunc(k, func(name, _ string) bool { return strings.HasPrefix(name, "planned|"+key+"|") })
			}
			seen[key] = true
		}
	}
}

// currentOf finds what kind of image an event is about by the image that it names.
func currentOf(e Event, before, after *Facts) string {
	for _, f := range []*Facts{after, before} {
		for n := range f.Images {
			if i := &f.Images[n]; i.Dir == e.Dir && i.Name == e.Image && (e.To != "" || f == before) {
				return tuple(i)
			}
		}
	}
	return ""
}
