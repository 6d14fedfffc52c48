package observe

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"shiplist/agent"
)

// Values of labels are names from the configuration, words of this program, and slugs
// of open milestones; of the last two there is a bound (see counts, milestonesMost).

// registry offers the metrics of the agent, of the Go runtime and of the process.
func (s *State) registry() *prometheus.Registry {
	r := prometheus.NewRegistry()
	r.MustRegister(collector{s}, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return r
}

// metric is one metric of ours.
type metric struct {
	desc *prometheus.Desc
	kind prometheus.ValueType
}

func gauge(name, help string, labels ...string) metric {
	return metric{prometheus.NewDesc("shiplist_"+name, help, labels, nil), prometheus.GaugeValue}
}

func counter(name, help string, labels ...string) metric {
	return metric{prometheus.NewDesc("shiplist_"+name, help, labels, nil), prometheus.CounterValue}
}

// metrics are all of ours; docs/operations.md has a row for each.
func metrics() map[string]metric {
	all := map[string]metric{
		"info":             gauge("info", "One; the label tells the version.", "version"),
		"config_failed":    gauge("config_reload_failed", "1 when the last change of the configuration was refused; the one before holds."),
		"config_taken":     gauge("config_taken_timestamp_seconds", "When a configuration was last taken."),
		"events":           counter("events_total", "Changes that were noted in the change log.", "what"),
		"ready":            gauge("milestone_ready", "Products of an open milestone that are ready.", "series", "milestone"),
		"total":            gauge("milestone_products", "Products of an open milestone that have to be ready.", "series", "milestone"),
		"site_failed":      gauge("site_build_failed", "1 when the last run of the generator failed; the site before stays."),
		"site_builds":      counter("site_builds_total", "Runs of the generator.", "outcome"),
		"site_duration":    gauge("site_build_duration_seconds", "How long the last run of the generator took."),
		"site_pages":       gauge("site_pages", "Pages of the site that was last made."),
		"site_unpublished": gauge("site_publish_failed", "1 while what was last made could not be published, though it is to be by itself."),
		"site_published":   gauge("site_published_timestamp_seconds", "When what was made was last published, or found to be."),
		"site_made":        gauge("site_made_timestamp_seconds", "When the site was last made."),
		"success":          gauge("source_last_success_timestamp_seconds", "When the last answer came that was stored.", "source"),
		"age":              gauge("source_age_seconds", "Age of the facts of a source.", "source"),
		"attempt":          gauge("source_last_poll_timestamp_seconds", "When the last poll ended.", "source"),
		"next":             gauge("source_next_poll_timestamp_seconds", "When the next poll is due.", "source"),
		"duration":         gauge("source_poll_duration_seconds", "How long the last poll took.", "source"),
		"polls":            counter("source_polls_total", "Polls.", "source", "outcome"),
		"errors":           counter("source_errors_total", "Polls that failed.", "source", "kind"),
		"records":          gauge("source_records", "Records of the last answer that was stored.", "source", "kind"),
		"requests":         counter("source_requests_total", "Requests that were sent.", "source"),
		"bytes":            counter("source_received_bytes_total", "Bytes that were received.", "source"),
		"source_dirs":      gauge("source_held_directories", "Directories of a tree of which what they show is not believed.", "source"),
		"source_held":      gauge("source_held", "1 while an answer is held back.", "source"),
		"source_lost":      gauge("source_lost", "1 while the source is lost.", "source"),
		"target_behind":    gauge("target_behind", "1 while a target does not have what is published, or the last try to bring it there failed.", "target"),
		"target_brought":   gauge("target_brought_timestamp_seconds", "When something was last brought to a target.", "target"),
		"source_resting":   gauge("source_resting", "1 while the source is left alone because its host failed.", "source"),
	}
	return all
}

// collector makes the metrics from the state when they are asked for.
type collector struct{ s *State }

// Describe tells which metrics there are.
func (c collector) Describe(out chan<- *prometheus.Desc) {
	for _, m := range metrics() {
		out <- m.desc
	}
}

// Collect tells their values.
func (c collector) Collect(out chan<- prometheus.Metric) {
	open := c.s.milestones()
	c.s.countDirectories()
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	p := printer{metrics(), out}
	for _, m := range open {
		p.number("ready", float64(m.ready), m.series, m.slug)
		p.number("total", float64(m.total), m.series, m.slug)
	}
	p.number("info", 1, c.s.version)
	p.truth("config_failed", c.s.reload.failed)
	p.moment("config_taken", c.s.reload.taken)
	p.counts("events", c.s.events, nil)
	p.site(c.s.site)
	for _, t := range c.s.targets {
		p.truth("target_behind", t.Behind, t.Name)
		p.moment("target_brought", t.Since, t.Name)
	}
	for name, src := range c.s.sources {
		p.source(name, src, c.s.now())
	}
}

// printer writes values of metrics.
type printer struct {
	metrics map[string]metric
	out     chan<- prometheus.Metric
}

func (p printer) number(name string, value float64, labels ...string) {
	m := p.metrics[name]
	p.out <- prometheus.MustNewConstMetric(m.desc, m.kind, value, labels...)
}

func (p printer) truth(name string, is bool, labels ...string) {
	value := 0.0
	if is {
		value = 1
	}
	p.number(name, value, labels...)
}

// moment leaves out what has never been.
func (p printer) moment(name string, at time.Time, labels ...string) {
	if !at.IsZero() {
		p.number(name, float64(at.Unix()), labels...)
	}
}

// counts has a zero for words that are known before they are counted, because what begins
// with a one shows no increase.
func (p printer) counts(name string, c counts, known []string, labels ...string) {
	for _, word := range known {
		if c.of[word] == 0 {
			p.number(name, 0, append(labels[:len(labels):len(labels)], word)...)
		}
	}
	for word, n := range c.of {
		p.number(name, float64(n), append(labels[:len(labels):len(labels)], word)...)
	}
}

func (p printer) site(s site) {
	p.counts("site_builds", s.builds, []string{"ok", "failed"})
	p.moment("site_made", s.made)
	p.moment("site_published", s.published)
	if s.publishes {
		p.truth("site_unpublished", s.unpublished)
	}
	if len(s.builds.of) > 0 {
		p.number("site_duration", s.took.Seconds())
		p.truth("site_failed", s.failed)
	}
	if !s.made.IsZero() {
		p.number("site_pages", float64(s.pages))
	}
}

func (p printer) source(name string, s *source, now time.Time) {
	if !s.success.IsZero() {
		p.number("age", now.Sub(s.success).Seconds(), name)
	}
	p.moment("success", s.success, name)
	p.moment("attempt", s.attempt, name)
	p.moment("next", s.next, name)
	if len(s.outcomes.of) > 0 {
		p.number("duration", s.took.Seconds(), name)
	}
	if s.directories.known {
		p.number("source_dirs", float64(s.directories.held), name)
	}
	p.counts("polls", s.outcomes, outcomes(), name)
	p.counts("errors", s.errors, nil, name)
	p.records(name, s.records)
	p.number("requests", float64(s.requests), name)
	p.number("bytes", float64(s.bytes), name)
	p.truth("source_held", s.held, name)
	p.truth("source_lost", s.lost, name)
	p.truth("source_resting", s.resting.After(now), name)
}

// outcomes are those of a poll.
func outcomes() []string {
	return []string{string(agent.OK), string(agent.Unchanged), string(agent.Failed), string(agent.Held)}
}

func (p printer) records(name string, c agent.Counts) {
	for _, n := range []struct {
		kind  string
		count int
	}{
		{"products", c.Products},
		{"series", c.Series},
		{"milestones", c.Milestones},
		{"builds", c.Builds},
		{"directories", c.Directories},
		{"images", c.Images},
		{"netboot", c.Netboot},
	} {
		if n.count > 0 {
			p.number("records", float64(n.count), name, n.kind)
		}
	}
}
