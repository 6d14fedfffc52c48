package release

import (
	"fmt"
	"math/rand"
	"reflect"
	"time"
)

// fill sets every field of v at random, with few different values, so that records
// collide and refer to each other.
func fill(rng *rand.Rand, v reflect.Value, depth int) {
	switch v.Kind() {
	case reflect.String:
		v.SetString([]string{"", "a", "b", "daily", "20240424.10", "../../x", "testing"}[rng.Intn(7)])
	case reflect.Bool:
		v.SetBool(rng.Intn(2) == 0)
	case reflect.Int, reflect.Int64:
		v.SetInt(int64(rng.Intn(3)))
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
			fill(rng, v.Field(i), depth)
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
