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

const tests = [
  // Fills the tenant. After all other projects, `secrets` looks for secrets.
  { name: 'prepare', testMatch: 'prepare.ts', teardown: 'secrets', use: chromium },
  {
    name: 'script',
    testMatch: '*.spec.ts',
    testIgnore: ['secrets.spec.ts', 'firefox.spec.ts', 'pictures.spec.ts'],
    dependencies: ['prepare'],
    use: chromium,
  },
  {
    name: 'no-script',
    testMatch: ['mail.spec.ts', 'reveal.spec.ts', 'second-factor.spec.ts', 'second-person.spec.ts', 'sso.spec.ts', 'story.spec.ts', 'team.spec.ts', 'theme.spec.ts'],
    dependencies: ['prepare'],
    use: { ...chromium, javaScriptEnabled: false },
  },
  // Starts a browser of its own.
  { name: 'firefox', testMatch: 'firefox.spec.ts', dependencies: ['prepare'] },
  { name: 'secrets', testMatch: 'secrets.spec.ts', use: chromium },
];

export default defineConfig({
  testDir: './tests',
  outputDir: './test-results',
  globalTeardown: './tests/support/teardown.ts',
  // All tests share one server and one database, so they run one after the other.
  workers: 1,
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
