package generator

import (
	"os"
	"strings"
	"testing"
)

func TestGenerate(t *testing.T) {
	t.Parallel()
	c := defaultConfig(t)
	c.Store.Data = t.TempDir()
	write(t, c.Store.Data+"/sources.toml", "[[source]]\nname = \"iso\"\nkind = \"qatracker\"\naddress = \"https://iso.example\"\nattempt = 2026-04-23T14:21:00Z\nsuccess = 2026-04-23T14:21:00Z\n")
	write(t, c.Store.Data+"/iso/series/noble.toml", "slug = \"noble\"\ntitle = \"Noble\"\nstatus = \"active\"\n")
	res, err := Generate(t.Context(), Options{Config: c})
	if err != nil {
		t.Fatal(err)
	}
	if !res.AsOf.Equal(sampleNow) || res.Pages == 0 {
		t.Errorf("result %+v, want it as of %v", res, sampleNow)
	}
	page, err := os.ReadFile(res.Dir + "/noble/index.html")
	if err != nil || !strings.Contains(string(page), "Noble Numbat") {
		t.Errorf("the series has no page: %v", err)
	}
}

func TestGenerateRefusesBrokenData(t *testing.T) {
	t.Parallel()
	c := defaultConfig(t)
	c.Store.Data = t.TempDir()
	write(t, c.Store.Data+"/sources.toml", "[[source]]\nname = 3\n")
	_, err := Generate(t.Context(), Options{Config: c})
	if err == nil || !strings.Contains(err.Error(), "load data: ") || !strings.Contains(err.Error(), "sources.toml:2:") {
		t.Errorf("error = %v", err)
	}
	if _, err := os.Stat(c.Site.Staged); err == nil {
		t.Error("a directory for sets was made")
	}
}
