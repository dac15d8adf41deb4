// What a screen is, and what opens most of them.

import { readFileSync } from 'node:fs';
import type { Page } from '@playwright/test';
import { RUN, TENANT } from '../env';
import type { Links } from '../world';

export interface Screen {
  name: string;
  open(page: Page): Promise<unknown>;
  /** Its heading, which shows that it is the right page. */
  heading: string | RegExp;
  /** The status of its answer, if not 200. */
  status?: number;
  /** Whether it loads script; if not said, pages of a tenant do. */
  islands?: boolean;
}

/** The tenant with accounts in all states. */
export const home = `/t/${TENANT}`;
export const links = (): Links => JSON.parse(readFileSync(`${RUN}/links.json`, 'utf8')) as Links;
export const at = (path: string) => (page: Page) => page.goto(path);
export const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click();

/** The same page with everything unfolded, or only `which`: axe doesn't check what is folded. */
export const unfolded = (screen: Screen, which = 'details'): Screen => ({
  ...screen,
  name: `${screen.name}, unfolded`,
  async open(page) {
    await screen.open(page);
    await page.evaluate((which) => {
      for (const details of document.querySelectorAll<HTMLDetailsElement>(which)) {
        details.removeAttribute('name');
        details.open = true;
      }
    }, which);
  },
});
