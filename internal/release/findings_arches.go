package release

import (
	"fmt"
	"slices"
)

// built is a kind of daily build.
type built struct{ project, imageType, series string }

// findArches compares the architectures of the current dailies with those that the
// rules say are built: one finding for each kind of build.
func (j *joiner) findArches() {
	if len(j.rules.Arches) == 0 {
		return
	}
	arches, dirs := map[built][]string{}, map[built][]*TreeDirectory{}
	var order []built
	for _, t := range j.p.Trees {
		for _, d := range t.Directories {
			for _, i := range d.Images {
				if i.Kind != ImageDaily || !i.Current && !i.Pending || i.Arch == "" {
					continue
				}
				key := built{i.Project, i.ImageType, j.seriesKey(lineSlug(i.Series))}
				if arches[key] == nil {
					order = append(order, key)
				}
				arches[key] = appendNew(arches[key], i.Arch)
				if !slices.Contains(dirs[key], d) {
					dirs[key] = append(dirs[key], d)
				}
			}
		}
	}
	for _, key := range order {
		if want, ok := j.builtDaily(key); ok && key.series != Other && key.project != Other {
			j.compareArches(key, want, arches[key], dirs[key])
		}
	}
}

func appendNew(list []string, s string) []string {
	if slices.Contains(list, s) {
		return list
	}
	return append(list, s)
}

// builtDaily are the architectures that the rules name for a kind of build: of the
// project and of each subproject that the products know. The channel of a Core
// image is built as its publish type is.
func (j *joiner) builtDaily(key built) ([]string, bool) {
	subs := j.subprojects(key)
	if len(subs) == 0 {
		subs = []string{""}
	}
	imageType := j.buildType(key)
	var arches []string
	known := false
	for _, sub := range subs {
		list, ok := j.rules.DailyArches(key.project, sub, imageType, key.series)
		known = known || ok
		for _, a := range list {
			arches = appendNew(arches, a)
		}
	}
	return arches, known
}

func (j *joiner) subprojects(key built) []string {
	var subs []string
	for i := range j.rules.Products {
		if p := &j.rules.Products[i]; p.Project == key.project && p.ImageType == key.imageType {
			subs = appendNew(subs, p.Subproject)
		}
	}
	return subs
}

// buildType is the image type of a build, which for Core images, that bear a
// channel in its place, is the one of their publish type.
func (j *joiner) buildType(key built) string {
	for i := range j.rules.PublishTypes {
		if j.rules.PublishTypes[i].ImageType == key.imageType {
			return key.imageType
		}
	}
	for i := range j.rules.Products {
		p := &j.rules.Products[i]
		if p.Project != key.project || p.ImageType != key.imageType {
			continue
		}
		if t, _ := j.rules.PublishType(p.PublishType); t != nil && t.ImageType != "" {
			return t.ImageType
		}
	}
	return key.imageType
}

func (j *joiner) compareArches(key built, want, have []string, dirs []*TreeDirectory) {
	missing, extra := without(want, have), without(have, want)
	if len(missing)+len(extra) == 0 {
		return
	}
	text := fmt.Sprintf("The current dailies of %s %s for %s", key.project, key.imageType, key.series)
	if len(missing) > 0 {
		text += " lack " + listWords(missing)
	}
	if len(extra) > 0 {
		if len(missing) > 0 {
			text += " and"
		}
		text += " have " + listWords(extra) + ", which no rule says is built"
	}
	at := spot{dirs: dirs, line: j.lines[key.series]}
	j.report(Finding{
		Rule:   "arches-differ",
		Text:   text + ".",
		Advice: "Look whether a build fails, or correct the [[arches]] rules.",
		Actor:  ActorRelease,
		Evidence: []Evidence{
			j.lies(dirs[0], "has "+listWords(have)),
			{Source: "configuration", Fact: "[[arches]] says " + listWords(want)},
		},
	}, at)
}

// without is what is in list and not in other, in natural order.
func without(list, other []string) []string {
	var rest []string
	for _, s := range list {
		if !slices.Contains(other, s) {
			rest = append(rest, s)
		}
	}
	slices.SortFunc(rest, compareNatural)
	return rest
}
