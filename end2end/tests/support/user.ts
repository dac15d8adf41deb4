// Somebody at a page: with a mouse, whose clicks are counted, or with the keyboard alone.
// What they do is written once, and done by both. screens.md: Jobs, counted; Acceptance 2

import { expect, type Locator, type Page } from '@playwright/test';
import { focusShows } from './focus';

/** So many presses of Tab are enough for the longest page of a job. */
const FAR = 250;

export interface User {
  readonly page: Page;
  /** How many times something was clicked, or chosen with the keyboard. */
  readonly clicks: number;
  /** Follows a link, presses a button, ticks a box. */
  press(what: Locator): Promise<void>;
  /** Types into a field; that is no click. */
  type(field: Locator, text: string): Promise<void>;
  /** Searches with Ctrl K and takes what is found under this name. */
  find(text: string, option: Locator): Promise<void>;
}

export class Mouse implements User {
  clicks = 0;

  constructor(readonly page: Page) {}

  async press(what: Locator): Promise<void> {
    this.clicks += 1;
    await what.click();
  }

  async type(field: Locator, text: string): Promise<void> {
    await field.fill(text);
  }

  async find(text: string, option: Locator): Promise<void> {
    await this.page.keyboard.press('Control+k');
    await this.page.keyboard.type(text);
    await this.press(option);
  }
}

/** Uses Tab, Enter, Space and letters, and checks that the focus is visible at each stop. */
export class Keyboard implements User {
  clicks = 0;

  constructor(readonly page: Page) {}

  async press(what: Locator): Promise<void> {
    this.clicks += 1;
    await this.reach(what);
    const dialog = this.page.locator('dialog[open]');
    const asked = (await what.getAttribute('data-dialog')) !== null;
    const tick = await what.evaluate((e) => e instanceof HTMLInputElement);
    await this.page.keyboard.press(tick ? 'Space' : 'Enter');
    if (asked) {
      await expect(dialog).toBeVisible();
      await expect(dialog.locator(':focus'), 'the focus moves into the dialog').toHaveCount(1);
    }
  }

  async type(field: Locator, text: string): Promise<void> {
    await this.reach(field);
    await this.page.keyboard.press('Control+a');
    await this.page.keyboard.type(text);
    await expect(field).toHaveValue(text);
  }

  async find(text: string, option: Locator): Promise<void> {
    this.clicks += 1;
    await this.page.keyboard.press('Control+k');
    await expect(this.page.getByRole('combobox')).toBeFocused();
    await this.page.keyboard.type(text);
    await expect(option).toBeVisible();
    for (let steps = 0; (await option.getAttribute('aria-selected')) !== 'true'; steps += 1) {
      if (steps > 20) throw new Error(`20 presses of the arrow did not reach what “${text}” finds`);
      await this.page.keyboard.press('ArrowDown');
    }
    await this.page.keyboard.press('Enter');
  }

  /** Presses Tab until the element has the focus. */
  private async reach(what: Locator): Promise<void> {
    await expect(what).toBeVisible();
    const there = () => what.evaluate((element) => element === document.activeElement);
    for (let steps = 0; steps < FAR && !(await there()); steps += 1) {
      await this.page.keyboard.press('Tab');
      await focusShows(this.page);
    }
    await expect(what, `reached with ${FAR} presses of Tab`).toBeFocused();
    await focusShows(this.page);
  }
}
