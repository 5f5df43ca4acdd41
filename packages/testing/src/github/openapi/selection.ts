/** The operations of GitHub's REST API that are checked: method and path as in its OpenAPI description. */
export const OPERATIONS: readonly string[] = `
GET /user
GET /users/{username}
GET /rate_limit
GET /app
GET /app/hook/deliveries
GET /app/hook/deliveries/{delivery_id}
GET /installation/repositories
POST /app/installations/{installation_id}/access_tokens
GET /repos/{owner}/{repo}
GET /repos/{owner}/{repo}/installation
GET /repos/{owner}/{repo}/collaborators/{username}/permission
GET /repos/{owner}/{repo}/collaborators
GET /repos/{owner}/{repo}/labels
POST /repos/{owner}/{repo}/labels
PATCH /repos/{owner}/{repo}/labels/{name}
GET /repos/{owner}/{repo}/issues
POST /repos/{owner}/{repo}/issues
GET /repos/{owner}/{repo}/issues/comments
PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}
GET /repos/{owner}/{repo}/issues/{issue_number}
PATCH /repos/{owner}/{repo}/issues/{issue_number}
POST /repos/{owner}/{repo}/issues/{issue_number}/assignees
GET /repos/{owner}/{repo}/issues/{issue_number}/comments
POST /repos/{owner}/{repo}/issues/{issue_number}/comments
GET /repos/{owner}/{repo}/issues/{issue_number}/labels
POST /repos/{owner}/{repo}/issues/{issue_number}/labels
DELETE /repos/{owner}/{repo}/issues/{issue_number}/labels/{name}
GET /repos/{owner}/{repo}/issues/{issue_number}/reactions
POST /repos/{owner}/{repo}/issues/{issue_number}/reactions
POST /repos/{owner}/{repo}/issues/comments/{comment_id}/reactions
GET /repos/{owner}/{repo}/issues/{issue_number}/sub_issues
POST /repos/{owner}/{repo}/issues/{issue_number}/sub_issues
GET /repos/{owner}/{repo}/issues/{issue_number}/parent
GET /repos/{owner}/{repo}/issues/{issue_number}/dependencies/blocked_by
POST /repos/{owner}/{repo}/issues/{issue_number}/dependencies/blocked_by
GET /repos/{owner}/{repo}/issues/{issue_number}/dependencies/blocking
GET /repos/{owner}/{repo}/pulls
POST /repos/{owner}/{repo}/pulls
GET /repos/{owner}/{repo}/pulls/{pull_number}
PATCH /repos/{owner}/{repo}/pulls/{pull_number}
GET /repos/{owner}/{repo}/pulls/{pull_number}/commits
GET /repos/{owner}/{repo}/pulls/{pull_number}/files
PUT /repos/{owner}/{repo}/pulls/{pull_number}/merge
PUT /repos/{owner}/{repo}/pulls/{pull_number}/update-branch
GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews
POST /repos/{owner}/{repo}/pulls/{pull_number}/reviews
GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews/{review_id}/comments
PUT /repos/{owner}/{repo}/pulls/{pull_number}/reviews/{review_id}/dismissals
GET /repos/{owner}/{repo}/pulls/{pull_number}/comments
POST /repos/{owner}/{repo}/pulls/{pull_number}/comments
POST /repos/{owner}/{repo}/pulls/{pull_number}/comments/{comment_id}/replies
POST /repos/{owner}/{repo}/pulls/{pull_number}/requested_reviewers
POST /repos/{owner}/{repo}/statuses/{sha}
GET /repos/{owner}/{repo}/commits
GET /repos/{owner}/{repo}/commits/{ref}
GET /repos/{owner}/{repo}/commits/{ref}/status
GET /repos/{owner}/{repo}/commits/{ref}/statuses
GET /repos/{owner}/{repo}/commits/{ref}/check-runs
POST /repos/{owner}/{repo}/check-runs
PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}
GET /repos/{owner}/{repo}/actions/runs
GET /repos/{owner}/{repo}/actions/runs/{run_id}
GET /repos/{owner}/{repo}/actions/runs/{run_id}/jobs
GET /repos/{owner}/{repo}/actions/jobs/{job_id}
GET /repos/{owner}/{repo}/branches
GET /repos/{owner}/{repo}/branches/{branch}
GET /repos/{owner}/{repo}/branches/{branch}/protection
PUT /repos/{owner}/{repo}/branches/{branch}/protection
GET /repos/{owner}/{repo}/rules/branches/{branch}
POST /repos/{owner}/{repo}/rulesets
PUT /repos/{owner}/{repo}/rulesets/{ruleset_id}
GET /repos/{owner}/{repo}/git/ref/{ref}
POST /repos/{owner}/{repo}/git/refs
GET /repos/{owner}/{repo}/compare/{basehead}
GET /repos/{owner}/{repo}/hooks
POST /repos/{owner}/{repo}/hooks
GET /repos/{owner}/{repo}/hooks/{hook_id}/deliveries
POST /repos/{owner}/{repo}/forks
GET /users/{username}/projectsV2
GET /users/{username}/projectsV2/{project_number}
GET /users/{username}/projectsV2/{project_number}/fields
GET /users/{username}/projectsV2/{project_number}/items
GET /users/{username}/projectsV2/{project_number}/items/{item_id}
GET /orgs/{org}/projectsV2
GET /orgs/{org}/projectsV2/{project_number}
GET /orgs/{org}/projectsV2/{project_number}/fields
GET /orgs/{org}/projectsV2/{project_number}/items
GET /orgs/{org}/projectsV2/{project_number}/items/{item_id}
PATCH /users/{username}/projectsV2/{project_number}/items/{item_id}
PATCH /orgs/{org}/projectsV2/{project_number}/items/{item_id}
POST /users/{username}/projectsV2/{project_number}/items
POST /orgs/{org}/projectsV2/{project_number}/items
`
  .trim()
  .split("\n");

/** The events that are checked, without the name of their action. */
export const EVENTS: readonly string[] = [
  "issues",
  "issue_comment",
  "label",
  "pull_request",
  "pull_request_review",
  "pull_request_review_comment",
  "push",
  "create",
  "delete",
  "status",
  "check_run",
  "workflow_run",
  "sub_issues",
  "issue_dependencies",
  "projects_v2_item",
];
