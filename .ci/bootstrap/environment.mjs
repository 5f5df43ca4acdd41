import { delimiter } from "node:path";

/** What npm tells its scripts about itself; a package manager below it would take it for its own. */
const OF_OUTER_NPM =
  /^(npm_(package|lifecycle|command|execpath|node_execpath)|npm_config_(prefix|local_prefix|global_prefix|user_agent|npm_version|node_gyp|noproxy|init_module|globalconfig)$|(NODE|INIT_CWD)$)/i;

/**
 * The environment of everything the bootstrap starts: the outer npm's traces removed, our Node and
 * pnpm first on PATH, and no tool that reports home or switches its own version.
 *
 * @param {NodeJS.ProcessEnv} env
 * @param {string[]} folders go first on PATH
 * @returns {NodeJS.ProcessEnv}
 */
export function childEnvironment(env, folders) {
  const kept = Object.entries(env).filter(([name]) => !OF_OUTER_NPM.test(name));
  return {
    ...Object.fromEntries(kept),
    PATH: [...folders, env.PATH].filter(Boolean).join(delimiter),
    npm_config_manage_package_manager_versions: "false",
    npm_config_update_notifier: "false",
    TURBO_TELEMETRY_DISABLED: "1",
    DO_NOT_TRACK: "1",
  };
}
