package verify

import (
	"context"
	"errors"

	"shiplist/internal/issue"
	"shiplist/internal/release"
)

// inline looks whether a list that is signed inline, and has the bytes that it has to have,
// is signed so that who reads it alone can believe it.
func (c *check) inline(ctx context.Context, f expected) {
	file, err := c.at.read(ctx, f.path, min(c.largest, issue.InlineMost))
	switch {
	case errors.Is(err, errLarge):
		c.r.note("the signature in %s was not looked at, as it is larger than %d bytes", f.path, issue.InlineMost)
		return
	case err != nil:
		c.fault(ctx, f, err)
		return
	}
	switch _, got := c.o.Keyring.CheckInline(file, c.o.Now()); got.State {
	case release.SignatureGood:
	case release.SignatureUnknownKey:
		c.r.find(RuleUnknownKey, f.path, "it is signed with the key %s, which is not in the keyring", got.Key)
	case release.SignatureExpiredKey:
		c.r.find(RuleExpiredKey, f.path, "it is signed with the key %s (%s), which has expired or was revoked", got.Key, got.By)
	case release.SignatureBad:
		c.r.find(RuleBad, f.path, "its text is not what the key %s (%s) signed", got.Key, got.By)
	default:
		c.r.find(RuleBad, f.path, "there is no signature in it that can be read")
	}
}
