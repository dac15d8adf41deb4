// Screenshots to look at, in the folder that MOORING_E2E_SHOTS names; see
// playwright.config.ts. screens.md: Acceptance 8

import { BASE, SIGNED_IN } from './support/env';
import { FULL, PUBLIC } from './support/screens';
import { expect, test } from './support/test';

const FOLDER = process.env.MOORING_E2E_SHOTS ?? '';
const SIZES = [
  [320, 568],
  [768, 1024],
  [1280, 800],
  [1920, 1080],
] as const;

const VISITORS = [
  { who: 'signed out', state: { cookies: [], origins: [] }, screens: PUBLIC },
  { who: 'signed in', state: SIGNED_IN, screens: FULL },
];

for (const { who, state, screens } of VISITORS) {
  test.describe(`@shots, ${who}`, () => {
    test.use({ storageState: state });
    for (const screen of screens) {
      test(screen.name, async ({ page, watch }) => {
        if (screen.status) watch.expect(screen.status);
        for (const theme of ['light', 'dark']) {
          await page.context().addCookies([{ name: 'theme', value: theme, url: BASE }]);
          await screen.open(page);
          await expect(page.locator('html')).toHaveAttribute('data-theme', theme);
          for (const [width, height] of SIZES) {
            await page.setViewportSize({ width, height });
            const name = screen.name.replace(/[^a-zA-Z]+/g, '-');
            await page.screenshot({ path: `${FOLDER}/${name}-${width}-${theme}.png`, fullPage: true });
          }
        }
      });
    }
  });
}
