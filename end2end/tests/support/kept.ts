// Pages that are changed in place: whether one is still the page that was opened.

import { expect, live, type Page } from './test';

/** Opens a page and marks it, so that a reload or another page would be noticed. */
export async function open(page: Page, path: string): Promise<void> {
  await page.goto(path);
  await live(page);
  await page.evaluate(() => document.body.setAttribute('data-kept', 'true'));
}

export const kept = (page: Page) => expect(page.locator('body'), 'the same page').toHaveAttribute('data-kept', 'true');
