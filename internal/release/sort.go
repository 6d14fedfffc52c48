package release

import (
	"cmp"
	"slices"
	"strings"
)

// Sort puts every slice of the facts, nested ones too, in the one order in which
// they are stored. The order is total: it does not depend on the order before, and
// records that are alike in what they are sorted by are told apart by the rest.
// Checksums of a directory keep theirs, strongest first, as it carries meaning.
func (f *Facts) Sort() {
	f.sortTracker()
	for i := range f.Directories {
		d := &f.Directories[i]
		slices.Sort(d.Aliases)
		slices.Sort(d.Gone)
		slices.Sort(d.Unlisted)
		slices.Sort(d.Strays)
	}
	for i := range f.Images {
		slices.Sort(f.Images[i].Unknown)
		slices.SortFunc(f.Images[i].Files, compareFiles)
	}
	for i := range f.Netboot {
		slices.SortFunc(f.Netboot[i].Boot, compareFiles)
		slices.SortFunc(f.Netboot[i].Answers, compareAnswers)
	}
	slices.SortFunc(f.Directories, compareDirectories)
	slices.SortFunc(f.Images, orderImages)
	slices.SortFunc(f.Netboot, compareNetboot)
}

func (f *Facts) sortTracker() {
	for i := range f.Products {
		slices.SortFunc(f.Products[i].Identities, compareIdentities)
	}
	for i := range f.Series {
		slices.SortFunc(f.Series[i].Manifest, compareIntents)
		slices.SortFunc(f.Series[i].Rebuilds, compareRebuilds)
	}
	for i := range f.Milestones {
		m := &f.Milestones[i]
		slices.SortFunc(m.Intended, compareIntents)
		for k := range m.Lists {
			slices.SortFunc(m.Lists[k].Products, comparePatterns)
			slices.SortFunc(m.Lists[k].Except, comparePatterns)
		}
		slices.SortFunc(m.Lists, comparePlanLists)
		slices.SortFunc(m.Bugs, compareBugs)
		slices.SortFunc(m.Entries, compareEntries)
	}
	for i := range f.Builds {
		slices.SortFunc(f.Builds[i].Bugs, compareBugs)
	}
	slices.SortFunc(f.Products, compareProducts)
	slices.SortFunc(f.Series, compareSeries)
	slices.SortFunc(f.Milestones, compareMilestones)
	slices.SortFunc(f.Builds, compareBuilds)
}

// texts compares pairs of texts, the first difference decides.
func texts(pairs ...string) int {
	for i := 0; i+1 < len(pairs); i += 2 {
		if c := strings.Compare(pairs[i], pairs[i+1]); c != 0 {
			return c
		}
	}
	return 0
}

// flags compares pairs of booleans, false first.
func flags(pairs ...bool) int {
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i] != pairs[i+1] {
			if pairs[i] {
				return 1
			}
			return -1
		}
	}
	return 0
}

func compareProducts(a, b Product) int {
	return cmp.Or(
		texts(a.Slug, b.Slug),
		CompareBuildIDs(a.ID, b.ID),
		texts(a.Title, b.Title, a.Family, b.Family, a.Type, b.Type, a.Contact, b.Contact),
		flags(a.Disabled, b.Disabled),
		slices.CompareFunc(a.Identities, b.Identities, compareIdentities),
	)
}

func compareIdentities(a, b Identity) int {
	return texts(a.Project, b.Project, a.Subproject, b.Subproject,
		a.ImageType, b.ImageType, a.PublishType, b.PublishType, a.Arch, b.Arch)
}

func compareSeries(a, b Series) int {
	return cmp.Or(
		texts(a.Slug, b.Slug),
		CompareBuildIDs(a.ID, b.ID),
		texts(a.Title, b.Title, string(a.Status), string(b.Status), a.RawStatus, b.RawStatus),
		slices.CompareFunc(a.Manifest, b.Manifest, compareIntents),
		slices.CompareFunc(a.Rebuilds, b.Rebuilds, compareRebuilds),
	)
}

func compareIntents(a, b Intent) int {
	return cmp.Or(texts(a.Product, b.Product), flags(a.Disabled, b.Disabled), texts(a.Contact, b.Contact, a.Note, b.Note), compareNatural(a.At, b.At))
}

