/** A failure that a person can act on: what happened, and what to do about it. */
export class BootstrapFailure extends Error {
  /**
   * @param {string} message one sentence: what happened
   * @param {string} hint one sentence: what to do
   * @param {string} [details] output of the tool that failed
   */
  constructor(message, hint, details = "") {
    super(message);
    this.hint = hint;
    this.details = details;
  }
}

const NETWORK = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|META_FETCH_FAIL/;

/**
 * Turns the output of a failed npm or pnpm into a failure with a hint.
 *
 * @param {string} what what was being done, as "bringing Node and pnpm"
 * @param {string} output everything the tool printed
 * @returns {BootstrapFailure}
 */
export function explainInstallFailure(what, output) {
  const details = output.trim().split("\n").slice(-25).join("\n");
  if (output.includes("ERR_PNPM_OUTDATED_LOCKFILE")) {
    return new BootstrapFailure(
      "pnpm-lock.yaml does not match the package manifests.",
      "Run `npm run -s pnpm -- install` and commit the lock file.",
    );
  }
  if (NETWORK.test(output)) {
    return new BootstrapFailure(
      `The package registry could not be reached while ${what}.`,
      "Connect to the network (or set npm's registry and proxy) and run this again; later runs work offline.",
      details,
    );
  }
  if (/EINTEGRITY|ERR_PNPM_TARBALL_INTEGRITY/.test(output)) {
    return new BootstrapFailure(
      `A downloaded package did not have the expected content while ${what}.`,
      "Run `npm cache clean --force`, check npm's registry setting, and run this again.",
      details,
    );
  }
  if (/ENOSPC/.test(output)) {
    return new BootstrapFailure(`The disk is full (${what}).`, "Free 1 GB and run this again.");
  }
  return new BootstrapFailure(
    `The package manager failed while ${what}.`,
    "Read its output above; deleting .cache and node_modules and running this again is safe.",
    details,
  );
}
