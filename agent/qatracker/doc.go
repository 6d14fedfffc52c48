// Package qatracker polls an ISO QA tracker: a Drupal site with the qatracker
// module, asked by XML-RPC under /xmlrpc.php.
//
// What it offers: series with their manifests (what is meant to be released, and
// whom to ask), milestones, products, the builds of each milestone with a state per
// milestone, requests for rebuilds, bugs that results named, and testcases with
// results. What it does not offer: dates of milestones, the time of a change,
// download addresses, paging, conditional requests, or "since".
//
// Download links are on its pages alone (/qatracker/milestones/M/builds/B/downloads), in
// tables made for people. They are not compared with the [[publish]] rules: no answer of
// such a page was recorded yet, and a form that is guessed would tell wrong things.
//
// # What one has to know of it
//
//   - The site is chosen by the Host header alone. A name that matches none is no
//     error: every list is empty then, and only qatracker.get_access says "invalid".
//     So that is asked first, and an answer in which everything is empty is suspect.
//   - Numbers come as strings and must be sent as ints; one sent as a string is a
//     fault, and one beyond 32 bits is an HTML page with status 500. Ids are kept as
//     text and sent only when they are a number of 32 bits.
//   - An empty list of statuses selects nothing: every number has to be named.
//   - system.multicall takes each method once, so one request asks for the builds
//     and bugs of one milestone and the manifest of one series.
//   - No list is sorted, dates have no zone, an empty map comes as an array, and a
//     milestone's autofill is wrong (it is not used; autofill_string is right).
//   - Notes are raw HTML, and their control characters make the XML ill-formed: these
//     are taken out before it is parsed.
//   - Faults come with status 200. A wrong key is not refused; the call runs as
//     anonymous. Reading needs no key: poll without, as each request that names a user
//     leaves a session behind on the tracker.
//
// # What is stored
//
// Products, series with manifest and open rebuild requests, milestones with the
// state of each build on them, and builds; see [release.Facts]. Of daily milestones
// only what stands on them (states 0, 1 and 4), as their history grows without end;
// of release milestones everything. Notes are kept raw, bounded in length; whoever
// shows them reduces them to a safe subset.
//
// One state or none: a call that fails fails the poll, and the caller keeps what it
// has. Three things do not: bugs and rebuild requests that the tracker refuses with a
// fault, and testcases, which need many calls. They stay as they were before, with a
// [release.Problem]. So does a record that cannot be used, such as a milestone whose
// id is no number: it is left out and named.
//
// Posting a build is several steps to the tracker, of which a poll can see the middle:
// where a product has lost the build that stood on a milestone in testing, that
// milestone is asked once more at the end.
//
// # What a poll costs
//
// One request for the lists, and then one for each milestone that is asked about or
// each series, whichever are more: a multicall takes one of each. Milestones in testing
// and manifests of active series are asked about with every poll. Nothing tells when a
// milestone that was released or archived has changed, and people do change them; they,
// and manifests of other series, are asked about once in config.Tracker.Recheck, each
// at a time of its own, and at once when the lists show that they have changed. Until
// then they stay in the facts as they were before. When each was asked is in
// NAME.asked.json, with a digest of what came of it: where the facts before are not
// that, because the answer was held back, or data were lost, it is asked about again.
//
// The last request asks for the lists once more, after all others: where they differ
// from the first, the tracker was restarted as another one, or somebody opened or
// closed a milestone meanwhile, and the poll fails. The tracker has no version that
// would tell more. A call that failed is made again, as none of a poll writes. What
// does write is apart from polls: [Requests].
//
// # The codec
//
// github.com/kolo/xmlrpc encodes the calls. It is not used for answers: it recurses
// without bound (deep nesting ends the process), takes a number for a string or an
// empty array for a map as an error of type, cuts text at a comment or CDATA section,
// and takes any document with a value element for an answer; the decoder here, over
// encoding/xml, is bounded in depth and count and makes text of every scalar.
package qatracker
