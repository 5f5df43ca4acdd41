// GraphQL is written here and in `board-queries.ts` alone: a test holds each text against GitHub's published schema.

/** Makes a draft an ordinary pull request; REST can't. */
export const MARK_READY = `mutation ($id: ID!) {
  markPullRequestReadyForReview(input: { pullRequestId: $id }) { pullRequest { isDraft } }
}`;

/** Whether an issue and a branch are there, and which branches the issue shows as those in which it is worked on. */
export const BRANCHES_OF_ISSUE = `query ($owner: String!, $repo: String!, $number: Int!, $ref: String!) {
  repository(owner: $owner, name: $repo) {
    ref(qualifiedName: $ref) { name }
    issue(number: $number) { id linkedBranches(first: 100) { nodes { ref { name } } } }
  }
  rateLimit { cost }
}`;

/** Makes a branch that its issue shows; REST can't. */
export const LINK_BRANCH = `mutation ($issue: ID!, $branch: String!, $commit: GitObjectID!) {
  createLinkedBranch(input: { issueId: $issue, name: $branch, oid: $commit }) { linkedBranch { id } }
}`;

/** Pull requests whose marks are asked for at a time: as many connections as one point of GitHub's pays for. */
export const MARKS_AT_A_TIME = 50;

/** What changes about a pull request while it waits for checks, reviews and its merge, for so many at a time. */
export function pullMarksQuery(numbers: readonly number[]): string {
  const each = numbers.map((number) => `p${number}: pullRequest(number: ${number}) { ...mark }`);
  return `query ($owner: String!, $repo: String!) {
  repository(owner: $owner, name: $repo) { ${each.join(" ")} }
  rateLimit { cost }
}
fragment mark on PullRequest {
  number updatedAt state isDraft headRefOid mergeable mergeStateStatus reviewDecision
  reviews(last: 20) { totalCount nodes { databaseId state submittedAt } }
  commits(last: 1) { nodes { commit { oid statusCheckRollup { state contexts(first: 100) { totalCount nodes {
    ... on CheckRun { databaseId status conclusion completedAt }
    ... on StatusContext { id state createdAt }
  } } } } } }
}`;
}

/** Who labelled an issue, closed it or opened it again, and who edited its words; a list that is longer is told of, and means that not all is known. */
export const ISSUE_HISTORY = `query ($owner: String!, $repo: String!, $number: Int!) {
  repository(owner: $owner, name: $repo) { issue(number: $number) {
    title body
    userContentEdits(first: 100) { ...edits }
    comments(first: 100) { pageInfo { hasNextPage } nodes { databaseId body userContentEdits(first: 20) { ...edits } } }
    timelineItems(last: 100, itemTypes: [LABELED_EVENT, RENAMED_TITLE_EVENT, COMMENT_DELETED_EVENT, CLOSED_EVENT, REOPENED_EVENT]) {
      pageInfo { hasPreviousPage }
      nodes {
        __typename
        ... on LabeledEvent { createdAt actor { ...who } label { name } }
        ... on RenamedTitleEvent { createdAt actor { ...who } }
        ... on CommentDeletedEvent { createdAt actor { ...who } }
        ... on ClosedEvent { createdAt actor { ...who } }
        ... on ReopenedEvent { createdAt actor { ...who } }
      }
    }
  } }
  rateLimit { cost }
}
fragment edits on UserContentEditConnection { pageInfo { hasNextPage } nodes { editedAt editor { ...who } } }
fragment who on Actor { __typename login ... on User { databaseId } ... on Bot { databaseId } }`;
