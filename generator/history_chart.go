package generator

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"shiplist/generator/chart"
	"shiplist/internal/release"
)

// chartView is a chart with its axes, and what its colours mean.
type chartView struct {
	Picture html // empty where there is nothing to draw
	Up      []markView
	Along   []markView
	Legend  []keyView
}

// markView is a place on an axis: how far along it is, in per cent.
type markView struct {
	At, Text string
}

// keyView is a line of a legend. Class is that of the line or area.
type keyView struct {
	Class, Text string
}

const (
	marksUp    = 5
	marksAlong = 6
)

// draw adds the picture and the axes; least is how far apart the marks of the time are.
func (v *chartView) draw(c chart.Chart, up []chart.Mark, least time.Duration) {
	c.Marks = up
	picture, err := c.SVG()
	if err != nil {
		return // nothing to draw: the table says all
	}
	v.Picture = drawing(picture)
	v.Up, v.Along = viewMarks(up), viewMarks(chart.Times(c.From, c.To, least, marksAlong))
}

func viewMarks(all []chart.Mark) []markView {
	views := make([]markView, 0, len(all))
	for _, m := range all {
		views = append(views, markView{fmt.Sprintf("%.2f", 100*m.Share), m.Text})
	}
	return views
}

// readinessChart stacks the counts: each area is painted over the higher ones behind it.
func readinessChart(moments []release.Readiness, parts []readinessPart, end time.Time) chartView {
	var v chartView
	c := chart.Chart{From: moments[0].At, To: end, High: 1}
	sums := make([]float64, len(moments))
	for _, p := range parts {
		class := viewState(p.state, "").Class
		line := chart.Line{Class: class, Area: true, Steps: true}
		for i, r := range moments {
			sums[i] += float64(p.of(r))
			line.Points = append(line.Points, chart.Point{At: r.At, Value: sums[i]})
			c.High = max(c.High, sums[i])
		}
		c.Lines = append(c.Lines, line)
		v.Legend = append(v.Legend, keyView{class, viewState(p.state, "other").Word})
	}
	slices.Reverse(c.Lines)
	slices.Reverse(v.Legend) // as they lie in the picture, from above
	whole := func(value float64) string { return fmt.Sprint(value) }
	v.draw(c, chart.Values(0, c.High, 1, marksUp, whole), time.Hour)
	return v
}

// sizesView is how the size of images went over time.
type sizesView struct {
	Of     string // "dailies of Noble"; empty for all images
	Answer string // "From 5.10 GB to 6.12 GB between ..."
	Chart  chartView
	Rows   []sizeRow // newest first
}

// sizeRow is the size of an image that was built on a day.
type sizeRow struct {
	Of    string // series, or product
	Build string
	Day   string // "21 April 2026"
	Size  string
	Where Link
}

// sizedImage is an image whose day and size are known.
type sizedImage struct {
	of   string
	day  time.Time
	size int64
	*release.TreeImage
}

// mostLines is how many lines a chart has at most: more cannot be told apart.
const mostLines = 6

// viewSizes shows sizes over time, a line for each word of a name; nil where fewer than
// two days are known. The names that come first keep their lines.
func (s *site) viewSizes(p *Page, images []*release.TreeImage, name func(*release.TreeImage) string) *sizesView {
	all := sizedImages(images, name)
	if len(all) == 0 || all[0].day.Equal(all[len(all)-1].day) {
		return nil
	}
	v := &sizesView{}
	first, last := all[0], all[len(all)-1]
	low, high := first.size, first.size
	lines := map[string]*chart.Line{}
	for _, i := range all {
		low, high = min(low, i.size), max(high, i.size)
		if lines[i.of] == nil {
			lines[i.of] = &chart.Line{Dots: true}
		}
		lines[i.of].Points = append(lines[i.of].Points, chart.Point{At: i.day, Value: float64(i.size)})
	}
	c := chart.Chart{From: first.day, To: last.day, Low: float64(low), High: float64(high)}
	for _, of := range firstNames(images, name) {
		l := lines[of]
		if l == nil || len(c.Lines) == mostLines {
			continue
		}
		l.Class = fmt.Sprintf("s%d", len(c.Lines)+1)
		c.Lines = append(c.Lines, *l)
		v.Chart.Legend = append(v.Chart.Legend, keyView{l.Class, of})
	}
	c.Low, c.High = roomy(c.Low, c.High)
	gigabytes := func(value float64) string { return release.Size(int64(value)) }
	v.Chart.draw(c, chart.Values(c.Low, c.High, 1000, marksUp, gigabytes), oneDay)
	v.Answer = sizesAnswer(low, high, first.day, last.day)
	for _, i := range slices.Backward(all) {
		v.Rows = append(v.Rows, sizeRow{i.of, i.BuildID, i.day.Format("2 January 2006"), release.Size(i.size), s.imageLink(p, i.TreeImage)})
	}
	v.Rows = v.Rows[:min(len(v.Rows), 2*mostRows)]
	return v
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
