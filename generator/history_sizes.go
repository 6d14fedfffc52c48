package generator

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"shiplist/generator/chart"
	"shiplist/internal/release"
)

// sizesView is a picture of sizes, with a sentence and a table that say the same.
type sizesView struct {
	Of     string // "Releases", "Dailies of Noble"
	Answer string // "Between 5.10 GB and 6.12 GB, ..."
	Chart  chartView
	Rows   []sizeRow // newest first
	Open   bool      // the table is short, and there is no picture
}

// sizeRow is the size of an image.
type sizeRow struct {
	Of    string // version, series, or product
	Build string
	Day   string // "21 April 2026"; empty where unknown
	Size  string
	Where Link
}

// sizedImage is an image whose size is known. Its day is zero where it is not known.
type sizedImage struct {
	of   string
	day  time.Time
	size int64
	*release.TreeImage
}

const (
	// mostLines is how many lines a chart has at most: more cannot be told apart.
	mostLines = 6
	// mostReleases is how many releases are named at a chart.
	mostReleases = 12
	// mostOpen is how many rows a table has at most that is shown in place of a picture.
	mostOpen = 12
	// sizeYears is how far back from the newest the builds go that a chart shows.
	sizeYears = 2
)

// productSizes are the releases of a product, all of them, and what it was built as in
// the last years.
func (s *site) productSizes(p *Page, pl *release.ProductLine) []sizesView {
	var releases, builds []*release.TreeImage
	for _, i := range pl.Images {
		if i.Kind == release.ImageRelease && i.Milestone == "" {
			releases = append(releases, i)
		} else {
			builds = append(builds, i)
		}
	}
	var all []sizesView
	if v := s.releaseSizes(p, releases); v != nil {
		all = append(all, *v)
	}
	if v := s.viewSizes(p, lately(builds), s.imageSeries); v != nil {
		v.Of = "Dailies and milestones"
		all = append(all, *v)
	}
	return all
}

// lately are the images of the last years before the newest of them.
func lately(images []*release.TreeImage) []*release.TreeImage {
	var newest time.Time
	for _, i := range images {
		if day, ok := builtOn(i); ok && day.After(newest) {
			newest = day
		}
	}
	return slices.DeleteFunc(images, func(i *release.TreeImage) bool {
		day, ok := builtOn(i)
		return ok && day.Before(newest.AddDate(-sizeYears, 0, 0))
	})
}

// releaseSizes shows one point for each release, one as far from the next as the other:
// releases of which the trees hold nothing leave no gap. It is nil for fewer than two.
func (s *site) releaseSizes(p *Page, images []*release.TreeImage) *sizesView {
	all := s.sizedReleases(images)
	if len(all) < 2 {
		return nil
	}
	low, high := sizeRange(all)
	// The axis of a chart is a time: here places, an hour apart.
	place := func(n float64) time.Time { return time.Unix(0, 0).Add(time.Duration(n * float64(time.Hour))) }
	last := len(all) - 1
	c := chart.Chart{From: place(-0.5), To: place(float64(last) + 0.5)}
	c.Low, c.High = roomy(float64(low), float64(high))
	line := chart.Line{Class: "s1", Dots: true}
	every := (len(all) + mostReleases - 1) / mostReleases
	var along []chart.Mark
	for n, i := range all {
		line.Points = append(line.Points, chart.Point{At: place(float64(n)), Value: float64(i.size)})
		if (last-n)%every == 0 {
			along = append(along, chart.Mark{Share: (float64(n) + 0.5) / float64(len(all)), Text: i.of})
		}
	}
	c.Lines = []chart.Line{line}
	v := &sizesView{Of: "Releases", Rows: s.sizeRows(p, all)}
	v.Answer = fmt.Sprintf("%s: %s for %s, %s for %s.", plural(len(all), "release"),
		release.Size(all[0].size), all[0].of, release.Size(all[last].size), all[last].of)
	v.Chart.draw(c, sizeMarks(c), along)
	return v
}

// sizedReleases are the releases whose size is known, oldest first, each once.
func (s *site) sizedReleases(images []*release.TreeImage) []sizedImage {
	var all []sizedImage
	seen := map[string]bool{}
	for _, i := range images {
		version := i.Version
		if l := s.line(i.Series); l != nil && version == "" {
			version = l.Version
		}
		version = cmp.Or(version, i.Series)
		size := i.Main().Size
		if size == nil || *size <= 0 || seen[version] {
			continue
		}
		seen[version] = true
		day, _ := builtOn(i)
		all = append(all, sizedImage{version, day, *size, i})
	}
	slices.SortStableFunc(all, func(a, b sizedImage) int { return release.CompareBuildIDs(a.of, b.of) })
	return all
}

