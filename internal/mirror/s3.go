package mirror

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"shiplist/internal/config"
)

// s3 is a bucket of a storage that speaks S3. The library is minio-go and not
// gocloud.dev/blob, which brings the whole SDK of Amazon, gRPC and OpenTelemetry: the
// program grows by 2 MB with the one and by 16 MB with the other.
type s3 struct {
	client *minio.Client
	target config.Target
}

// amazon is the storage where no other is named.
const amazon = "https://s3.amazonaws.com"

// Variables by which every program for S3 knows the credentials, for targets that are
// named on the command line.
const (
	envUser  = "AWS_ACCESS_KEY_ID"
	envKey   = "AWS_SECRET_ACCESS_KEY"
	envToken = "AWS_SESSION_TOKEN"
	envURL   = "AWS_ENDPOINT_URL"
	envArea  = "AWS_REGION"
)

// Bounds of what a storage may answer, and how long it may take.
const (
	s3Connect  = 10 * time.Second
	s3Answer   = 60 * time.Second
	s3Tries    = 4
	s3Request  = 3 * time.Minute // one object, with all tries
	markMost   = 64 << 10
	objectMost = 1_000_000
)

func openS3(t config.Target, key config.Secret, o Options) (storage, error) {
	user, secret, token := t.User, key.Reveal(), ""
	endpoint, region := t.Endpoint, t.Region
	if user == "" {
		user, secret, token = o.Getenv(envUser), o.Getenv(envKey), o.Getenv(envToken)
		if endpoint == "" {
			endpoint = o.Getenv(envURL)
		}
		if region == "" {
			region = o.Getenv(envArea)
		}
	}
	if user == "" || secret == "" {
		return nil, fmt.Errorf("there is no key for %s; write user and key_env or key_file into its [[target]], or set %s and %s", t.URL, envUser, envKey)
	}
	if endpoint == "" {
		endpoint = amazon
	}
	at, err := url.Parse(endpoint)
	if err != nil || at.Host == "" {
		return nil, fmt.Errorf("the endpoint of %s is no address; write it like https://s3.example.org", t.URL)
	}
	lookup := minio.BucketLookupPath // storages of one's own have no name for each bucket
	if endpoint == amazon {
		lookup = minio.BucketLookupAuto
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.ResponseHeaderTimeout, transport.TLSHandshakeTimeout = s3Answer, s3Connect
	transport.MaxIdleConnsPerHost, transport.DisableCompression = requests, true
	client, err := minio.New(at.Host, &minio.Options{
		Creds: credentials.NewStaticV4(user, secret, token), Secure: at.Scheme == "https", Region: region,
		BucketLookup: lookup, Transport: transport, MaxRetries: s3Tries,
	})
	if err != nil {
		return nil, err
	}
	client.SetAppInfo("shiplist", o.Version)
	return &s3{client, t}, nil
}

func (s *s3) key(name string) string { return s.target.Prefix + name }

// List returns all objects below the prefix.
func (s *s3) List(ctx context.Context) (map[string]object, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel() // ends the library's goroutine
	all := map[string]object{}
	for o := range s.client.ListObjects(ctx, s.target.Bucket, minio.ListObjectsOptions{Prefix: s.target.Prefix, Recursive: true}) {
		if o.Err != nil {
			return nil, s.wrong("list", "", o.Err)
		}
		name, below := strings.CutPrefix(o.Key, s.target.Prefix)
		if !below || len(all) >= objectMost {
			return nil, fmt.Errorf("%s: the storage lists %q, or more than %d objects; is it the right one?", s.target.URL, o.Key, objectMost)
		}
		all[name] = object{o.Size, hexOnly(o.ETag)}
	}
	return all, ctx.Err()
}

// hexOnly is an ETag that may be an MD5; empty where it is none.
func hexOnly(tag string) string {
	tag = strings.ToLower(strings.Trim(tag, `"`))
	if sum, err := hex.DecodeString(tag); err != nil || len(sum) != 16 {
		return ""
	}
	return tag
}

const shaMeta = "Sha256"

// Sum returns the checksum that was noted with an object.
func (s *s3) Sum(ctx context.Context, name string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, s3Request)
	defer cancel()
	info, err := s.client.StatObject(ctx, s.target.Bucket, s.key(name), minio.StatObjectOptions{})
	if gone(err) {
		return "", nil
	}
	return info.UserMetadata[shaMeta], s.wrong("look at", name, err)
}

// Read returns a small object.
func (s *s3) Read(ctx context.Context, name string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, s3Request)
	defer cancel()
	o, err := s.client.GetObject(ctx, s.target.Bucket, s.key(name), minio.GetObjectOptions{})
	if err != nil {
		return nil, s.wrong("read", name, err)
	}
	defer o.Close()
	text, err := io.ReadAll(io.LimitReader(o, markMost))
	if gone(err) {
		return nil, nil
	}
	return text, s.wrong("read", name, err)
}

// Write writes an object, whole or not at all; the storage compares the MD5 of what
// arrived.
func (s *s3) Write(ctx context.Context, name string, body []byte, h header) error {
	ctx, cancel := context.WithTimeout(ctx, s3Request)
	defer cancel()
	o := minio.PutObjectOptions{
		ContentType: h.contentType, CacheControl: h.cache, SendContentMd5: true, DisableMultipart: true,
	}
	if h.sha != "" {
		o.UserMetadata = map[string]string{shaMeta: h.sha}
	}
	_, err := s.client.PutObject(ctx, s.target.Bucket, s.key(name), bytes.NewReader(body), int64(len(body)), o)
	return s.wrong("write", name, err)
}

// Remove removes an object.
func (s *s3) Remove(ctx context.Context, name string) error {
	ctx, cancel := context.WithTimeout(ctx, s3Request)
	defer cancel()
	err := s.client.RemoveObject(ctx, s.target.Bucket, s.key(name), minio.RemoveObjectOptions{})
	if gone(err) {
		return nil
	}
	return s.wrong("remove", name, err)
}

func gone(err error) bool { return err != nil && minio.ToErrorResponse(err).Code == minio.NoSuchKey }

// advice says what to do about a code of a storage's error.
var advice = map[string]string{
	minio.NoSuchBucket:             "make the bucket, or correct the url",
	minio.AccessDenied:             "let the user list the bucket, and read, write and remove objects",
	"InvalidAccessKeyId":           "correct user, or the endpoint",
	"SignatureDoesNotMatch":        "correct the key, or the region",
	"AuthorizationHeaderMalformed": "correct region",
	"RequestTimeTooSkewed":         "set the clock of this machine",
	"PermanentRedirect":            "correct region and endpoint",
	"SlowDown":                     "run it again later; what was sent is not sent again",
}

// wrong says where an error happened and what to do; nil for none.
func (s *s3) wrong(did, name string, err error) error {
	if err == nil {
		return nil
	}
	at := "s3://" + s.target.Bucket + "/" + s.key(name)
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("%s %s: %w; run it again, and it goes on", did, at, err)
	}
	answer := minio.ToErrorResponse(err)
	do, known := advice[answer.Code]
	switch {
	case known:
		return fmt.Errorf("%s %s: %s (%s); %s", did, at, answer.Message, answer.Code, do)
	case answer.StatusCode != 0:
		return fmt.Errorf("%s %s: status %d, %s (%s)", did, at, answer.StatusCode, answer.Message, answer.Code)
	}
	return fmt.Errorf("%s %s: %w; is the endpoint right, and does the storage run?", did, at, err)
}
