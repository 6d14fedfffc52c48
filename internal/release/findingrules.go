package release

// FindingRule is one kind of finding.
type FindingRule struct {
	Name        string // stable: configuration, data and links use it
	Severity    Severity
	Title       string // as a heading
	Explanation string // one or two sentences: what it means and when it is made
}

// FindingRules returns every kind of finding that [Join] makes, blockers first.
func FindingRules() []FindingRule {
	return append([]FindingRule(nil), everyFindingRule...)
}

var everyFindingRule = []FindingRule{
	{"missing-build", Blocker, "Intended, but without a build", "The series manifest names the product, the release milestone is in testing, and no build of the product stands on it."},
	{"build-failed", Blocker, "Build marked failed", "A source marks the build that stands on an open milestone as failed."},
	{"no-files", Blocker, "Build without files", "A build stands on an open milestone, and the trees of dailies, looked at after it was posted, do not hold its files."},
	{"disagree-build", Blocker, "Sources disagree about the build", "Several sources have different builds of one product on one open release milestone, or a plan decides for another one than stands there. The one that [precedence] puts first is shown."},
	{"disagree-state", Blocker, "Sources disagree about the state", "Several sources give one build different states. The one that [precedence] puts first is shown."},
	{"disagree-checksum", Blocker, "Checksums disagree", "Two sources, or two directories, give different checksums for what should be the same file."},
	{"plan-build-gone", Blocker, "Planned build is gone", "A plan decided for a build that no tree holds and no tracker has standing. Where another build stands in its place, that they disagree tells it, too."},
	{"published-not-ready", Blocker, "Published, but not the ready build", "Files lie at the place where the product will be published for an open milestone, and they are not the build that is marked ready."},
	{"checksum-gone", Blocker, "Checksum list names absent files", "The strongest checksum list of a directory names files that the directory does not hold."},
	{"bad-signature", Blocker, "Bad signature", "A key of the tree's keyring made the signature of a checksum list, but for other bytes: the list was changed, or is being replaced for longer than a moment."},
	{"directory-held", Blocker, "Directory not believed", "The files of a directory and its checksum list did not agree however often they were read. What is shown is of the last time that they did."},
	{"no-location", Blocker, "Publish location unknown", "A product of an open release milestone has no place in the trees: no rule says what it is or where it goes."},
	{"same-location", Blocker, "Two products with one place", "Two products of one release milestone would be published under the same name in the same directory."},
	{"source-held", Blocker, "Answer held back", "The last answer of a source would remove so much that it was kept aside; what is shown is older."},
	{"source-lost", Blocker, "Source lost", "A source does not answer, and has not within the time after which it counts as stale."},

	{"contact-missing", Warning, "Contact missing", "No source names a contact for a product that is meant to be released, and neither does [contacts]."},
	{"contact-unknown", Warning, "Contact not known to be a team", "The contact of products that are meant to be released is a person, or in no list of teams."},
	{"rebuild-open", Warning, "Rebuild open for a ready build", "Someone asked for a new build of a product whose build is marked ready."},
	{"oversized", Warning, "Oversized", "A daily image is larger than its limit, by the tree's own marker or by its exact size."},
	{"unsigned", Warning, "Checksum list not signed", "A release directory, or a current daily one, has a checksum list without a signature beside it, or with one that is none."},
	{"unknown-key", Warning, "Signed with an unknown key", "The checksum lists of release directories, or of current daily ones, are signed with a key that the tree's keyring does not have."},
	{"expired-key", Warning, "Signed with an expired key", "The checksum lists of release directories, or of current daily ones, are signed with a key that has expired or was revoked."},
	{"unlisted", Warning, "Files without a checksum", "A release directory, or a current daily one, holds images that its checksum list does not name, or has no list."},
	{"netboot-gone", Warning, "Netboot files are gone", "A tree said at two polls that a file of a netboot set is not there, or the image that the set starts is neither where its configuration says nor in an archive. Without its kernel, ramdisk or image the installer is in no menu for boot loaders."},
	{"netboot-small", Warning, "Netboot files are too small", "A file of a netboot set is smaller than what it should be can be, by [boot_menu] and [[boot_file]]. With a kernel, ramdisk or image like that the installer is in no menu for boot loaders."},
	{"netboot-iso", Warning, "Netboot starts another ISO", "The configuration of a netboot set names an ISO other than the one that lies beside it."},
	{"source-stale", Warning, "Source stale", "The last good answer of a source is older than the configured limit."},
	{"problem", Warning, "Something could not be read", "The last good poll of a source had to leave something out, or to keep what it knew before."},
	{"orphan-files", Warning, "Files of no product", "A directory in use holds images that belong to no product, or files that belong to no image."},
	{"arches-differ", Warning, "Architectures differ from what is built daily", "The current dailies of a project have other architectures than the [[arches]] rules say."},
	{"intended-not-built", Warning, "Intended, but not built daily", "Products are meant to be released in a series that is worked on, and neither an [[arches]] rule nor a current daily says that their architecture is built."},
	{"released-not-published", Warning, "Released, but not where it should be", "Products were ready in the newest release of a series that is cared for, and the trees do not hold them where the rules say. Older releases are not judged."},
	{"title-ambiguous", Warning, "Title with several meanings", "The title of a product stands for several kinds of image, and the trees hold several of them, or none, for the series."},
	{"plan-list-unclear", Warning, "List of a plan is not clear", "A plan begins with the list of a milestone that no source has or that leads back to itself, or several files of a plan name one product."},
	{"plan-product-unknown", Warning, "Plan names what nobody knows", "A plan names a product that no tracker and no [[product]] rule knows, or a pattern that matches no product of the series."},
	{"plan-product-twice", Warning, "Product is in two plans", "Two [[plan]] sources name one product on the same milestone, so that each can say something else of it."},
	{"excuse-expired", Warning, "Excuse expired", "A [[check]] of the configuration excused findings until a day that has passed. They count again."},
	{"disagree-date", Warning, "Sources disagree about the day", "Sources, or a [[milestone]] rule, give an open milestone different days. The one that [precedence] puts first is shown."},
	{"disagree-kind", Warning, "Sources disagree about the kind of milestone", "One source counts a milestone among the dailies and another one of the same name does not, and no [[milestone]] rule decides. Their builds are shown apart."},
	{"disagree-status", Warning, "Sources disagree whether a milestone is over", "One source has a release milestone in testing that another one has as released or archived. What the first source of the configuration says is shown; a plan that does not say it is not heard."},
	{"two-builds", Warning, "Two builds stand", "One source has several builds of one product standing on one open milestone. The highest build id is shown."},

	{"disagree-intent", Note, "Sources disagree about what is meant", "One source means to release products with an open milestone that another one leaves out, or has switched off. What [precedence] puts first counts."},
	{"disagree-contact", Note, "Sources disagree about the contact", "Sources name different contacts for products that are meant to be released, or stand on an open milestone, and [contacts] names none. The one that [precedence] puts first is shown."},
	{"rebuild-outdated", Note, "Request for an older build", "Someone asked for a build of a product of an open milestone to be made again, and a newer build is there since. Nothing is built for it, and the product is not shown as one that is asked for."},
	{"build-ids-apart", Note, "Source behind with dailies", "A source still has an older build of a product on a daily milestone, a day after another source or a tree had a newer one. For a day they may differ, as dailies reach them one after the other."},
	{"unknown-arch", Note, "Unknown architecture", "File names hold an architecture that no [[architecture]] rule describes. It is shown under its raw name."},
	{"unknown-type", Note, "Unknown publish type", "File names hold a publish type that no [[publish_type]] rule describes. It is shown under its raw name."},
	{"unknown-extension", Note, "Unknown extension", "Files end in a way that no [[extension]] rule describes."},
	{"unknown-project", Note, "Unknown project", "Images lie under a project that no [[project]] rule describes."},
	{"unknown-series", Note, "Unknown series", "A source speaks of a series that no [[series]] rule describes, or files tell none."},
	{"unknown-state", Note, "Unknown state", "A source uses a word for a state that is not known. It is shown as it is."},
	{"built-not-intended", Note, "Built daily, but not intended", "The trees hold current dailies of products that the manifest of a series does not name."},
	{"role-without-tree", Note, "No tree for a role", "Products are published in a tree of a role that no configured tree has."},
	{"size-rounded", Note, "Sizes known only rounded", "The exact size of some downloads is not known, only what a listing shows."},
	{"hint-unreliable", Note, "Change hint unreliable", "A file that should tell of every change in a tree did not change when the tree did, or is not there. It is not relied on for a day."},
	{"product-without-rule", Note, "Product without a rule", "A product of a tracker is in no [[product]] rule, so its files cannot be found."},
	{"rule-without-product", Note, "Rule without a product", "[[product]] rules name titles that the tracker does not have."},
	{"publish-without-product", Note, "Publish rule without a product", "[[publish]] rules of a site's own decide about no product of any milestone."},
	{"unused-rule", Note, "Rule that decides about nothing", "[[arches]], [[respin.rule]], [[respin.hours]], [[archive.rule]], [[stream]] or [[handover]] rules of a site's own decide about nothing, or a [[check]] or [contacts] names what is nowhere."},
}

// RuleOf returns the rule of a name; that of a name which is not known has the name as
// its title.
func RuleOf(name string) FindingRule { return ruleOfFinding(name) }

// ruleOfFinding returns the rule of a name. Every name in this package is in the
// table; another one is carried as a note under its own name.
func ruleOfFinding(name string) FindingRule {
	for _, r := range everyFindingRule {
		if r.Name == name {
			return r
		}
	}
	return FindingRule{Name: name, Severity: Note, Title: name}
}
