package release

import "slices"

// RespinRules say how builds are started on the build host, and what they cost.
type RespinRules struct {
	// Rules say with what command a product is built; the first that matches counts.
	Rules []RespinRule `toml:"rule"`
	Own   bool         `toml:"-"` // the rules are a site owner's own
	// Hours say how long a build takes; the first that matches counts.
	Hours []BuildHours `toml:"hours"`
}

// RespinRule says how the products that it selects are built. All but the patterns
// may be left out.
type RespinRule struct {
	Series      []string `toml:"series"`
	Project     []string `toml:"project"`
	ImageType   []string `toml:"image_type"`
	PublishType []string `toml:"publish_type"`
	Arch        []string `toml:"arch"`
	// Cron is the kind of build that is started, where it is not the image type:
	// daily-live, for cron.daily-live.
	Cron string `toml:"cron"`
	Live bool   `toml:"live"` // whether the job is given --live
	// Subproject is what the build host calls SUBPROJECT, where the product has none.
	Subproject string `toml:"subproject"`
	// Command is the form of the command, where it is not that of all others.
	Command string `toml:"command"`
	// DailyOnly says that the images are used from where they are built, so that no
	// [[publish]] rule is wanted for them.
	DailyOnly bool `toml:"daily_only"`
	// Refuse says why the products cannot be built by a command; empty where they can.
	Refuse string `toml:"refuse"`
}

// BuildHours is how long it takes to build a product.
type BuildHours struct {
	Product []string `toml:"product"` // patterns of slugs
	Arch    []string `toml:"arch"`
	Hours   float64  `toml:"hours"`
}

// respinRule is the first rule for a product in a series, nil where none matches.
func (r Rules) respinRule(id Identity, series string) (*RespinRule, int) {
	for i := range r.Respin.Rules {
		if x := &r.Respin.Rules[i]; r.respins(x, id, series) {
			return x, i
		}
	}
	return nil, -1
}

// respins reports whether a rule selects a product in a series.
func (r Rules) respins(x *RespinRule, id Identity, series string) bool {
	return Match(x.Project, id.Project) && Match(x.ImageType, id.ImageType) && Match(x.PublishType, id.PublishType) &&
		Match(x.Arch, id.Arch) && r.MatchSeries(x.Series, series)
}

// buildHours is how long a product is built; ok is false where no rule says it.
func (r Rules) buildHours(p *ProductLine) (hours float64, ok bool) {
	if i := r.hoursRule(p); i >= 0 {
		return r.Respin.Hours[i].Hours, true
	}
	return 0, false
}

// hoursRule is the first rule that says how long a product is built, or -1.
func (r Rules) hoursRule(p *ProductLine) int {
	return slices.IndexFunc(r.Respin.Hours, func(h BuildHours) bool { return Match(h.Product, p.Slug) && Match(h.Arch, p.Arch) })
}

// buildSeries is what the build host calls a series: Core images are built for the
// series that their number stands for.
func (r Rules) buildSeries(slug string) string {
	if i := r.seriesIndex(slug); i >= 0 {
		return r.Series[i].Name
	}
	return slug
}
