package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"shiplist/agent"
	"shiplist/agent/verify"
	"shiplist/generator/publish"
	"shiplist/internal/config"
	"shiplist/internal/mirror"
	"shiplist/internal/release"
	"shiplist/internal/testenv"
)

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// section is what stands below a heading of docs/operations.md.
func section(t *testing.T, heading string) string {
	t.Helper()
	_, text, found := strings.Cut(read(t, "../../docs/operations.md"), "\n"+heading+"\n")
	if !found {
		t.Fatalf("docs/operations.md has no %q", heading)
	}
	return regexp.MustCompile(`(?s)\n##+ .*`).ReplaceAllString(text, "")
}

// TestFindingsDocumented: docs/operations.md says of each finding what it asks for.
func TestFindingsDocumented(t *testing.T) {
	t.Parallel()
	var want, got []string
	for _, rule := range release.FindingRules() {
		want = append(want, rule.Name)
	}
	for _, row := range regexp.MustCompile("(?m)^\\| `([a-z-]+)` \\| [^|]+ \\|$").FindAllStringSubmatch(section(t, "### What each finding asks for"), -1) {
		got = append(got, row[1])
	}
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("docs/operations.md, findings (-code +docs):\n%s", diff)
	}
}

// TestJSONDocumented: docs/operations.md names each key of what --json prints.
func TestJSONDocumented(t *testing.T) {
	t.Parallel()
	text := section(t, "## JSON")
	// until takes the text up to where a command begins.
	until := func(command string) string {
		part, rest, found := strings.Cut(text, "`shiplist "+command+"`")
		if !found {
			t.Fatalf("there is nothing about the JSON of %s", command)
		}
		text = rest
		return part
	}
	// What several commands have is told once, above all of them.
	shared := until("status --json")
	ofStatus, ofCheck, ofSet := until("check --json"), until("publish-set --json"), until("agent --once --json")
	ofReport, ofPublishing, ofList := until("publish --json"), until("publish --list --json"), until("publish --history --json")
	ofHistory := until("verify --json")
	ofVerify := text
	row := regexp.MustCompile("(?m)^\\| `targets\\[\\]` .*$")
	for _, tt := range []struct {
		text string
		of   []any
	}{
		{ofPublishing, []any{publish.Result{}, publish.Reason{}, publish.Standing{}, publishedJSON{}, stagedJSON{}}},
		{row.FindString(ofPublishing), []any{mirror.Result{}}},
		{ofList, []any{publish.Listing{}, publish.ListedSet{}, publish.StagedSet{}, publish.Facts{}, listingJSON{}}},
		{row.FindString(ofList), []any{mirror.Standing{}, targetStanding{}}},
		{ofHistory, []any{publish.Entry{}, historyLine{}}},
		{ofVerify, []any{verify.Report{}, verify.Set{}, verify.Finding{}}},
		{shared + ofSet, []any{publishSetJSON{}, publicationJSON{}, reasonJSON{}, publishFile{}, publishCommandJSON{}, release.Mismatch{}, planFillResult{}, filledEntry{}, proofOf{}, planCheckResult{}, planTrouble{}}},
		{shared + ofCheck, []any{checkResult{}, findingResult{}, evidenceResult{}, contactsResult{}, contactResult{}, whyResult{}, chainResult{}, linkResult{}, diffResult{}, sideResult{}, diffRecord{}}},
		{ofStatus, []any{status{}, agentStatus{}, sourceStatus{}, heldDirectory{}}},
		{ofReport, []any{agent.Report{}, agent.SourceReport{}, agent.Counts{}, release.Held{}, release.Problem{}}},
	} {
		for _, v := range tt.of {
			record := reflect.TypeOf(v)
			for i := range record.NumField() {
				field := record.Field(i)
				if field.Anonymous || !field.IsExported() {
					continue // listed by itself, or not printed
				}
				key, _, _ := strings.Cut(field.Tag.Get("json"), ",")
				if key == "" || !regexp.MustCompile("[`.]"+key+"(\\[\\])?[`.]|[`.]"+key+"\\[\\]").MatchString(tt.text) {
					t.Errorf("docs/operations.md does not have %q of %T", key, v)
				}
			}
		}
	}
}

// TestVerifyDocumented: docs/operations.md says what each thing means that verify finds.
func TestVerifyDocumented(t *testing.T) {
	t.Parallel()
	want := verify.Rules()
	var got []string
	for _, row := range regexp.MustCompile("(?m)^\\| `([a-z-]+)` \\| [^|]+ \\|$").FindAllStringSubmatch(section(t, "## Checking a copy"), -1) {
		got = append(got, row[1])
	}
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("docs/operations.md, verify (-code +docs):\n%s", diff)
	}
}

