package observe

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
)

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// documented is what the table of docs/operations.md and the code both know of a metric.
type documented struct{ Name, Type, Labels string }

var metricRow = regexp.MustCompile("(?m)^\\| `(shiplist_[a-z_]+)` \\| (gauge|counter) \\|([a-z, ]*)\\| [^|]+ \\|$")

// TestMetricsDocumented: docs/operations.md has a row for each metric, and no other.
func TestMetricsDocumented(t *testing.T) {
	t.Parallel()
	var docs, code []documented
	for _, row := range metricRow.FindAllStringSubmatch(read(t, "../../docs/operations.md"), -1) {
		docs = append(docs, documented{row[1], row[2], strings.TrimSpace(row[3])})
	}
	parts := regexp.MustCompile(`fqName: "([a-z_]+)".*variableLabels: \{([a-z,]*)\}`)
	for _, m := range metrics() {
		found := parts.FindStringSubmatch(m.desc.String())
		if found == nil {
			t.Fatalf("not understood: %s", m.desc)
		}
		kind := "gauge"
		if m.kind == prometheus.CounterValue {
			kind = "counter"
		}
		code = append(code, documented{found[1], kind, strings.ReplaceAll(found[2], ",", ", ")})
	}
	slices.SortFunc(code, func(a, b documented) int { return strings.Compare(a.Name, b.Name) })
	if diff := cmp.Diff(code, docs); diff != "" {
		t.Errorf("docs/operations.md (-code +docs):\n%s", diff)
	}
}

// TestMetricsAreTold: each metric has a value once there is something to tell.
func TestMetricsAreTold(t *testing.T) {
	t.Parallel()
	c := settings(t)
	s := stateOf(t, c)
	stored(t, c, tracker(), noble(1))
	state, facts := mirror(1)
	stored(t, c, state, facts)
	busy(s)
	_, page := get(s, "/metrics")
	for _, m := range metrics() {
		name := regexp.MustCompile(`fqName: "([a-z_]+)"`).FindStringSubmatch(m.desc.String())[1]
		if !regexp.MustCompile(`(?m)^` + name + `[{ ]`).MatchString(page) {
			t.Errorf("%s has no value", name)
		}
	}
}

// TestMetricsLint: names and helps are as Prometheus wants them.
func TestMetricsLint(t *testing.T) {
	t.Parallel()
	c := settings(t)
	s := stateOf(t, c)
	stored(t, c, tracker(), noble(1))
	busy(s)
	problems, err := testutil.GatherAndLint(s.registry())
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		t.Errorf("%s: %s", p.Metric, p.Text)
	}
}

// TestAlerts: each metric in an alert is there, with the labels that the alert uses.
func TestAlerts(t *testing.T) {
	t.Parallel()
	text := read(t, "../../docs/alerts.yml")
	known := map[string]bool{}
	for _, m := range metrics() {
		known[regexp.MustCompile(`fqName: "([a-z_]+)"`).FindStringSubmatch(m.desc.String())[1]] = true
	}
	names := regexp.MustCompile(`\bshiplist_[a-z_]+`).FindAllString(text, -1)
	for _, name := range names {
		if !known[name] {
			t.Errorf("docs/alerts.yml uses %s, which is no metric", name)
		}
	}
	if len(names) < 5 {
		t.Errorf("docs/alerts.yml uses only %v", names)
	}
	for _, label := range regexp.MustCompile(`\$labels\.([a-z]+)`).FindAllStringSubmatch(text, -1) {
		if label[1] != "source" && label[1] != "target" {
			t.Errorf("docs/alerts.yml uses the label %s, which its metrics do not have", label[1])
		}
	}
}
