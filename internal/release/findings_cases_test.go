package release

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// findingCase changes the clean input; want are the findings that it makes, by rule,
// and text is in the first. The rule of the first is the one that is tested.
type findingCase struct {
	name   string
	change func(*Input)
	want   []string
	text   string
	// about is "series/milestone product source tree:dir" of the first.
	about string
}

// toCome are rules for milestones that Noble may still get.
var toCome = []PublishRule{
	{Milestone: []string{"beta"}},
	{Series: []string{"noble"}, Milestone: []string{"alpha-*"}, Project: []string{"kubuntu"}},
	{Milestone: []string{"24.04.1", "fnial"}},
}

// publishFirst puts rules of a site's own before those that place all that there is.
func publishFirst(in *Input, rules ...PublishRule) {
	in.Rules.PublishOwn = true
	in.Rules.Publish = slices.Concat(rules, in.Rules.Publish[:1], in.Rules.Publish[3:])
}

// secondBuild adds a source that has no milestones, and a build with a state of its own.
func secondBuild(s State) func(*Input) {
	return second(func(f *Facts) {
		f.Milestones, f.Series = nil, nil
		f.Builds = []Build{{Series: "noble", Product: "kubuntu-desktop-amd64", BuildID: "20240424", State: s}}
	})
}

var findingCases = []findingCase{
	{
		"no build", func(in *Input) { final(in).Entries = final(in).Entries[1:]; full(in).Images = full(in).Images[:3] },
		[]string{"missing-build"},
		"Kubuntu Desktop amd64 is meant to be released and has no build on Noble Final", "noble/final kubuntu-desktop-amd64  :",
	},
	{
		"build superseded", func(in *Input) { final(in).Entries[1].State = StateSuperseded },
		[]string{"missing-build"},
		"Ubuntu Desktop amd64", "noble/final ubuntu-desktop-amd64  :",
	},
	{"no build on the daily milestone", func(in *Input) { in.Sources[0].Facts.Milestones[0].Entries = nil }, nil, "", ""},
	{"no build, intent switched off", func(in *Input) {
		final(in).Entries[1].State = StateRemoved
		in.Sources[0].Facts.Series[0].Manifest[1].Disabled = true
	}, nil, "", ""},
	{"no build on a released milestone", func(in *Input) {
		final(in).Status, final(in).Entries = MilestoneReleased, nil
	}, nil, "", ""},
	{"no build in a disabled series", func(in *Input) {
		in.Sources[0].Facts.Series[0].Status = SeriesDisabled
		final(in).Entries = nil
	}, nil, "", ""},
	{
		"failed", func(in *Input) { final(in).Entries[1].State = StateFailed },
		[]string{"build-failed"},
		"Build 20240424 of Ubuntu Desktop amd64 on Noble Final is marked failed", "noble/final ubuntu-desktop-amd64  :",
	},
	{
		"no files", func(in *Input) { full(in).Images = slices.Delete(full(in).Images, 1, 2) },
		[]string{"no-files"},
		"Build 20240424 of Ubuntu Desktop amd64 has no files", "noble/ ubuntu-desktop-amd64  :",
	},
	{"no files of a disabled build", func(in *Input) {
		full(in).Images = slices.Delete(full(in).Images, 1, 2)
		final(in).Entries[1].State = StateDisabled
		in.Sources[0].Facts.Milestones[0].Entries[1].State = StateDisabled
	}, nil, "", ""},
	{"no files, but the tree was looked at before", func(in *Input) {
		full(in).Images = slices.Delete(full(in).Images, 1, 2)
		in.Sources[1].State.Success = noon.Add(-13 * time.Hour)
		in.Stale = 0
	}, nil, "", ""},
	{"no files, but the tree was looked at before the build was posted", func(in *Input) {
		full(in).Images = slices.Delete(full(in).Images, 1, 2)
		in.Sources[0].Facts.Milestones[0].Entries[1].Date = "2024-04-24 12:20:00"
		final(in).Entries[1].Date = "2024-04-24 12:20:00"
	}, nil, "", ""},
	{"no files, posted before the tree was looked at", func(in *Input) {
		full(in).Images = slices.Delete(full(in).Images, 1, 2)
		in.Sources[0].Facts.Milestones[0].Entries[1].Date = "2024-04-24 11:20:00"
		final(in).Entries[1].Date = "2024-04-24 12:20:00"
	}, []string{"no-files"}, "in full (looked for project ubuntu, type desktop, architecture amd64)", "noble/ ubuntu-desktop-amd64  :"},
	{"no files, posted on a day that cannot be", func(in *Input) {
		full(in).Images = slices.Delete(full(in).Images, 1, 2)
		in.Sources[0].Facts.Milestones[0].Entries[1].Date = "2038-01-19 03:14:07"
		final(in).Entries[1].Date = "2038-01-19 03:14:07"
	}, []string{"no-files"}, "Build 20240424 of Ubuntu Desktop amd64 has no files", "noble/ ubuntu-desktop-amd64  :"},
	{"no tree that holds dailies", func(in *Input) {
		full(in).Images, full(in).Directories = full(in).Images[3:], full(in).Directories[3:]
	}, nil, "", ""},
	{"no trees", func(in *Input) { in.Sources[1].Facts = &Facts{} }, nil, "", ""},
	{
		"other build", second(func(f *Facts) { f.Milestones[0].Entries[0].BuildID = "20240423" }),
		[]string{"disagree-build"},
		"iso has 20240424 and other has 20240423", "noble/final kubuntu-desktop-amd64  :",
	},
	{
		"a daily that another source does not have", func(in *Input) {
			secondBuild(StateTesting)(in)
			in.Sources[3].Facts.Builds[0].BuildID = "20240422"
			in.Sources[0].Facts.Builds[0].Posted = noon.Add(-25 * time.Hour)
		},
		[]string{"build-ids-apart"},
		"iso and full have 20240424, other has 20240422", "noble/daily kubuntu-desktop-amd64 other :",
	},
	{
		"other state", second(func(f *Facts) { f.Milestones[0].Entries[0].State = StateFailed }),
		[]string{"disagree-state"},
		"iso says ready and other says failed", "noble/final kubuntu-desktop-amd64  :",
	},
	{"other state of the build itself", secondBuild(StateFailed), []string{"disagree-state", "disagree-state"}, "other says failed", "noble/daily kubuntu-desktop-amd64  :"},
	{"ready by itself, and tested on a daily milestone", func(in *Input) {
		in.Sources[0].Facts.Milestones[0].Entries[0].State = StateTesting
		secondBuild(StateReady)(in)
	}, nil, "", ""},
	{"ready by itself, and failed on a daily milestone", func(in *Input) {
		in.Sources[0].Facts.Milestones[0].Entries[0].State = StateFailed
		secondBuild(StateReady)(in)
	}, []string{"build-failed", "disagree-state"}, "is marked failed", "noble/daily kubuntu-desktop-amd64  :"},
	{"superseded by itself", secondBuild(StateSuperseded), nil, "", ""},
	{"off a list", secondBuild(StateRemoved), nil, "", ""},
	{"unknown state elsewhere", second(func(f *Facts) { f.Milestones[0].Entries[0].State = StateUnknown }), nil, "", ""},
	{"same elsewhere", second(func(*Facts) {}), nil, "", ""},
	{
		"other checksum of the build", func(in *Input) { in.Sources[0].Facts.Builds[0].SHA256 = strings.Repeat("a", 64) },
		[]string{"disagree-checksum"},
		"Build 20240424 of Kubuntu Desktop amd64 has different checksums: iso has aaaaaaaa…, full has ", "noble/ kubuntu-desktop-amd64  :",
	},
	{
		"other checksum of the build than two have", func(in *Input) {
			secondBuild(StateReady)(in)
			last := in.Sources[len(in.Sources)-1].Facts
			last.Builds[0].SHA256 = strings.Repeat("b", 64)
			in.Sources[0].Facts.Builds[0].SHA256 = full(in).Images[0].Files[0].SHA256
		},
		[]string{"disagree-checksum"},
		fmt.Sprintf("has different checksums: iso and full have %.8s…, other has bbbbbbbb….", full(cleanInput()).Images[0].Files[0].SHA256),
		"noble/ kubuntu-desktop-amd64  :",
	},
	{"other file of one name", func(in *Input) {
		i := full(in).Images[3]
		i.Dir = "noble"
		i.Files = []File{{Name: i.Files[0].Name, Type: "iso", Main: true, SHA256: strings.Repeat("b", 64)}}
		in.Sources[2].Facts = &Facts{Images: []Image{i}, Directories: []Directory{{
			Series: "noble", Project: "kubuntu", Path: "noble", Kind: DirectoryRelease, Checksums: []string{"SHA256SUMS"}, Signed: true,
		}}}
	}, []string{"disagree-checksum"}, "kubuntu-24.04-desktop-amd64.iso is not the same file", "noble/final kubuntu-desktop-amd64  full:kubuntu/releases/noble/release"},
	{
		"published, other build ready", func(in *Input) { full(in).Images[3].BuildID = "20240422" },
		nil, "", "",
	}, // the bytes are the ready build's
	{"published another build", func(in *Input) {
		full(in).Images[3].BuildID = "20240422"
		full(in).Images[3].Files[0].SHA256 = strings.Repeat("c", 64)
	}, []string{"published-not-ready"}, "with build 20240422, and the ready build is 20240424", "noble/final kubuntu-desktop-amd64  full:kubuntu/releases/noble/release"},
	{
		"published and not ready", func(in *Input) { final(in).Entries[0].State = StateTesting },
		[]string{"published-not-ready"},
		"build 20240424 is not ready (testing)", "noble/final kubuntu-desktop-amd64  full:kubuntu/releases/noble/release",
	},
	{
		"checksum of absent file", func(in *Input) { full(in).Directories[0].Gone = []string{"gone.iso"} },
		[]string{"checksum-gone"},
		"SHA256SUMS of kubuntu/noble/daily-live/20240424 names files that are not there: gone.iso", "noble/ kubuntu-desktop-amd64  full:kubuntu/noble/daily-live/20240424",
	},
	{"checksum of absent file in an old build", func(in *Input) {
		full(in).Directories[0].Gone, full(in).Directories[0].Aliases = []string{"gone.iso"}, nil
		full(in).Images[0].Current = false
	}, nil, "", ""},
	{
		"no publish rule", func(in *Input) { in.Rules.Publish = in.Rules.Publish[:1]; full(in).Images = full(in).Images[:3] },
		[]string{"no-location"},
		"no [[publish]] rule matches", "noble/final kubuntu-desktop-amd64  :",
	},
	{"no publish rule and no build", func(in *Input) {
		in.Rules.Publish = in.Rules.Publish[:1]
		full(in).Images, final(in).Entries = full(in).Images[:3], final(in).Entries[1:]
	}, []string{"no-location", "missing-build"}, "no [[publish]] rule matches", "noble/final kubuntu-desktop-amd64  :"},
	{"one place for two", func(in *Input) {
		in.Rules.Publish[0].Prefix = "same"
		in.Rules.Publish[0].Directory = "x"
		in.Rules.Publish = slices.Insert(in.Rules.Publish, 0, PublishRule{PublishType: []string{"desktop"}, Official: OfficialYes, Directory: "x", Prefix: "same"})
		full(in).Images = full(in).Images[:3]
	}, []string{"same-location"}, "Kubuntu Desktop amd64 and Ubuntu Desktop amd64 would all be published on Noble Final as x/same-desktop-amd64", "noble/final   :"},
	{
		"held back", func(in *Input) { in.Sources[0].State.Held = &Held{Reason: "81 of 90 builds would go.", Since: noon} },
		[]string{"source-held"},
		"iso is held back since 2024-04-24 12:00 UTC: 81 of 90 builds would go.", "/  iso :",
	},
	{
		"lost", func(in *Input) {
			in.Sources[0].State.Success, in.Sources[0].State.Error = noon.Add(-24*time.Hour), "502"
		},
		[]string{"source-lost"},
		"iso has not answered for 24 hours: 502", "/  iso :",
	},
	{"lost before it is stale", func(in *Input) {
		in.Sources[0].State.Success, in.Sources[0].State.Error = noon.Add(-time.Hour), "502"
		in.Sources[0].State.Lost = true
	}, []string{"source-lost"}, "iso has not answered for 1 hour: 502", "/  iso :"},
	{"never answered", func(in *Input) {
		in.Sources = append(in.Sources, SourceFacts{State: SourceState{Name: "x", Attempt: noon, Error: "no such host"}})
	}, []string{"source-lost"}, "x has never answered: no such host", "/  x :"},
	{
		"no contact", func(in *Input) { in.Sources[0].Facts.Series[0].Manifest[0].Contact = "" },
		[]string{"contact-missing"},
		"names a contact in Noble for Kubuntu Desktop amd64", "noble/ kubuntu-desktop-amd64 iso :",
	},
	{"contact from the configuration", func(in *Input) {
		in.Sources[0].Facts.Series[0].Manifest[0].Contact = ""
		in.Rules.Contacts.Product = map[string]string{"kubuntu-desktop-amd64": "~b-team"}
	}, nil, "", ""},
	{
		"a person", func(in *Input) { in.Sources[0].Facts.Series[0].Manifest[0].Contact = "Jane" },
		[]string{"contact-unknown"},
		"Jane, contact in Noble for Kubuntu Desktop amd64, is a person", "noble/ kubuntu-desktop-amd64 iso :",
	},
	{"one unknown contact of several", func(in *Input) {
		in.Sources[0].Facts.Series[0].Manifest[0].Contact, in.Sources[0].Facts.Series[0].Manifest[1].Contact = "who", "who"
	}, []string{"contact-unknown"}, "Kubuntu Desktop amd64 and Ubuntu Desktop amd64, is in no list of teams", "noble/  iso :"},
	{"rebuild", func(in *Input) {
		in.Sources[0].Facts.Series[0].Rebuilds = []Rebuild{{Product: "kubuntu-desktop-amd64", ID: "1", Status: "queued", By: "bob", Milestone: "final"}}
	}, []string{"rebuild-open"}, "is marked ready, and a new one was asked for by bob (queued)", "noble/final kubuntu-desktop-amd64  :"},
	{"rebuild of an older build", func(in *Input) {
		in.Sources[0].Facts.Series[0].Rebuilds = []Rebuild{{Product: "kubuntu-desktop-amd64", ID: "1", Status: "requested", BuildID: "20240423"}}
	}, []string{"rebuild-outdated"}, "A request on iso is to build 20240423 of Kubuntu Desktop amd64 again, and 20240424 is there since", "noble/ kubuntu-desktop-amd64  :"},
	{"rebuild done", func(in *Input) {
		in.Sources[0].Facts.Series[0].Rebuilds = []Rebuild{{Product: "kubuntu-desktop-amd64", ID: "1", Status: "published"}}
	}, nil, "", ""},
	{
		"oversized by size", func(in *Input) { *full(in).Images[0].Files[0].Size = 1500 },
		[]string{"oversized"},
		"Kubuntu Desktop amd64, build 20240424, is 1.50 kB, which is 500 bytes above its limit of 1.00 kB", "noble/ kubuntu-desktop-amd64  full:kubuntu/noble/daily-live/20240424",
	},
	{"exactly the limit", func(in *Input) { *full(in).Images[0].Files[0].Size = 1000 }, nil, "", ""},
	{"rounded size above", func(in *Input) {
		*full(in).Images[0].Files[0].Size, full(in).Images[0].Files[0].Exact = 1500, false
	}, []string{"size-rounded"}, "Of 3 downloads in full, the sizes of 1", "/  full :"},
	{
		"oversized by marker", func(in *Input) { full(in).Images[0].Oversized, full(in).Images[0].Files[0].Size = true, nil },
		[]string{"oversized"},
		"is marked as oversized by its tree; its limit is 1.00 kB", "noble/ kubuntu-desktop-amd64  full:kubuntu/noble/daily-live/20240424",
	},
	{"oversized, of no product", func(in *Input) {
		i := daily("kubuntu", "noble", "daily-live", "alternate", "amd64", "20240424")
		i.Oversized = true
		full(in).Images = append(full(in).Images, i)
	}, []string{"oversized", "orphan-files"}, "is marked as oversized", "noble/   full:kubuntu/noble/daily-live/20240424"},
	{"oversized, not current", func(in *Input) {
		i := daily("kubuntu", "noble", "daily-live", "desktop", "amd64", "20240420")
		i.Oversized, i.Current = true, false
		full(in).Images = append(full(in).Images, i)
	}, nil, "", ""},
	{
		"unsigned", func(in *Input) { full(in).Directories[0].Signed = false },
		[]string{"unsigned"},
		"SHA256SUMS of kubuntu/noble/daily-live/20240424 has no signature", "noble/ kubuntu-desktop-amd64  full:kubuntu/noble/daily-live/20240424",
	},
	{"unsigned in a series that has ended", func(in *Input) {
		in.Rules.Series[2].EOL = "2024-04-01"
		full(in).Directories[3].Signed, full(in).Directories[3].Series = false, "jammy"
		in.Rules.Series[1].EOL = "2024-04-01"
	}, nil, "", ""},
	{"signature looked for and not there", func(in *Input) {
		full(in).Directories[0].Signature = &Signature{State: SignatureMissing}
	}, []string{"unsigned"}, "has no signature beside it", "noble/ kubuntu-desktop-amd64  full:kubuntu/noble/daily-live/20240424"},
	{"signature that is none", func(in *Input) {
		full(in).Directories[0].Signature = &Signature{State: SignatureUnreadable}
	}, []string{"unsigned"}, "What lies beside SHA256SUMS of kubuntu/noble/daily-live/20240424 as its signature is none", "noble/ kubuntu-desktop-amd64  full:kubuntu/noble/daily-live/20240424"},
	{"good signatures", sign(SignatureGood, 4), nil, "", ""},
	{"bad signature", func(in *Input) {
		sign(SignatureBad, 1)(in)
		full(in).Directories[0].Held = "the signature of SHA256SUMS is bad."
	}, []string{"bad-signature"}, "SHA256SUMS of kubuntu/noble/daily-live/20240424 is not what was signed: the signature, made with the key 0123ABCD of Example <a@example.org>, is for other bytes. What is shown is of the last time", "noble/ kubuntu-desktop-amd64 full full:kubuntu/noble/daily-live/20240424"},
	{"bad signature in an old tree, of a key without a name", func(in *Input) {
		in.Sources = append(in.Sources, tree("old", RoleOld, Facts{Directories: []Directory{{
			Series: "noble", Project: "kubuntu", Path: "x", Kind: DirectoryRelease, Signature: &Signature{State: SignatureBad, Key: "0123ABCD"},
		}}}))
	}, []string{"bad-signature"}, "The checksum list of x is not what was signed: the signature, made with the key 0123ABCD, is for other bytes.", "noble/  old old:x"},
	{"unknown key in an old tree", func(in *Input) {
		sign(SignatureUnknownKey, 1)(in)
		in.Sources[1].State.Role = RoleOld
	}, []string{"role-without-tree"}, "", "noble/final kubuntu-desktop-amd64  :"},
	{"held", func(in *Input) {
		full(in).Directories[3].Held = "its list and its files did not agree."
	}, []string{"directory-held"}, "What kubuntu/releases/noble/release shows now is not believed: its list and its files did not agree. What is shown", "noble/final kubuntu-desktop-amd64 full full:kubuntu/releases/noble/release"},
	{"held in a directory that nobody uses", func(in *Input) {
		full(in).Directories = append(full(in).Directories, Directory{Series: "jammy", Project: "kubuntu", Path: "x", Kind: DirectoryDated, Held: "it moved"})
	}, []string{"directory-held"}, "What x shows now is not believed: it moved.", "jammy/  full full:x"},
	{"unknown key", sign(SignatureUnknownKey, 1), []string{"unknown-key"}, "SHA256SUMS of kubuntu/noble/daily-live/20240424 is signed with the key 0123ABCD of Example <a@example.org>, which the keyring of full does not have", "noble/ kubuntu-desktop-amd64 full full:kubuntu/noble/daily-live/20240424"},
	{"unknown key of many", sign(SignatureUnknownKey, 4), []string{"unknown-key"}, "The checksum lists of 4 directories of full, such as kubuntu/noble/daily-live/20240424, are signed with the key 0123ABCD of Example <a@example.org>, which", "noble/  full full:kubuntu/noble/daily-live/20240424"},
	{"two unknown keys", func(in *Input) {
		sign(SignatureUnknownKey, 2)(in)
		full(in).Directories[1].Signature = &Signature{State: SignatureUnknownKey}
	}, []string{"unknown-key", "unknown-key"}, "is signed with the key 0123ABCD of Example <a@example.org>", "noble/ kubuntu-desktop-amd64 full full:kubuntu/noble/daily-live/20240424"},
	{"one key, unknown before and expired since", func(in *Input) {
		sign(SignatureUnknownKey, 2)(in)
		full(in).Directories[1].Signature.State = SignatureExpiredKey
	}, []string{"unknown-key", "expired-key"}, "is signed with the key 0123ABCD of Example <a@example.org>", "noble/ kubuntu-desktop-amd64 full full:kubuntu/noble/daily-live/20240424"},
	{"nothing that could be signed", func(in *Input) {
		full(in).Directories = append(full(in).Directories, Directory{Series: "noble", Project: "kubuntu", Path: "x", Kind: DirectoryRelease, Checksums: []string{"SHA256SUMS"}})
	}, nil, "", ""},
	{"no key is named", func(in *Input) {
		full(in).Directories[3].Signature = &Signature{State: SignatureUnknownKey}
	}, []string{"unknown-key"}, "is signed with a key that is not known, which the keyring", "noble/final kubuntu-desktop-amd64 full full:kubuntu/releases/noble/release"},
	{"expired key", sign(SignatureExpiredKey, 2), []string{"expired-key"}, "The checksum lists of 2 directories of full, such as kubuntu/noble/daily-live/20240424, are signed with the key 0123ABCD of Example <a@example.org>, which has expired or was revoked", "noble/  full full:kubuntu/noble/daily-live/20240424"},
	{"expired and unknown key where nobody looks", func(in *Input) {
		for i, state := range []SignatureState{SignatureExpiredKey, SignatureUnknownKey} {
			d := full(in).Directories[i]
			d.Path, d.Aliases, d.Signature = "x/"+itoa(i), nil, &Signature{State: state, Key: "1"}
			image := full(in).Images[i]
			image.Dir, image.Current, image.BuildID = d.Path, false, "20240420"
			full(in).Directories, full(in).Images = append(full(in).Directories, d), append(full(in).Images, image)
		}
	}, nil, "", ""},
	{"a result that nobody knows", sign("odd", 4), nil, "", ""},
	{
		"unlisted", func(in *Input) { full(in).Directories[0].Unlisted = []string{"a.iso"} },
		[]string{"unlisted"},
		"does not name a.iso", "noble/ kubuntu-desktop-amd64  full:kubuntu/noble/daily-live/20240424",
	},
	{"no list", func(in *Input) {
		full(in).Directories[0].Checksums, full(in).Directories[0].Signed = nil, false
	}, []string{"unlisted"}, "has no checksum list for its 1 image", "noble/ kubuntu-desktop-amd64  full:kubuntu/noble/daily-live/20240424"},
	{
		"netboot starts another", netbootSet("https://x.example/old%2Biso.iso", "new.iso"),
		[]string{"netboot-iso"},
		"start old%2Biso.iso, and new.iso lies beside", "noble/   full:ubuntu-server/noble/daily-live/20240424",
	},
	{"netboot starts the one beside", netbootSet("https://x.example/a%2Bb.iso", "a+b.iso"), nil, "", ""},
	{
		"netboot kernel is gone", netbootAnswers(NetbootAnswer{Name: "linux", Status: 404, Times: 2}, NetbootAnswer{Name: "initrd", Status: 410, Times: 2}),
		[]string{"netboot-gone"},
		"need what is not there: linux, initrd.", "noble/   full:ubuntu-server/noble/daily-live/20240424",
	},
	{"netboot kernel is gone at one poll", netbootAnswers(NetbootAnswer{Name: "linux", Status: 404, Times: 1}), nil, "", ""},
	{
		"netboot kernel is too small", netbootAnswers(NetbootAnswer{Name: "linux", Size: size(99)}, NetbootAnswer{Name: "initrd", Size: size(5000)}),
		[]string{"netboot-small"},
		"smaller than they can be: linux.", "noble/   full:ubuntu-server/noble/daily-live/20240424",
	},
	{"netboot names none", netbootSet("", "a.iso"), nil, "", ""},
	{
		"stale", func(in *Input) { in.Sources[2].State.Success = noon.Add(-7 * time.Hour) },
		[]string{"source-stale"},
		"The last good answer of simple is 7 hours old", "/  simple :",
	},
	{"not yet stale", func(in *Input) { in.Sources[2].State.Success = noon.Add(-5 * time.Hour) }, nil, "", ""},
	{
		"failed once", func(in *Input) { in.Sources[2].State.Error = "timeout." },
		[]string{"problem"},
		"The last poll of simple failed: timeout.", "/  simple :",
	},
	{"problems of one kind", func(in *Input) {
		in.Sources[2].State.Problems = make([]Problem, 40)
		for i := range in.Sources[2].State.Problems {
			in.Sources[2].State.Problems[i] = Problem{Rule: "listing", Address: "https://x.example/", Text: "no listing."}
		}
	}, []string{"problem"}, `simple has 40 problems of the kind "listing", the first: no listing.`, "/  simple :"},
	{"hints", func(in *Input) {
		for range 40 {
			in.Sources[1].State.Problems = append(in.Sources[1].State.Problems, Problem{Rule: "hint", Address: "https://x.example/.trace/x", Text: "it did not change, though x did."})
		}
	}, []string{"hint-unreliable"}, "A change hint of full cannot be relied on: it did not change, though x did.", "/  full :"},
	{"hint and problem", func(in *Input) {
		in.Sources[1].State.Problems = []Problem{{Rule: "hint", Text: "a"}, {Rule: "listing", Text: "b"}}
	}, []string{"hint-unreliable", "problem"}, "cannot be relied on: a.", "/  full :"},
	{"two problems", func(in *Input) {
		in.Sources[2].State.Problems = []Problem{{Rule: "listing", Text: "a"}, {Rule: "edited", Text: "b"}}
	}, []string{"problem", "problem"}, "simple: a.", "/  simple :"},
	{"orphans", func(in *Input) {
		i := daily("kubuntu", "noble", "daily-live", "alternate", "amd64", "20240424")
		full(in).Images = append(full(in).Images, i)
		full(in).Directories[0].Strays = []string{"x", "y"}
	}, []string{"orphan-files"}, "holds 1 image of no product: noble-alternate-amd64; and 2 files of no image: x and y", "noble/   full:kubuntu/noble/daily-live/20240424"},
	{
		"other architectures", func(in *Input) { in.Rules.Arches[0].Arches = []string{"arm64"} },
		[]string{"arches-differ", "arches-differ", "arches-differ"},
		"The current dailies of kubuntu daily-live for noble lack arm64 and have amd64, which no rule says is built", "noble/   full:kubuntu/noble/daily-live/20240424",
	},
	{
		"intended, not built daily", func(in *Input) {
			in.Rules.Products = append(in.Rules.Products, ProductRule{Title: "Kubuntu Desktop ppc64el", Project: "kubuntu", ImageType: "daily-live", PublishType: "desktop", Arch: "ppc64el"})
			iso := in.Sources[0].Facts
			iso.Products = append(iso.Products, products("Kubuntu Desktop ppc64el")...)
			iso.Series[0].Manifest = append(iso.Series[0].Manifest, Intent{Product: "kubuntu-desktop-ppc64el", Contact: "~a-team"})
			final(in).Status, final(in).Entries = MilestoneReleased, nil
		},
		[]string{"intended-not-built"},
		"Kubuntu Desktop ppc64el: meant to be released in Noble, and not built daily", "noble/daily kubuntu-desktop-ppc64el  :",
	},
	{
		"released, not published", func(in *Input) { final(in).Status = MilestoneReleased },
		[]string{"released-not-published"},
		"Ubuntu Desktop amd64 and Ubuntu Server Subiquity amd64: ready and released with Noble Final, and not where the rules say.", "noble/final   :",
	},
	{"released, not published, in a tree that was never read", func(in *Input) {
		final(in).Status = MilestoneReleased
		in.Sources[2].State.Success, in.Sources[2].State.Attempt = time.Time{}, time.Time{}
	}, []string{"source-stale"}, "simple has not answered yet", "/  simple :"},
	{"released before, and another release is under way", func(in *Input) {
		m := *final(in)
		m.Slug, m.Title, m.ID, m.Status = "beta", "Noble Beta", "39", MilestoneReleased
		in.Sources[0].Facts.Milestones = append(in.Sources[0].Facts.Milestones, m)
	}, nil, "", ""},
	{
		"built daily, not intended", func(in *Input) {
			series := &in.Sources[0].Facts.Series[0]
			series.Manifest = series.Manifest[2:]
		},
		[]string{"built-not-intended"},
		"Kubuntu Desktop amd64 and Ubuntu Desktop amd64: built daily for Noble, and not in its series manifest.", "noble/   :",
	},
	{"built daily, nothing said of intent", func(in *Input) { in.Sources[0].Facts.Series[0].Manifest = nil }, nil, "", ""},
	{"title of several kinds", func(in *Input) {
		in.Rules.Products = append(in.Rules.Products, ProductRule{Title: "Kubuntu Desktop amd64", Project: "kubuntu", ImageType: "dvd", PublishType: "dvd", Arch: "amd64"})
		dvd := daily("kubuntu", "noble", "dvd", "dvd", "amd64", "20240424")
		dvd.Current = false
		full(in).Images = append(full(in).Images, dvd)
	}, []string{"title-ambiguous", "no-location"}, "the trees hold several of them", "noble/ kubuntu-desktop-amd64  :"},
	{"title of several kinds, none held", func(in *Input) {
		in.Rules.Products = append(in.Rules.Products, ProductRule{Title: "Kubuntu Desktop amd64", Project: "kubuntu", ImageType: "dvd", PublishType: "dvd", Arch: "amd64"})
		full(in).Images, full(in).Directories = full(in).Images[1:3], full(in).Directories[1:3]
	}, []string{"title-ambiguous", "no-location"}, "the trees hold none of them", "noble/ kubuntu-desktop-amd64  :"},
	{"title of several kinds, none held, none built", func(in *Input) {
		in.Rules.Products = append(in.Rules.Products, ProductRule{Title: "Kubuntu Desktop amd64", Project: "kubuntu", ImageType: "dvd", PublishType: "dvd", Arch: "amd64"})
		full(in).Images, full(in).Directories = full(in).Images[1:3], full(in).Directories[1:3]
		final(in).Entries = final(in).Entries[1:]
	}, []string{"title-ambiguous", "missing-build"}, "the trees hold none of them", "noble/ kubuntu-desktop-amd64  :"},
	{"title of kinds that differ for the build host only", func(in *Input) {
		in.Rules.Products = append(in.Rules.Products, ProductRule{Title: "Kubuntu Desktop amd64", Project: "kubuntu", Subproject: "live", ImageType: "daily-live", PublishType: "desktop", Arch: "amd64"})
	}, nil, "", ""},
	{"title of several kinds, one held", func(in *Input) {
		in.Rules.Products = append(in.Rules.Products, ProductRule{Title: "Kubuntu Desktop amd64", Project: "kubuntu", ImageType: "dvd", PublishType: "dvd", Arch: "amd64"})
	}, nil, "", ""},
	{"two builds", func(in *Input) {
		final(in).Entries = append(final(in).Entries, Entry{Product: "kubuntu-desktop-amd64", BuildID: "20240423", State: StateReady})
	}, []string{"two-builds"}, "has several builds that stand: 20240424 and 20240423", "noble/final kubuntu-desktop-amd64 iso :"},
	{
		"unknown architecture", func(in *Input) { full(in).Images[0].Unknown = []string{"arch"} },
		[]string{"unknown-arch"},
		"Architecture amd64 is not known (1 image in full, such as noble-desktop-amd64)", "noble/ kubuntu-desktop-amd64 full full:kubuntu/noble/daily-live/20240424",
	},
	{
		"unknown type", func(in *Input) { full(in).Images[0].Unknown = []string{"publish_type"} },
		[]string{"unknown-type"},
		"Publish type desktop is not known", "noble/ kubuntu-desktop-amd64 full full:kubuntu/noble/daily-live/20240424",
	},
	{"unknown extension", func(in *Input) {
		full(in).Images[0].Unknown = []string{"extension"}
		full(in).Images[0].Files = append(full(in).Images[0].Files, File{Name: "noble-desktop-amd64.odd", Type: "odd"})
	}, []string{"unknown-extension"}, "Extension odd is not known", "noble/ kubuntu-desktop-amd64 full full:kubuntu/noble/daily-live/20240424"},
	{
		"unknown project", func(in *Input) { full(in).Images[0].Unknown = []string{"project"} },
		[]string{"unknown-project"},
		"Project kubuntu is not known", "noble/ kubuntu-desktop-amd64 full full:kubuntu/noble/daily-live/20240424",
	},
	{"unknown series", func(in *Input) {
		in.Sources[0].Facts.Series = append(in.Sources[0].Facts.Series, Series{Slug: "zesty", Title: "Zesty", Status: SeriesActive})
	}, []string{"unknown-series"}, "Series Zesty is in no [[series]] rule", "zesty/  iso :"},
	{"unknown state", func(in *Input) {
		final(in).Entries[1].State, final(in).Entries[1].RawState = StateUnknown, "Odd"
	}, []string{"unknown-state"}, `iso uses "Odd" for the state of 1 build`, "noble/final ubuntu-desktop-amd64 iso :"},
	{
		"word for a state that nobody mapped", func(in *Input) { final(in).Entries[1].State = "odd" },
		[]string{"unknown-state"},
		`"odd"`, "noble/final ubuntu-desktop-amd64 iso :",
	},
	{
		"no tree for the role", func(in *Input) { in.Sources = in.Sources[:2] },
		[]string{"role-without-tree"},
		`2 products are to be published in a tree with the role "simple"`, "noble/final   :",
	},
	{"no rule for the product", func(in *Input) {
		in.Sources[0].Facts.Products = append(in.Sources[0].Facts.Products, Product{Slug: "new-amd64", Title: "New amd64", Type: "iso"})
		in.Sources[0].Facts.Milestones[0].Entries = append(in.Sources[0].Facts.Milestones[0].Entries, Entry{Product: "new-amd64", BuildID: "20240424", State: StateTesting})
	}, []string{"product-without-rule"}, "New amd64 is in no [[product]] rule", "noble/daily new-amd64  :"},
	{"no rule for a product of an unknown type", func(in *Input) {
		in.Sources[0].Facts.Products = append(in.Sources[0].Facts.Products, Product{Slug: "new-amd64", Title: "New amd64", Type: "3"})
		in.Sources[0].Facts.Milestones[0].Entries = append(in.Sources[0].Facts.Milestones[0].Entries, Entry{Product: "new-amd64", BuildID: "20240424", State: StateTesting})
	}, []string{"product-without-rule"}, "New amd64 is in no [[product]] rule", "noble/daily new-amd64  :"},
	{"no rule for an upgrade or a netboot product", func(in *Input) {
		in.Sources[0].Facts.Products = append(in.Sources[0].Facts.Products,
			Product{Slug: "upgrade", Title: "Upgrade amd64", Type: "package"}, Product{Slug: "netboot-amd64", Title: "Netboot amd64", Type: "iso"})
		final(in).Entries = append(final(in).Entries, Entry{Product: "upgrade", BuildID: "20240424", State: StateTesting},
			Entry{Product: "netboot-amd64", BuildID: "20101020ubuntu229", State: StateTesting})
	}, nil, "", ""},
	{"netboot without a build", func(in *Input) {
		in.Sources[0].Facts.Products = append(in.Sources[0].Facts.Products, Product{Slug: "netboot-amd64", Title: "Netboot amd64", Type: "iso"})
		in.Sources[0].Facts.Series[0].Manifest = append(in.Sources[0].Facts.Series[0].Manifest, Intent{Product: "netboot-amd64", Contact: "~a-team"})
	}, nil, "", ""},
	{"no product for the publish rule", func(in *Input) {
		in.Rules.PublishOwn = true
		in.Rules.Publish = append(slices.Clone(in.Rules.Publish), PublishRule{Project: []string{"gone"}, Arch: []string{"amd64", "i386"}}, PublishRule{Series: []string{"warty"}}, PublishRule{Milestone: []string{"fnial"}}, PublishRule{Project: []string{"kubuntu"}})
	}, []string{"publish-without-product"}, "rule 5 (project gone, architecture amd64 i386), rule 6 (series warty), rule 7 (milestone fnial) and rule 8 (project kubuntu; rule ", "/   :"},
	{"publish rules for milestones to come", func(in *Input) { publishFirst(in, toCome...) }, nil, "", ""},
	{"publish rules for milestones that do not come", func(in *Input) {
		publishFirst(in, PublishRule{Milestone: []string{"beta"}, Project: []string{"gone"}}, PublishRule{Milestone: []string{"25.04.1"}},
			PublishRule{Milestone: []string{"final"}, Arch: []string{"s390x"}}, toCome[0], PublishRule{Milestone: []string{"beta"}, Project: []string{"kubuntu"}})
	}, []string{"publish-without-product"}, "rule 1 (milestone beta, project gone), rule 2 (milestone 25.04.1), rule 3 (milestone final, architecture s390x) and rule 5 (milestone beta, project kubuntu).", "/   :"},
	{"publish rules for milestones of a series that ended", func(in *Input) {
		in.Sources[0].Facts.Series[0].Status = SeriesDisabled
		publishFirst(in, toCome...)
	}, []string{"publish-without-product"}, "rule 1 (milestone beta), rule 2 (series noble, milestone alpha-*, project kubuntu) and rule 3 (milestone 24.04.1 fnial).", "/   :"},
	{"no product for the respin rule", func(in *Input) {
		in.Rules.Respin = RespinRules{Own: true, Rules: []RespinRule{{Project: []string{"nope"}}, {Project: []string{"*"}}, {Arch: []string{"amd64"}}}}
	}, []string{"unused-rule"}, "2 [[respin.rule]] rules decide about nothing: rule 1 (project nope) and rule 3 (architecture amd64; rule 2 decides before it).", "/   :"},
	{"no build for the rule of architectures", func(in *Input) {
		in.Rules.ArchesOwn = true
		in.Rules.Arches = append([]ArchesRule{{Project: []string{"nowhere"}}}, append(slices.Clone(in.Rules.Arches), ArchesRule{Project: []string{"kubuntu"}, Series: []string{"noble"}})...)
	}, []string{"unused-rule"}, "2 [[arches]] rules decide about nothing: rule 1 (project nowhere) and rule ", "/   :"},
	{"nobody's own rule of architectures", func(in *Input) {
		in.Rules.Arches = append([]ArchesRule{{Project: []string{"nowhere"}}}, in.Rules.Arches...)
	}, nil, "", ""},
	{"no product for the contacts", func(in *Input) {
		in.Rules.Contacts.Product = map[string]string{"kubnutu-desktop-amd64": "~a-team", "kubuntu-desktop-amd64": "~a-team"}
		in.Rules.Contacts.Managers = map[string]string{"gone-amd64": "ann", "kubuntu-desktop-amd64": "~a-team"}
	}, []string{"unused-rule"}, "2 [contacts] entries name a product that is nowhere: product kubnutu-desktop-amd64 and managers gone-amd64.", "/   :"},
	{"checks of milestones to come", func(in *Input) {
		in.Rules.Checks = []CheckRule{{Rule: []string{"missing-build"}, Milestone: toCome[0].Milestone, Severity: Note}}
	}, nil, "", ""},
	{"checks of milestones to come, but not there", func(in *Input) {
		in.Rules.Checks = []CheckRule{{Rule: []string{"missing-build"}, Series: []string{"jammy"}, Milestone: toCome[0].Milestone, Severity: Note}}
	}, []string{"unused-rule"}, "1 [[check]] rule names what is nowhere: rule 1 (", "/   :"},
	{"rules for hours of building that are never used", func(in *Input) {
		in.Rules.Respin.Hours = []BuildHours{{Product: []string{"nope-*"}, Hours: 1}, {Hours: 2}, {Arch: []string{"amd64"}, Hours: 3}}
	}, []string{"unused-rule"}, "2 [[respin.hours]] rules tell of no product: rule 1 (product nope-*) and rule 3 (architecture amd64).", "/   :"},
	{"no directory for the archive rule", func(in *Input) {
		in.Rules.Archive = ArchiveRules{Own: true, Rules: []ArchiveRule{{Role: []string{"nope"}}, {Role: []string{"full"}}}}
	}, []string{"unused-rule"}, "1 [[archive.rule]] rule decides about nothing: rule 1 (role nope).", "/   :"},
	{"no image for the stream", func(in *Input) {
		in.Rules.StreamsOwn = true
		in.Rules.Streams = []StreamRule{
			{Role: RoleFull, Of: StreamDailies},
			{Role: RoleFull, Of: StreamDailies, Project: []string{"kubnutu"}},
			{Role: RoleOld, Of: StreamReleases},
			{Role: RoleFull, Of: StreamReleases},
			{Role: RoleFull, Of: StreamDailies, Base: "nowhere"},
			{Role: RoleFull, Of: StreamDailies, Base: "kubuntu"},
		}
	}, []string{"unused-rule"}, "3 [[stream]] rules list nothing: rule 2 (role full, of dailies, project kubnutu), rule 3 (role old, of releases) and rule 5 (role full, of dailies, base nowhere).", "/   :"},
	{"nobody's own stream", func(in *Input) { in.Rules.Streams = []StreamRule{{Role: RoleOld, Of: StreamReleases}} }, nil, "", ""},
	{"nothing for the hand-over", func(in *Input) {
		in.Rules.HandoversOwn = true
		in.Rules.Handovers = []HandoverRule{
			{Of: HandoverMilestone, Milestone: []string{"fnial"}},
			{Of: HandoverSite, Series: []string{"warty", "noble"}},
			{Of: HandoverMilestone, Milestone: []string{"daily"}},
			{Of: HandoverMilestone, Project: []string{"kubuntu"}, Arch: []string{"s390x"}},
			{Of: HandoverSite, PublishType: []string{"dekstop"}},
			{Of: HandoverSite, Arch: []string{"vax"}},
			{Of: HandoverMilestone, When: HandoverReleased, Milestone: []string{"final"}, Project: []string{"kubuntu"}},
			{Of: HandoverSite},
			{Of: HandoverMilestone, When: HandoverTesting, Arch: []string{"amd64"}},
			{Of: HandoverMilestone, Milestone: toCome[0].Milestone},
		}
	}, []string{"unused-rule"}, "6 [[handover]] rules select what is nowhere: rule 1 (milestone fnial), rule 2 (series warty), rule 3 (milestone daily), rule 4 (project kubuntu, architecture s390x), rule 5 (publish type dekstop) and rule 6 (architecture vax).", "/   :"},
	{"nobody's own hand-over", func(in *Input) {
		in.Rules.Handovers = []HandoverRule{{Of: HandoverMilestone, Milestone: []string{"fnial"}}}
	}, nil, "", ""},
	{"no product for the check", func(in *Input) {
		in.Rules.Checks = []CheckRule{
			{Rule: []string{"missing-build"}, Product: []string{"kubnutu-*", "kubuntu-*"}, Severity: Note},
			{Rule: []string{"missing-build"}, Milestone: []string{"fnial"}, Severity: Note},
			{Rule: []string{"missing-build"}, Series: []string{"noble"}, Severity: Note},
		}
	}, []string{"unused-rule"}, "2 [[check]] rules name what is nowhere: rule 1 (product kubnutu-*) and rule 2 (milestone fnial).", "/   :"},
	{"nobody's own publish rules", func(in *Input) {
		in.Rules.Publish = append(slices.Clone(in.Rules.Publish), PublishRule{Project: []string{"gone"}})
	}, nil, "", ""},
	{"no product for the rule", func(in *Input) {
		in.Rules.Products = append(in.Rules.Products, ProductRule{Title: "Gone amd64", Project: "gone", PublishType: "desktop", Arch: "amd64", Tracker: "iso"})
	}, []string{"rule-without-product"}, "1 title of [[product]] rules that iso does not have: Gone amd64", "/  iso :"},
	{"an excuse that has expired", func(in *Input) {
		in.Rules.Checks = []CheckRule{{Rule: []string{"missing-build"}, Until: "2020-01-01", Reason: "the board is late"}}
	}, []string{"excuse-expired"}, "The excuse of missing-build held until 2020-01-01", "/   :"},
	{
		"a planned build that is nowhere", func(in *Input) {
			plan(in, Milestone{
				Intended: []Intent{{Product: "kubuntu-desktop-amd64", At: "plans/final.toml:4"}}, Lists: wholeSeries,
				Entries: []Entry{{Product: "kubuntu-desktop-amd64", BuildID: "20240423", State: StateUnknown, Pinned: "plans/final.toml:4"}},
			})
		},
		[]string{"disagree-build", "published-not-ready"},
		"plans decides for 20240423 (no tree holds it and no tracker has it standing) and iso has 20240424.",
		"noble/final kubuntu-desktop-amd64  :",
	},
	{
		"a planned build that is nowhere, and no other one", func(in *Input) {
			pin("20240423")(in)
			final(in).Entries = final(in).Entries[1:]
			full(in).Images = full(in).Images[:3]
		},
		[]string{"plan-build-gone"},
		"noble.toml:3 decides for build 20240423 of Kubuntu Desktop amd64 on Noble Final, which no tree holds and no tracker has standing.",
		"noble/final kubuntu-desktop-amd64  :",
	},
	{
		"a planned build that the trees have not been looked at for", func(in *Input) {
			plan(in, Milestone{
				Intended: []Intent{{Product: "kubuntu-desktop-amd64"}}, Lists: wholeSeries,
				Entries: []Entry{{Product: "kubuntu-desktop-amd64", BuildID: "20240425", State: StateUnknown, Pinned: "plans/final.toml:4"}},
			})
			final(in).Entries, in.Sources[0].Facts.Milestones[0].Entries, in.Sources[0].Facts.Builds = final(in).Entries[1:], in.Sources[0].Facts.Milestones[0].Entries[1:], nil
			full(in).Images = slices.Delete(full(in).Images, 3, 4)
			full(in).Directories = slices.Delete(full(in).Directories, 3, 4)
		}, nil, "", "",
	},
	{
		"a plan that names what nobody knows", func(in *Input) {
			plan(in, Milestone{Intended: []Intent{{Product: "kubnutu-desktop-amd64", At: "plans/final.toml:4"}}, Lists: wholeSeries})
		},
		[]string{"plan-product-unknown"},
		`plans/final.toml:4 names "kubnutu-desktop-amd64", which no tracker and no [[product]] rule knows; near it is kubuntu-desktop-amd64.`,
		"noble/final kubnutu-desktop-amd64  :",
	},
	{
		"a plan with patterns that match nothing", func(in *Input) {
			plan(in, Milestone{Lists: []PlanList{{
				At: "plans/final.toml:2", From: FromSeries,
				Except: []PlanPattern{{Name: "kubnutu-*", At: "plans/final.toml:3"}, {Name: "Ubuntu Server*", At: "plans/final.toml:4"}},
			}}})
		},
		[]string{"plan-product-unknown", "disagree-intent"},
		`plans/final.toml:3 leaves out "kubnutu-*", which matches no product of Noble`, "noble/final   :",
	},
	{
		"a plan that begins with nothing", func(in *Input) {
			plan(in, Milestone{Lists: []PlanList{{At: "plans/final.toml:2", From: "noble/dialy"}}})
		},
		[]string{"plan-list-unclear"},
		`plans/final.toml:2 begins with the list of noble/dialy, and no other source has one; near it is noble/daily.`, "noble/final   :",
	},
	{
		"a plan decides for another build", func(in *Input) {
			pin("20240425")(in)
			full(in).Images = append(full(in).Images, daily("kubuntu", "noble", "daily-live", "desktop", "amd64", "20240425"))
			full(in).Directories = append(full(in).Directories, full(in).Directories[0])
			d := &full(in).Directories[4]
			d.Path, d.BuildID, d.Aliases = "kubuntu/noble/daily-live/20240425", "20240425", nil
		},
		[]string{"disagree-build", "published-not-ready"},
		"Sources have different builds of Kubuntu Desktop amd64 on Noble Final: plans decides for 20240425 and iso has 20240424.",
		"noble/final kubuntu-desktop-amd64  :",
	},
	{
		"two plans name one product", func(in *Input) {
			plan(in, Milestone{Intended: []Intent{{Product: "kubuntu-desktop-amd64", At: "a.toml:4"}}, Lists: wholeSeries})
			plan(in, Milestone{Intended: []Intent{{Product: "kubuntu-desktop-amd64", At: "b.toml:7"}}, Lists: wholeSeries})
			in.Sources[4].State.Name = "flavours"
		},
		[]string{"plan-product-twice"},
		"Kubuntu Desktop amd64 is in two plans: in plans at a.toml:4, and in flavours at b.toml:7.", "noble/final kubuntu-desktop-amd64  :",
	},
	{"two plans with one list", func(in *Input) {
		plan(in, Milestone{Lists: wholeSeries})
		plan(in, Milestone{Lists: wholeSeries})
		in.Sources[4].State.Name = "flavours"
	}, nil, "", ""},
	{"a plan decides for the build that stands", pin("20240424"), nil, "", ""},
	{
		"a plan decides for a build that was replaced", func(in *Input) {
			pin("20240424")(in)
			final(in).Entries[0].State = StateSuperseded
		},
		[]string{"disagree-state", "published-not-ready"},
		"plans decides for build 20240424 of Kubuntu Desktop amd64 on Noble Final, which iso has superseded.",
		"noble/final kubuntu-desktop-amd64  :",
	},
	{
		"a plan leaves products out", func(in *Input) {
			plan(in, Milestone{Intended: []Intent{{Product: "ubuntu-desktop-amd64"}}})
		},
		[]string{"disagree-intent"},
		"Kubuntu Desktop amd64 and Ubuntu Server Subiquity amd64: meant to be released in Noble Final by iso, and left out by plans.", "noble/final   :",
	},
	{
		"a plan means more", func(in *Input) {
			plan(in, Milestone{Intended: []Intent{{Product: "ubuntu-desktop-amd64"}}, Lists: wholeSeries})
			series0(in).Manifest = slices.Delete(series0(in).Manifest, 1, 2)
		},
		[]string{"disagree-intent", "built-not-intended", "contact-missing"},
		"Ubuntu Desktop amd64: meant to be released in Noble Final by plans, and left out by iso.", "noble/final ubuntu-desktop-amd64  :",
	},
	{"a plan means the same", func(in *Input) { plan(in, Milestone{Lists: wholeSeries}) }, nil, "", ""},
	{
		"one tracker has a product switched off", second(func(f *Facts) {
			f.Series[0].Manifest = []Intent{{Product: "kubuntu-desktop-amd64", Disabled: true}}
		}),
		[]string{"disagree-intent"},
		"Kubuntu Desktop amd64: meant to be released in Noble by iso, and switched off by other.", "noble/ kubuntu-desktop-amd64  :",
	},
	{"one tracker means other products", second(func(f *Facts) {
		f.Products = products("Ubuntu Desktop amd64")
		f.Series[0].Manifest = []Intent{{Product: "ubuntu-desktop-amd64", Contact: "~a-team"}}
		f.Milestones[0].Entries = nil
	}), nil, "", ""},
	{
		"another owner", func(in *Input) {
			for i := range 2 {
				in.Sources[0].Facts.Products[i].Contact = "~b-team"
			}
		},
		[]string{"disagree-contact"},
		"Sources name different contacts in Noble for Kubuntu Desktop amd64 and Ubuntu Desktop amd64: ~a-team by iso; ~b-team by iso.", "noble/   :",
	},
	{"another owner, and the configuration decides", func(in *Input) {
		in.Sources[0].Facts.Products[0].Contact = "~b-team"
		in.Rules.Contacts.Product = map[string]string{"kubuntu-desktop-amd64": "~c-team"}
	}, nil, "", ""},
	{"the same owner, written otherwise", func(in *Input) { in.Sources[0].Facts.Products[0].Contact = " a-team" }, nil, "", ""},
	{
		"a plan names another contact", func(in *Input) {
			plan(in, Milestone{Lists: wholeSeries, Intended: []Intent{{Product: "kubuntu-desktop-amd64", Contact: "~b-team"}}})
		},
		[]string{"disagree-contact"},
		"for Kubuntu Desktop amd64: ~a-team by iso; ~b-team by plans.", "noble/ kubuntu-desktop-amd64  :",
	},
	{
		"a plan means a product that no manifest names, and names nobody", func(in *Input) {
			plan(in, Milestone{Lists: wholeSeries, Intended: []Intent{{Product: "ubuntu-desktop-amd64"}}})
			series0(in).Manifest = slices.Delete(series0(in).Manifest, 1, 2)
		},
		[]string{"contact-missing", "disagree-intent", "built-not-intended"},
		"No source names a contact in Noble for Ubuntu Desktop amd64.", "noble/ ubuntu-desktop-amd64 plans :",
	},
	{
		"a plan names another day", func(in *Input) {
			plan(in, Milestone{Lists: wholeSeries, Date: "2024-04-26"})
			final(in).Date = "2024-04-25"
		},
		[]string{"disagree-date"},
		"Sources give Noble Final different days: iso says 2024-04-25 and plans says 2024-04-26.", "noble/final   :",
	},
	{
		"a rule names another day", func(in *Input) {
			final(in).Date = "2024-04-25"
			in.Rules.Milestones = append([]MilestoneRule{{Match: []string{"final"}, Date: "2024-04-26"}}, in.Rules.Milestones...)
		},
		[]string{"disagree-date"},
		"iso says 2024-04-25 and the configuration says 2024-04-26.", "noble/final   :",
	},
	{
		"a plan says that it is out", func(in *Input) {
			plan(in, Milestone{Lists: wholeSeries})
			in.Sources[3].Facts.Milestones[0].Status, in.Sources[3].Facts.Milestones[0].StatusAt = MilestoneReleased, "plans/final.toml:3"
		},
		[]string{"disagree-status"},
		"Sources disagree whether Noble Final is over: iso says testing and plans says released.", "noble/final   :",
	},
	{"a tracker says that it is out, and a plan nothing", func(in *Input) {
		plan(in, Milestone{Lists: wholeSeries})
		in.Sources = append(in.Sources[3:], in.Sources[:3]...) // the plan comes first
		in.Sources[1].Facts.Milestones[1].Status = MilestoneReleased
	}, []string{"released-not-published"}, "", "noble/final   :"},
	{"one has it released, the other one archived", func(in *Input) {
		final(in).Status = MilestoneReleased
		second(func(f *Facts) { f.Milestones[0].Status = MilestoneArchived })(in)
	}, []string{"released-not-published"}, "", "noble/final   :"},
	{"a word for how far it is that nobody knows", second(func(f *Facts) {
		f.Milestones[0].Status, f.Milestones[0].RawStatus = "odd", "odd"
	}), []string{"unknown-state"}, "odd", "noble/  other :"},
	{"a title in other capitals", second(func(f *Facts) { f.Milestones[0].Title = "NOBLE final" }), nil, "", ""},
	{"the same day", func(in *Input) {
		plan(in, Milestone{Lists: wholeSeries, Date: "2024-04-25"})
		final(in).Date = "2024-04-25"
	}, nil, "", ""},
	{
		"a milestone that another source counts among the dailies", func(in *Input) {
			in.Rules.Milestones = nil
			second(func(f *Facts) { f.Milestones[0].Kind = KindDaily })(in)
		},
		[]string{"disagree-kind"},
		"Sources disagree about what final of Noble is: iso says release and other says daily.", "noble/final   :",
	},
}

// wholeSeries begins a plan with the series manifest.
var wholeSeries = []PlanList{{At: "plans/final.toml:2", From: FromSeries}}
