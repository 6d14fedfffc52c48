package preview

import (
	"context"

	"shiplist/generator/publish"
	"shiplist/generator/staged"
)

// forbids tells what forbids to publish the site, by the rules of publish. It waits until
// the site is on disk.
func (c *changes) forbids(ctx context.Context) ([]publish.Reason, error) {
	res, err := c.site.Stage(ctx)
	if err != nil {
		return nil, err
	}
	shown, err := publish.Show(c.public.from)
	if err != nil {
		return nil, err
	}
	return publish.Forbids(shown, staged.Set{Record: c.site.Record, Dir: res.Dir}), nil
}
