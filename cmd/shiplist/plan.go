package main

import (
	"cmp"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"shiplist/agent/plan"
	"shiplist/internal/config"
	"shiplist/internal/planfile"
	"shiplist/internal/release"
)

// planText is a file of a team's: a plan, or else a sheet.
type planText struct {
	path  string
	text  []byte
	plan  *config.PlanFile
	sheet *planfile.Sheet
}

// readPlanText reads a plan (*.toml) or a sheet (*.yaml).
func readPlanText(path string) (*planText, error) {
	text, err := plan.Read(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, usagef("%s is not there", path)
	case errors.Is(err, plan.ErrNoFile):
		return nil, &usageError{err.Error()}
	case err != nil:
		return nil, err
	}
	t := &planText{path: path, text: text}
	switch {
	case strings.EqualFold(filepath.Ext(path), ".toml"):
		t.plan, err = config.ParsePlan(path, t.text)
	case plan.IsSheet(path):
		t.sheet, err = planfile.ParseSheet(path, t.text)
	default:
		return nil, usagef("%s: a plan ends in .toml, and a sheet in .yaml", path)
	}
	return t, planMistake(err)
}

// nearPath is a path as people in the working directory write it.
func nearPath(path string) string {
	dir, err := os.Getwd()
	if err != nil {
		return path
	}
	if rel, err := filepath.Rel(dir, path); err == nil && filepath.IsLocal(rel) {
		return rel
	}
	return path
}

// planMistake makes a mistake in a plan or a sheet one of what people configure. It is the
// same whether one file has it or several joined.
func planMistake(err error) error {
	var problems config.Problems
	if errors.As(err, &problems) {
		return &configError{problems}
	}
	return err
}

// planOptions are the flags of commands about one plan or sheet.
type planOptions struct {
	asking
	place sheetPlace
}

// planAsked is the file that a command is about, with what answers about it.
type planAsked struct {
	*planText
	seen              *seen
	series, milestone string
	line              *release.Line
}

// file reads the data, and the file that a command line names.
func (o *planOptions) file(e *environment, args []string) (*planAsked, error) {
	path, err := onePlan(args)
	if err != nil {
		return nil, err
	}
	a := &planAsked{}
	if a.seen, err = o.look(e); err != nil {
		return nil, err
	}
	if a.planText, err = readPlanText(path); err != nil {
		return nil, err
	}
	if a.series, a.milestone, err = a.planText.place(a.seen, o.place); err != nil {
		return nil, err
	}
	a.line, err = lineOf(a.seen, a.series)
	return a, err
}

// printed is a result that can be told to people.
type printed interface{ print(e *environment) error }

// answer prints a result, behind what is old of the data, and ends with it.
func (o *asking) answer(e *environment, r printed, trouble bool) error {
	err := o.warnBeside(e, o.seen)
	switch {
	case err != nil:
	case o.json:
		err = printJSON(e, r)
	default:
		err = r.print(e)
	}
	return o.end(o.seen, trouble, err)
}

// onePlan is the file that a command line names.
func onePlan(args []string) (string, error) {
	switch len(args) {
	case 0:
		return "", usagef("which file? name a plan, which ends in .toml, or a sheet, which ends in .yaml")
	case 1:
		return args[0], nil
	}
	return "", usagef("unexpected argument %q; one file at a time", args[1])
}

// sheetPlace are the flags that tell what a sheet does not.
type sheetPlace struct{ series, milestone string }

func (o *sheetPlace) define(fs *flag.FlagSet) {
	fs.StringVar(&o.series, "series", "", "`SERIES` of a sheet, where neither it nor the name of its file tells")
	fs.StringVar(&o.milestone, "milestone", "", "`MILESTONE` of a sheet, likewise")
}

// planEntry is an entry of either kind of file: products that go together, and the build
// that was decided for.
type planEntry struct {
	name     string
	line     int
	col      int // zero where only the line is known
	index    int // in the file
	buildID  string
	room     bool // an id can be written
	products []*release.ProductLine
	command  *release.PublishCommand // of a sheet; nil where it cannot be read
	conflict string                  // why the command is not one for this entry
	why      string                  // why the products are not known
}

// at is the place of an entry.
func (t *planText) at(e planEntry) string { return fmt.Sprintf("%s:%d", t.path, e.line) }

// unreadAt is the place of a key that is not read.
func (t *planText) unreadAt(u planfile.Unread) string {
	return fmt.Sprintf("%s:%d:%d", t.path, u.Line, u.Col)
}

// exactly is the place of an entry with the column, where that is known.
func (t *planText) exactly(e planEntry) string {
	if e.col == 0 {
		return t.at(e)
	}
	return fmt.Sprintf("%s:%d", t.at(e), e.col)
}

