package generator

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"shiplist/generator/headers"
	"shiplist/generator/staged"
	"shiplist/internal/accounts"
	"shiplist/internal/store"
)

// Rule of this file: everything that a site is made of is in its basis, so that a run in
// which nothing changed ends without loading anything. Whatever is odd, or cannot be
// told for sure, means to make the site. A new thing that a build reads has to be added
// to made or to the data files here.

// basisFile is where it is kept in the state directory.
const basisFile = "site.basis"

// young is how old a file has to be before its times tell whether it changed: clocks of
// file systems go in steps, of up to two seconds. The content of a younger one is
// compared.
const young = 3 * time.Second

// abandoned is how old a temporary file is of which nobody writes any more.
const abandoned = time.Hour

// basis is what a site was made of.
type basis struct {
	// Made stands for the configuration, the layouts, the texts, the logo, the program
	// and what is known of accounts.
	Made string `json:"made"`
	// Data are the files of the data directory.
	Data []dataFile `json:"data"`
	// Result is what making it gave.
	Result Result `json:"result"`
}

// dataFile is a file as it was before it was read.
type dataFile struct {
	Path string `json:"path"`
	ID   string `json:"id"` // what the file system knows of it; empty where that is too little
	// Sum is the sha256 of its content, where the file was young.
	Sum string `json:"sum,omitempty"`
}

// newBasis looks at everything that a site will be made of, before anything of it is
// read: what changes from then on differs from it. It returns nil where that
// cannot be told.
func newBasis(o Options, now time.Time) *basis {
	made, err := madeOf(o)
	if err != nil || made == "" {
		return nil
	}
	data, err := dataFiles(o.Config.Store.Data, now)
	if err != nil {
		return nil
	}
	return &basis{Made: made, Data: data}
}

// madeOf stands for all but the data.
func madeOf(o Options) (string, error) {
	c := o.Config.Site
	layoutFS, contentFS, err := sources(o)
	if err != nil {
		return "", err
	}
	layouts, errLayouts := sumFiles(layoutFS)
	texts, errTexts := sumFiles(contentFS)
	program, errProgram := programID()
	var logo []byte
	var errLogo error
	if c.Logo != "" {
		logo, errLogo = os.ReadFile(c.Logo)
	}
	if err := errors.Join(errLayouts, errTexts, errProgram, errLogo); err != nil {
		return "", err
	}
	known, _ := accounts.Load(o.Config.Store.State, o.Config.Rules.Contacts.Launchpad) // see load
	return sumOf(o.Config, layouts, texts, program, logo, known.Kinds()), nil
}

// programID tells this program from any other version of it.
func programID() (string, error) {
	name, err := os.Executable()
	if err != nil {
		return "", err
	}
	info, err := os.Stat(name)
	if err != nil {
		return "", err
	}
	return cmp.Or(fileID(info), info.ModTime().String()), nil
}

var errUnfinished = errors.New("a commit was cut short")

// dataFiles lists the data directory as it is now. Where a commit was cut short, what
// its files say is not what they mean, and there is no list.
func dataFiles(dir string, now time.Time) ([]dataFile, error) {
	if unfinished, err := store.Unfinished(dir); unfinished || err != nil {
		return nil, errors.Join(err, errUnfinished)
	}
	var files []dataFile
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case strings.HasPrefix(d.Name(), ".") && d.IsDir() && name != dir:
			return fs.SkipDir
		case d.IsDir() || strings.HasPrefix(d.Name(), "."):
			return nil
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		f := dataFile{Path: name, ID: fileID(info)}
		if f.ID == "" || now.Sub(touched(info)) < young {
			f.Sum, err = sumFile(name)
		}
		files = append(files, f)
		return err
	})
	return files, err
}

func sumFile(name string) (string, error) {
	content, err := os.ReadFile(name)
	return digestOf(content), err
}

// same reports whether a site with this basis is what one with an earlier basis was.
func (b *basis) same(before *basis) bool {
	if b.Made != before.Made || len(b.Data) != len(before.Data) {
		return false
	}
	for i, is := range b.Data {
		if !is.same(before.Data[i]) {
			return false
		}
	}
	return true
}

// same reports whether a file is as it was. One that was young then may have changed
// since without a trace in its times.
func (f dataFile) same(was dataFile) bool {
	if f.Path != was.Path || f.ID != was.ID {
		return false
	}
	if was.Sum == "" {
		return true
	}
	sum := f.Sum
	if sum == "" {
		var err error
		if sum, err = sumFile(f.Path); err != nil {
			return false
		}
	}
	return sum == was.Sum
}

// answer is what making the site again would give: the result of the last run, as long as
// that was made of the same, the set that it staged is the newest one and has as many files,
// and the directory of headers is as it left it. ok is false otherwise.
func (b *basis) answer(o Options) (r Result, ok bool) {
	if b == nil {
		return Result{}, false
	}
	text, err := os.ReadFile(filepath.Join(o.Config.Store.State, basisFile))
	if err != nil {
		return Result{}, false
	}
	var before basis
	if json.Unmarshal(text, &before) != nil || !b.same(&before) {
		return Result{}, false
	}
	newest, err := staged.Newest(o.Config.Site.Staged)
	if err != nil || newest.Digest != before.Result.Digest || newest.Files != before.Result.Files {
		return Result{}, false
	}
	r = before.Result
	r.New, r.Shared, r.Removed = false, r.Files, 0
	return r, r.headersAreThere(o.Config.Site.Headers)
}

// headersAreThere reports whether the directory of headers is as the result says, which
// then tells that nothing was written.
func (r *Result) headersAreThere(dir string) bool {
	digest, err := headers.Digest(dir)
	if r.Headers == nil {
		return err == nil && digest == ""
	}
	h := *r.Headers
	h.Written, h.Removed = 0, 0
	r.Headers = &h
	return err == nil && digest == h.Digest
}

// write keeps it for the next run. A run that may not write there is none the worse,
// nor is one after which the file is lost with the power.
func (b *basis) write(o Options, r Result) {
	if b == nil {
		return
	}
	b.Result = r
	text, err := json.Marshal(b)
	if err != nil {
		return
	}
	name := filepath.Join(o.Config.Store.State, basisFile)
	sweepBasis(filepath.Dir(name), time.Now())
	temp, err := os.CreateTemp(filepath.Dir(name), basisFile+".*")
	if err != nil {
		return
	}
	_, err = temp.Write(text)
	if errors.Join(err, temp.Close()) != nil || os.Rename(temp.Name(), name) != nil {
		_ = os.Remove(temp.Name())
	}
}

// sweepBasis removes what runs left that were cut short while they wrote. A run that is
// writing now is done within abandoned.
func sweepBasis(dir string, now time.Time) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return // a directory of no concern to who only generates
	}
	for _, e := range entries {
		info, err := e.Info()
		if err == nil && strings.HasPrefix(e.Name(), basisFile+".") && now.Sub(info.ModTime()) > abandoned {
			_ = os.Remove(filepath.Join(dir, e.Name()))
		}
	}
}

// generateAt is Generate with the time told.
func generateAt(ctx context.Context, o Options, now time.Time) (Result, error) {
	from := newBasis(o, now)
	if res, ok := from.answer(o); ok {
		return res, nil
	}
	b := NewBuilder(o)
	site, err := b.build(ctx, 0)
	if err != nil {
		return Result{}, err
	}
	res, err := site.Stage(ctx)
	if err != nil {
		return Result{}, err
	}
	if res.Headers, err = b.kept.writeHeaders(ctx, o.Config); err != nil {
		return Result{}, err
	}
	from.write(o, res)
	return res, nil
}
