package generator

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"shiplist"
	"shiplist/generator/headers"
	"shiplist/generator/staged"
	"shiplist/internal/config"
	"shiplist/internal/release"
)

// Options are what a site is made from.
type Options struct {
	Config *config.Config
	// Layouts and Content are laid under the owner's own directories of the
	// configuration; nil for the embedded ones.
	Layouts, Content fs.FS
	Logger           *slog.Logger
	// Draft says that nobody asked for the sets: a preview stages what it shows, so that it
	// can be published by its digest, and leaves alone what is the newest.
	Draft bool
}

// Result tells what was written.
type Result struct {
	Digest string `json:"digest"`
	Dir    string `json:"dir"` // of the set
	// New is false when a set with the digest was there already.
	New    bool      `json:"new"`
	Pages  int       `json:"pages"`
	Files  int       `json:"files"`
	Shared int       `json:"shared"` // files taken over unchanged from the set before
	Bytes  int64     `json:"bytes"`
	AsOf   time.Time `json:"as_of"`
	// Blockers, Warnings and Notes count the findings.
	Blockers int `json:"blockers"`
	Warnings int `json:"warnings"`
	Notes    int `json:"notes"`
	// Lists counts what the lists of the trees name and leave out.
	Lists staged.ListCounts `json:"lists"`
	// Idle tells of the [[moved]] that do nothing.
	Idle []string `json:"idle_moves,omitempty"`
	// Removed is how many old sets were deleted.
	Removed int `json:"removed"`
	// Headers is what became of the files for the trees' own servers; nil where no tree
	// wants any.
	Headers *headers.Result `json:"headers,omitempty"`
}

// Generate writes the site of the data directory into the directory of staged
// sets: whole, under its digest, or not at all. Then it brings HEADER.html and the like
// of the trees that want them up to date. The same facts, configuration,
// layouts and texts give the same digest. Where nothing changed since the last run that
// is found out without loading them; see basis.
func Generate(ctx context.Context, o Options) (Result, error) {
	start := time.Now()
	res, err := generateAt(ctx, o, start)
	if err != nil {
		return Result{}, err
	}
	logger(o.Logger).Info("site generated", "digest", res.Digest, "pages", res.Pages, "files", res.Files,
		"shared", res.Shared, "new", res.New, "dur", time.Since(start))
	return res, nil
}

// Check parses layouts and texts and reports every mistake in them, without
// looking at any data: also fields that are not there, where a page would show them
// rarely or never.
func Check(o Options) error {
	s, err := prepare(o)
	if err != nil {
		return err
	}
	return s.layouts.missing()
}

func logger(l *slog.Logger) *slog.Logger { return cmp.Or(l, slog.New(slog.DiscardHandler)) }

// prepare reads what does not depend on the data.
func prepare(o Options) (*site, error) { return prepareAfter(o, nil) }

// prepareAfter takes layouts and texts that are the same as those of an earlier site,
// which may be nil, from there.
func prepareAfter(o Options, before *site) (*site, error) {
	c := o.Config
	layoutFS, contentFS, err := sources(o)
	if err != nil {
		return nil, err
	}
	s := &site{config: c.Site, rules: &c.Rules, commands: c.Commands, moved: c.Moved, notes: newSanitizer(), text: newMarkdown()}
	var errParse, errTexts, errAssets error
	s.layouts, errParse = before.parseLayouts(layoutFS)
	s.texts, errTexts = before.loadTexts(contentFS)
	s.assets, errAssets = loadAssets(layoutFS, c.Site)
	if errTexts == nil && c.Site.Edit != "" {
		s.editable = s.texts.editableIn(c.Site.Content)
	}
	if errParse == nil {
		errParse = s.layouts.missingHandovers(s.rules.Handovers)
	}
	return s, errors.Join(errParse, errTexts, errAssets)
}

