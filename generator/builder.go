package generator

import (
	"context"
	"os"
	"path/filepath"
)

// Builder makes the site of one configuration again and again. It is for one
// goroutine at a time.
type Builder struct{ options Options }

// NewBuilder returns a builder. It reads nothing yet.
func NewBuilder(o Options) *Builder { return &Builder{options: o} }

// Site is a whole site that was made, and stays as it is whatever is made later.
type Site struct {
	Result Result
}

// Build makes the site from the data, layouts and texts as they are now.
func (b *Builder) Build(ctx context.Context) (*Site, error) {
	res, err := Generate(ctx, b.options)
	if err != nil {
		return nil, err
	}
	return &Site{Result: res}, nil
}

// Read returns a file of the site by its path below the site's root, such as
// "noble/index.html". The error is fs.ErrNotExist where there is none.
func (s *Site) Read(name string) ([]byte, error) {
	return os.ReadFile(filepath.Join(s.Result.Dir, filepath.FromSlash(name)))
}
