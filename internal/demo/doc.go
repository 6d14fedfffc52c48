// Package demo is a release day in one process, without a network: a QA tracker
// that speaks XML-RPC, a Test Observer beside it, and three image trees with
// Apache-like listings, all filled with samples, for people who have neither tracker
// nor tree and for tests of the whole program.
//
// The samples lie in sample/ as tables that a person can read and change; each
// begins with a comment that explains its columns. They show Thursday 27 August
// 2026, the day on which Ubuntu 26.04.1 is put together: most images are ready,
// some are still being tested, a few things are wrong, and at least one thing is
// wrong in every way that a finding can tell.
//
// Names of products and files are real. Sizes, checksums and times are real where
// public records have them, and the column "real" of the tables says for which of
// the three that holds. All others are made up: sizes by hand, checksums as the
// SHA-256 of the words that name the image, so that they are the same each time.
// Contacts, testers, test results and bug numbers are invented.
//
// Two ideas help to read the code. The trees are a virtual file system ([fsNode])
// in which a file may have a size without having contents: a listing, a HEAD and a
// checksum list tell everything about an image of 6 GB, and only a GET of it is
// refused. And the tracker answers from plain tables with the quirks that clients
// of the real one have to live with; they are kept on purpose.
package demo
