package release

import (
	"cmp"
	"slices"
)

// undone are the kinds of event of which facts are told back, with how. What the other
// kinds tell stays as it is: notes, results, rebuild requests, what is current.
var undone = map[EventKind]func(f *Facts, e *Event){
	EventSeriesAppeared: (*Facts).undoSeries, EventSeriesLeft: (*Facts).undoSeries, EventSeriesStatus: (*Facts).undoSeries,
	EventMilestoneAppeared: (*Facts).undoMilestone, EventMilestoneLeft: (*Facts).undoMilestone,
	EventMilestoneStatus: (*Facts).undoMilestone,
	EventIntended:        (*Facts).undoIntent, EventUnintended: (*Facts).undoIntent, EventContact: (*Facts).undoIntent,
	EventBuildAppeared: (*Facts).undoBuild, EventBuildLeft: (*Facts).undoBuild, EventBuildReady: (*Facts).undoBuild,
	EventBuildUnready: (*Facts).undoBuild, EventBuildFailed: (*Facts).undoBuild,
	EventBuildSuperseded: (*Facts).undoBuild, EventBuildState: (*Facts).undoBuild,
	EventImageAppeared: (*Facts).undoArrival, EventImagePublished: (*Facts).undoArrival,
	EventImageLeft: (*Facts).undoDeparture, EventImageWithdrawn: (*Facts).undoDeparture,
	EventImageChecksum: (*Facts).undoChecksum,
}

// Undo gives the facts as they were before events of their source, which are in order of
// time: it puts back the words that they replaced. It is exact in what makes the rows of
// milestones: which milestones there were, their statuses, what was meant to be released
// and whom to ask, the states of builds. Of an image that is gone it knows place, build and
// main file. What a milestone keeps of the manifest since it left testing stays with it, and
// does not count while it is in testing; of one that went back to testing since, nobody
// knows any more what it had kept.
func (f *Facts) Undo(events []Event) *Facts {
	then := f.Clone()
	for _, e := range slices.Backward(events) {
		if undo := undone[e.What]; undo != nil {
			undo(then, &e)
		}
	}
	then.Sort()
	return then
}

func (f *Facts) seriesOf(slug string) *Series {
	i := slices.IndexFunc(f.Series, func(s Series) bool { return s.Slug == slug })
	if i < 0 {
		return nil
	}
	return &f.Series[i]
}

func (f *Facts) milestoneOf(series, slug string) *Milestone {
	i := slices.IndexFunc(f.Milestones, func(m Milestone) bool { return m.Series == series && m.Slug == slug })
	if i < 0 {
		return nil
	}
	return &f.Milestones[i]
}

func (f *Facts) undoSeries(e *Event) {
	s := f.seriesOf(e.Series)
	switch {
	case e.What == EventSeriesAppeared:
		f.Series = slices.DeleteFunc(f.Series, func(s Series) bool { return s.Slug == e.Series })
	case s == nil:
		f.Series = append(f.Series, Series{Slug: e.Series, Title: Capital(e.Series), Status: SeriesStatus(e.From)})
	default:
		s.Status, s.RawStatus = SeriesStatus(e.From), ""
	}
}

func (f *Facts) undoMilestone(e *Event) {
	m := f.milestoneOf(e.Series, e.Milestone)
	switch {
	case e.What == EventMilestoneAppeared:
		f.Milestones = slices.DeleteFunc(f.Milestones, func(m Milestone) bool { return m.Series == e.Series && m.Slug == e.Milestone })
		return
	case m == nil:
		f.Milestones = append(f.Milestones, Milestone{Series: e.Series, Slug: e.Milestone, Status: MilestoneStatus(e.From)})
		return
	}
	m.Status, m.RawStatus = MilestoneStatus(e.From), ""
}

func (f *Facts) undoIntent(e *Event) {
	switch {
	case e.Milestone != "":
		m := f.someMilestone(e)
		m.Intended = undoLine(m.Intended, e)
		return
	case e.What == EventContact && e.Series == "":
		if i := slices.IndexFunc(f.Products, func(p Product) bool { return p.Slug == e.Product }); i >= 0 {
			f.Products[i].Contact = e.From
		}
		return
	}
	s := f.seriesOf(e.Series)
	if s == nil { // its lines left with it, and are undone before it
		f.Series = append(f.Series, Series{Slug: e.Series, Title: Capital(e.Series)})
		s = &f.Series[len(f.Series)-1]
	}
	s.Manifest = undoLine(s.Manifest, e)
}

