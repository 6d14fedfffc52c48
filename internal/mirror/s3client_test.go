package mirror

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	"shiplist/internal/config"
)

// TestS3Tries: a storage that is busy is asked again, and not for ever; one that refuses is
// not.
func TestS3Tries(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name          string
		status, times int // the answer, and how often it comes
		code          string
		asked         int32
		want          string
	}{
		{"busy once", 503, 1, "SlowDown", 2, ""},
		{"busy", 503, 9, "SlowDown", s3Tries, "what was sent is not sent again"},
		{"broken", 500, 9, "InternalError", s3Tries, "status 500, some words (InternalError)"},
		{"refused", 403, 9, "AccessDenied", 1, "some words (AccessDenied); let the user list"},
		{"moved", 301, 9, "PermanentRedirect", 1, "correct region and endpoint"},
		{"other words", 418, 9, "Teapot", 1, "status 418, some words (Teapot)"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			asked := atomic.Int32{}
			url := s3Server(t, func(next http.Handler) http.Handler {
				return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					if n := asked.Add(1); int(n) > tt.times {
						next.ServeHTTP(w, r)
						return
					}
					w.Header().Set("Location", "http://127.0.0.1:1/elsewhere")
					w.WriteHeader(tt.status)
					fmt.Fprintf(w, "<Error><Code>%s</Code><Message>some words</Message></Error>", tt.code)
				})
			})
			target, right := s3Target(t, "s3://bucket", url)
			err := open3(t, target, right).Write(t.Context(), "x.html", []byte("x"), header{contentType: "text/html"})
			if asked.Load() != tt.asked || (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
				t.Errorf("asked %d times: %v", asked.Load(), err)
			}
		})
	}
}

// TestS3Unreachable: the error names the address and what to look at, and nothing else.
func TestS3Unreachable(t *testing.T) {
	t.Parallel()
	const nobody = "http://127.0.0.1:1"
	target, right := s3Target(t, "s3://bucket/www", nobody)
	_, err := open3(t, target, right).List(t.Context())
	if err == nil || !strings.HasPrefix(err.Error(), `list s3://bucket/www/: Get "`+nobody+"/bucket?") ||
		!strings.HasSuffix(err.Error(), "connection refused; is the endpoint right, and does the storage run?") {
		t.Error(err)
	}
}

// TestS3Interrupted: a request that hangs ends with the run, which says that it goes on.
func TestS3Interrupted(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		cancel()
		<-r.Context().Done()
	}))
	t.Cleanup(server.Close)
	target, right := s3Target(t, "s3://bucket", server.URL)
	s := open3(t, target, right)
	err := s.Write(ctx, "x.html", []byte("x"), header{contentType: "text/html"})
	if !errors.Is(err, context.Canceled) || !strings.HasPrefix(err.Error(), "write s3://bucket/x.html: ") ||
		!strings.HasSuffix(err.Error(), " context canceled; run it again, and it goes on") || strings.Contains(err.Error(), "operation") {
		t.Error(err)
	}
	if _, err = s.List(ctx); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// TestS3Region: where no region is configured, the storage is asked, and requests are
// signed for what it says in one of three ways; for the first one where it says nothing.
func TestS3Region(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, tell string
		status     int
		body, want string
	}{
		{"told", "", 200, "<LocationConstraint>eu-north-1</LocationConstraint>", "eu-north-1"},
		{"the first", "", 200, "<LocationConstraint/>", "us-east-1"},
		{"an old name", "", 200, "<LocationConstraint>EU</LocationConstraint>", "eu-west-1"},
		{"in a header", "ap-south-1", 301, "<Error><Code>PermanentRedirect</Code></Error>", "ap-south-1"},
		{"in an error", "", 400, "<Error><Code>AuthorizationHeaderMalformed</Code><Region>garage</Region></Error>", "garage"},
		{"not for us", "", 403, "<Error><Code>AccessDenied</Code></Error>", "us-east-1"},
		{"not known", "", 501, "<Error><Code>NotImplemented</Code></Error>", "us-east-1"},
		{"nonsense", "", 400, "<Error><Code>X</Code><Region>a/b c</Region></Error>", "us-east-1"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var scope atomic.Value
			url := s3Server(t, func(next http.Handler) http.Handler {
				return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					if !r.URL.Query().Has("location") {
						scope.Store(r.Header.Get("Authorization"))
						next.ServeHTTP(w, r)
						return
					}
					if tt.tell != "" {
						w.Header().Set("X-Amz-Bucket-Region", tt.tell)
					}
					w.WriteHeader(tt.status)
					fmt.Fprint(w, tt.body)
				})
			})
			target, right := s3Target(t, "s3://bucket", url)
			target.Region = ""
			_, err := open3(t, target, right).List(t.Context())
			if signed, _ := scope.Load().(string); err != nil || !strings.Contains(signed, "/"+tt.want+"/s3/aws4_request") {
				t.Errorf("signed %q: %v", signed, err)
			}
		})
	}
}

