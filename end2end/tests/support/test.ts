// Playwright's `test`, which also fails if an unexpected problem occurs in a browser.

import { type Page, expect, test as base } from '@playwright/test';
import { Watch } from './watch';

export { expect };
export type { Page };

interface Fixtures {
  /** Watches the browser of `page`. */
  watch: Watch;
  /** Watches another browser: the customer's. */
  customerWatch: Watch;
  /** A page in the customer's browser. */
  customer: Page;
}

/** Fails if a problem occurred during the test. */
async function end(watch: Watch): Promise<void> {
  await watch.end();
  expect(watch.problems, 'problems that browsers reported').toEqual([]);
}

export const test = base.extend<Fixtures>({
  watch: [
    async ({ context, javaScriptEnabled }, use) => {
      const watch = await Watch.over(context, javaScriptEnabled !== false);
      await use(watch);
      await end(watch);
    },
    { auto: true },
  ],
  customerWatch: async ({ browser, javaScriptEnabled }, use) => {
    // Nobody is signed in there, whoever is in the other browser.
    const context = await browser.newContext({ storageState: { cookies: [], origins: [] } });
    const watch = await Watch.over(context, javaScriptEnabled !== false);
    await use(watch);
    await end(watch);
    await context.close();
  },
  customer: async ({ customerWatch }, use) => use(await customerWatch.context.newPage()),
});

/** Islands do nothing until their wasm is loaded; the page says when they are live. */
export async function live(page: Page): Promise<void> {
  await expect(page.locator('html')).toHaveAttribute('data-islands', 'live');
}