// undoLine puts back the line of a product in a manifest.
func undoLine(list []Intent, e *Event) []Intent {
	meant := func(in Intent) bool { return in.Product == e.Product && !in.Disabled }
	if e.What == EventIntended {
		return slices.DeleteFunc(list, meant)
	}
	if i := slices.IndexFunc(list, meant); i >= 0 {
		list[i].Contact = e.From
		return list
	}
	list = slices.DeleteFunc(list, func(in Intent) bool { return in.Product == e.Product })
	return append(list, Intent{Product: e.Product, Contact: e.From})
}

// someMilestone is the milestone of an event. What was on one that left is undone before it.
func (f *Facts) someMilestone(e *Event) *Milestone {
	if m := f.milestoneOf(e.Series, e.Milestone); m != nil {
		return m
	}
	f.Milestones = append(f.Milestones, Milestone{Series: e.Series, Slug: e.Milestone})
	return &f.Milestones[len(f.Milestones)-1]
}

// undoBuild puts back the state of a build on a milestone, or its own.
func (f *Facts) undoBuild(e *Event) {
	state, raw := stateWord(e.From)
	if e.Milestone == "" {
		f.undoOwnState(e, state, raw)
		return
	}
	m := f.someMilestone(e)
	same := func(n Entry) bool { return n.Product == e.Product && n.BuildID == e.BuildID }
	i := slices.IndexFunc(m.Entries, same)
	switch {
	case e.What == EventBuildAppeared:
		m.Entries = slices.DeleteFunc(m.Entries, same)
	case i < 0:
		m.Entries = append(m.Entries, Entry{Product: e.Product, BuildID: e.BuildID, State: state, RawState: raw})
	default:
		m.Entries[i].State, m.Entries[i].RawState = state, raw
	}
}

func (f *Facts) undoOwnState(e *Event, state State, raw string) {
	i := slices.IndexFunc(f.Builds, func(b Build) bool {
		return b.Series == e.Series && b.Product == e.Product && b.BuildID == e.BuildID
	})
	if e.What == EventBuildAppeared {
		state, raw = "", ""
	}
	if i < 0 {
		f.Builds = append(f.Builds, Build{Series: e.Series, Product: e.Product, BuildID: e.BuildID, State: state, RawState: raw})
		return
	}
	f.Builds[i].State, f.Builds[i].RawState = state, raw
}

// stateWord is the state, and the source's own word for it, that a word of an event means.
func stateWord(word string) (State, string) {
	state := stateOf(word)
	if state == StateUnknown && len(word) > len(state) {
		return state, word[len(state)+len(": "):]
	}
	return state, ""
}

func (f *Facts) undoArrival(e *Event) {
	f.Images = slices.DeleteFunc(f.Images, func(i Image) bool { return i.Dir == e.Dir && i.Name == e.Image })
}

func (f *Facts) undoDeparture(e *Event) {
	f.undoArrival(e)
	i := Image{Series: e.Series, Project: e.Project, Dir: e.Dir, Name: e.Image, Kind: ImageDaily, BuildID: e.BuildID}
	kind := DirectoryDated
	if e.What == EventImageWithdrawn {
		i.Kind, kind = ImageRelease, DirectoryRelease
	}
	if e.File != "" {
		file := File{Name: e.File, Main: true}
		file.setSum(e.From)
		i.Files = []File{file}
	}
	f.Images = append(f.Images, i)
	if !slices.ContainsFunc(f.Directories, func(d Directory) bool { return d.Path == e.Dir }) {
		f.Directories = append(f.Directories, Directory{Series: e.Series, Project: e.Project, Path: e.Dir, Kind: kind})
	}
}

func (f *Facts) undoChecksum(e *Event) {
	for n := range f.Images {
		if i := &f.Images[n]; i.Dir == e.Dir && i.Name == e.Image {
			for k := range i.Files {
				if i.Files[k].Name == e.File {
					i.Files[k].setSum(e.From)
				}
			}
		}
	}
}

// setSum sets a checksum by its length, and forgets those that belong to other bytes.
func (f *File) setSum(sum string) {
	if sum == cmp.Or(f.SHA256, f.SHA1, f.MD5) {
		return
	}
	f.SHA256, f.SHA1, f.MD5, f.Size = "", "", "", nil
	switch len(sum) {
	case 64:
		f.SHA256 = sum
	case 40:
		f.SHA1 = sum
	default:
		f.MD5 = sum
	}
}
