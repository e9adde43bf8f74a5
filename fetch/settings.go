package fetch

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/minio/minio-go/v7/pkg/credentials"
	"gopkg.in/ini.v1"
)

// settings are what the variables AWS_* and the files of a profile say, as the tools
// of AWS read them.
type settings struct {
	endpoint    string
	secure, own bool // own: not Amazon's
	region      string
	bundle      string
	credentials *credentials.Credentials // nil: none were found
}

const amazon = "s3.amazonaws.com"

func readSettings(env map[string]string) (settings, error) {
	p, err := readProfile(env)
	if err != nil {
		return settings{}, err
	}
	s := settings{
		endpoint: amazon, secure: true, bundle: cmp.Or(env["AWS_CA_BUNDLE"], p.get("ca_bundle")),
		region: cmp.Or(env["AWS_REGION"], env["AWS_DEFAULT_REGION"], p.get("region")),
	}
	if at := cmp.Or(env["AWS_ENDPOINT_URL_S3"], env["AWS_ENDPOINT_URL"], p.get("endpoint_url")); at != "" && !strings.EqualFold(env["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"], "true") {
		s.own = true
		if s.endpoint, s.secure, err = endpointOf(at); err != nil {
			return settings{}, err
		}
		s.region = cmp.Or(s.region, "us-east-1")
	}
	s.credentials, err = credentialsOf(env, p)
	return s, err
}

// credentialsOf takes the first that there are: keys of the environment, the profile,
// the role that a cluster or container gives.
func credentialsOf(env map[string]string, p profile) (*credentials.Credentials, error) {
	id, secret := env["AWS_ACCESS_KEY_ID"], env["AWS_SECRET_ACCESS_KEY"]
	if id != "" && secret != "" && env["AWS_PROFILE"] == "" {
		return credentials.NewStaticV4(id, secret, env["AWS_SESSION_TOKEN"]), nil
	}
	if from := p.file(); from != "" {
		c := credentials.NewFileAWSCredentials(from, p.name)
		if _, err := c.GetWithContext(nil); err != nil {
			return nil, fmt.Errorf("the profile %q of %q: %w", p.name, from, err)
		}
		return c, nil
	}
	if id != "" && secret != "" {
		return credentials.NewStaticV4(id, secret, env["AWS_SESSION_TOKEN"]), nil
	}
	role := &credentials.IAM{Region: cmp.Or(env["AWS_REGION"], env["AWS_DEFAULT_REGION"])}
	role.EKSIdentity.TokenFile, role.EKSIdentity.RoleARN = env["AWS_WEB_IDENTITY_TOKEN_FILE"], env["AWS_ROLE_ARN"]
	role.EKSIdentity.RoleSessionName = env["AWS_ROLE_SESSION_NAME"]
	role.Container.CredentialsRelativeURI = env["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"]
	role.Container.CredentialsFullURI = env["AWS_CONTAINER_CREDENTIALS_FULL_URI"]
	role.Container.AuthorizationToken = env["AWS_CONTAINER_AUTHORIZATION_TOKEN"]
	role.Container.AuthorizationTokenFile = env["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"]
	if role.EKSIdentity.TokenFile+role.Container.CredentialsRelativeURI+role.Container.CredentialsFullURI != "" {
		return credentials.New(role), nil
	}
	return nil, nil
}

// profile is a section of the user's files.
type profile struct {
	name  string
	files []profileFile // that of the credentials first
}

type profileFile struct {
	path    string
	section *ini.Section
}

// readProfile reads the files that are there. A profile that was asked for by name and
// is in none of them is an error.
func readProfile(env map[string]string) (profile, error) {
	p := profile{name: cmp.Or(env["AWS_PROFILE"], "default")}
	for _, f := range []struct{ variable, usual string }{{"AWS_SHARED_CREDENTIALS_FILE", "credentials"}, {"AWS_CONFIG_FILE", "config"}} {
		path := env[f.variable]
		if path == "" && env["HOME"] != "" {
			path = filepath.Join(env["HOME"], ".aws", f.usual)
		}
		if path == "" {
			continue
		}
		file, err := ini.Load(path)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		} else if err != nil {
			return p, fmt.Errorf("reading the profiles of %q: it cannot be read, or is none", path)
		}
		for _, name := range []string{p.name, "profile " + p.name} {
			if section, err := file.GetSection(name); err == nil {
				p.files = append(p.files, profileFile{path, section})
				break
			}
		}
	}
	if len(p.files) == 0 && env["AWS_PROFILE"] != "" {
		return p, fmt.Errorf("the profile %q of AWS_PROFILE is in no file", p.name)
	}
	return p, nil
}

// get is what the profile says of a key.
func (p profile) get(key string) string {
	for _, f := range p.files {
		if v := f.section.Key(key).String(); v != "" {
			return v
		}
	}
	return ""
}

// file is the one that has the profile's credentials, in one of the ways there are.
func (p profile) file() string {
	for _, f := range p.files {
		for _, key := range []string{"aws_access_key_id", "sso_role_name", "credential_process"} {
			if f.section.HasKey(key) {
				return f.path
			}
		}
	}
	return ""
}
