package release

import (
	"fmt"
	"math/rand"
	"reflect"
	"time"
)

// vocabulary are the words for each type of text: few, so that records collide and
// refer to each other, and some of them hostile.
var vocabulary = map[string][]string{
	"string": {
		"", "noble", "jammy", "daily", "beta", "20240424.9", "20240424.10", "../../x", "..", "other",
		"kubuntu", "amd64", "desktop", "Kubuntu Desktop amd64", "Netboot amd64", "tree", "full", "simple",
	},
	"State":           {"", "testing", "ready", "failed", "disabled", "superseded", "removed", "unknown", "missing", "odd"},
	"Kind":            {"", "daily", "release"},
	"MilestoneStatus": {"", "testing", "testing", "released", "odd"},
	"SeriesStatus":    {"", "active", "active", "disabled", "odd"},
	"DirectoryKind":   {"dated", "current", "release", "pool", "odd"},
	"ImageKind":       {"daily", "release", "odd"},
	"SignatureState":  {"good", "missing", "bad", "unknown-key", "expired-key", "unreadable", "odd"},
	"Official":        {"", "yes", "named", "no", "poolonly", "inteliot", "odd"},
}

// fill sets every field of v at random, with few different values, so that records
// collide and refer to each other.
func fill(rng *rand.Rand, v reflect.Value, depth int) {
	switch v.Kind() {
	case reflect.String:
		words := vocabulary[v.Type().Name()]
		if words == nil || rng.Intn(8) == 0 {
			words = vocabulary["string"]
		}
		v.SetString(words[rng.Intn(len(words))])
	case reflect.Bool:
		v.SetBool(rng.Intn(2) == 0)
	case reflect.Map:
	case reflect.Int, reflect.Int64:
		v.SetInt(int64(rng.Intn(3)))
	case reflect.Float64:
		v.SetFloat(float64(rng.Intn(3)))
	case reflect.Pointer:
		if rng.Intn(3) > 0 {
			v.Set(reflect.New(v.Type().Elem()))
			fill(rng, v.Elem(), depth)
		}
	case reflect.Slice:
		n := rng.Intn(6 - 2*min(depth, 2))
		if n == 0 {
			return
		}
		v.Set(reflect.MakeSlice(v.Type(), n, n))
		for i := range n {
			fill(rng, v.Index(i), depth+1)
		}
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(time.Unix(int64(rng.Intn(3))*3600, 0).UTC()))
			return
		}
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				fill(rng, v.Field(i), depth)
			}
		}
	default:
		panic(fmt.Sprintf("no random value for %v", v.Type()))
	}
}

// shuffle puts every slice in v in another order, but for those whose order
// carries meaning.
func shuffle(rng *rand.Rand, v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			shuffle(rng, v.Elem())
		}
	case reflect.Slice:
		swap := reflect.Swapper(v.Interface())
		rng.Shuffle(v.Len(), swap)
		for i := range v.Len() {
			shuffle(rng, v.Index(i))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).Name != "Checksums" && v.Type() != reflect.TypeFor[time.Time]() {
				shuffle(rng, v.Field(i))
			}
		}
	}
}

// clone copies facts deeply.
func clone(f Facts) Facts {
	return deepCopy(reflect.ValueOf(f)).Interface().(Facts)
}

func deepCopy(v reflect.Value) reflect.Value {
	if v.Type() == reflect.TypeFor[time.Time]() {
		return v
	}
	c := reflect.New(v.Type()).Elem()
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			c.Set(reflect.New(v.Type().Elem()))
			c.Elem().Set(deepCopy(v.Elem()))
		}
	case reflect.Slice:
		if !v.IsNil() {
			c.Set(reflect.MakeSlice(v.Type(), v.Len(), v.Len()))
			for i := range v.Len() {
				c.Index(i).Set(deepCopy(v.Index(i)))
			}
		}
	case reflect.Struct:
		for i := range v.NumField() {
			c.Field(i).Set(deepCopy(v.Field(i)))
		}
	default:
		c.Set(v)
	}
	return c
}
