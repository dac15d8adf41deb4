import { defineConfig, devices } from '@playwright/test';

// `cargo xtask test --only browser` starts the simulator and Mooring and says here where they are.
const baseURL = process.env.MOORING_E2E_BASE_URL;
if (!baseURL) {
  throw new Error(
    'MOORING_E2E_BASE_URL is not set: run these tests with `cargo xtask test --only browser`',
  );
}

const chromium = {
  ...devices['Desktop Chrome'],
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

export default defineConfig({
  testDir: './tests',
  outputDir: './test-results',
  // All tests share one server and one database, so they take turns.
  workers: 1,
  fullyParallel: false,
  forbidOnly: Boolean(process.env.CI),
  // A second try would hide a race that a customer will meet.
  retries: 0,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: [['list']],
  use: {
    baseURL,
    locale: 'en-GB',
    timezoneId: 'UTC',
    viewport: { width: 1280, height: 800 },
    trace: 'retain-on-failure',
    screenshot: 'only-on-failure',
  },
  projects: [
    { name: 'script', use: { ...chromium } },
    { name: 'no-script', use: { ...chromium, javaScriptEnabled: false } },
  ],
});
