package config

import (
	"fmt"
	"strings"

	"shiplist/internal/release"
	"shiplist/internal/spelling"
	"shiplist/internal/tomlpos"
)

func readSeries(t *table) release.SeriesRule {
	var r release.SeriesRule
	t.checked("name", &r.Name, sourceName.MatchString, `a name of a series; write it like "noble"`)
	t.checked("version", &r.Version, isVersion, `a version; write it like "24.04"`)
	t.text("display_name", &r.DisplayName)
	t.checked("point_version", &r.PointVersion, isVersion, `a version; write it like "24.04.3"`)
	t.versions("versions", &r.Versions)
	t.flag("lts", &r.LTS)
	t.checked("core_series", &r.CoreSeries, isVersion, `the number of a Core series; write it like "24"`)
	t.flag("development", &r.Development)
	t.day("created", &r.Created)
	t.day("released", &r.Released)
	t.day("eol", &r.EOL)
	t.day("eol_server", &r.EOLServer)
	t.day("eol_esm", &r.EOLESM)
	t.day("eol_legacy", &r.EOLLegacy)
	t.require("name")
	t.close()
	t.inOrder(r)
	t.seriesNames(r)
	return r
}

func (t *table) versions(key string, into *[]string) {
	var all []string
	if !t.strings(key, &all) {
		return
	}
	for i, v := range all {
		if !isVersion(v) {
			t.doc.note(tomlpos.Element(t.at(key), i), fmt.Sprintf(`%q is not a version; write it like "24.04.5.1"`, v))
			return
		}
	}
	*into = all
}

// inOrder notes days of a series that come before the one they follow.
func (t *table) inOrder(r release.SeriesRule) {
	for _, pair := range [][2]struct{ key, day string }{
		{{"created", r.Created}, {"released", r.Released}},
		{{"released", r.Released}, {"eol", r.EOL}},
		{{"released", r.Released}, {"eol_server", r.EOLServer}},
		{{"eol", r.EOL}, {"eol_esm", r.EOLESM}},
		{{"eol_esm", r.EOLESM}, {"eol_legacy", r.EOLLegacy}},
	} {
		before, after := pair[0], pair[1]
		if before.day != "" && after.day != "" && after.day < before.day {
			t.note(after.key, fmt.Sprintf("%s lies before %s, which is %s", after.day, before.key, before.day))
		}
	}
}

// seriesNames notes names, versions and marks that two series have.
func (t *table) seriesNames(r release.SeriesRule) {
	d := t.doc
	for key, name := range map[string]string{"name": r.Name, "version": r.Version, "core_series": r.CoreSeries} {
		if name != "" {
			d.unique("series "+key, name, t.at(key), "write each series once")
		}
	}
	if r.Development {
		d.unique("series development", "true", t.at("development"), "mark only the one series that is being developed")
	}
}

// series reads patterns of series. A name or a range that no [[series]] bears out
// would never match, and is noted.
func (t *table) series(key string, into *[]string) {
	var all []string
	if !t.strings(key, &all) {
		return
	}
	for i, pattern := range all {
		if text := t.doc.badSeries(pattern); text != "" {
			t.doc.note(tomlpos.Element(t.at(key), i), text)
		}
	}
	*into = all
}

// badSeries says what is wrong with a pattern of series; "" when nothing is.
func (d *document) badSeries(pattern string) string {
	const form = `write a name like "noble", a range like "focal-jammy", "noble-" or "-bionic", or a pattern with * and ?`
	if strings.ContainsAny(pattern, "*?") || d.seriesAt(pattern) >= 0 {
		return ""
	}
	unknown := pattern
	for i := range len(pattern) {
		if pattern[i] != '-' || pattern == "-" {
			continue
		}
		first, last := pattern[:i], pattern[i+1:]
		a, b := d.seriesAt(first), d.seriesAt(last)
		switch {
		case first != "" && a < 0:
			unknown = first
		case last != "" && b < 0:
			unknown = last
		case first != "" && last != "" && a > b:
			return fmt.Sprintf("%q is a range that runs backwards; write %q", pattern, last+"-"+first)
		default:
			return ""
		}
	}
	if near := spelling.Nearest(unknown, d.seriesList()); near != "" {
		return fmt.Sprintf("no [[series]] is called %q; did you mean %q?", unknown, near)
	}
	return fmt.Sprintf("no [[series]] is called %q; %s", unknown, form)
}

// seriesAt is the place of a series in release order, by its name or the number of
// its Core images; -1 when there is none.
func (d *document) seriesAt(name string) int {
	if name == "" {
		return -1
	}
	for i, s := range d.rules.Series {
		if s.Name == name || s.CoreSeries == name {
			return i
		}
	}
	return -1
}

func (d *document) seriesList() []string {
	names := make([]string, len(d.rules.Series))
	for i, s := range d.rules.Series {
		names[i] = s.Name
	}
	return names
}
