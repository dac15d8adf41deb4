// Rules that every page must follow. screens.md: Acceptance 1, 5, 7

import AxeBuilder from '@axe-core/playwright';
import { expect, live, type Page } from './test';
import type { Screen } from './screens';
import type { Watch } from './watch';

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
const THEMES = ['light', 'dark'] as const;

type Shift = PerformanceEntry & { value: number; sources: { node?: Element }[] };

/** How far things moved without being asked to, and which. */
async function shiftOf(page: Page): Promise<{ sum: number; moved: string }> {
  return page.evaluate(
    () =>
      new Promise<{ sum: number; moved: string }>((resolve) => {
        const moved: string[] = [];
        let sum = 0;
        new PerformanceObserver((list) => {
          for (const shift of list.getEntries() as Shift[]) {
            sum += shift.value;
            moved.push(...shift.sources.map(({ node }) => `${node?.nodeName}.${node?.className} “${node?.textContent?.slice(0, 40)}”`));
          }
        }).observe({ type: 'layout-shift', buffered: true });
        requestAnimationFrame(() => requestAnimationFrame(() => resolve({ sum, moved: moved.join('; ') })));
      }),
  );
}

async function accessible(page: Page, where: string): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).setLegacyMode().withTags(TAGS).analyze();
  const told = violations.flatMap((v) => v.nodes.map((node) => `${v.id}: ${node.target.join(' ')}: ${node.failureSummary}`));
  expect.soft(told, `accessibility, ${where}`).toEqual([]);
}

/** The elements that make the page wider than its window. */
const wide = (page: Page) =>
  page.evaluate(() => {
    const width = document.scrollingElement?.scrollWidth ?? 0;
    if (width <= 320) return [];
    const outside = [...document.body.querySelectorAll('*')].filter((e) => e.getBoundingClientRect().right > 321);
    return [`${width} px`, ...outside.slice(0, 5).map((e) => `${e.tagName}.${e.className} in ${e.parentElement?.className}`)];
  });

/** The elements that stick out of their panel, unless what is around them scrolls. */
const stickingOut = (page: Page) =>
  page.evaluate(() => {
    const scrolls = (e: Element | null): boolean => Boolean(e) && (getComputedStyle(e as Element).overflowX !== 'visible' || scrolls((e as Element).parentElement?.closest('.panel *') ?? null));
    const edge = (e: Element) => e.getBoundingClientRect().right;
    const out = [...document.querySelectorAll('.panel')].flatMap((panel) =>
      [...panel.querySelectorAll('*')].filter((e) => edge(e) > edge(panel) + 1 && !scrolls(e.parentElement?.closest('.panel *') ?? null)),
    );
    return out.slice(0, 5).map((e) => `${e.tagName}.${e.className}: ${e.textContent?.slice(0, 40)}`);
  });

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
    await expect(page.locator('html')).toHaveAttribute('data-theme', theme);
    await accessible(page, theme);
    expect(await page.locator('[style]').count(), 'inline styles').toBe(0);
    const { sum, moved } = await shiftOf(page);
    expect(sum, `layout shift: ${moved}`).toBeLessThanOrEqual(0.02);
    const loaded = islands ? ['/pkg/mooring.js', '/pkg/mooring.wasm'] : [];
    expect([...new Set(watch.scripts)].sort(), 'script is loaded by live pages only').toEqual(loaded);
  }
  await page.setViewportSize({ width: 320, height: 568 });
  expect.soft(await wide(page), 'nothing is wider than 320 px').toEqual([]);
  expect.soft(await stickingOut(page), 'nothing sticks out of its panel').toEqual([]);
  await accessible(page, 'narrow');
}