// comparePlanLists and comparePatterns order by place, as they are written.
func comparePlanLists(a, b PlanList) int {
	return cmp.Or(compareNatural(a.At, b.At), texts(a.From, b.From),
		slices.CompareFunc(a.Products, b.Products, comparePatterns), slices.CompareFunc(a.Except, b.Except, comparePatterns))
}

func comparePatterns(a, b PlanPattern) int {
	return cmp.Or(compareNatural(a.At, b.At), texts(a.At, b.At, a.Name, b.Name, a.Contact, b.Contact, a.Note, b.Note))
}

func compareRebuilds(a, b Rebuild) int {
	return cmp.Or(
		texts(a.Product, b.Product),
		CompareBuildIDs(a.ID, b.ID),
		texts(a.Milestone, b.Milestone, a.BuildID, b.BuildID, a.Status, b.Status, a.RawStatus, b.RawStatus,
			a.By, b.By, a.Requested, b.Requested),
	)
}

func compareMilestones(a, b Milestone) int {
	return cmp.Or(
		texts(a.Series, b.Series, a.Slug, b.Slug),
		CompareBuildIDs(a.ID, b.ID),
		texts(a.Title, b.Title, string(a.Kind), string(b.Kind), string(a.Status), string(b.Status),
			a.RawStatus, b.RawStatus, a.Date, b.Date, a.KindAt, b.KindAt, a.StatusAt, b.StatusAt, a.DateAt, b.DateAt),
		slices.CompareFunc(a.Intended, b.Intended, compareIntents),
		slices.CompareFunc(a.Lists, b.Lists, comparePlanLists),
		slices.CompareFunc(a.Bugs, b.Bugs, compareBugs),
		slices.CompareFunc(a.Entries, b.Entries, compareEntries),
	)
}

func compareBugs(a, b Bug) int {
	return cmp.Or(CompareBuildIDs(a.Number, b.Number), cmp.Compare(a.Count, b.Count))
}

func compareEntries(a, b Entry) int {
	return cmp.Or(
		texts(a.Product, b.Product),
		CompareBuildIDs(a.BuildID, b.BuildID),
		texts(string(a.State), string(b.State), a.RawState, b.RawState, a.Note, b.Note, a.Date, b.Date),
	)
}

func compareBuilds(a, b Build) int {
	return cmp.Or(
		texts(a.Series, b.Series, a.Product, b.Product),
		CompareBuildIDs(a.BuildID, b.BuildID),
		CompareBuildIDs(a.ID, b.ID),
		texts(string(a.State), string(b.State), a.RawState, b.RawState, a.SHA256, b.SHA256, a.Stage, b.Stage, a.Address, b.Address, a.Note, b.Note),
		a.Posted.Compare(b.Posted),
		compareTests(a.Tests, b.Tests),
		compareReviews(a.Reviews, b.Reviews),
		slices.CompareFunc(a.Bugs, b.Bugs, compareBugs),
	)
}

func compareTests(a, b *Tests) int {
	if a == nil || b == nil {
		return flags(a != nil, b != nil)
	}
	return cmp.Or(
		cmp.Compare(a.Passed, b.Passed), cmp.Compare(a.Failed, b.Failed),
		cmp.Compare(a.Running, b.Running), cmp.Compare(a.Untested, b.Untested),
	)
}

func compareReviews(a, b *Reviews) int {
	if a == nil || b == nil {
		return flags(a != nil, b != nil)
	}
	return cmp.Or(cmp.Compare(a.Done, b.Done), cmp.Compare(a.Rejected, b.Rejected), cmp.Compare(a.All, b.All))
}

func compareDirectories(a, b Directory) int {
	return cmp.Or(
		texts(a.Series, b.Series, a.Project, b.Project, a.Path, b.Path,
			string(a.Kind), string(b.Kind)),
		CompareBuildIDs(a.BuildID, b.BuildID),
		texts(a.Status, b.Status, a.Held, b.Held),
		flags(a.Signed, b.Signed),
		compareSignatures(a.Signature, b.Signature),
		slices.Compare(a.Aliases, b.Aliases),
		slices.Compare(a.Checksums, b.Checksums),
		slices.Compare(a.Gone, b.Gone),
		slices.Compare(a.Unlisted, b.Unlisted),
		slices.Compare(a.Strays, b.Strays),
	)
}

