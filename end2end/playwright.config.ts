import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineConfig, devices } from '@playwright/test';

// `cargo xtask test --only browser` starts the simulator and Mooring and says here where they are.
const baseURL = process.env.MOORING_E2E_BASE_URL;
if (!baseURL) {
  throw new Error(
    'MOORING_E2E_BASE_URL is not set: run these tests with `cargo xtask test --only browser`',
  );
}

// Files that tests share; the tests' processes inherit the variable. teardown.ts deletes them.
process.env.MOORING_E2E_RUN ??= mkdtempSync(join(tmpdir(), 'mooring-browser-'));

const chromium = {
  ...devices['Desktop Chrome'],
  viewport: { width: 1280, height: 800 },
  launchOptions: {
    // Debian's Chromium; Playwright's own downloads are never used.
    executablePath: process.env.MOORING_E2E_CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  },
};

// The secrets test is no part of taking pictures.
const pictures = [
  { name: 'prepare', testMatch: 'prepare.ts', use: chromium },
  { name: 'pictures', testMatch: 'pictures.spec.ts', dependencies: ['prepare'], use: chromium },
];

// Tests of one installation run one after the other; beside them, those that start their own.
const SHARED = ['dialogs', 'forms', 'keyboard', 'pages', 'reveal', 'rules', 'theme', 'unsaved'];
const ALONE = ['firefox', 'pictures', 'secrets'];
const WITHOUT_SCRIPT = ['mail', 'reveal', 'second-factor', 'second-person', 'sso', 'story', 'team', 'theme'];
const files = (names: string[]) => names.map((name) => `${name}.spec.ts`);
const scriptOff = { ...chromium, javaScriptEnabled: false };

const tests = [
  // Fills the tenant. After all other projects, `secrets` looks for secrets.
  { name: 'prepare', testMatch: 'prepare.ts', teardown: 'secrets', use: chromium },
  { name: 'script', testMatch: files(SHARED), dependencies: ['prepare'], workers: 1, use: chromium },
  { name: 'no-script', testMatch: files(SHARED.filter((name) => WITHOUT_SCRIPT.includes(name))), dependencies: ['script'], workers: 1, use: scriptOff },
  { name: 'script-own', testMatch: '*.spec.ts', testIgnore: files([...SHARED, ...ALONE]), dependencies: ['prepare'], workers: 1, use: chromium },
  { name: 'no-script-own', testMatch: files(WITHOUT_SCRIPT), testIgnore: files(SHARED), dependencies: ['script-own'], workers: 1, use: scriptOff },
  // Starts a browser of its own.
  { name: 'firefox', testMatch: 'firefox.spec.ts', dependencies: ['prepare'], workers: 1 },
  { name: 'secrets', testMatch: 'secrets.spec.ts', use: chromium },
];

export default defineConfig({
  testDir: './tests',
  outputDir: './test-results',
  globalTeardown: './tests/support/teardown.ts',
  workers: 2,
  fullyParallel: false,
  forbidOnly: Boolean(process.env.CI),
  // A retry would hide a race that customers will meet, too.
  retries: 0,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: [['list']],
  use: {
    baseURL,
    locale: 'en-GB',
    timezoneId: 'UTC',
    trace: { mode: 'retain-on-failure', screenshots: false, sources: false },
    screenshot: 'only-on-failure',
  },
  projects: process.env.MOORING_E2E_PICTURES ? pictures : tests,
});