// TestS3Environment: targets of the command line have all from variables, and Amazon's
// storage has a name for each bucket; nothing else is looked up.
func TestS3Environment(t *testing.T) {
	t.Parallel()
	env := map[string]string{
		envUser: "id", envKey: "word", envToken: "token", envURL: "http://127.0.0.1:9000/", envArea: "eu-west-1",
	}
	o := Options{Getenv: func(name string) string { return env[name] }}
	got, err := s3Options(address(t, "s3://bucket"), config.Secret{}, o)
	if err != nil || got.Region != "eu-west-1" || !got.UsePathStyle || *got.BaseEndpoint != "http://127.0.0.1:9000" {
		t.Errorf("%v %q %v", err, got.Region, got.UsePathStyle)
	}
	who, err := got.Credentials.Retrieve(t.Context())
	if err != nil || who.AccessKeyID != "id" || who.SecretAccessKey != "word" || who.SessionToken != "token" {
		t.Errorf("%v", err)
	}
	target := address(t, "s3://bucket")
	target.User = "configured" // whose key is not that of the variables
	if _, err := s3Options(target, config.Secret{}, o); err == nil || !strings.Contains(err.Error(), "there is no key for s3://bucket") {
		t.Error(err)
	}
	delete(env, envURL)
	got, err = s3Options(address(t, "s3://bucket"), config.Secret{}, o)
	if err != nil || got.UsePathStyle || got.BaseEndpoint != nil {
		t.Errorf("Amazon's: %v %v", err, got.UsePathStyle)
	}
	env[envURL] = "storage.example.org"
	if _, err = s3Options(address(t, "s3://bucket"), config.Secret{}, o); err == nil || !strings.Contains(err.Error(), "write it like https://") {
		t.Error(err)
	}
}

// TestS3Hostile: lists that no storage should send.
func TestS3Hostile(t *testing.T) {
	t.Parallel()
	const some = "<Contents><Key>www/a</Key><Size>1</Size><ETag>D41D8CD98F00B204E9800998ECF8427E</ETag></Contents>"
	full := strings.Repeat(some, pageKeys)
	for name, tt := range map[string]struct{ body, want string }{
		"no time, no quotes": {some, ""},
		"nothing in it":      {"<Contents><Key>www/b</Key></Contents><Contents><Key>www/a</Key><ETag>D41D8CD98F00B204E9800998ECF8427E</ETag></Contents>", ""},
		"no key":             {"<Contents><Size>1</Size></Contents>", `the storage lists ""`},
		"elsewhere":          {"<Contents><Key>../www/a</Key></Contents>", `the storage lists "../www/a"`},
		"no end":             {full + "<NextContinuationToken>N</NextContinuationToken>", "more than 2000 objects"},
		"the same again":     {"<NextContinuationToken>t</NextContinuationToken>", `goes on with "t" again`},
		"too large":          {"<Name>" + strings.Repeat("x", answerMost) + "</Name>", "list s3://bucket/www/: "},
		"cut":                {"<Contents><Key>www/a", "list s3://bucket/www/: "},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			asked := atomic.Int32{}
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				fmt.Fprint(w, "<ListBucketResult>"+strings.Replace(tt.body, ">N<", fmt.Sprintf(">%d<", asked.Add(1)), 1))
				if name != "cut" {
					fmt.Fprint(w, "</ListBucketResult>")
				}
			}))
			t.Cleanup(server.Close)
			target, right := s3Target(t, "s3://bucket/www", server.URL)
			s := open3(t, target, right)
			s.(*s3).pages = 2
			list, err := s.List(t.Context())
			switch {
			case tt.want == "" && (err != nil || list["a"].md5 != "d41d8cd98f00b204e9800998ecf8427e"):
				t.Errorf("%v %v", list, err)
			case tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)):
				t.Errorf("want %q: %v", tt.want, err)
			}
		})
	}
}

// answers is a client whose server says the same to everything.
type answers struct {
	status int
	body   string
}

func (a answers) Do(r *http.Request) (*http.Response, error) {
	return &http.Response{
		StatusCode: a.status, Header: http.Header{"Content-Type": {"application/xml"}}, Body: io.NopCloser(strings.NewReader(a.body)), Request: r,
	}, nil
}

// FuzzS3 lets a storage say anything: it ends, and nothing is taken for an object that is
// not below the prefix, nor for a region that is none.
func FuzzS3(f *testing.F) {
	f.Add(200, "<ListBucketResult><Contents><Key>www/a</Key><Size>1</Size></Contents></ListBucketResult>")
	f.Add(200, "<LocationConstraint>eu-west-1</LocationConstraint>")
	f.Add(400, "<Error><Code>AuthorizationHeaderMalformed</Code><Region>garage</Region></Error>")
	f.Add(404, "")
	f.Fuzz(func(t *testing.T, status int, body string) {
		target := address(t, "s3://bucket/www")
		target.User = "web-user"
		options := plainS3(Options{})
		options.HTTPClient, options.Retryer, options.Region = answers{200 + (status&0x7fff)%400, body}, aws.NopRetryer{}, firstRegion
		options.Credentials = aws.AnonymousCredentials{}
		region, err := askRegion(t.Context(), target.Bucket, options)
		if err == nil && !regionName.MatchString(region) {
			t.Errorf("region %q", region)
		}
		bucket, err := openBucket(t.Context(), target, options)
		if err != nil {
			t.Fatal(err)
		}
		s := &s3{bucket, target, 2}
		if list, err := s.List(t.Context()); err != nil && list != nil {
			t.Errorf("%v %v", list, err)
		}
		_, _ = s.Read(t.Context(), "a")
		_, _ = s.Sum(t.Context(), "a")
		_ = s.Write(t.Context(), "a", []byte("a"), header{contentType: "text/html"})
		_ = s.Remove(t.Context(), "a")
	})
}
