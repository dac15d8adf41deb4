// The variables that `cargo xtask test` sets for the servers that it started.

function need(name: string): string {
  const value = process.env[name];
  if (!value) {
    throw new Error(`${name} is not set: run these tests with \`cargo xtask test --only browser\``);
  }
  return value;
}

/** Address of Mooring's pages. */
export const BASE = need('MOORING_E2E_BASE_URL');
/** Address of the simulator. */
export const SIMULATOR = need('MOORING_E2E_SIMULATOR_URL');
/** The tenant, and its owner. */
export const TENANT = need('MOORING_E2E_TENANT');
export const EMAIL = need('MOORING_E2E_EMAIL');
export const PASSWORD = need('MOORING_E2E_PASSWORD');
/** A token of the machine API with the role owner. */
export const API_TOKEN = need('MOORING_E2E_API_TOKEN');
/** The executable and its folder of scripts and style, to start more servers. */
export const BINARY = need('MOORING_E2E_BIN');
export const SITE = need('MOORING_E2E_SITE');
/** The server's log. */
export const SERVER_LOG = need('MOORING_E2E_SERVER_LOG');
/** Folder of this run, made by playwright.config.ts, deleted by teardown.ts. */
export const RUN = need('MOORING_E2E_RUN');
/** Cookies of the signed-in owner, written by prepare.ts. */
export const SIGNED_IN = `${RUN}/signed-in.json`;
