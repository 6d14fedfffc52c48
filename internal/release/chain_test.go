package release

import (
	"strings"
	"testing"
	"time"
)

// links are the states of a chain in one line, by the first letters of names and states.
func links(c *Chain) string {
	var words []string
	for _, l := range c.Links {
		words = append(words, l.Name+":"+string(l.State))
	}
	return strings.Join(words, " ")
}

func TestWhyOut(t *testing.T) {
	t.Parallel()
	const untilReady = "intended:holds build:holds files:holds checksum:holds tests:unknown "
	for _, tc := range []struct {
		name, milestone string
		change          func(*Input)
		want, why       string
		actor           Actor
	}{
		{"out", "final", func(*Input) {}, untilReady + "ready:holds place:holds published:holds public:holds", "Kubuntu Desktop amd64 on Noble Final is out.", ""},
		{"daily", "daily", func(in *Input) { full(in).Directories[0].Aliases = nil; full(in).Images[0].Current = false }, "intended:holds build:holds files:holds checksum:holds current:broken", "Kubuntu Desktop amd64 on Noble Daily is not the current daily: the tree does not show it as current.", ActorTree},
		{"current", "daily", func(*Input) {}, "intended:holds build:holds files:holds checksum:holds current:holds", "Kubuntu Desktop amd64 on Noble Daily is the current daily.", ""},
		{
			"not intended", "final", func(in *Input) { in.Sources[0].Facts.Series[0].Manifest[0].Disabled = true },
			"intended:broken build:holds files:holds checksum:holds tests:unknown ready:holds place:holds published:holds public:holds",
			"Kubuntu Desktop amd64 on Noble Final is not out: the series manifest does not name it.", ActorRelease,
		},
		{
			"no build", "final", func(in *Input) { final(in).Entries = final(in).Entries[1:]; full(in).Images = full(in).Images[:3] },
			"intended:holds build:broken", "Kubuntu Desktop amd64 is meant to be released and has no build on Noble Final.", ActorContact,
		},
		{
			"no files", "final", func(in *Input) { full(in).Images = full(in).Images[1:3] },
			"intended:holds build:holds files:broken checksum:unknown tests:unknown ready:holds place:holds published:waits public:waits",
			"Kubuntu Desktop amd64 on Noble Final is not out: build 20240424 of Kubuntu Desktop amd64 has no files in full (looked for project kubuntu, type desktop, architecture amd64).", ActorTree,
		},
		{
			"closed", "final", func(in *Input) { final(in).Status = MilestoneReleased; full(in).Images = full(in).Images[:3] },
			strings.Replace(untilReady, "intended:holds", "intended:unknown", 1) + "ready:holds place:holds published:broken public:waits",
			"Kubuntu Desktop amd64 on Noble Final is not out: nothing lies there, and the milestone is closed.", "",
		},
		{
			"testing", "final", func(in *Input) { final(in).Entries[0].State = StateTesting; full(in).Images = full(in).Images[:3] },
			untilReady + "ready:broken place:holds published:waits public:waits",
			"Kubuntu Desktop amd64 on Noble Final is not out: build 20240424 is not marked ready (testing).", ActorContact,
		},
		{
			"tests", "final", func(in *Input) {
				final(in).Entries[0].State = StateTesting
				in.Sources[0].Facts.Builds[0].Tests = &Tests{Passed: 3, Failed: 1, Untested: 2}
				full(in).Images = full(in).Images[:3]
			}, "intended:holds build:holds files:holds checksum:holds tests:broken ready:waits place:holds published:waits public:waits",
			"Kubuntu Desktop amd64 on Noble Final is not out: mandatory testcases: 3 passed, 1 failed, 2 untested.", ActorContact,
		},
		{
			"no place", "final", func(in *Input) { in.Rules.Publish = nil; full(in).Images = full(in).Images[:3] },
			untilReady + "ready:holds place:broken published:waits public:waits", "", ActorConfig,
		},
		{
			"not published", "final", func(in *Input) { full(in).Images = full(in).Images[:3] },
			untilReady + "ready:holds place:holds published:broken public:waits",
			"Kubuntu Desktop amd64 on Noble Final is not out: nothing lies there yet.", ActorRelease,
		},
		{
			"another build is published", "final", func(in *Input) {
				full(in).Images[3].BuildID, full(in).Images[3].Files[0].SHA256 = "20240420", strings.Repeat("e", 64)
			}, untilReady + "ready:holds place:holds published:broken public:holds",
			"Kubuntu Desktop amd64 on Noble Final is published as kubuntu-24.04-desktop-amd64 with build 20240420, and the ready build is 20240424.", ActorRelease,
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			in := cleanInput()
			tc.change(in)
			p := Join(*in)
			product, err := FindProduct(p, "kubuntu")
			if err != nil {
				t.Fatal(err)
			}
			m, err := FindMilestone(p, "noble/"+tc.milestone)
			if err != nil {
				t.Fatal(err)
			}
			got := WhyOut(p, nil, product, m)
			if links(got) != tc.want {
				t.Errorf("%s\nwant %s", links(got), tc.want)
			}
			if tc.why != "" && got.Why != tc.why {
				t.Errorf("%s\nwant %s", got.Why, tc.why)
			}
			if strings.Contains(strings.TrimSuffix(got.Why, "."), ". ") {
				t.Errorf("%s\nis more than a sentence", got.Why)
			}
			if got.Actor != tc.actor || (got.Advice == "") != (got.Actor == "") {
				t.Errorf("%q: %q can act, want %q", got.Advice, got.Actor, tc.actor)
			}
		})
	}
}

