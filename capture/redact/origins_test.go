package redact_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/lineage-audit/lineage/capture/redact"
)

const withheld = "%5Bredacted%5D"

// Whatever name a signature has, it is not written down.
func TestOriginWithholds(t *testing.T) {
	const drawn = "aB3xK9qLm2Zt7Wv1Yc4R"
	for _, name := range []string{"ticket", "hmac", "hdnea", "t", "s", "st", "verify", "q-ak", "q-signature", "Policy", "Signature", "Key-Pair-Id",
		"auth", "key", "sig", "jwt", "anything", "X-Amz-Security-Token", "X-Goog-Signature", "sv", "md5", "hash", "Expires", "a%20b", "tick%65t", "id", "file", "q"} {
		for _, secret := range []string{drawn, "exp=1700000000~acl=/*~hmac=" + drawn, url.QueryEscape("a b/" + drawn + "=="), "0123456789abcdef0123456789abcdef"} {
			for _, u := range []string{"https://h/x?" + name + "=" + secret, "https://h/x?v=1&" + name + "=" + secret + "&download=1", "https://h/x?raw;" + name + "=" + secret, "https://h/x#" + name + "=" + secret} {
				got := (*redact.Rules)(nil).Origin(u)
				if strings.Contains(got, secret) || strings.Contains(got, drawn) || !strings.Contains(got, withheld) {
					t.Errorf("%q is written down as %q", u, got)
				}
			}
		}
	}
	for u, want := range map[string]string{
		"https://h/x?ticket=short":                           "https://h/x?ticket=" + withheld,
		"https://h/x?" + drawn:                               "https://h/x?" + withheld,
		"https://h/x?short":                                  "https://h/x?" + withheld,
		"https://u:p@h/x?t=1&v=2":                            "https://h/x?t=" + withheld + "&v=2",
		"https://h/s/" + drawn + "/train.csv":                "https://h/s/" + withheld + "/train.csv",
		"https://h/a/" + drawn + "/train.csv?raw=1":          "https://h/a/" + withheld + "/train.csv?raw=1",
		"https://h/token/3f9a1c7e5b2d8f604a/x":               "https://h/token/" + withheld + "/x",
		"https://h/a;mac=3f9a1c7e5b2d8f604a/x":               "https://h/a;mac=" + withheld + "/x",
		"https://h/hdntl=exp=1700~hmac=3f9a1c7e5b2d8f604a/x": "https://h/hdntl=" + withheld + "~hmac=" + withheld + "/x",
	} {
		if got := (*redact.Rules)(nil).Origin(u); got != want {
			t.Errorf("%q is written down as %q, want %q", u, got, want)
		}
	}
}

func TestOriginKeeps(t *testing.T) {
	for _, u := range []string{
		"https://h/x", "https://h", "https://h/", "https://h/a/b.csv?download=1", "https://h/x?raw", "https://h/x?versionId=3sL4kqtJlcpXroDTDmJ.rmSpXd3dIbrHY",
		"https://h/x?ref=0123456789abcdef0123456789abcdef01234567", "https://h/x?format=csv&gid=0&page=2", "https://h/x?id=554", "https://h/x?persistentId=doi:10.7910/DVN/ABC",
		"https://h/blob/0123456789abcdef0123456789abcdef01234567/train.csv", "https://h/sha256/e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
		"https://h/datasets/ImageNetTrainingSet2012/train", "https://h/year=2026/month=01/part-00000-of-00010.parquet", "https://h/2026-01-01T00:00:00Z/x",
		"https://h/ipfs/QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWKPBdG/x", "https://h/f47ac10b-58cc-4372-a567-0e02b2c3d479/x", "https://h/x?v=", "https://[::1]:80/x?v=1",
		"https://h/yellow_tripdata_2026-01.parquet", "https://h/resolve/main/model-00001-of-00002.safetensors?download=true", "file:///a/b", "s3://b/k?x=y/z?", "S3://b/k?x",
	} {
		if got := (*redact.Rules)(nil).Origin(u); got != u {
			t.Errorf("%q is written down as %q", u, got)
		}
	}
}

// FuzzOrigin holds that nothing panics, and that a URL stays one.
func FuzzOrigin(f *testing.F) {
	for _, u := range []string{"https://h/x?a=b&c#d", "https://u:p@h/?=&&;=#", "://?", "http://h?x", "https://h/;=~/=?%zz=%5B"} {
		f.Add(u)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		got := (*redact.Rules)(nil).Origin(raw)
		if _, err := url.Parse(raw); err == nil {
			if _, err := url.Parse(got); err != nil {
				t.Errorf("%q is no URL any more: %q, %v", raw, got, err)
			}
		}
	})
}
