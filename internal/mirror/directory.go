package mirror

import (
	"context"
	"fmt"
	"io/fs"
	"os"

	"shiplist/generator/publish"
)

// directory makes what a link of this machine leads to the set, as 'shiplist publish'
// does with its own: aside, whole, and switched in one step.
func (b *bringing) directory(ctx context.Context) error {
	o := publish.Options{
		Site: publish.Site{Output: b.target.Path, Kept: b.Site.Kept}, Digest: b.Digest, By: b.By, Now: b.Now, Mend: b.Again,
	}
	bring := func() (publish.Result, error) { return publish.Bring(ctx, b.Site, o) }
	if b.target.Staging {
		bring = func() (publish.Result, error) { return publish.Stage(ctx, b.Site, o, b.Dress) }
	}
	if info, err := os.Lstat(b.target.Path); err == nil && info.Mode()&fs.ModeSymlink == 0 {
		what := "a file"
		if info.IsDir() {
			what = "a directory"
		}
		return fmt.Errorf("%s is %s; shiplist puts a link there, which it can switch in one step; move it away, or correct the address of the target", b.target.Path, what)
	}
	return b.do("directory", "", func() error {
		res, err := bring()
		if res.Digest != "" {
			b.result.Digest = res.Digest
		}
		if res.Action == publish.Nothing {
			b.result.Action = Nothing
		}
		b.result.Files, b.result.Bytes, b.result.Deleted = res.Added+res.Changed, res.Bytes, res.Removed
		return err
	})
}
