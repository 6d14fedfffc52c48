package generator

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shiplist/internal/release"
)

func TestSignaturesInWords(t *testing.T) {
	t.Parallel()
	const by = "Example <a@example.org>"
	made := time.Date(2025, 8, 7, 23, 30, 0, 0, time.FixedZone("", -3600))
	full := func(state release.SignatureState) *release.Signature {
		return &release.Signature{State: state, Key: "0123456789ABCDEF01", By: by, Made: made}
	}
	for name, tc := range map[string]struct {
		signed    bool
		signature *release.Signature
		want      signatureView
	}{
		"not there":   {},
		"not checked": {true, nil, signatureView{"", "This page did not check the signature of SHA256SUMS.", ""}},
		"missing":     {true, &release.Signature{State: release.SignatureMissing}, signatureView{}},
		"good": {true, full(release.SignatureGood), signatureView{
			"ready", "SHA256SUMS is signed by " + by + " on 8 August 2025. The signature is good.", "0123 4567 89AB CDEF 01",
		}},
		"good, by a key without a name": {true, &release.Signature{State: release.SignatureGood, Key: "01234567"}, signatureView{
			"ready", "SHA256SUMS is signed. The signature is good.", "0123 4567",
		}},
		"expired": {true, full(release.SignatureExpiredKey), signatureView{
			"warning", "SHA256SUMS is signed by " + by + " on 8 August 2025. The signature is right, but its key has expired or was revoked.", "0123 4567 89AB CDEF 01",
		}},
		"unknown": {true, &release.Signature{State: release.SignatureUnknownKey, Key: "ÄÖÜß1"}, signatureView{
			"warning", "SHA256SUMS is signed with a key that this site does not know.", "ÄÖÜß 1",
		}},
		"bad": {true, full(release.SignatureBad), signatureView{
			"blocker", "The signature of SHA256SUMS is bad: it was made by " + by + " on 8 August 2025 for another list. Do not trust the files.", "0123 4567 89AB CDEF 01",
		}},
		"unreadable": {true, &release.Signature{State: release.SignatureUnreadable}, signatureView{"warning", "What lies beside SHA256SUMS as its signature is none.", ""}},
		"odd":        {true, &release.Signature{State: "odd"}, signatureView{"warning", "Checking the signature of SHA256SUMS gave: Odd.", ""}},
	} {
		dir := &release.TreeDirectory{Directory: release.Directory{Checksums: []string{"SHA256SUMS"}, Signed: tc.signed, Signature: tc.signature}}
		if diff := cmp.Diff(tc.want, viewSignature(dir)); diff != "" {
			t.Errorf("%s (-want +got)\n%s", name, diff)
		}
	}
}

func TestHeldDirectories(t *testing.T) {
	t.Parallel()
	held := &release.TreeDirectory{Directory: release.Directory{Path: "a", Held: "the list changed while it was read"}}
	fine := &release.TreeDirectory{Directory: release.Directory{Path: "b"}}
	s := &site{texts: &texts{ready: []*part{{name: "held", pieces: []piece{{html: "Look."}}}}}}
	view := func(dirs ...*release.TreeDirectory) []heldView { return s.viewHeld(&download{dirs: dirs}, "") }
	got := [][]heldView{view(held), view(fine, held), view(fine)}
	want := [][]heldView{{{"", "The list changed while it was read.", "Look."}}, {{"a", "The list changed while it was read.", "Look."}}, nil}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
