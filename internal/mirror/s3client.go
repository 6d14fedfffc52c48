package mirror

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/credentials"
	sdk "github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"

	"shiplist/internal/config"
)

// Variables by which every program for S3 knows the credentials, for targets that are
// named on the command line.
const (
	envUser  = "AWS_ACCESS_KEY_ID"
	envKey   = "AWS_SECRET_ACCESS_KEY"
	envToken = "AWS_SESSION_TOKEN"
	envURL   = "AWS_ENDPOINT_URL"
	envArea  = "AWS_REGION"
)

const (
	// amazon is the storage where no other is named.
	amazon = "https://s3.amazonaws.com"
	// firstRegion is where a storage is asked that has not told its region.
	firstRegion = "us-east-1"
)

// Bounds of what a storage may answer, and how long it may take.
const (
	s3Connect  = 10 * time.Second
	s3Answer   = 60 * time.Second
	s3Tries    = 4
	s3Wait     = 10 * time.Second // between two tries, at most
	s3Request  = 3 * time.Minute  // one object, or one page of the list, with all tries
	markMost   = 64 << 10
	answerMost = 16 << 20 // of a body; a page of the list is less than 2 MB
	pageKeys   = 1000     // in one page; no storage gives more
	objectMost = 1_000_000
	partLeast  = 5 << 20 // the library refuses less
)

// s3Options say how a storage is reached: all from the target, and nothing from files,
// variables or services of the machine, which is why the client is not made by the SDK's
// own configuration. The region is empty where the storage has to be asked.
func s3Options(t config.Target, key config.Secret, o Options) (sdk.Options, error) {
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
		return sdk.Options{}, fmt.Errorf("there is no key for %s; write user and key_env or key_file into its [[target]], or set %s and %s", t.URL, envUser, envKey)
	}
	if endpoint == "" {
		endpoint = amazon
	}
	at, err := url.Parse(endpoint)
	if err != nil || at.Host == "" {
		return sdk.Options{}, fmt.Errorf("the endpoint of %s is no address; write it like https://s3.example.org", t.URL)
	}
	options := plainS3(o)
	options.Region = region
	options.Credentials = credentials.NewStaticCredentialsProvider(user, secret, token)
	if endpoint != amazon { // which has a name for each bucket and region
		options.BaseEndpoint, options.UsePathStyle = aws.String(at.Scheme+"://"+at.Host), true
	}
	return options, nil
}

// plainS3 is a client that keeps to what all storages know, not only Amazon's: no checksums
// behind the body, no header that a proxy may change under the signature, no waiting for
// leave to send a body.
func plainS3(o Options) sdk.Options {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.ResponseHeaderTimeout, transport.TLSHandshakeTimeout = s3Answer, s3Connect
	transport.MaxIdleConnsPerHost, transport.DisableCompression = requests, true
	return sdk.Options{
		RequestChecksumCalculation:   aws.RequestChecksumCalculationWhenRequired,
		ResponseChecksumValidation:   aws.ResponseChecksumValidationWhenRequired,
		ContinueHeaderThresholdBytes: -1,
		HTTPClient: ending{&http.Client{
			Transport:     transport,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		}},
		Retryer: retry.NewStandard(func(r *retry.StandardOptions) { r.MaxAttempts, r.MaxBackoff = s3Tries, cmp.Or(o.wait, s3Wait) }),
		APIOptions: []func(*middleware.Stack) error{
			awsmiddleware.AddUserAgentKeyValue("shiplist", o.Version), noEncoding, someTime,
		},
	}
}

// noEncoding leaves out Accept-Encoding, which Google's storage changes before it compares
// the signature.
func noEncoding(s *middleware.Stack) error {
	_, _ = s.Finalize.Remove("DisableAcceptEncodingGzip") // some requests have none
	return nil
}

// someTime gives listed objects a time where the storage told none: s3blob (0.45) panics
// without. Nobody reads it.
func someTime(s *middleware.Stack) error {
	return s.Initialize.Add(middleware.InitializeMiddlewareFunc("shiplistSomeTime",
		func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
			out, meta, err := next.HandleInitialize(ctx, in)
			if list, ok := out.Result.(*sdk.ListObjectsV2Output); ok && list != nil {
				for i := range list.Contents {
					if list.Contents[i].LastModified == nil {
						list.Contents[i].LastModified = &time.Time{}
					}
				}
			}
			return out, meta, err
		}), middleware.After)
}

// ending is a client that reads no answer without an end.
type ending struct{ *http.Client }

func (b ending) Do(r *http.Request) (*http.Response, error) {
	res, err := b.Client.Do(r)
	if err == nil {
		res.Body = struct {
			io.Reader
			io.Closer
		}{io.LimitReader(res.Body, answerMost), res.Body}
	}
	return res, err
}

// askRegion asks a storage for the region of a bucket, as requests are signed for one. A
// storage that does not tell, or not this user, has the first one, or refuses what
// follows and says why.
func askRegion(ctx context.Context, bucket string, o sdk.Options) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, s3Request)
	defer cancel()
	heard := &hearing{client: o.HTTPClient}
	o.Region, o.HTTPClient = firstRegion, heard
	found, err := sdk.New(o).GetBucketLocation(ctx, &sdk.GetBucketLocationInput{Bucket: &bucket})
	var refused smithy.APIError
	switch {
	case err == nil && found.LocationConstraint == "EU": // as Ireland was called
		return "eu-west-1", nil
	case err == nil && found.LocationConstraint != "":
		heard.hear(string(found.LocationConstraint))
		return cmp.Or(heard.region, firstRegion), nil
	case err != nil && !errors.As(err, &refused):
		return "", err
	case err != nil && heard.region != "":
		return heard.region, nil
	}
	return firstRegion, nil
}

// hearing is a client that hears which region an answer names: one that refuses a request
// for the wrong region names the right one, which the SDK does not pass on.
type hearing struct {
	client sdk.HTTPClient
	region string
}

var (
	regionTag  = regexp.MustCompile(`<Region>([^<]*)</Region>`)
	regionName = regexp.MustCompile(`^[A-Za-z0-9-]{1,64}$`)
)

func (h *hearing) Do(r *http.Request) (*http.Response, error) {
	res, err := h.client.Do(r)
	if err != nil {
		return res, err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(io.LimitReader(res.Body, markMost))
	if err != nil {
		return nil, err
	}
	res.Body = io.NopCloser(bytes.NewReader(text))
	named := res.Header.Get("X-Amz-Bucket-Region")
	if tag := regionTag.FindSubmatch(text); named == "" && tag != nil {
		named = string(tag[1])
	}
	h.hear(named)
	return res, nil
}

func (h *hearing) hear(name string) {
	if regionName.MatchString(name) {
		h.region = name
	}
}
