// Use without a mouse. screens.md: Acceptance 2, 3

import { EMAIL, PASSWORD, TENANT } from './support/env';
import { focusShows } from './support/focus';
import { expect, live, type Page, test } from './support/test';
import { ACCOUNTS, RETURNS } from './support/world';

const focused = (page: Page) => page.locator(':focus');

/** Presses Tab until the named element has the focus, and checks each time that the focus is visible. */
async function tabTo(page: Page, name: string | RegExp, role: 'link' | 'button' | 'textbox'): Promise<void> {
  const wanted = page.getByRole(role, { name, exact: typeof name === 'string' });
  for (let steps = 0; steps < 60; steps += 1) {
    await page.keyboard.press('Tab');
    if (!(await focusShows(page))) continue;
    if (await wanted.evaluateAll((all) => all.includes(document.activeElement as HTMLElement))) return;
  }
  throw new Error(`60 presses of Tab did not reach ${name}`);
}

async function signIn(page: Page): Promise<void> {
  await page.goto(`/t/${TENANT}/accounts`);
  await tabTo(page, 'E-mail', 'textbox');
  await page.keyboard.type(EMAIL);
  await page.keyboard.press('Tab');
  await page.keyboard.type(PASSWORD);
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(`/t/${TENANT}/accounts`);
  await live(page);
}

test('sign in, skip to the content, open an account', async ({ page }) => {
  await signIn(page);

  await page.keyboard.press('Tab');
  await expect(focused(page), 'the first thing is the way past the navigation').toHaveText('Skip to content');
  await expect(focused(page)).toBeInViewport();
  await page.keyboard.press('Enter');
  await expect(page.locator('#main')).toBeFocused();

  await tabTo(page, ACCOUNTS.disconnected, 'link');
  expect(
    await focused(page).evaluate((link) => link.closest('th')?.getAttribute('scope')),
    'a row opens by the link in its head',
  ).toBe('row');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(`/t/${TENANT}/accounts/${RETURNS.slug}/${ACCOUNTS.disconnected}`);
});

test('search, sort, and a menu that opens and closes', async ({ page }) => {
  await signIn(page);
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');

  const search = page.getByRole('search', { name: 'Filter accounts' }).getByRole('searchbox');
  await search.focus();
  await page.keyboard.type('lean');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\?q=lean/);
  await expect(page.getByRole('row')).toHaveCount(2);

  await page.goto(`/t/${TENANT}/accounts`);
  await tabTo(page, 'Account', 'link');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/sort=name/);
  await expect(page.getByRole('columnheader', { name: 'Account' })).toHaveAttribute('aria-sort', 'ascending');
  const names = await page.getByRole('rowheader').getByRole('link').allTextContents();
  expect(names).toEqual([...names].sort());

  const menu = page.locator('summary').filter({ hasText: 'your account' });
  await menu.focus();
  await page.keyboard.press('Enter');
  await tabTo(page, 'Sign out', 'button');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL('/signin');
});

test('send a link', async ({ page }) => {
  await signIn(page);
  await page.goto(`/t/${TENANT}/accounts/${RETURNS.slug}/${ACCOUNTS.limited}`);
  await live(page);
  await tabTo(page, 'Send reconnect link', 'link');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: `Send a reconnect link to ${ACCOUNTS.limited}` })).toBeVisible();
  await tabTo(page, 'Cancel', 'link');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(`/t/${TENANT}/accounts/${RETURNS.slug}/${ACCOUNTS.limited}`);
});
