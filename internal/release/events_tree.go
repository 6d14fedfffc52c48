package release

import (
	"cmp"
	"maps"
	"slices"
)

// What happens in trees: images and directories.

// imagePlace is where an image lies.
type imagePlace struct{ dir, name string }

// lying is an image with whether it is published, as opposed to a daily and to what
// lies in a pool.
type lying struct {
	*Image
	published bool
}

// images compares what lies in the directories, and what is current. An image under
// current or pending, where these are directories of their own, is a way to one and
// not one more, so that they tell only what is current.
func (d *differ) images(before, after *Facts) {
	was, is := specialDirectories(before), specialDirectories(after)
	if maps.Equal(was, is) && slices.EqualFunc(before.Images, after.Images, sameImage) {
		return
	}
	earlier, later := imagesAt(before, was), imagesAt(after, is)
	for at, i := range later {
		old, had := earlier[at]
		switch {
		case had && old.published == i.published:
			d.changed(old.Image, i.Image)
		case had:
			d.went(old)
			d.came(i)
		default:
			d.came(i)
		}
	}
	for at, i := range earlier {
		if _, has := later[at]; !has {
			d.went(i)
		}
	}
	d.current(before, after)
}

// sameImage compares all of an image that an event could tell.
func sameImage(a, b Image) bool {
	return a.Dir == b.Dir && a.Name == b.Name && a.Kind == b.Kind && a.BuildID == b.BuildID && a.Current == b.Current &&
		a.Series == b.Series && a.Project == b.Project &&
		a.ImageType == b.ImageType && a.PublishType == b.PublishType && a.Arch == b.Arch &&
		slices.EqualFunc(a.Files, b.Files, func(a, b File) bool {
			return a.Main == b.Main && a.Name == b.Name && a.sum() == b.sum()
		})
}

// specialDirectories are those in which images are not published, by path.
func specialDirectories(f *Facts) map[string]DirectoryKind {
	special := map[string]DirectoryKind{}
	for i := range f.Directories {
		switch d := &f.Directories[i]; d.Kind {
		case DirectoryPool, DirectoryCurrent, DirectoryPending:
			special[d.Path] = d.Kind
		}
	}
	return special
}

func imagesAt(f *Facts, special map[string]DirectoryKind) map[imagePlace]lying {
	images := make(map[imagePlace]lying, len(f.Images))
	for n := range f.Images {
		i := &f.Images[n]
		kind, at := special[i.Dir], imagePlace{i.Dir, i.Name}
		if _, twice := images[at]; twice || kind == DirectoryCurrent || kind == DirectoryPending {
			continue
		}
		images[at] = lying{i, i.Kind == ImageRelease && kind != DirectoryPool}
	}
	return images
}

// event is about an image.
func (i *Image) event(what EventKind) Event {
	return Event{What: what, Series: i.Series, Project: i.Project, Dir: i.Dir, Image: i.Name, BuildID: i.BuildID}
}

func (d *differ) came(i lying) {
	e := i.event(EventImageAppeared)
	if i.published {
		e.What = EventImagePublished
	}
	e.File, e.To = i.Main().Name, i.sums()[i.Main().Name]
	d.add(e)
	d.files(i.Image, map[string]string{e.File: e.To}, i.sums())
}

func (d *differ) went(i lying) {
	e := i.event(EventImageLeft)
	if i.published {
		e.What = EventImageWithdrawn
	}
	e.File, e.From = i.Main().Name, i.sums()[i.Main().Name]
	d.add(e)
}

func (d *differ) changed(was, is *Image) {
	if sameImage(*was, *is) {
		return
	}
	if was.BuildID != is.BuildID {
		e := is.event(EventImageBuild)
		e.From, e.To = was.BuildID, is.BuildID
		d.add(e)
	}
	d.files(is, was.sums(), is.sums())
}

// files tells how the checksums of the main files of an image differ.
func (d *differ) files(i *Image, was, is map[string]string) {
	names := slices.Collect(maps.Keys(is))
	for name := range was {
		if _, both := is[name]; !both {
			names = append(names, name)
		}
	}
	for _, name := range names {
		if was[name] == is[name] {
			continue
		}
		e := i.event(EventImageFile)
		if len(was[name]) == len(is[name]) { // of one algorithm
			e.What = EventImageChecksum
		}
		e.File, e.From, e.To = name, was[name], is[name]
		d.add(e)
	}
}

// sums are the checksums of the main files, by name.
func (i *Image) sums() map[string]string {
	sums := map[string]string{}
	for _, f := range i.Files {
		if _, twice := sums[f.Name]; f.Main && !twice {
			sums[f.Name] = f.sum()
		}
	}
	return sums
}

// sum is the strongest checksum that is known of a file.
func (f *File) sum() string { return cmp.Or(f.SHA256, f.SHA1, f.MD5) }

// dailyKey is what dailies of different builds have in common.
type dailyKey struct{ project, series, imageType, publishType, arch string }

func (d *differ) current(before, after *Facts) {
	was, is := currentDailies(before), currentDailies(after)
	for key, i := range is {
		e := i.event(EventImageCurrent)
		if old := was[key]; old != nil {
			e.From = old.build()
		}
		if e.To = i.build(); e.From != e.To {
			d.add(e)
		}
	}
	for key, i := range was {
		if is[key] == nil {
			e := i.event(EventImageCurrent)
			e.From = i.build()
			d.add(e)
		}
	}
}

// build tells builds of an image apart.
func (i *Image) build() string {
	main := i.Main()
	return cmp.Or(i.BuildID, main.sum())
}

// currentDailies are the images to which current points. Of several of a kind, as
// while it moves, the newest counts.
func currentDailies(f *Facts) map[dailyKey]*Image {
	current := map[dailyKey]*Image{}
	for n := range f.Images {
		i := &f.Images[n]
		if !i.Current || i.Kind == ImageRelease || i.build() == "" {
			continue
		}
		key := dailyKey{i.Project, i.Series, i.ImageType, i.PublishType, i.Arch}
		if have := current[key]; have == nil || CompareBuildIDs(i.BuildID, have.BuildID) > 0 {
			current[key] = i
		}
	}
	return current
}

// directories tells where what is shown is not believed any more, or again.
func (d *differ) directories(before, after *Facts) {
	was, is := directoriesAt(before), directoriesAt(after)
	for path, dir := range is {
		e := Event{Series: dir.Series, Project: dir.Project, Dir: path, To: dir.Held}
		if old := was[path]; old != nil {
			e.From = old.Held
		}
		switch {
		case e.From == "" && e.To != "":
			e.What = EventDirectoryHeld
		case e.From != "" && e.To == "":
			e.What = EventDirectoryBelieved
		default:
			continue
		}
		d.add(e)
	}
}

func directoriesAt(f *Facts) map[string]*Directory {
	dirs := make(map[string]*Directory, len(f.Directories))
	for i := range f.Directories {
		if d := &f.Directories[i]; dirs[d.Path] == nil {
			dirs[d.Path] = d
		}
	}
	return dirs
}
