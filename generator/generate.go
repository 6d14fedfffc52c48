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
	"path/filepath"
	"slices"
	"strings"
	"time"

	"shiplist"
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
	// Removed is how many old sets were deleted.
	Removed int `json:"removed"`
}

// Generate writes the site of the data directory into the directory of staged
// sets: whole, under its digest, or not at all. The same facts, configuration,
// layouts and texts give the same digest.
func Generate(ctx context.Context, o Options) (Result, error) {
	start := time.Now()
	s, err := prepare(o)
	if err != nil {
		return Result{}, err
	}
	if s.picture, err = loadPicture(o.Config); err != nil {
		return Result{}, err
	}
	res, err := s.stage(ctx)
	if err != nil {
		return Result{}, err
	}
	logger(o.Logger).Info("site generated", "digest", res.Digest, "pages", res.Pages, "files", res.Files,
		"shared", res.Shared, "new", res.New, "dur", time.Since(start))
	return res, nil
}

// Check parses layouts and texts and reports every mistake in them, without
// looking at any data.
func Check(o Options) error {
	_, err := prepare(o)
	return err
}

func logger(l *slog.Logger) *slog.Logger { return cmp.Or(l, slog.New(slog.DiscardHandler)) }

// prepare reads what does not depend on the data.
func prepare(o Options) (*site, error) {
	c := o.Config
	layoutFS, errLayouts := under(o.Layouts, shiplist.Layouts, "layouts", c.Site.Layouts)
	contentFS, errContent := under(o.Content, shiplist.Content, "content", c.Site.Content)
	if err := errors.Join(errLayouts, errContent); err != nil {
		return nil, err
	}
	s := &site{config: c.Site, rules: &c.Rules, notes: newSanitizer(), text: newMarkdown()}
	var errParse, errTexts, errAssets error
	s.layouts, errParse = parseLayouts(layoutFS)
	s.texts, errTexts = loadTexts(contentFS)
	s.assets, errAssets = loadAssets(layoutFS, c.Site)
	return s, errors.Join(errParse, errTexts, errAssets)
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

// stage writes the set and makes it the newest.
func (s *site) stage(ctx context.Context) (res Result, err error) {
	s.arrange()
	outputs := s.outputs()
	sets, err := staged.Open(ctx, s.config.Staged)
	if err != nil {
		return res, err
	}
	defer func() { err = errors.Join(err, sets.Close()) }()
	temp, err := sets.Temp()
	if err != nil {
		return res, err
	}
	digest, files, err := writeSet(ctx, sets.Path(), filepath.Base(temp), sets.Newest(), outputs)
	if err != nil {
		return res, errors.Join(err, os.RemoveAll(temp))
	}
	res.Digest, res.Dir, res.AsOf = digest, filepath.Join(sets.Path(), digest), s.picture.AsOf
	res.count(outputs, files, s.picture.Findings)
	if res.New, err = sets.Adopt(temp, s.record(res)); err != nil {
		return res, err
	}
	if err = sets.Point(digest); err != nil {
		return res, err
	}
	res.Removed, err = sets.Prune(s.config.Output)
	return res, err
}

func (r *Result) count(outputs []output, files []written, findings []*release.Finding) {
	for i, f := range files {
		r.Files++
		r.Bytes += f.bytes
		if f.shared {
			r.Shared++
		}
		if strings.HasSuffix(outputs[i].path, ".html") {
			r.Pages++
		}
	}
	r.Blockers = len(severity(findings, release.Blocker))
	r.Warnings = len(severity(findings, release.Warning))
	r.Notes = len(severity(findings, release.Note))
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
	s.buildMenu()
	s.collectDownloads()
	s.collectEditions()
	s.found = groupFindings(s.picture.Findings)
}

// outputs lists every file of the site. A new kind of output is one more line here.
func (s *site) outputs() []output {
	return slices.Concat(
		s.fixedPages(), s.rulePages(), s.seriesPages(), s.productPages(), s.imagePages(), s.netbootPages(), s.textPages(), s.assetFiles(),
	)
}

// page is the output of a page: its path, its template, and how its struct is made.
func page[P any](s *site, path, kind string, arrange func() (P, error)) output {
	return output{indexFile(path), func(b *bytes.Buffer) error {
		p, err := arrange()
		if err != nil {
			return err
		}
		return render(s, kind, b, p)
	}}
}

// sure makes an arranging function of one that cannot fail.
func sure[A, P any](arrange func(A) P, a A) func() (P, error) {
	return func() (P, error) { return arrange(a), nil }
}

// with gives an arranging function its argument.
func with[A, P any](arrange func(A) (P, error), a A) func() (P, error) {
	return func() (P, error) { return arrange(a) }
}

// asJSON is the output of the same facts for programs.
func asJSON[A, V any](path string, view func(A) V, a A) output {
	return output{path, func(b *bytes.Buffer) error { return writeJSON(b, view(a)) }}
}

func (s *site) fixedPages() []output {
	return []output{
		page(s, "", "home", s.arrangeHome),
		page(s, "checks/", "checks", s.arrangeChecks),
		page(s, "404.html", "404", s.arrangeLost),
		{"robots.txt", func(b *bytes.Buffer) error {
			_, err := b.WriteString("User-agent: *\nAllow: /\n")
			return err
		}},
	}
}

func (s *site) rulePages() []output {
	var out []output
	for _, f := range s.found {
		for n := range f.parts() {
			out = append(out, page(s, f.path(n), "rule", sure(s.arrangeRule, rulePart{f, n})))
		}
	}
	return out
}

func (s *site) seriesPages() []output {
	var out []output
	for _, l := range s.lines() {
		out = append(out, page(s, s.seriesPath(l), "series", sure(s.arrangeSeries, l)))
		for _, m := range l.Milestones {
			at := s.milestonePath(m)
			out = append(out, page(s, at, "manifest", sure(s.arrangeManifest, m)), asJSON(at+"manifest.json", s.manifestJSON, m))
		}
	}
	return out
}

func (s *site) productPages() []output {
	var out []output
	for _, f := range s.picture.Families {
		out = append(out, page(s, pagePath("families", f.Slug), "family", sure(s.arrangeFamily, f)))
	}
	for _, p := range s.picture.Products {
		at := productPath(p)
		out = append(out, page(s, at, "product", sure(s.arrangeProduct, p)), asJSON(at+"product.json", s.productJSON, p))
	}
	return out
}

func (s *site) imagePages() []output {
	out := []output{page(s, "images/", "images", s.arrangeImages)}
	for _, d := range s.downloads {
		out = append(out, page(s, d.path, "directory", with(s.arrangeDirectory, d)))
	}
	return out
}

func (s *site) netbootPages() []output {
	out := []output{page(s, "netboot/", "netboot", s.arrangeNetboot)}
	for _, n := range s.picture.Netboot {
		out = append(out, page(s, s.netbootPath(n.Line), "netboot-series", with(s.arrangeNetbootSeries, n)))
	}
	return out
}

func (s *site) textPages() []output {
	var out []output
	for _, d := range s.texts.pages {
		out = append(out, page(s, d.pagePath(), "text", with(s.arrangeText, d)))
	}
	return out
}

func (s *site) assetFiles() []output {
	var out []output
	for name, content := range s.assets.files {
		out = append(out, output{name, func(b *bytes.Buffer) error {
			_, err := b.Write(content)
			return err
		}})
	}
	return out
}
