package generator

import (
	"encoding/json"
	"path"
	"slices"
	"strings"

	"shiplist/internal/release"
)

// Rule of this file: what the lists of api/v1 tell. They are short and lead to the files
// with everything: manifest.json of a milestone, product.json of a product, the images of a
// series, the findings of a rule, the changes of a day. Addresses among links are relative
// to the file. A field here is a field in schema/, with what it means.

// apiHead is what every list has, after generated_from.
type apiHead struct {
	Version int    `json:"version"`
	Schema  string `json:"schema"` // address
	// Stale are the sources whose facts are older than they should be.
	Stale []string `json:"stale"`
}

type indexAPI struct {
	apiHead
	Title        string        `json:"title"`
	Distribution string        `json:"distribution"`
	Files        []indexedFile `json:"files"`
}

// indexedFile is a file that a list leads to, with the digest that stands in it.
type indexedFile struct {
	Name          string `json:"name"`
	File          string `json:"file"`
	GeneratedFrom string `json:"generated_from"`
}

type seriesAPI struct {
	apiHead
	Series []seriesJSON `json:"series"`
}

type seriesJSON struct {
	Series       string         `json:"series"`
	Title        string         `json:"title"`
	DisplayName  string         `json:"display_name,omitempty"`
	Version      string         `json:"version,omitempty"`
	PointVersion string         `json:"point_version,omitempty"`
	Status       string         `json:"status,omitempty"`
	LTS          bool           `json:"lts"`
	Development  bool           `json:"development"`
	Released     string         `json:"released,omitempty"`
	EOL          string         `json:"eol,omitempty"`
	EOLServer    string         `json:"eol_server,omitempty"`
	EOLESM       string         `json:"eol_esm,omitempty"`
	EOLLegacy    string         `json:"eol_legacy,omitempty"`
	Milestones   []string       `json:"milestones"`
	Intended     []intendedJSON `json:"intended"`
	Sources      []string       `json:"sources"`
	Links        linksJSON      `json:"links"`
}

type intendedJSON struct {
	Product   string `json:"product"`
	Contact   string `json:"contact,omitempty"`
	ContactIs string `json:"contact_is,omitempty"` // team, person, neither
	Disabled  bool   `json:"disabled,omitempty"`
	Source    string `json:"source,omitempty"`
}

// linksJSON are addresses relative to the file.
type linksJSON struct {
	Page     string `json:"page,omitempty"`
	JSON     string `json:"json,omitempty"`
	Text     string `json:"text,omitempty"`
	CSV      string `json:"csv,omitempty"`
	Calendar string `json:"calendar,omitempty"`
	Feed     string `json:"feed,omitempty"`
	Badge    string `json:"badge,omitempty"`
}

type milestonesAPI struct {
	apiHead
	Milestones []milestoneJSON `json:"milestones"`
}

type milestoneJSON struct {
	milestoneHead
	Version       string     `json:"version,omitempty"`
	Before        string     `json:"before,omitempty"`
	Totals        totalsJSON `json:"totals"`
	GeneratedFrom string     `json:"generated_from"` // of the manifest
	Links         linksJSON  `json:"links"`
}

type productSummaryJSON struct {
	productHead
	Type       string         `json:"type,omitempty"`
	Netboot    bool           `json:"netboot,omitempty"`
	Disabled   bool           `json:"disabled,omitempty"`
	Identities []identityJSON `json:"identities,omitempty"`
	// Open is where it stands on milestones in testing.
	Open          []standingJSON `json:"open"`
	Images        int            `json:"images"`
	GeneratedFrom string         `json:"generated_from"` // of product.json
	Links         linksJSON      `json:"links"`
}

type standingJSON struct {
	Series    string        `json:"series"`
	Milestone string        `json:"milestone"`
	BuildID   string        `json:"build_id,omitempty"`
	State     release.State `json:"state"`
}

type sourcesAPI struct {
	apiHead
	Sources []sourceStateJSON `json:"sources"`
}

// sourceStateJSON is a source with how it stands with it.
type sourceStateJSON struct {
	sourceJSON
	Kind    string `json:"kind"`
	Role    string `json:"role,omitempty"`
	Site    string `json:"site,omitempty"`
	Trouble string `json:"trouble,omitempty"` // as pages say it
}

// apiTo is the address of another file of the site as seen from one at a path.
func apiTo(from, target string) string {
	return strings.TrimPrefix((&Page{path: from}).near(target), "./")
}

// apiHead is the beginning of a list.
func (s *site) apiHead(at, schema string) apiHead {
	h := apiHead{Version: apiVersion, Schema: apiTo(at, schemaPath(schema)), Stale: []string{}}
	for _, src := range s.picture.Sources {
		if src.Stale {
			h.Stale = append(h.Stale, src.Name)
		}
	}
	return h
}