// sources are the layouts and the texts.
func sources(o Options) (layoutFS, contentFS fs.FS, err error) {
	c := o.Config.Site
	layoutFS, errLayouts := under(o.Layouts, shiplist.Layouts, "layouts", c.Layouts)
	contentFS, errContent := under(o.Content, shiplist.Content, "content", c.Content)
	return layoutFS, contentFS, errors.Join(errLayouts, errContent)
}

// parseLayouts parses the layouts, unless s has them. A file that changes between the
// two readings is read again the next time: what is remembered is the first.
func (s *site) parseLayouts(fsys fs.FS) (*layouts, error) {
	sum, err := fingerprintFiles(fsys)
	if err != nil {
		return nil, fmt.Errorf("layouts: %w", err)
	}
	if s != nil && s.layouts.sum.is(sum) {
		return s.layouts, nil
	}
	l, err := parseLayouts(fsys)
	if l != nil {
		l.sum = sum
	}
	return l, err
}

// loadTexts does the same for the texts.
func (s *site) loadTexts(fsys fs.FS) (*texts, error) {
	sum, err := fingerprintFiles(fsys)
	if err != nil {
		return nil, fmt.Errorf("content: %w", err)
	}
	if s != nil && s.texts.sum.is(sum) {
		return s.texts, nil
	}
	t, err := loadTexts(fsys)
	if t != nil {
		t.sum = sum
	}
	return t, err
}

// under lays the owner's directory, if there is one, over the defaults.
func under(given, embedded fs.FS, name, dir string) (fs.FS, error) {
	lower := given
	if lower == nil {
		var err error
		if lower, err = fs.Sub(embedded, name); err != nil {
			return nil, err
		}
	}
	if dir == "" {
		return lower, nil
	}
	info, err := os.Stat(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return lower, nil
	}
	if err != nil {
		return nil, fmt.Errorf("[site] %s: %w", name, err)
	}
	if !info.IsDir() {
		return nil, fmt.Errorf("[site] %s: %s is not a directory", name, dir)
	}
	return Overlay(os.DirFS(dir), lower), nil
}

// result counts what is in the files and what was found.
func (s *site) result(files []madeFile) Result {
	r := Result{Digest: digestSet(files), AsOf: s.picture.AsOf, Files: len(files)}
	for _, f := range files {
		r.Bytes += f.Bytes
		if strings.HasSuffix(f.Path, ".html") {
			r.Pages++
		}
	}
	r.Blockers = len(severity(s.picture.Findings, release.Blocker))
	r.Warnings = len(severity(s.picture.Findings, release.Warning))
	r.Notes = len(severity(s.picture.Findings, release.Note))
	r.Lists = s.listCounts()
	r.Idle = s.idleMoves(files)
	return r
}

// arrange prepares what pages look up.
func (s *site) arrange() {
	s.products = make(map[string]*release.ProductLine, len(s.picture.Products))
	for _, p := range s.picture.Products {
		s.products[p.Slug] = p
	}
	s.families = make(map[string]string, len(s.picture.Families))
	for _, f := range s.picture.Families {
		s.families[f.Title] = pagePath("families", f.Slug)
	}
	s.nameSeries()
	s.bootMenu = s.newBootMenu()
	s.buildMenu()
	before := s.before
	s.hold()
	s.found = groupFindings(s.picture.Findings)
	s.readLog(before)
	s.findKeys()
	s.arrangeAPI(before)
}

// outputs lists every file of the site. A new kind of output is one more line here.
func (s *site) outputs() []output {
	var feeds []output
	var beside sync.WaitGroup // most of the work is to find out of what each is made
	beside.Go(func() { feeds = s.feedOutputs() })
	pages := slices.Concat(
		s.fixedPages(), s.seriesPages(), s.productPages(), s.changePages(), s.netbootPages(), s.textPages(), s.imagePages(), s.rulePages(), s.treeFiles(), s.handoverOutputs(),
	)
	files := slices.Concat(s.apiOutputs(), s.crawlerFiles(pages), s.assetFiles())
	beside.Wait()
	moves := s.moves(pages, files, feeds)
	if told := s.toldMoves(moves); len(told) > 0 {
		feeds[0] = s.wholeFeed(told) // the moves are known only now; it has its path all the same
	}
	return slices.Concat(pages, s.movedFiles(moves), feeds, files)
}