// promised are directives on which docs/operations.md and the people who read it rely.
var promised = []string{
	"Type=notify", "NotifyAccess=main", "ExecReload=/bin/kill -HUP $MAINPID", "User=shiplist", "StateDirectory=shiplist", "WatchdogSec=2min",
	"Restart=on-failure", "RestartPreventExitStatus=2", "NoNewPrivileges=yes", "ProtectSystem=strict", "ProtectHome=yes", "PrivateTmp=yes",
	"CapabilityBoundingSet=", "SystemCallFilter=@system-service", "MemoryMax=1G", "RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX",
}

const unit = "../../docs/systemd/shiplist-agent.service"

func TestUnit(t *testing.T) {
	t.Parallel()
	lines := strings.Split(read(t, unit), "\n")
	for _, want := range promised {
		if !slices.Contains(lines, want) {
			t.Errorf("the unit does not say %s", want)
		}
	}
	for _, line := range lines {
		if strings.HasPrefix(line, "ProcSubset=") {
			t.Errorf("%s hides /proc/stat, which process_start_time_seconds needs", line)
		}
	}
	// Strict protection leaves only the state directory to write to, unless:
	for _, line := range lines {
		if key, _, _ := strings.Cut(line, "="); slices.Contains([]string{"ReadWritePaths", "BindPaths", "LogsDirectory", "CacheDirectory"}, key) {
			t.Errorf("the unit lets the agent write elsewhere: %s", line)
		}
	}
	manual := read(t, "../../docs/operations.md")
	for _, path := range []string{"/usr/local/bin/shiplist", "/etc/shiplist/config.toml", "/var/lib/shiplist"} {
		if !strings.Contains(manual, path) || !strings.Contains(strings.Join(lines, "\n"), path) {
			t.Errorf("unit and docs/operations.md do not both know %s", path)
		}
	}
}

// TestUnitBySystemd: systemd finds nothing wrong with the unit, and little to be
// exposed by it.
func TestUnitBySystemd(t *testing.T) {
	t.Parallel()
	analyze := testenv.Program(t, "systemd-analyze")
	copied := filepath.Join(t.TempDir(), filepath.Base(unit))
	write(t, copied, strings.ReplaceAll(read(t, unit), "/usr/local/bin/shiplist", "/bin/true"))
	out, err := output(t, analyze, "verify", "--man=no", copied)
	if err != nil || strings.TrimSpace(out) != "" {
		t.Errorf("systemd-analyze verify: %v\n%s", err, out)
	}
	// A threshold of 15 is an exposure of 1.5 of 10; systemd calls up to 4 "OK".
	if out, err := output(t, analyze, "security", "--no-pager", "--offline=true", "--threshold=15", copied); err != nil {
		t.Errorf("systemd-analyze security: %v\n%s", err, out)
	}
}

// TestAlertsByPromtool: Prometheus takes the examples of alerts; package observe holds
// their metrics against ours.
func TestAlertsByPromtool(t *testing.T) {
	t.Parallel()
	promtool := testenv.Program(t, "promtool")
	if out, err := output(t, promtool, "check", "rules", "../../docs/alerts.yml"); err != nil {
		t.Errorf("promtool check rules: %v\n%s", err, out)
	}
}

func output(t *testing.T, program string, args ...string) (string, error) {
	out, err := exec.CommandContext(t.Context(), program, args...).CombinedOutput()
	return string(out), err
}

// TestExampleConfiguration: the piece of configuration in docs/operations.md is one.
func TestExampleConfiguration(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	for line := range strings.Lines(section(t, "## Install")) {
		if text, code := strings.CutPrefix(line, "    "); code && !strings.HasPrefix(text, "install ") {
			b.WriteString(text)
		}
	}
	_, text, _ := strings.Cut(b.String(), "[site]")
	path := filepath.Join(t.TempDir(), "config.toml")
	write(t, path, "[site]"+text+"\n[[tree]]\nname = \"full\"\nrole = \"full\"\nurl = \"https://cdimage.ubuntu.com\"\n")
	c, err := config.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{c.Site.Staged, c.Site.Output, c.Site.Headers, c.Store.Data, c.Store.State} {
		if !strings.HasPrefix(dir, "/var/lib/shiplist/") {
			t.Errorf("%s is not where the unit lets the agent write", dir)
		}
	}
}