func (s *site) seriesAPI(at string) seriesAPI {
	a := seriesAPI{s.apiHead(at, "series"), []seriesJSON{}}
	for _, l := range s.lines() {
		j := seriesJSON{
			Series: l.Slug, Title: l.Title, DisplayName: l.DisplayName, Version: l.Version, Status: string(l.Status),
			Milestones: []string{}, Intended: []intendedJSON{}, Sources: slices.Concat([]string{}, l.Sources),
			Links: linksJSON{Page: apiTo(at, s.seriesPath(l)), Feed: apiTo(at, s.seriesPath(l)+feedFile)},
		}
		if len(s.calendarDays(l)) > 0 {
			j.Links.Calendar = apiTo(at, s.seriesPath(l)+calendarFile)
		}
		if r := l.Rule; r != nil {
			j.PointVersion, j.LTS, j.Development, j.Released = r.PointVersion, r.LTS, r.Development, r.Released
			j.EOL, j.EOLServer, j.EOLESM, j.EOLLegacy = r.EOL, r.EOLServer, r.EOLESM, r.EOLLegacy
		}
		for _, m := range l.Milestones {
			j.Milestones = append(j.Milestones, m.Slug)
		}
		for _, in := range l.Intents {
			j.Intended = append(j.Intended, intendedJSON{in.Product.Slug, in.Contact, in.Team, in.Disabled, in.Source})
		}
		a.Series = append(a.Series, j)
	}
	return a
}

func (s *site) milestonesAPI(at string, manifests map[*release.Manifest]*apiFile) (milestonesAPI, error) {
	a := milestonesAPI{s.apiHead(at, "milestones"), []milestoneJSON{}}
	for _, l := range s.lines() {
		for _, m := range l.Milestones {
			sum, err := manifests[m].generatedFrom()
			if err != nil {
				return a, err
			}
			j := milestoneJSON{
				milestoneHead: viewMilestoneHead(m), Version: m.Version, Totals: viewTotals(m.Totals), GeneratedFrom: sum,
				Links: linksJSON{
					Page: apiTo(at, s.milestonePath(m)), JSON: apiTo(at, apiManifestPath(m)), Text: apiTo(at, s.milestonePath(m)+"manifest.txt"),
					CSV: apiTo(at, s.milestonePath(m)+"manifest.csv"), Badge: apiTo(at, s.milestonePath(m)+badgeFile),
				},
			}
			if m.Before != nil {
				j.Before = m.Before.Slug
			}
			a.Milestones = append(a.Milestones, j)
		}
	}
	return a, nil
}

// apiManifestPath is where the manifest of a milestone lies besides its page.
func apiManifestPath(m *release.Manifest) string {
	return path.Join(apiRoot, "manifests", component(m.Line.Slug), component(m.Slug)+".json")
}

// writeProducts writes the list of products, one a line.
func (s *site) writeProducts(f *apiFile, products map[*release.ProductLine]*apiFile) ([]byte, error) {
	keys, sums := make([]fingerprint, len(s.picture.Products)), make([]string, len(s.picture.Products))
	for i, pl := range s.picture.Products {
		var err error
		if sums[i], err = products[pl].generatedFrom(); err != nil {
			return nil, err
		}
		keys[i] = s.keys.of(s.keys.products[pl], sums[i], products[pl].path)
	}
	return writeLined(s.apiHead(f.path, "products"), f.keptLines("products", keys, func(i int) ([]byte, error) {
		pl := s.picture.Products[i]
		return json.Marshal(s.productSummary(f.path, pl, products[pl].path, sums[i]))
	}))
}

// productSummary is a product in a list, with its file and the digest of that.
func (s *site) productSummary(at string, pl *release.ProductLine, file, sum string) productSummaryJSON {
	j := productSummaryJSON{
		productHead: viewProductHead(pl), Type: pl.Type, Netboot: pl.Netboot, Disabled: pl.Disabled,
		Identities: viewIdentities(pl), Open: []standingJSON{}, Images: len(pl.Images), GeneratedFrom: sum,
		Links: linksJSON{Page: apiTo(at, productPath(pl)), JSON: apiTo(at, file), Feed: apiTo(at, productPath(pl)+feedFile), Badge: apiTo(at, productPath(pl)+badgeFile)},
	}
	for _, r := range pl.Rows {
		if r.Manifest.Open {
			j.Open = append(j.Open, standingJSON{r.Manifest.Line.Slug, r.Manifest.Slug, r.BuildID, r.State})
		}
	}
	return j
}

func (s *site) sourcesAPI(at string) sourcesAPI {
	a := sourcesAPI{s.apiHead(at, "sources"), []sourceStateJSON{}}
	for i := range s.picture.Sources {
		src := &s.picture.Sources[i]
		v := viewSource(src)
		a.Sources = append(a.Sources, sourceStateJSON{sourceJSON{v.Name, stamp(v.Success), src.Stale}, src.Kind, src.Role, v.Href, v.Trouble})
	}
	return a
}
