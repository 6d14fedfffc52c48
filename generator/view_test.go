package generator

import (
	"os"
	"testing"
)

func TestView(t *testing.T) {
	dir := os.Getenv("VIEW")
	if dir == "" {
		t.Skip()
	}
	c := defaultConfig(t)
	c.Site.Staged = dir
	s := prepared(t, Options{Config: c}, samplePicture(c))
	res, err := s.stage(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%+v", res)
	os.Remove(dir + "/site")
	os.Symlink(res.Digest, dir+"/site")
}
