package release

// eventCase changes the clean input's tracker and full tree; want are the events in
// the form of eventText.
type eventCase struct {
	name   string
	before func(*Input)
	change func(*Input)
	want   []string
}

func series0(in *Input) *Series { return &in.Sources[0].Facts.Series[0] }

func image0(in *Input) *Image { return &full(in).Images[0] }

// netSet adds an unpacked netboot set of a release to the full tree.
func netSet(in *Input, version string, answers ...NetbootAnswer) {
	full(in).Netboot = append(full(in).Netboot, NetbootSet{
		Series: "noble", Project: "ubuntu-server", Arch: "amd64", Kind: ImageRelease, Version: version, Parent: "noble", Dir: "noble/netboot/amd64",
		Kernel: "linux", Initrd: "initrd", Answers: answers,
	})
}

// pool makes the release directory a pool.
func pool(in *Input) { full(in).Directories[3].Kind = DirectoryPool }

var eventCases = []eventCase{
	{"nothing", nil, func(*Input) {}, nil},
	{"what is no event", nil, func(in *Input) {
		f := in.Sources[0].Facts
		f.Products[0].Title, f.Products[0].Family, f.Milestones[1].Date, f.Milestones[1].Bugs = "Other", "Other", "2024-04-25", []Bug{{Number: "1"}}
		final(in).Entries[0].Date = "2024-04-24 12:00:00"
		image0(in).Oversized, image0(in).Files[0].Size = true, nil
		full(in).Directories[0].Strays, full(in).Directories[0].Gone = []string{"x"}, []string{"y"}
	}, nil},
	{"series closed", nil, func(in *Input) { series0(in).Status = SeriesDisabled }, []string{"series-status series=noble active > disabled"}},
	{"series appears", nil, func(in *Input) {
		in.Sources[0].Facts.Series = append(in.Sources[0].Facts.Series, Series{
			Slug: "jammy", Status: "Frozen", RawStatus: "Frozen", Manifest: []Intent{{Product: "p", Contact: "~p-team"}, {Product: "off", Disabled: true}},
		})
	}, []string{"series-appeared series=jammy > Frozen", "intended series=jammy product=p > ~p-team"}},
	{"series leaves", func(in *Input) { series0(in).Manifest = series0(in).Manifest[:1] }, func(in *Input) { in.Sources[0].Facts.Series = nil }, []string{
		"series-left series=noble active >", "unintended series=noble product=kubuntu-desktop-amd64 ~a-team >",
	}},
	{"milestone released", nil, func(in *Input) { final(in).Status = MilestoneReleased }, []string{"milestone-status series=noble milestone=final testing > released"}},
	{"milestone leaves as a whole", nil, func(in *Input) {
		in.Sources[0].Facts.Milestones = in.Sources[0].Facts.Milestones[:1]
	}, []string{
		"milestone-left series=noble milestone=final testing >",
		"build-left series=noble milestone=final product=kubuntu-desktop-amd64 build=20240424 ready >",
		"build-left series=noble milestone=final product=ubuntu-desktop-amd64 build=20240424 ready >",
		"build-left series=noble milestone=final product=ubuntu-server-subiquity-amd64 build=20240424 ready >",
	}},
	{"milestone appears as a whole", func(in *Input) {
		in.Sources[0].Facts.Milestones = in.Sources[0].Facts.Milestones[:1]
	}, func(in *Input) {
		in.Sources[0].Facts.Milestones = append(in.Sources[0].Facts.Milestones, Milestone{
			Series: "noble", Slug: "final", Status: MilestoneTesting, Entries: []Entry{{Product: "p", BuildID: "20240424", State: StateTesting, Note: "new"}},
		})
	}, []string{
		"milestone-appeared series=noble milestone=final > testing",
		"build-appeared series=noble milestone=final product=p build=20240424 > testing",
		"build-note series=noble milestone=final product=p build=20240424 > new",
	}},
	{"switched off in the manifest", nil, func(in *Input) { series0(in).Manifest[0].Disabled = true }, []string{"unintended series=noble product=kubuntu-desktop-amd64 ~a-team >"}},
	{
		"switched on again", func(in *Input) { series0(in).Manifest[0].Disabled = true },
		func(in *Input) { series0(in).Manifest[0].Disabled, series0(in).Manifest[0].Contact = false, "" },
		[]string{"intended series=noble product=kubuntu-desktop-amd64 >"},
	},
	{"left the manifest", nil, func(in *Input) { series0(in).Manifest = series0(in).Manifest[1:] }, []string{"unintended series=noble product=kubuntu-desktop-amd64 ~a-team >"}},
	{"other contact", nil, func(in *Input) { series0(in).Manifest[0].Contact = "~b-team" }, []string{"contact series=noble product=kubuntu-desktop-amd64 ~a-team > ~b-team"}},
	{"contact of a line that is switched off", func(in *Input) { series0(in).Manifest[0].Disabled = true }, func(in *Input) { series0(in).Manifest[0].Contact = "~b-team" }, nil},
	{"what a milestone keeps of the manifest", nil, func(in *Input) {
		final(in).Status, final(in).Intended = MilestoneReleased, series0(in).Manifest
	}, []string{"milestone-status series=noble milestone=final testing > released"}},
	{"a plan means other products, and names another contact", func(in *Input) {
		final(in).Intended = []Intent{{Product: "a", Contact: "~a-team"}, {Product: "b"}}
	}, func(in *Input) {
		final(in).Intended = []Intent{{Product: "a", Contact: "~b-team"}, {Product: "c", Contact: "~c-team"}, {Product: "d", Disabled: true}}
	}, []string{
		"intended series=noble milestone=final product=c > ~c-team", "unintended series=noble milestone=final product=b >",
		"contact series=noble milestone=final product=a ~a-team > ~b-team",
	}},
	{"a plan is released", func(in *Input) { final(in).Intended = series0(in).Manifest }, func(in *Input) {
		final(in).Status, final(in).Intended = MilestoneReleased, nil
	}, []string{"milestone-status series=noble milestone=final testing > released"}},
	{
		"other owner", func(in *Input) { in.Sources[0].Facts.Products[1].Contact = "~a-team" },
		func(in *Input) {
			in.Sources[0].Facts.Products[1].Contact = ""
			in.Sources[0].Facts.Products = append(in.Sources[0].Facts.Products, Product{Slug: "new", Title: "New", Contact: "~b-team"})
		},
		[]string{"contact product=ubuntu-desktop-amd64 ~a-team >"},
	},
	{"note of a build", func(in *Input) { in.Sources[0].Facts.Builds[0].State = StateReady }, func(in *Input) {
		in.Sources[0].Facts.Builds[0].Note = "slow"
	}, []string{"build-note series=noble product=kubuntu-desktop-amd64 build=20240424 > slow"}},
	{"respin", nil, func(in *Input) {
		final(in).Entries[0].State, final(in).Entries[0].RawState = StateSuperseded, "Superseded"
		final(in).Entries = append(final(in).Entries, Entry{Product: "kubuntu-desktop-amd64", BuildID: "20240424.1", State: StateTesting})
	}, []string{
		"build-appeared series=noble milestone=final product=kubuntu-desktop-amd64 build=20240424.1 > testing",
		"build-superseded series=noble milestone=final product=kubuntu-desktop-amd64 build=20240424 ready > superseded",
	}},
	{
		"ready", func(in *Input) { final(in).Entries[0].State = StateTesting }, func(in *Input) { final(in).Entries[0].State = StateReady },
		[]string{"build-ready series=noble milestone=final product=kubuntu-desktop-amd64 build=20240424 testing > ready"},
	},
	{"not ready any more", nil, func(in *Input) { final(in).Entries[0].State = StateTesting }, []string{"build-unready series=noble milestone=final product=kubuntu-desktop-amd64 build=20240424 ready > testing"}},
	{"failed after all", nil, func(in *Input) { final(in).Entries[0].State = StateFailed }, []string{"build-failed series=noble milestone=final product=kubuntu-desktop-amd64 build=20240424 ready > failed"}},
	{
		"disabled", func(in *Input) { final(in).Entries[0].State = StateTesting }, func(in *Input) { final(in).Entries[0].State = StateDisabled },
		[]string{"build-state series=noble milestone=final product=kubuntu-desktop-amd64 build=20240424 testing > disabled"},
	},
	{"a word that nobody knows", nil, func(in *Input) {
		final(in).Entries[0].State, final(in).Entries[0].RawState = StateUnknown, "Frozen"
	}, []string{"build-unready series=noble milestone=final product=kubuntu-desktop-amd64 build=20240424 ready > unknown: Frozen"}},
	{
		"another word that nobody knows", func(in *Input) { final(in).Entries[0].State, final(in).Entries[0].RawState = StateUnknown, "Frozen" },
		func(in *Input) { final(in).Entries[0].State, final(in).Entries[0].RawState = "odd", "" },
		[]string{"build-state series=noble milestone=final product=kubuntu-desktop-amd64 build=20240424 unknown: Frozen > unknown: odd"},
	},
	{"another name for the same state", nil, func(in *Input) { final(in).Entries[0].RawState = "Approved" }, nil},
	{
		"note", func(in *Input) { final(in).Entries[0].Note = "a" }, func(in *Input) { final(in).Entries[0].Note = "b" },
		[]string{"build-note series=noble milestone=final product=kubuntu-desktop-amd64 build=20240424 a > b"},
	},
	{
		"build leaves with its note", func(in *Input) { final(in).Entries[0].Note = "a" }, func(in *Input) { final(in).Entries = final(in).Entries[1:] },
		[]string{"build-left series=noble milestone=final product=kubuntu-desktop-amd64 build=20240424 ready >"},
	},
	{"results", func(in *Input) {
		in.Sources[0].Facts.Builds[0].Tests = &Tests{Passed: 1, Untested: 2}
	}, func(in *Input) {
		in.Sources[0].Facts.Builds[0].Tests = &Tests{Passed: 2, Failed: 1}
		in.Sources[0].Facts.Builds[0].Bugs = []Bug{{Number: "10", Count: 1}, {Number: "9", Count: 2}}
	}, []string{
		"build-tests series=noble product=kubuntu-desktop-amd64 build=20240424 1 passed, 0 failed, 0 running, 2 untested > 2 passed, 1 failed, 0 running, 0 untested",
		"build-bugs series=noble product=kubuntu-desktop-amd64 build=20240424 > 9, 10",
	}},
	{
		"state of the build itself", func(in *Input) { in.Sources[0].Facts.Builds[0].State = StateTesting },
		func(in *Input) {
			in.Sources[0].Facts.Builds[0].State = StateReady
			in.Sources[0].Facts.Builds[1].State = StateTesting
		},
		[]string{
			"build-appeared series=noble product=ubuntu-desktop-amd64 build=20240424 > testing",
			"build-ready series=noble product=kubuntu-desktop-amd64 build=20240424 testing > ready",
		},
	},
	{"rebuild asked for", nil, func(in *Input) {
		series0(in).Rebuilds = []Rebuild{{Product: "p", ID: "10", Status: "queued", By: "bob"}, {Product: "p", ID: "9", Status: "requested"}, {Product: "p", ID: "8", Status: "canceled"}}
	}, []string{"rebuild-requested series=noble product=p id=9 > requested", "rebuild-requested series=noble product=p id=10 bob > queued"}},
	{"rebuilds go on", func(in *Input) {
		series0(in).Rebuilds = []Rebuild{{Product: "p", ID: "1", Status: "queued"}, {Product: "p", ID: "2", Status: "built", By: "bob"}, {Product: "p", ID: "3", Status: "queued"}}
	}, func(in *Input) {
		series0(in).Rebuilds = []Rebuild{{Product: "p", ID: "1", Status: "unknown", RawStatus: "paused"}, {Product: "p", ID: "2", Status: "published", By: "bob"}}
	}, []string{
		"rebuild-status series=noble product=p id=1 queued > unknown: paused",
		"rebuild-closed series=noble product=p id=2 built > published",
		"rebuild-closed series=noble product=p id=3 queued >",
	}},
	{"new daily, old one purged", nil, func(in *Input) {
		full(in).Images[1] = daily("ubuntu", "noble", "daily-live", "desktop", "amd64", "20240425")
	}, []string{
		"image-left series=noble build=20240424 project=ubuntu dir=ubuntu/noble/daily-live/20240424 image=noble-desktop-amd64 file=noble-desktop-amd64.iso #ubuntu0424 >",
		"image-appeared series=noble build=20240425 project=ubuntu dir=ubuntu/noble/daily-live/20240425 image=noble-desktop-amd64 file=noble-desktop-amd64.iso > #ubuntu0425",
		"image-current series=noble build=20240425 project=ubuntu dir=ubuntu/noble/daily-live/20240425 image=noble-desktop-amd64 20240424 > 20240425",
	}},
	{"nothing is current any more", nil, func(in *Input) { image0(in).Current = false }, []string{
		"image-current series=noble build=20240424 project=kubuntu dir=kubuntu/noble/daily-live/20240424 image=noble-desktop-amd64 20240424 >",
	}},
	{"carried over to the next directory", nil, func(in *Input) {
		again := full(in).Images[1]
		again.Dir = "ubuntu/noble/daily-live/20240425"
		full(in).Images[1].Current = false
		full(in).Images = append(full(in).Images, again)
	}, []string{
		"image-appeared series=noble build=20240424 project=ubuntu dir=ubuntu/noble/daily-live/20240425 image=noble-desktop-amd64 file=noble-desktop-amd64.iso > #ubuntu0424",
	}},
	{"current is a directory of links", func(in *Input) {
		link := full(in).Images[1]
		link.Dir = "ubuntu/noble/daily-live/current"
		full(in).Images[1].Current = false
		full(in).Images = append(full(in).Images, link)
		full(in).Directories = append(full(in).Directories, Directory{Path: link.Dir, Kind: DirectoryCurrent})
	}, func(in *Input) {
		last := len(full(in).Images) - 1
		full(in).Images[last].BuildID, full(in).Images[last].Files = "20240425", nil
	}, []string{
		"image-current series=noble build=20240425 project=ubuntu dir=ubuntu/noble/daily-live/current image=noble-desktop-amd64 20240424 > 20240425",
	}},
	{"published", func(in *Input) { full(in).Images = full(in).Images[:3] }, func(in *Input) {
		i := released("kubuntu", "noble", "kubuntu/releases/noble/release", "kubuntu-24.04-desktop-amd64", "desktop", "amd64", "20240424")
		i.Files = append(i.Files, File{Name: "b.img.xz", Type: "img.xz", Main: true, SHA256: sum("more")}, File{Name: "b.manifest", Type: "manifest", SHA256: sum("x")})
		full(in).Images = append(full(in).Images, i)
	}, []string{
		"image-published series=noble build=20240424 project=kubuntu dir=kubuntu/releases/noble/release image=kubuntu-24.04-desktop-amd64 file=kubuntu-24.04-desktop-amd64.iso > #kubuntu24.04",
		"image-file series=noble build=20240424 project=kubuntu dir=kubuntu/releases/noble/release image=kubuntu-24.04-desktop-amd64 file=b.img.xz > #more",
	}},
	{"withdrawn", nil, func(in *Input) { full(in).Images = full(in).Images[:3] }, []string{
		"image-withdrawn series=noble build=20240424 project=kubuntu dir=kubuntu/releases/noble/release image=kubuntu-24.04-desktop-amd64 file=kubuntu-24.04-desktop-amd64.iso #kubuntu0424 >",
	}},
	{"placed in a pool", func(in *Input) { pool(in); full(in).Images = full(in).Images[:3] }, func(in *Input) {
		full(in).Images = append(full(in).Images, released("kubuntu", "noble", "kubuntu/releases/noble/release", "kubuntu-24.04-desktop-amd64", "desktop", "amd64", "20240424"))
	}, []string{
		"image-appeared series=noble build=20240424 project=kubuntu dir=kubuntu/releases/noble/release image=kubuntu-24.04-desktop-amd64 file=kubuntu-24.04-desktop-amd64.iso > #kubuntu24.04",
	}},
	{"a directory that turns out to be a pool", nil, pool, []string{
		"image-withdrawn series=noble build=20240424 project=kubuntu dir=kubuntu/releases/noble/release image=kubuntu-24.04-desktop-amd64 file=kubuntu-24.04-desktop-amd64.iso #kubuntu0424 >",
		"image-appeared series=noble build=20240424 project=kubuntu dir=kubuntu/releases/noble/release image=kubuntu-24.04-desktop-amd64 file=kubuntu-24.04-desktop-amd64.iso > #kubuntu0424",
	}},
	{"other bytes under one name", nil, func(in *Input) {
		full(in).Images[3].BuildID, full(in).Images[3].Files[0].SHA256 = "20240423", sum("more")
	}, []string{
		"image-checksum series=noble build=20240423 project=kubuntu dir=kubuntu/releases/noble/release image=kubuntu-24.04-desktop-amd64 file=kubuntu-24.04-desktop-amd64.iso #kubuntu0424 > #more",
		"image-build series=noble build=20240423 project=kubuntu dir=kubuntu/releases/noble/release image=kubuntu-24.04-desktop-amd64 20240424 > 20240423",
	}},
	{"other bytes of a companion", nil, func(in *Input) {
		full(in).Images[3].Files = append(full(in).Images[3].Files, File{Name: "x.zsync", SHA256: sum("more")})
	}, nil},
	{"checksum not listed any more", nil, func(in *Input) { full(in).Images[3].Files[0].SHA256 = "" }, []string{
		"image-file series=noble build=20240424 project=kubuntu dir=kubuntu/releases/noble/release image=kubuntu-24.04-desktop-amd64 file=kubuntu-24.04-desktop-amd64.iso #kubuntu0424 >",
	}},
	{"a stronger list", func(in *Input) {
		full(in).Images[3].Files[0].SHA256, full(in).Images[3].Files[0].MD5 = "", "md5"
	}, func(in *Input) { full(in).Images[3].Files[0].SHA256 = sum("more") }, []string{
		"image-file series=noble build=20240424 project=kubuntu dir=kubuntu/releases/noble/release image=kubuntu-24.04-desktop-amd64 file=kubuntu-24.04-desktop-amd64.iso md5 > #more",
	}},
	{"other places in the configuration", nil, func(in *Input) {
		full(in).Images[3].Project, full(in).Images[3].Series = "other", "other"
	}, nil},
	{"a daily that is a release after all", nil, func(in *Input) { image0(in).Kind = ImageRelease }, []string{
		"image-left series=noble build=20240424 project=kubuntu dir=kubuntu/noble/daily-live/20240424 image=noble-desktop-amd64 file=noble-desktop-amd64.iso #kubuntu0424 >",
		"image-published series=noble build=20240424 project=kubuntu dir=kubuntu/noble/daily-live/20240424 image=noble-desktop-amd64 file=noble-desktop-amd64.iso > #kubuntu0424",
		"image-current series=noble build=20240424 project=kubuntu dir=kubuntu/noble/daily-live/20240424 image=noble-desktop-amd64 20240424 >",
	}},
	{"a daily of another project after all", nil, func(in *Input) { full(in).Images[2].Project = "ubuntu-server-x" }, []string{
		"image-current series=noble build=20240424 project=ubuntu-server dir=ubuntu-server/noble/daily-live/20240424 image=noble-live-server-amd64 20240424 >",
		"image-current series=noble build=20240424 project=ubuntu-server-x dir=ubuntu-server/noble/daily-live/20240424 image=noble-live-server-amd64 > 20240424",
	}},
	{"two are current while current moves", func(in *Input) {
		full(in).Images = append(full(in).Images, daily("kubuntu", "noble", "daily-live", "desktop", "amd64", "20240425"))
		full(in).Images[4].Current = false
	}, func(in *Input) { full(in).Images[4].Current = true }, []string{
		"image-current series=noble build=20240425 project=kubuntu dir=kubuntu/noble/daily-live/20240425 image=noble-desktop-amd64 20240424 > 20240425",
	}},
	{"an older one is current, too", func(in *Input) {
		full(in).Images[0] = daily("kubuntu", "noble", "daily-live", "desktop", "amd64", "20240424.10")
		full(in).Images = append(full(in).Images, daily("kubuntu", "noble", "daily-live", "desktop", "amd64", "20240424.9"))
		full(in).Images[4].Current = false
	}, func(in *Input) { full(in).Images[4].Current = true }, nil},
	{"an unknown build is not current any more", func(in *Input) {
		image0(in).BuildID, image0(in).Files = "", nil
	}, func(in *Input) { image0(in).Current = false }, nil},
	{"netboot set appears", nil, func(in *Input) { netSet(in, "24.04.3") }, []string{"netboot-published series=noble project=ubuntu-server dir=noble/netboot/amd64 arch=amd64 > 24.04.3"}},
	{"netboot set of another point release", func(in *Input) { netSet(in, "24.04.3") }, func(in *Input) { full(in).Netboot[0].Version = "24.04.4" }, []string{
		"netboot-published series=noble project=ubuntu-server dir=noble/netboot/amd64 arch=amd64 24.04.3 > 24.04.4",
	}},
	{"netboot set leaves, and with it what was gone of it", func(in *Input) { netSet(in, "24.04.3", NetbootAnswer{Name: "linux", Status: 404, Times: 2}) }, func(in *Input) { full(in).Netboot = nil }, []string{
		"netboot-withdrawn series=noble project=ubuntu-server dir=noble/netboot/amd64 arch=amd64 24.04.3 >",
	}},
	{"netboot set of a daily, and one in a file", nil, func(in *Input) {
		netSet(in, "")
		full(in).Netboot[0].Kind = ImageDaily
		netSet(in, "24.04.3")
		full(in).Netboot[1].Dir = ""
	}, nil},
	{"netboot file was not there once", func(in *Input) { netSet(in, "24.04.3") }, func(in *Input) {
		full(in).Netboot[0].Answers = []NetbootAnswer{{Name: "linux", Status: 404, Times: 1}}
	}, nil},
	{"netboot file and image are gone", func(in *Input) { netSet(in, "24.04.3") }, func(in *Input) {
		full(in).Netboot[0].Answers = []NetbootAnswer{{Name: "linux", Status: 404, Times: 2}, {Name: "initrd", Size: size(7)}, {Name: "https://full.example/a.iso", Status: 410, Times: 2}}
	}, []string{
		"netboot-gone series=noble project=ubuntu-server dir=noble/netboot/amd64 arch=amd64 file=https://full.example/a.iso > 410",
		"netboot-gone series=noble project=ubuntu-server dir=noble/netboot/amd64 arch=amd64 file=linux > 404",
	}},
	{"netboot file is gone in another way", func(in *Input) { netSet(in, "24.04.3", NetbootAnswer{Name: "linux", Status: 404, Times: 2}) }, func(in *Input) {
		full(in).Netboot[0].Answers[0].Status = 410
	}, nil},
	{"netboot file of a daily is there again", func(in *Input) {
		netSet(in, "", NetbootAnswer{Name: "linux", Status: 404, Times: 2})
		full(in).Netboot[0].Kind = ImageDaily
	}, func(in *Input) { full(in).Netboot[0].Answers = []NetbootAnswer{{Name: "linux", Size: size(7)}} }, []string{
		"netboot-back series=noble project=ubuntu-server dir=noble/netboot/amd64 arch=amd64 file=linux 404 >",
	}},
	{"installer of the archive moved", func(in *Input) {
		netSet(in, "", NetbootAnswer{Name: "linux", Status: 404, Times: 2})
		full(in).Netboot[0].Parent = ""
	}, func(in *Input) {
		full(in).Netboot[0].Answers = append(full(in).Netboot[0].Answers, NetbootAnswer{Name: "http://old.example/a/linux", Size: size(7)}, NetbootAnswer{Name: "http://old.example/a/initrd", Size: size(7)})
	}, []string{"netboot-moved series=noble project=ubuntu-server dir=noble/netboot/amd64 arch=amd64 > http://old.example/a/linux"}},
	{"half of an installer moved", func(in *Input) {
		netSet(in, "", NetbootAnswer{Name: "initrd", Status: 404, Times: 2}, NetbootAnswer{Name: "linux", Status: 404, Times: 2})
		full(in).Netboot[0].Parent = ""
	}, func(in *Input) {
		full(in).Netboot[0].Answers = append(full(in).Netboot[0].Answers, NetbootAnswer{Name: "http://old.example/a/linux", Size: size(7)}, NetbootAnswer{Name: "http://old.example/a/initrd", Status: 404, Times: 1})
	}, nil},
	{"held", nil, func(in *Input) { full(in).Directories[0].Held = "a" }, []string{"directory-held series=noble project=kubuntu dir=kubuntu/noble/daily-live/20240424 > a"}},
	{"still held", func(in *Input) { full(in).Directories[0].Held = "a" }, func(in *Input) { full(in).Directories[0].Held = "b" }, nil},
	{
		"believed again", func(in *Input) { full(in).Directories[0].Held = "a" }, func(in *Input) { full(in).Directories[0].Held = "" },
		[]string{"directory-believed series=noble project=kubuntu dir=kubuntu/noble/daily-live/20240424 a >"},
	},
	{"held and gone", func(in *Input) { full(in).Directories[0].Held = "a" }, func(in *Input) { full(in).Directories = full(in).Directories[1:] }, nil},
}
