package mirror

import (
	"bytes"
	"context"
	"crypto/md5"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"strings"

	sdk "github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"
	"gocloud.dev/blob"
	"gocloud.dev/blob/s3blob"

	"shiplist/internal/config"
)

// s3 is a bucket of a storage that speaks S3.
type s3 struct {
	bucket *blob.Bucket
	target config.Target
	// pages bounds how many of the list are read.
	pages int
}

func openS3(ctx context.Context, t config.Target, key config.Secret, o Options) (storage, error) {
	options, err := s3Options(t, key, o)
	if err != nil {
		return nil, err
	}
	s := &s3{target: t, pages: objectMost / pageKeys}
	if s.bucket, err = openBucket(ctx, t, options); err != nil {
		return nil, err
	}
	if options.Region != "" {
		return s, nil
	}
	region, err := askRegion(ctx, t.Bucket, options)
	if err != nil {
		return nil, s.wrong("ask for the region of", "", err)
	}
	options.Region = region
	s.bucket, err = openBucket(ctx, t, options)
	return s, err
}

func openBucket(ctx context.Context, t config.Target, o sdk.Options) (*blob.Bucket, error) {
	return s3blob.OpenBucket(ctx, sdk.New(o), t.Bucket, &s3blob.Options{RequestChecksumCalculation: o.RequestChecksumCalculation})
}

func (s *s3) key(name string) string { return s.target.Prefix + name }

// List returns all objects below the prefix.
func (s *s3) List(ctx context.Context) (map[string]object, error) {
	all := map[string]object{}
	last := ""
	options := &blob.ListOptions{Prefix: s.target.Prefix, BeforeList: func(as func(any) bool) error {
		var request *sdk.ListObjectsV2Input
		if !as(&request) || request.ContinuationToken == nil {
			return nil
		}
		if *request.ContinuationToken == last {
			return fmt.Errorf("the storage goes on with %q again and again", last)
		}
		last = *request.ContinuationToken
		return nil
	}}
	next := blob.FirstPageToken
	for n := 0; len(next) > 0; n++ {
		page, token, err := s.page(ctx, next, options)
		if err != nil {
			return nil, s.wrong("list", "", err)
		}
		for _, o := range page {
			name, below := strings.CutPrefix(o.Key, s.target.Prefix)
			if !below || n >= s.pages {
				return nil, fmt.Errorf("%s: the storage lists %q, or more than %d objects; is it the right one?", s.target.URL, o.Key, s.pages*pageKeys)
			}
			if name != "" { // what consoles make for a folder
				all[name] = object{o.Size, md5Of(o)}
			}
		}
		next = token
	}
	return all, nil
}

// page returns some of the objects; all pages but the last are full.
func (s *s3) page(ctx context.Context, token []byte, o *blob.ListOptions) (page []*blob.ListObject, next []byte, err error) {
	ctx, cancel := context.WithTimeout(ctx, s3Request)
	defer cancel()
	return s.bucket.ListPage(ctx, token, pageKeys, o)
}

// md5Of is that of a listed object, from the ETag as the storage wrote it: some leave out
// the quotes, without which blob takes none for an MD5.
func md5Of(o *blob.ListObject) string {
	var listed s3types.Object
	if !o.As(&listed) || listed.ETag == nil {
		return ""
	}
	return hexOnly(*listed.ETag)
}

// hexOnly is an ETag that may be an MD5; empty where it is none.
func hexOnly(tag string) string {
	tag = strings.ToLower(strings.Trim(tag, `"`))
	if sum, err := hex.DecodeString(tag); err != nil || len(sum) != 16 {
		return ""
	}
	return tag
}

const shaMeta = "sha256"

// Sum returns the checksum that was noted with an object.
func (s *s3) Sum(ctx context.Context, name string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, s3Request)
	defer cancel()
	info, err := s.bucket.Attributes(ctx, s.key(name))
	switch {
	case s.gone(err):
		return "", nil
	case err != nil:
		return "", s.wrong("look at", name, err)
	}
	return info.Metadata[shaMeta], nil
}

// Read returns a small object.
func (s *s3) Read(ctx context.Context, name string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, s3Request)
	defer cancel()
	o, err := s.bucket.NewReader(ctx, s.key(name), nil)
	if s.gone(err) {
		return nil, nil
	}
	if err != nil {
		return nil, s.wrong("read", name, err)
	}
	defer o.Close()
	text, err := io.ReadAll(io.LimitReader(o, markMost))
	return text, s.wrong("read", name, err)
}

// Write writes an object, whole or not at all; the storage compares the MD5 of what
// arrived. The MD5 is given to the request, as blob itself would compare it here and copy
// the body for that. A part as large as the body makes one request of it, without which
// its ETag was no MD5.
func (s *s3) Write(ctx context.Context, name string, body []byte, h header) error {
	ctx, cancel := context.WithTimeout(ctx, s3Request)
	defer cancel()
	sum := md5.Sum(body)
	text := base64.StdEncoding.EncodeToString(sum[:])
	o := &blob.WriterOptions{
		ContentType: h.contentType, CacheControl: h.cache, BufferSize: max(len(body), partLeast),
		BeforeWrite: func(as func(any) bool) error {
			var request *sdk.PutObjectInput
			if !as(&request) {
				return fmt.Errorf("no MD5 can be sent with %s", name)
			}
			request.ContentMD5 = &text
			return nil
		},
	}
	if h.sha != "" {
		o.Metadata = map[string]string{shaMeta: h.sha}
	}
	return s.wrong("write", name, s.bucket.Upload(ctx, s.key(name), bytes.NewReader(body), o))
}

// Remove removes an object.
func (s *s3) Remove(ctx context.Context, name string) error {
	ctx, cancel := context.WithTimeout(ctx, s3Request)
	defer cancel()
	err := s.bucket.Delete(ctx, s.key(name))
	if s.gone(err) {
		return nil
	}
	return s.wrong("remove", name, err)
}
