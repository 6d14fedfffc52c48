package release

import (
	"fmt"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
)

// truthOf is what the sources say of Kubuntu on a milestone, a line for each.
func truthOf(t *testing.T, p *Picture, milestone string) []string {
	t.Helper()
	var lines []string
	for _, r := range findManifest(t, p, milestone).Rows() {
		if r.Product.Slug != "kubuntu-desktop-amd64" {
			continue
		}
		for _, s := range p.Truth(r) {
			words := []string{s.Source, s.Intent, s.Contact, s.BuildID, string(s.State), s.Pinned, s.File}
			line := strings.Join(strings.Fields(strings.Join(words, " ")), " ")
			if s.Unplaced {
				line += " unplaced"
			}
			if s.Reviews != nil {
				line += fmt.Sprintf(" %d/%d", s.Reviews.Done, s.Reviews.All)
			}
			if s.Listed {
				line += " listed"
			}
			lines = append(lines, strings.TrimSpace(line+" "+strings.Join(s.Differs, "!")))
		}
	}
	return lines
}

func TestTruth(t *testing.T) {
	t.Parallel()
	const full = "full 20240424 kubuntu/noble/daily-live/20240424/noble-desktop-amd64.iso listed"
	for _, tt := range []struct {
		name   string
		change func(*Input)
		want   []string
	}{
		{"all agree", func(*Input) {}, []string{
			"iso meant ~a-team 20240424 ready", full, "other meant ~a-team 20240424 ready",
			"observer ~a-team 20240424 ready unplaced", "plans meant ~a-team 20240424 final.toml:3",
		}},
		{"all differ", func(in *Input) {
			facts(in, 0).Milestones[1].Entries[0].State = StateTesting
			facts(in, atOther).Milestones[1].Entries[0].BuildID = "20240423"
			facts(in, atOther).Builds[0].BuildID = "20240423"
			facts(in, atOther).Series[0].Manifest[0].Disabled = true
			facts(in, atObserver).Products[0].Contact = "~b-team"
			facts(in, atObserver).Builds[0].SHA256 = sum("x")
			facts(in, atObserver).Builds[0].Reviews = &Reviews{Done: 2, All: 3}
			facts(in, atPlan).Milestones[0].Intended = facts(in, atPlan).Milestones[0].Intended[1:]
		}, []string{
			"iso meant ~a-team 20240424 testing intent", full, "other switched off ~a-team 20240423 ready build",
			"observer ~b-team 20240424 ready unplaced 2/3 contact!state!checksum", "plans not named 20240424 final.toml:3",
		}},
		{"the newest elsewhere", func(in *Input) {
			facts(in, atObserver).Builds[0].BuildID = "20240425"
		}, []string{
			"iso meant ~a-team 20240424 ready", full, "other meant ~a-team 20240424 ready",
			"observer ~a-team 20240425 ready unplaced", "plans meant ~a-team 20240424 final.toml:3",
		}},
		{"one tracker does not name what another names", func(in *Input) {
			facts(in, atOther).Series[0].Manifest = facts(in, atOther).Series[0].Manifest[1:]
			facts(in, atOther).Milestones[1].Entries = nil
		}, []string{
			"iso meant ~a-team 20240424 ready", full, "other not named ~a-team",
			"observer ~a-team 20240424 ready unplaced", "plans meant ~a-team 20240424 final.toml:3",
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			in := agreeing()
			tt.change(in)
			if diff := gocmp.Diff(tt.want, truthOf(t, Join(*in), "noble/final")); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}