func (s *site) fixedPages() []output {
	return []output{
		pageOutput(s, "", "home", s.arrangeHome),
		pageOutput(s, "checks/", "checks", s.arrangeChecks),
		pageOutput(s, "archive/", "archive", s.arrangeArchive).of(s.key),
		pageOutput(s, "404.html", "404", s.arrangeLost).of(s.key),
	}
}

func (s *site) rulePages() []output {
	var out []output
	for _, f := range s.found {
		for n := range f.parts() {
			out = append(out, pageOutput(s, f.path(n), "rule", with(s.arrangeRule, rulePart{f, n})).of(s.ruleKey(rulePart{f, n})))
		}
	}
	return out
}

func (s *site) seriesPages() []output {
	var out []output
	for _, l := range s.lines() {
		out = append(out, pageOutput(s, s.seriesPath(l), "series", with(s.arrangeSeries, l)).of(s.seriesKey(l)))
		if calendar, ok := s.calendarOutput(l); ok {
			out = append(out, calendar)
		}
		for _, m := range l.Milestones {
			at := s.milestonePath(m)
			key := s.keys.milestones[m]
			arranged := sync.OnceValue(func() manifestPage { return s.arrangeManifest(m) })
			out = append(out, pageOutput(s, at, "manifest", arranged).of(key),
				asText(s, at+"manifest.txt", s.manifestText, arranged).of(key), s.csvOutput(m), badgeOutput(at, key, func() badge { return milestoneBadge(m) }))
		}
	}
	return out
}

func (s *site) productPages() []output {
	var out []output
	for _, f := range s.picture.Families {
		out = append(out, pageOutput(s, pagePath("families", f.Slug), "family", with(s.arrangeFamily, f)).of(s.familyKey(f)))
	}
	for _, p := range s.picture.Products {
		at, key := productPath(p), s.keys.products[p]
		out = append(out, pageOutput(s, at, "product", with(s.arrangeProduct, p)).of(key), badgeOutput(at, key, func() badge { return productBadge(p) }))
	}
	return out
}

func (s *site) imagePages() []output {
	out := []output{pageOutput(s, "images/", "images", s.arrangeImages)}
	for _, d := range s.downloads {
		out = append(out, pageOutput(s, d.path, "directory", with(s.arrangeDirectory, d)))
	}
	for i := range out {
		out[i].whole = s.key
	}
	return out
}

func (s *site) netbootPages() []output {
	out := []output{pageOutput(s, "netboot/", "netboot", s.arrangeNetboot)}
	for _, n := range s.picture.Netboot {
		out = append(out, pageOutput(s, s.netbootPath(n.Line), "netboot-series", with(s.arrangeNetbootSeries, n)))
	}
	return append(out, asText(s, ipxeMenu, s.ipxeScript, s.bootMenu), asText(s, grubMenu, s.grubConfig, s.bootMenu),
		asText(s, pxelinuxMenu, s.pxelinuxConfig, s.bootMenu))
}

func (s *site) textPages() []output {
	var out []output
	for _, d := range s.texts.pages {
		out = append(out, triedPage(s, d.pagePath(), "text", func() (textPage, error) { return s.arrangeText(d) }).of(s.key))
	}
	return out
}

func (s *site) assetFiles() []output {
	var out []output
	for name, content := range s.assets.files {
		out = append(out, fileOutput(name, func(b *bytes.Buffer) error {
			_, err := b.Write(content)
			return err
		}))
	}
	return out
}