// TestWhyOutSince takes times from the newest event that made it so.
func TestWhyOutSince(t *testing.T) {
	t.Parallel()
	in := cleanInput()
	p := Join(*in)
	product := p.Lines[0].Milestones[1].Rows()[0].Product
	at := func(hour int) time.Time { return time.Date(2024, 4, 24, hour, 0, 0, 0, time.UTC) }
	event := func(hour int, what EventKind, to string) Event {
		return Event{Seen: at(hour), Source: "iso", What: what, Series: "noble", Milestone: "final", Product: product.Slug, BuildID: "20240424", To: to}
	}
	other := event(9, EventBuildReady, "ready")
	other.Milestone = "daily"
	published := Event{Seen: at(8), Source: "full", What: EventImagePublished, Dir: "kubuntu/releases/noble/release", Image: "kubuntu-24.04-desktop-amd64"}
	intended := Event{Seen: at(1), Source: "iso", What: EventIntended, Series: "noble", Product: product.Slug}
	log := []Event{event(4, EventBuildReady, "ready"), intended, event(2, EventBuildAppeared, "testing"), event(3, EventBuildUnready, "testing"), other, published}
	got, before := map[string]time.Time{}, map[string]time.Time{}
	for _, l := range WhyOut(p, log, product, p.Lines[0].Milestones[1]).Links {
		got[l.Name], before[l.Name] = l.Since, l.Before
	}
	for name, want := range map[string]time.Time{"intended": at(1), "build": at(2), "ready": at(4), "published": at(8), "files": {}} {
		if !got[name].Equal(want) {
			t.Errorf("%s: since %s, want %s", name, got[name], want)
		}
	}
	// What the log does not tell was so before it began; where nothing is known, or the
	// configuration says it, there is no time.
	for name, want := range map[string]time.Time{"files": at(8), "checksum": at(8), "intended": {}, "ready": {}, "tests": {}, "place": {}} {
		if !before[name].Equal(want) {
			t.Errorf("%s: before %s, want %s", name, before[name], want)
		}
	}
}

func TestWhyMilestones(t *testing.T) {
	t.Parallel()
	p := askedPicture()
	for name, want := range map[string]string{"kubuntu-desktop-amd64": "noble/final noble/beta noble/daily jammy/final jammy/daily", "xubuntu": ""} {
		product, err := FindProduct(p, name)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, m := range WhyMilestones(product) {
			got = append(got, m.path())
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}
