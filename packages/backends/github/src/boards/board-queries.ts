/** What a board is known by. */
const SUMMARY = `id number title url closed owner { ... on User { login } ... on Organization { login } }`;

/** The boards that a repository is linked to, and those of its owner. */
export const LIST_BOARDS = `query ($owner: String!, $name: String!) {
  rateLimit { cost }
  repository(owner: $owner, name: $name) {
    projectsV2(first: 100) { nodes { ${SUMMARY} } }
    owner {
      ... on User { projectsV2(first: 100) { nodes { ${SUMMARY} } } }
      ... on Organization { projectsV2(first: 100) { nodes { ${SUMMARY} } } }
    }
  }
}`;

/** A board with its fields that have choices. */
export const READ_BOARD = `query ($id: ID!) {
  rateLimit { cost }
  node(id: $id) {
    ... on ProjectV2 {
      ${SUMMARY}
      fields(first: 100) { nodes { ... on ProjectV2SingleSelectField { id name options { id name } } } }
    }
  }
}`;

/** Where the cards of so many issues are: `n0`, `n1`, … are their numbers. */
export function cardsQuery(count: number): string {
  const names = numbered(count);
  return `query ($owner: String!, $name: String!, $field: String!, ${names.map((n) => `$n${n}: Int!`).join(", ")}) {
  rateLimit { cost }
  repository(owner: $owner, name: $name) {
    ${names.map((n) => `i${n}: issue(number: $n${n}) { ...cards }`).join("\n    ")}
  }
}
fragment cards on Issue {
  id
  projectItems(first: 100, includeArchived: true) {
    nodes {
      id
      isArchived
      project { id }
      fieldValueByName(name: $field) { ... on ProjectV2ItemFieldSingleSelectValue { optionId } }
    }
  }
}`;
}

/** Puts so many issues on a board: `c0`, `c1`, … are their ids. */
export function addCards(count: number): string {
  const names = numbered(count);
  const adds = names.map(
    (n) => `a${n}: addProjectV2ItemById(input: { projectId: $board, contentId: $c${n} }) { item { id } }`,
  );
  return `mutation ($board: ID!, ${names.map((n) => `$c${n}: ID!`).join(", ")}) {\n  ${adds.join("\n  ")}\n}`;
}

/** Moves so many cards: `t0` is the card and `o0` its choice, and so on. */
export function moveCards(count: number): string {
  const names = numbered(count);
  const moves = names.map(
    (n) =>
      `m${n}: updateProjectV2ItemFieldValue(input: { projectId: $board, fieldId: $field, itemId: $t${n}, value: { singleSelectOptionId: $o${n} } }) { projectV2Item { id } }`,
  );
  const variables = names.map((n) => `$t${n}: ID!, $o${n}: String!`).join(", ");
  return `mutation ($board: ID!, $field: ID!, ${variables}) {\n  ${moves.join("\n  ")}\n}`;
}

function numbered(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index);
}
