// Pictures of every screen, to be looked at by people: `cargo xtask pictures`.
// screens.md: Acceptance 8

import { onEveryScreen } from './support/everywhere';
import { PICTURES, SIZES, THEMES, writeIndex } from './support/pictures';
import { expect, test } from './support/test';

test.afterAll(writeIndex);

onEveryScreen(async (page, watch, base, screen) => {
  test.setTimeout(120_000);
  if (screen.status) watch.expect(screen.status);
  for (const theme of THEMES) {
    await page.context().addCookies([{ name: 'theme', value: theme, url: base }]);
    // What a screen opens, such as a menu, is opened in a wide window.
    await page.setViewportSize({ width: 1280, height: 800 });
    await screen.open(page);
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(screen.heading);
    await expect(page.locator('html')).toHaveAttribute('data-theme', theme);
    for (const [width, height] of SIZES) {
      await page.setViewportSize({ width, height });
      const name = screen.name.replace(/[^a-zA-Z0-9]+/g, '-');
      await page.screenshot({ path: `${PICTURES}/${name}-${width}-${theme}.png`, fullPage: true, animations: 'disabled' });
    }
  }
});