// place is the series and the milestone of the file.
func (t *planText) place(s *seen, o sheetPlace) (series, milestone string, err error) {
	if t.plan != nil {
		if o != (sheetPlace{}) {
			return "", "", usagef("--series and --milestone are for sheets; %s says both itself", t.path)
		}
		return t.plan.Series, t.plan.Slug, nil
	}
	base := strings.TrimSuffix(filepath.Base(t.path), filepath.Ext(t.path))
	named, rest := seriesIn(s.config.Rules, base)
	series = cmp.Or(o.series, named, t.dist(s.config.Commands))
	for i := range s.config.Rules.Series {
		if rule := &s.config.Rules.Series[i]; series == "" && rule.Development {
			series = rule.Name
		}
	}
	milestone = o.milestone
	for _, name := range []string{t.sheet.Slug, t.sheet.Title, rest} {
		if milestone == "" && name != "" {
			milestone = release.MilestoneSlug(series, name)
		}
	}
	switch {
	case series == "":
		return "", "", usagef("%s does not say of which series it is; write --series", t.path)
	case milestone == "":
		return "", "", usagef("%s does not say of which milestone it is; write --milestone", t.path)
	}
	return strings.ToLower(series), release.Slug(milestone), nil
}

// seriesIn is the series that the name of a file begins with, and the rest.
func seriesIn(r release.Rules, base string) (series, rest string) {
	for i := range r.Series {
		name := r.Series[i].Name
		if rest, ok := strings.CutPrefix(strings.ToLower(base), name+"-"); ok {
			return name, rest
		}
	}
	return "", ""
}

// dist is the series that the commands of a sheet name; empty where they name several.
func (t *planText) dist(c config.Commands) string {
	series := ""
	for i := range t.sheet.Images {
		p, err := c.ReadPublish(t.sheet.Images[i].Command)
		switch {
		case err != nil || p.Series == "":
		case series != "" && series != p.Series:
			return ""
		default:
			series = p.Series
		}
	}
	return series
}

// entries are those of the file that are about products by name.
func (t *planAsked) entries() []planEntry {
	var all []planEntry
	if t.plan != nil {
		for i := range t.plan.Products {
			p := &t.plan.Products[i]
			if p.Pattern() {
				continue
			}
			e := planEntry{name: p.Name, line: cmp.Or(p.BuildLine, p.Line), index: i, buildID: p.Build, room: planfile.Room(p)}
			e.products, e.why = named(t.seen, p.Name)
			all = append(all, e)
		}
		return all
	}
	for i := range t.sheet.Images {
		all = append(all, t.imageEntry(i))
	}
	return all
}

// imageEntry is the entry of an image.
func (t *planAsked) imageEntry(i int) planEntry {
	image, rules := &t.sheet.Images[i], t.seen.config.Rules
	e := planEntry{
		name: image.Name, line: cmp.Or(image.SerialLine, image.Line), col: image.SerialCol, index: i,
		buildID: image.Serial, room: image.Room(),
	}
	var err error
	switch e.command, err = t.seen.config.Commands.ReadPublish(image.Command); {
	case image.Command == "":
		e.why = "there is no publishing_command"
	case err != nil:
		e.why = "its command " + err.Error()
	default:
		if e.products, err = release.PublishedBy(t.seen.Picture, rules, t.line, e.command); err != nil {
			e.why = err.Error()
		}
		e.conflict = release.Misdirected(rules, e.command, e.products, release.PlanTarget{Series: t.line.Slug, Milestone: t.milestone, BuildID: image.Serial})
	}
	return e
}

// named are the products of a name: one, or none and why.
func named(s *seen, name string) ([]*release.ProductLine, string) {
	p, err := release.FindProduct(s.Picture, name)
	if err == nil && p.Slug == release.Slug(name) {
		return []*release.ProductLine{p}, ""
	}
	for i := range s.config.Rules.Products {
		if title := s.config.Rules.Products[i].Title; release.Slug(title) == release.Slug(name) {
			return []*release.ProductLine{{Slug: release.Slug(name), Title: title}}, ""
		}
	}
	if err == nil {
		err = &release.LookupError{What: "product", Name: name, Near: []string{p.Slug}}
	}
	return nil, err.Error()
}

// lineOf is the series of that name; one that no source has yet is empty.
func lineOf(s *seen, series string) (*release.Line, error) {
	if l := s.LineOf(series); l != nil {
		return l, nil
	}
	if rule, _ := s.config.Rules.SeriesRule(series); rule != nil {
		return &release.Line{Slug: series, Title: strings.ToUpper(series[:1]) + series[1:], Rule: rule}, nil
	}
	_, err := release.FindSeries(s.Picture, series)
	return nil, err
}

// writeDraft writes a plan to a file that is not there yet, or prints it where none is
// named. What would not be read as a plan is not written.
func writeDraft(e *environment, path string, d *planfile.Draft) error {
	text := d.Write()
	if _, err := config.ParsePlan("the new plan", []byte(text)); err != nil {
		return &configError{err}
	}
	if path == "" {
		_, err := io.WriteString(e.stdout, text)
		return err
	}
	if info, err := os.Stat(path); err == nil && info.IsDir() || strings.HasSuffix(path, "/") {
		return usagef("%s is a directory; name a file in it that ends in .toml", path)
	}
	if !strings.EqualFold(filepath.Ext(path), ".toml") {
		return usagef("%s: a plan ends in .toml", path)
	}
	err := writeNew(path, []byte(text))
	if errors.Is(err, fs.ErrExist) {
		return usagef("%s is there already; name another file, or take it away", path)
	}
	return err
}

// slugs are those of products.
func slugs(products []*release.ProductLine) []string {
	list := []string{}
	for _, p := range products {
		list = append(list, p.Slug)
	}
	return list
}
