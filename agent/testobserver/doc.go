// Package testobserver polls a Test Observer: an HTTP service with JSON below /v1, of
// which it reads the images.
//
// What it offers: one artefact for each image at each version, with a verdict, an owner,
// a count of reviews, the address and the checksum of the file; tests and their results
// for each; requests to build an image again. What it does not offer: milestones, dates,
// manifests, titles of products, the time of a change, conditional requests.
//
// # What one has to know of it
//
//   - The list holds, of all artefacts with the same stage, name, os and release, the one
//     made last, without archived ones. So it goes backwards: when the newest is archived,
//     or moved to another stage, the one before it is there again with its old verdict. The
//     highest id of each product and stage is therefore kept, and where the list shows only
//     lower ones, that artefact is asked for: it was promoted, archived, or is gone.
//   - Ids rise with time; versions are no numbers. Rows of both stages are one product, of
//     which the highest id counts. A stage is not the current link of an image tree.
//   - A file name is not unique: many projects have one desktop-amd64.iso. What a product
//     is follows from the address of the file, which has project and kind of build; where
//     there is none, from os and name. Some names bear a word in front that the file does
//     not have (dangerous-).
//   - Rows that nobody archives stay for ever. [config.Tracker] says which series count.
//   - New results change no artefact, so they are asked for by date. A result that is
//     replaced keeps its date: what stands is looked at again once in a period.
//   - Times have no zone and are UTC. Fields come and go; few are required.
//   - A key that is wrong, one without a permission and none at all are told apart by
//     nothing: each is a 403. 422 has a text or a list; 500 is plain text.
//   - Reviewers have names and addresses. They are never decoded.
//
// # What is stored
//
// Products with their owner as contact, builds with a state of their own, and open requests
// to build again, in their series; see [release.Facts]. Of each product and series some
// builds that were superseded or archived stay, so that older milestones find them. What no
// [[product]] rule knows has a name made of project, kind, architecture and kind of build.
// Tests are those of the manual plan, each testcase once, by its worst result; bugs are those
// of Launchpad that are attached to its results.
//
// One state or none: what the list cannot tell fails the poll, and the caller keeps what it
// has. The rest is optional: requests, results and reviews that are refused or cannot be read
// stay as they were, with a [release.Problem]. A list without anything is never believed, nor
// one that lacks what is there when it is asked for by its id.
//
// # What a poll costs
//
// One request for the list, one for requests to build again (two where that takes a
// permission that we do not have), one for new results. Then, for artefacts that changed in
// the list, have new results or are due, one for their tests, one for each run of the manual
// plan, and one for reviews; together as many as config.Tracker.TestCalls allows, in turns.
// All follow each other on one connection. What was asked is remembered in NAME.details.json,
// with digests of what came of it: where the facts before are not that, because the answer
// was held back, or data were lost, it is asked again.
//
// What writes is apart from polls: [Requests].
package testobserver