// viewSizes shows sizes over time, a line for each word of a name; nil where fewer than
// two days are known. Where no line has more than two points there is no picture: the
// table says more. The names that come first keep their lines.
func (s *site) viewSizes(p *Page, images []*release.TreeImage, name func(*release.TreeImage) string) *sizesView {
	all := sizedImages(images, name)
	if len(all) == 0 || all[0].day.Equal(all[len(all)-1].day) {
		return nil
	}
	first, last := all[0], all[len(all)-1]
	low, high := sizeRange(all)
	rows := s.sizeRows(p, all)
	v := &sizesView{Answer: sizesAnswer(low, high, first.day, last.day), Rows: rows[:min(len(rows), 2*mostRows)]}
	lines := sizeLines(all)
	if !slices.ContainsFunc(all, func(i sizedImage) bool { return len(lines[i.of].Points) > 2 }) {
		v.Open = len(v.Rows) <= mostOpen
		return v
	}
	c := chart.Chart{From: first.day, To: last.day}
	c.Low, c.High = roomy(float64(low), float64(high))
	for _, of := range firstNames(images, name) {
		l := lines[of]
		if l == nil || len(c.Lines) == mostLines {
			continue
		}
		l.Class = fmt.Sprintf("s%d", len(c.Lines)+1)
		key := keyView{Class: l.Class, Text: of}
		if len(l.Points) == 1 {
			l.Class += " lone"
			key.Dot, key.Text = true, of+", "+release.Size(int64(l.Points[0].Value))+" once"
		}
		c.Lines, v.Chart.Legend = append(c.Lines, *l), append(v.Chart.Legend, key)
	}
	v.Chart.draw(c, sizeMarks(c), chart.Times(c.From, c.To, oneDay, marksAlong))
	return v
}

// sizeLines are the sizes of each name.
func sizeLines(all []sizedImage) map[string]*chart.Line {
	lines := map[string]*chart.Line{}
	for _, i := range all {
		if lines[i.of] == nil {
			lines[i.of] = &chart.Line{Dots: true}
		}
		lines[i.of].Points = append(lines[i.of].Points, chart.Point{At: i.day, Value: float64(i.size)})
	}
	return lines
}

func sizeRange(all []sizedImage) (low, high int64) {
	low, high = all[0].size, all[0].size
	for _, i := range all {
		low, high = min(low, i.size), max(high, i.size)
	}
	return low, high
}

func sizeMarks(c chart.Chart) []chart.Mark {
	return chart.Values(c.Low, c.High, 1000, marksUp, func(v float64) string { return release.Size(int64(v)) })
}

// sizeRows are the rows of a table, the last image first.
func (s *site) sizeRows(p *Page, all []sizedImage) []sizeRow {
	rows := make([]sizeRow, 0, len(all))
	for _, i := range slices.Backward(all) {
		row := sizeRow{Of: i.of, Build: i.BuildID, Size: release.Size(i.size), Where: s.imageLink(p, i.TreeImage)}
		if !i.day.IsZero() {
			row.Day = i.day.Format("2 January 2006")
		}
		rows = append(rows, row)
	}
	return rows
}

func sizesAnswer(low, high int64, from, to time.Time) string {
	span := from.Format("2 January 2006") + " to " + to.Format("2 January 2006")
	if release.Size(low) == release.Size(high) {
		return release.Size(low) + " all the time, " + span + "."
	}
	return "Between " + release.Size(low) + " and " + release.Size(high) + ", " + span + "."
}

// roomy widens a range so that lines do not lie on its ends; a range that is near to
// zero begins there.
func roomy(low, high float64) (float64, float64) {
	room := max((high-low)*0.15, high*0.02, 1)
	if low-room < high/4 {
		return 0, high + room
	}
	return low - room, high + room
}

// sizedImages are those whose day and exact size are known, oldest first; of those of one
// name and build the first.
func sizedImages(images []*release.TreeImage, name func(*release.TreeImage) string) []sizedImage {
	var all []sizedImage
	seen := map[string]bool{}
	for _, i := range images {
		day, ok := builtOn(i)
		size := i.Main().Size
		key := name(i) + "\x00" + i.BuildID + "\x00" + day.String()
		if !ok || size == nil || *size <= 0 || seen[key] {
			continue
		}
		seen[key] = true
		all = append(all, sizedImage{name(i), day, *size, i})
	}
	slices.SortStableFunc(all, func(a, b sizedImage) int { return a.day.Compare(b.day) })
	return all
}

// builtOn is the day on which an image was built, as its build id or its file tells.
func builtOn(i *release.TreeImage) (time.Time, bool) {
	if id, ok := release.ParseBuildID(i.BuildID); ok {
		return id.Date.Add(time.Duration(min(id.Number, 23)) * time.Hour), true
	}
	if t := i.Main().Modified; !t.IsZero() {
		return t.UTC().Truncate(oneDay), true
	}
	return time.Time{}, false
}

// firstNames are the names of images, each once, in their order.
func firstNames(images []*release.TreeImage, name func(*release.TreeImage) string) []string {
	var names []string
	for _, i := range images {
		if n := name(i); !slices.Contains(names, n) {
			names = append(names, n)
		}
	}
	return names
}

// imageLink leads to the page of the directory in which an image lies.
func (s *site) imageLink(p *Page, i *release.TreeImage) Link {
	l := Link{Text: strings.Trim(i.Dir, "/"), Href: webURL(i.URL)}
	if d := s.downloadOfImage(i); d != nil {
		l.Href = p.to(d.path)
	}
	return l
}
