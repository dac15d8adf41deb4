// Rules that every page must follow. screens.md: Acceptance 1, 3, 4, 5, 7

import AxeBuilder from '@axe-core/playwright';
import { expect, live, type Page } from './test';
import * as rules from './rules';
import type { Screen } from './screens';
import type { Watch } from './watch';

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
const THEMES = ['light', 'dark'] as const;

/** What axe finds. */
export async function violations(page: Page): Promise<string[]> {
  const found = await new AxeBuilder({ page }).setLegacyMode().withTags(TAGS).analyze();
  return found.violations.flatMap((v) => v.nodes.map((node) => `${v.id}: ${node.target.join(' ')}: ${node.failureSummary}`));
}

async function accessible(page: Page, where: string): Promise<void> {
  expect.soft(await violations(page), `accessibility, ${where}`).toEqual([]);
}

/** Opens a page in both themes and checks it, then makes the window narrow. */
export async function lookAt(page: Page, watch: Watch, base: string, screen: Screen): Promise<void> {
  if (screen.status) watch.expect(screen.status);
  for (const theme of THEMES) {
    await page.context().addCookies([{ name: 'theme', value: theme, url: base }]);
    await screen.open(page);
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(screen.heading);
    expect(watch.status, 'status').toBe(screen.status ?? 200);
    // Pages of a tenant have script: for the palette, keys and dialogs.
    const islands = screen.islands ?? (await page.locator('.shell').count()) > 0;
    if (islands) await live(page);
    // Before any script could set it.
    const themed = new RegExp(`^<!DOCTYPE html><html[^>]* data-theme="${theme}"`);
    await expect.poll(() => watch.html, { message: 'the theme is in the page' }).toMatch(themed);
    expect(await rules.lateStyle(page), 'the style is there before the first paint').toEqual([]);
    await accessible(page, theme);
    expect(await page.locator('[style]').count(), 'inline styles').toBe(0);
    const { sum, moved } = await rules.shiftOf(page);
    expect(sum, `layout shift: ${moved}`).toBeLessThanOrEqual(0.02);
    const loaded = islands ? ['/pkg/mooring.js', '/pkg/mooring.wasm'] : [];
    expect([...new Set(watch.scripts)].sort(), 'script is loaded by live pages only').toEqual(loaded);
  }
  // WCAG asks for large text or for a narrow window, not for both at once (1.4.4, 1.4.10).
  await page.setViewportSize({ width: 1280, height: 800 });
  expect.soft(await rules.tables(page), 'tables are tables').toEqual([]);
  expect.soft(await rules.disabled(page), 'no button is disabled').toEqual([]);
  expect.soft(await rules.small(page), 'targets of 24 px').toEqual([]);
  expect.soft(await rules.cutOff(page), 'text twice as large').toEqual([]);
  expect.soft(await rules.unseen(page), 'forced colours').toEqual([]);
  expect.soft(await rules.moving(page), 'less motion').toEqual([]);
  await page.setViewportSize({ width: 320, height: 568 });
  expect.soft(await rules.wide(page), 'nothing is wider than 320 px').toEqual([]);
  expect.soft(await rules.stickingOut(page), 'nothing sticks out of its panel').toEqual([]);
  expect.soft(await rules.small(page), 'targets of 24 px, narrow').toEqual([]);
  await accessible(page, 'narrow');
}