func compareSignatures(a, b *Signature) int {
	if a == nil || b == nil {
		return flags(a != nil, b != nil)
	}
	return cmp.Or(
		texts(string(a.State), string(b.State), a.Key, b.Key, a.By, b.By),
		a.Made.Compare(b.Made),
	)
}

// orderImages looks at what tells images apart first: the rest costs ten times as
// much, and there are many.
func orderImages(a, b Image) int {
	if c := texts(a.Series, b.Series, a.Project, b.Project, a.Dir, b.Dir, a.Name, b.Name); c != 0 {
		return c
	}
	return cmp.Or(
		texts(string(a.Kind), string(b.Kind), a.ImageType, b.ImageType,
			a.PublishType, b.PublishType, a.Arch, b.Arch,
			a.Version, b.Version, a.Milestone, b.Milestone),
		CompareBuildIDs(a.BuildID, b.BuildID),
		flags(a.Current, b.Current, a.Pending, b.Pending, a.Oversized, b.Oversized),
		slices.Compare(a.Unknown, b.Unknown),
		slices.CompareFunc(a.Files, b.Files, compareFiles),
	)
}

// mainTypes is the order of precedence where one image comes in several forms.
var mainTypes = []string{
	"iso", "img", "img.xz", "img.gz", "tar.gz", "img.tar.gz", "tar.xz", "wsl", "qcow2",
}

// compareFiles puts downloads first, in the order of mainTypes; numbers in names
// count as numbers, so that part 10 follows part 9.
func compareFiles(a, b File) int {
	if c := cmp.Or(flags(b.Main, a.Main), compareTypes(a, b)); c != 0 {
		return c
	}
	if c := CompareBuildIDs(a.Name, b.Name); c != 0 {
		return c
	}
	return cmp.Or(
		texts(a.Type, b.Type, a.SHA256, b.SHA256, a.SHA1, b.SHA1, a.MD5, b.MD5),
		compareSizes(a.Size, b.Size),
		flags(a.Exact, b.Exact),
		a.Modified.Compare(b.Modified),
	)
}

func compareTypes(a, b File) int {
	if !a.Main {
		return 0
	}
	return cmp.Compare(typeRank(a.Type), typeRank(b.Type))
}

func typeRank(extension string) int {
	if i := slices.Index(mainTypes, extension); i >= 0 {
		return i
	}
	return len(mainTypes)
}

func compareSizes(a, b *int64) int {
	if a == nil || b == nil {
		return flags(a != nil, b != nil)
	}
	return cmp.Compare(*a, *b)
}

func compareNetboot(a, b NetbootSet) int {
	return cmp.Or(
		texts(a.Series, b.Series, a.Project, b.Project, a.Arch, b.Arch, a.Parent, b.Parent,
			a.Dir, b.Dir, string(a.Kind), string(b.Kind), a.Version, b.Version,
			a.Milestone, b.Milestone),
		CompareBuildIDs(a.BuildID, b.BuildID),
		texts(a.Kernel, b.Kernel, a.Initrd, b.Initrd, a.ISO, b.ISO, a.Beside, b.Beside),
		flags(a.Current, b.Current, a.Pending, b.Pending),
		slices.CompareFunc(a.Boot, b.Boot, compareFiles),
		compareTarballs(a.Tarball, b.Tarball),
		slices.CompareFunc(a.Answers, b.Answers, compareAnswers),
	)
}

func compareAnswers(a, b NetbootAnswer) int {
	return cmp.Or(cmp.Compare(a.Name, b.Name), compareSizes(a.Size, b.Size), a.Status-b.Status, a.Times-b.Times)
}

func compareTarballs(a, b *File) int {
	if a == nil || b == nil {
		return flags(a != nil, b != nil)
	}
	return compareFiles(*a, *b)
}

// SortRecords is Sort for facts whose records are sorted inside. It does not write to
// slices that are in order already.
func (f *Facts) SortRecords() {
	sortRecords(f.Products, compareProducts)
	sortRecords(f.Series, compareSeries)
	sortRecords(f.Milestones, compareMilestones)
	sortRecords(f.Builds, compareBuilds)
	sortRecords(f.Directories, compareDirectories)
	sortRecords(f.Images, orderImages)
	sortRecords(f.Netboot, compareNetboot)
}

func sortRecords[T any](list []T, compare func(a, b T) int) {
	if !slices.IsSortedFunc(list, compare) {
		slices.SortFunc(list, compare)
	}
}
