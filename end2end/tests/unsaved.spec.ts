// What is typed and not saved: a bar says so, leaving asks, and drafts of long forms
// outlive a session and a tab.

import { api, type App } from './support/api';
import { TENANT } from './support/env';
import { canary } from './support/record';
import { NOBODY, signIn } from './support/sign_in';
import { expect, live, type Page, test } from './support/test';

test.use({ storageState: NOBODY });

/** An app of its own, so that others find theirs as they were. */
async function app(slug: string): Promise<string> {
  const secret = `canary-${slug}-secret-91be`;
  canary({ kind: 'client secret', value: secret });
  await api<App>('POST', 'apps', {
    name: slug,
    slug,
    client_id: `${slug}-client`,
    client_secret: secret,
    scopes: ['offline'],
  });
  return `/t/${TENANT}/apps/${slug}`;
}

const bar = (page: Page) => page.getByRole('group', { name: 'Not saved' });
const drafts = (page: Page) => page.evaluate(() => JSON.stringify({ ...localStorage }));
const line = (page: Page) => page.locator('[data-draft-back]');

async function open(page: Page, path: string): Promise<void> {
  await page.goto(path);
  await live(page);
}

test('a bar stays at the bottom while something is not saved', async ({ page }) => {
  const home = await app('unsaved');
  await signIn(page);
  await page.setViewportSize({ width: 1280, height: 400 });
  await open(page, `${home}/permissions`);
  await expect(bar(page)).toHaveCount(0);
  const box = page.getByRole('checkbox', { name: 'Read tags' });
  await box.check();
  await expect(bar(page)).toContainText('Permissions, not saved');
  await expect(bar(page)).toBeInViewport({ ratio: 1 });

  // No focus is beneath the bar.
  await page.locator('main input[type=checkbox]').first().focus();
  const boxes = await page.locator('main form[data-bar] input[type=checkbox]').count();
  for (let i = 1; i < boxes; i += 1) {
    await page.keyboard.press('Tab');
    const covered = await page.evaluate(() => {
      const at = document.activeElement?.getBoundingClientRect();
      const top = document.querySelector('[data-unsaved]')?.getBoundingClientRect().top;
      return !at || top === undefined || at.bottom > top;
    });
    expect(covered, `the ${i}th box is covered`).toBe(false);
  }

  await box.uncheck();
  await expect(bar(page), 'it is as the server sent it').toHaveCount(0);
  await box.check();
  await bar(page).getByRole('button', { name: 'Discard' }).click();
  await expect(box).not.toBeChecked();
  await expect(bar(page)).toHaveCount(0);
  await expect(page.locator(':focus'), 'the focus stays in the form').toHaveAttribute('name', 'scope');

  await box.check();
  await bar(page).getByRole('button', { name: 'Save' }).click();
  await expect(page.getByRole('status').filter({ hasText: 'Saved.' })).toBeVisible();
  await expect(box).toBeChecked();
  await expect(bar(page)).toHaveCount(0);
});

test('leaving with something unsaved asks', async ({ page }) => {
  const home = await app('leaving');
  await signIn(page);
  await open(page, `${home}/settings`);
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Left');
  const asked: string[] = [];
  page.on('dialog', async (dialog) => {
    asked.push(dialog.type());
    await (asked.length === 1 ? dialog.dismiss() : dialog.accept());
  });
  const overview = page.getByRole('navigation', { name: 'Parts of leaving' }).getByRole('link', { name: 'Overview' });
  await overview.click();
  await expect.poll(() => asked).toEqual(['beforeunload']);
  await expect(page.getByRole('textbox', { name: 'Name', exact: true })).toHaveValue('Left');
  await overview.click();
  await expect(page).toHaveURL(home);
  expect(asked).toEqual(['beforeunload', 'beforeunload']);
});

test('a draft outlives the session and the tab, and no secret is in it', async ({ page, context }) => {
  const secret = 'canary-typed-into-a-form-55a0';
  canary({ kind: 'client secret', value: secret });
  await signIn(page);
  const address = `/t/${TENANT}/apps/new`;
  await open(page, address);
  await page.getByLabel('Name', { exact: true }).fill('Typed long ago');
  await page.getByLabel('Client secret').fill(secret);
  await page.getByRole('checkbox', { name: 'Read tags' }).check();
  await expect.poll(() => drafts(page)).toContain('Typed+long+ago');
  expect(await drafts(page)).not.toContain(secret);

  // The tab is closed and the session lost.
  await page.close();
  await context.clearCookies();
  const other = await context.newPage();
  await other.goto(address);
  await expect(other).toHaveURL(/\/signin/);
  await signIn(other);
  await open(other, address);
  await expect(line(other)).toContainText(/Your unsaved text from \d\d:\d\d is back\./);
  await expect(other.getByLabel('Name', { exact: true })).toHaveValue('Typed long ago');
  await expect(other.getByRole('checkbox', { name: 'Read tags' })).toBeChecked();
  await expect(other.getByLabel('Client secret')).toHaveValue('');

  await line(other).getByRole('button', { name: 'Discard' }).click();
  await expect(line(other)).toHaveCount(0);
  await expect(other.getByLabel('Name', { exact: true })).toHaveValue('');
  await expect(other.getByRole('checkbox', { name: 'Read tags' })).not.toBeChecked();
  expect(await drafts(other)).toBe('{}');
});

test('a draft goes when it is saved, and all of them at sign-out', async ({ page, watch }) => {
  const home = await app('drafted');
  await signIn(page);
  await open(page, `${home}/settings`);
  const name = page.getByRole('textbox', { name: 'Name', exact: true });
  await name.fill('Another name');
  await page.getByRole('button', { name: 'Save' }).first().click();
  await expect(page.getByRole('status').filter({ hasText: 'Saved.' })).toBeVisible();
  await live(page);
  expect(await drafts(page)).toBe('{}');
  await open(page, `${home}/settings`);
  await expect(line(page)).toHaveCount(0);

  // What was refused is still a draft.
  watch.expect(422);
  await page.getByLabel('Address to go on to').fill('https://user@example.com/');
  await page.getByRole('button', { name: 'Save' }).first().click();
  await expect(page.locator('#after_install_url-error')).toBeVisible();
  await live(page);
  expect(await drafts(page)).toContain('user%40example.com');
  await expect(line(page), 'the server sent it again').toHaveCount(0);
  await open(page, `${home}/settings`);
  await expect(line(page)).toBeVisible();

  page.on('dialog', (dialog) => dialog.accept());
  await page.locator('summary').filter({ hasText: 'your account' }).click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(page).toHaveURL(/\/signin/);
  expect(await drafts(page)).toBe('{}');
});

test('words for a link are a draft in the dialog as well', async ({ page }) => {
  await signIn(page);
  await open(page, `/t/${TENANT}/accounts?health=disconnected`);
  const send = page.getByRole('row').getByRole('link', { name: /^Send (link|again)/ }).first();
  await send.click();
  const dialog = page.getByRole('dialog');
  const days = dialog.getByRole('radio').first();
  await days.check({ force: true });
  await expect.poll(() => drafts(page)).toContain('days=');
  await page.keyboard.press('Escape');
  await expect(dialog).toHaveCount(0);
  await send.click();
  await expect(line(page)).toBeVisible();
  await expect(dialog.getByRole('radio').first()).toBeChecked();
  await line(page).getByRole('button', { name: 'Discard' }).click();
  await expect(line(page)).toHaveCount(0);
});
