package environment

import (
	"strings"

	"github.com/lineage-audit/lineage/capture/redact"
)

// Where a run happens.
const (
	Laptop  = "laptop" // no sign of CI or of a cluster: a person's machine, or a plain server
	CI      = "ci"
	Cluster = "cluster"
)

// Builder says where a run happens, as far as the environment tells. All of it
// is declared: whoever sets the variables can say anything.
type Builder struct {
	Kind   string // Laptop, CI or Cluster
	System string // github-actions, gitlab-ci, slurm, kubernetes, …; empty on a laptop
	URL    string // of the job, where the system gives one
	Job    string // the system's own identifier of the job
	Commit string // the commit that the system says it built
	Source string // the repository that the system says it built
}

// sign is how a system is recognised, and which of its variables say what; a
// $NAME is replaced by the variable, and the whole is left empty where one is not set.
type sign struct {
	kind, system             string
	variable                 string // its presence is the sign
	url, job, commit, source string
}

// signs are tried in order: what runs in CI is CI, also on Kubernetes or Slurm;
// Gitea, a job scheduler or a service go before what they are made of or run on.
var signs = []sign{
	{CI, "gitea-actions", "GITEA_ACTIONS", "$GITHUB_SERVER_URL/$GITHUB_REPOSITORY/actions/runs/$GITHUB_RUN_NUMBER", "$GITHUB_RUN_ID", "$GITHUB_SHA", "$GITHUB_SERVER_URL/$GITHUB_REPOSITORY"},
	{CI, "github-actions", "GITHUB_ACTIONS", "$GITHUB_SERVER_URL/$GITHUB_REPOSITORY/actions/runs/$GITHUB_RUN_ID/attempts/$GITHUB_RUN_ATTEMPT", "$GITHUB_RUN_ID-$GITHUB_RUN_ATTEMPT", "$GITHUB_SHA", "$GITHUB_SERVER_URL/$GITHUB_REPOSITORY"},
	{CI, "gitlab-ci", "GITLAB_CI", "$CI_JOB_URL", "$CI_JOB_ID", "$CI_COMMIT_SHA", "$CI_PROJECT_URL"},
	{CI, "jenkins", "JENKINS_URL", "$BUILD_URL", "$BUILD_TAG", "$GIT_COMMIT", "$GIT_URL"},
	{CI, "buildkite", "BUILDKITE", "$BUILDKITE_BUILD_URL", "$BUILDKITE_JOB_ID", "$BUILDKITE_COMMIT", "$BUILDKITE_REPO"},
	{CI, "circleci", "CIRCLECI", "$CIRCLE_BUILD_URL", "$CIRCLE_WORKFLOW_JOB_ID", "$CIRCLE_SHA1", "$CIRCLE_REPOSITORY_URL"},
	{CI, "azure-pipelines", "TF_BUILD", "$SYSTEM_COLLECTIONURI$SYSTEM_TEAMPROJECT/_build/results?buildId=$BUILD_BUILDID", "$BUILD_BUILDID", "$BUILD_SOURCEVERSION", "$BUILD_REPOSITORY_URI"},
	{CI, "bitbucket-pipelines", "BITBUCKET_BUILD_NUMBER", "$BITBUCKET_GIT_HTTP_ORIGIN/pipelines/results/$BITBUCKET_BUILD_NUMBER", "$BITBUCKET_PIPELINE_UUID", "$BITBUCKET_COMMIT", "$BITBUCKET_GIT_HTTP_ORIGIN"},
	{CI, "travis", "TRAVIS", "$TRAVIS_JOB_WEB_URL", "$TRAVIS_JOB_ID", "$TRAVIS_COMMIT", "https://github.com/$TRAVIS_REPO_SLUG"},
	{CI, "teamcity", "TEAMCITY_VERSION", "$BUILD_URL", "$BUILD_NUMBER", "$BUILD_VCS_NUMBER", ""},
	{CI, "codebuild", "CODEBUILD_BUILD_ID", "$CODEBUILD_BUILD_URL", "$CODEBUILD_BUILD_ID", "$CODEBUILD_RESOLVED_SOURCE_VERSION", "$CODEBUILD_SOURCE_REPO_URL"},
	{CI, "drone", "DRONE", "$DRONE_BUILD_LINK", "$DRONE_BUILD_NUMBER", "$DRONE_COMMIT_SHA", "$DRONE_REMOTE_URL"},
	{CI, "woodpecker", "CI_PIPELINE_FORGE_URL", "$CI_PIPELINE_URL", "$CI_PIPELINE_NUMBER", "$CI_COMMIT_SHA", "$CI_REPO_CLONE_URL"},
	{CI, "unknown", "CI", "", "", "", ""},
	{Cluster, "sagemaker", "TRAINING_JOB_NAME", "", "$TRAINING_JOB_NAME", "", ""},
	{Cluster, "vertex-ai", "CLOUD_ML_JOB_ID", "", "$CLOUD_ML_JOB_ID", "", ""},
	{Cluster, "azureml", "AZUREML_RUN_ID", "", "$AZUREML_RUN_ID", "", ""},
	{Cluster, "databricks", "DATABRICKS_RUNTIME_VERSION", "", "$DB_CLUSTER_ID", "", ""},
	{Cluster, "slurm", "SLURM_JOB_ID", "", "$SLURM_JOB_ID", "", ""},
	{Cluster, "lsf", "LSB_JOBID", "", "$LSB_JOBID", "", ""},
	{Cluster, "pbs", "PBS_JOBID", "", "$PBS_JOBID", "", ""},
	{Cluster, "grid-engine", "SGE_TASK_ID", "", "$JOB_ID", "", ""},
	{Cluster, "htcondor", "_CONDOR_JOB_AD", "", "", "", ""},
	{Cluster, "kubernetes", "KUBERNETES_SERVICE_HOST", "", "", "", ""},
}

// BuilderOf reads the builder from an environment. Rules may be nil.
func BuilderOf(env []string, rules *redact.Rules) Builder {
	vars := parse(env)
	for _, s := range signs {
		if v := strings.ToLower(vars[s.variable]); v == "" || v == "false" || v == "0" {
			continue
		}
		return Builder{
			Kind: s.kind, System: s.system,
			URL:    rules.Remote(expand(s.url, vars)),
			Job:    rules.Text(expand(s.job, vars)),
			Commit: rules.Text(expand(s.commit, vars)),
			Source: rules.Remote(expand(s.source, vars)),
		}
	}
	return Builder{Kind: Laptop}
}

// expand replaces each $NAME; it is empty if one of them is.
func expand(template string, vars map[string]string) string {
	var b strings.Builder
	for i := 0; i < len(template); {
		if template[i] != '$' {
			b.WriteByte(template[i])
			i++
			continue
		}
		end := i + 1
		for end < len(template) && (template[end] == '_' || template[end] >= 'A' && template[end] <= 'Z' || template[end] >= '0' && template[end] <= '9') {
			end++
		}
		value := vars[template[i+1:end]]
		if value == "" {
			return ""
		}
		b.WriteString(value)
		i = end
	}
	return b.String()
}
