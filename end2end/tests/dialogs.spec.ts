// What script adds: dialogs, the palette, keys, forms that stay. screens.md: Acceptance 2, 4

import type { Locator } from '@playwright/test';
import { noteLink } from './support/api';
import { SIGNED_IN, TENANT } from './support/env';
import { kept, open } from './support/kept';
import { violations } from './support/look';
import { expect, live, type Page, test } from './support/test';
import { ACCOUNTS, RETURNS } from './support/world';

test.use({ storageState: SIGNED_IN });

const home = `/t/${TENANT}`;
const account = (name: string) => `${home}/accounts/${RETURNS.slug}/${name}`;

async function accessible(page: Page): Promise<void> {
  expect(await violations(page)).toEqual([]);
}

test('a link is made in a dialog, which brings the focus back', async ({ page }) => {
  await open(page, `${home}/accounts`);
  const row = page.getByRole('row').filter({ hasText: ACCOUNTS.disconnected });
  const button = row.getByRole('link', { name: /^Send (link|again)/ });
  await button.click();
  const dialog = page.getByRole('dialog', { name: `Send a reconnect link to ${ACCOUNTS.disconnected}` });
  await expect(dialog).toBeVisible();
  await accessible(page);
  // A newer row takes its place meanwhile.
  await row.evaluate((old) => old.replaceWith(old.cloneNode(true)));
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
  await expect(button).toBeFocused();

  await button.press('Enter');
  await dialog.getByRole('button', { name: 'Make a link to copy' }).click();
  const made = page.getByRole('dialog', { name: `Reconnect link for ${ACCOUNTS.disconnected}` });
  const url = await made.getByLabel('Send this to an admin of the account').inputValue();
  noteLink(url);
  await expect(made.getByLabel('Or the whole message')).toHaveValue(new RegExp(`${ACCOUNTS.disconnected}\\.gorgias\\.com[^]*${url}`));
  await expect(made.locator('.steps')).toContainText('Opened (not yet)');
  await accessible(page);
  await made.getByRole('link', { name: 'Done' }).click();
  await expect(made).toBeHidden();
  await kept(page);
});

test('what is wrong is said in the dialog, and nothing typed is lost', async ({ page, watch }) => {
  await open(page, account(ACCOUNTS.disconnected));
  await page.getByRole('link', { name: 'Send reconnect link' }).first().click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('Preview').click();
  const preview = dialog.locator('.preview');
  await expect(preview).toContainText(`${ACCOUNTS.disconnected}.gorgias.com`);
  await dialog.getByLabel('Your words in the mail').fill('{app} misses {subdomain}. Bye, {sender}');
  await expect(preview).toContainText(new RegExp(`${RETURNS.name} misses ${ACCOUNTS.disconnected}\\. Bye, [^{]`));
  await dialog.getByLabel('Mail it to').fill('not an address');
  watch.expect(422);
  await dialog.getByRole('button', { name: 'Send link' }).click();
  await expect(dialog.locator('#email-error')).toBeVisible();
  await expect(dialog.getByLabel('Mail it to')).toHaveValue('not an address');
  await expect(dialog.getByLabel('Mail it to')).toBeFocused();
  await kept(page);
});

test('the palette finds accounts, apps and pages', async ({ page }) => {
  await open(page, `${home}/apps`);
  await page.keyboard.press('Control+k');
  const field = page.getByRole('combobox', { name: 'Search accounts, apps and actions' });
  await expect(field).toBeFocused();
  await expect(page.getByRole('option', { name: 'Overview' })).toBeVisible();
  await page.keyboard.type('fishing');
  const found = page.getByRole('option', { name: ACCOUNTS.disconnected }).first();
  await expect(found).toHaveAttribute('aria-selected', 'true');
  await expect(field).toHaveAttribute('aria-activedescendant', (await found.getAttribute('id')) ?? '');
  await accessible(page);
  await page.keyboard.press('ArrowDown');
  await expect(page.getByRole('option', { name: `Send a link to ${ACCOUNTS.disconnected}` })).toHaveAttribute('aria-selected', 'true');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('dialog', { name: `Send a reconnect link to ${ACCOUNTS.disconnected}` })).toBeVisible();
  await page.keyboard.press('Escape');
  await kept(page);

  await page.keyboard.press('Control+k');
  await page.keyboard.type(ACCOUNTS.working);
  await page.getByRole('option', { name: `Check ${ACCOUNTS.working} now` }).click();
  await expect(page).toHaveURL((url) => url.pathname === account(ACCOUNTS.working));
  await expect(page.getByRole('status').filter({ hasText: 'Checked:' })).toBeVisible();
  await open(page, `${home}/apps`);

  await page.keyboard.press('Control+k');
  await page.keyboard.type('returns');
  await expect(page.getByRole('group', { name: 'Apps' }).getByRole('option')).toHaveCount(1);
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+k');
  await page.keyboard.type('fishing');
  await expect(found).toHaveAttribute('aria-selected', 'true');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(account(ACCOUNTS.disconnected));
});

test('keys work in lists, and letters can be switched off', async ({ page }) => {
  await open(page, `${home}/accounts`);
  const links = page.getByRole('rowheader').getByRole('link');
  await page.keyboard.press('j');
  await expect(links.nth(0)).toBeFocused();
  await page.keyboard.press('j');
  await expect(links.nth(1)).toBeFocused();
  await page.keyboard.press('k');
  await expect(links.nth(0)).toBeFocused();
  const tick = page.getByRole('row').nth(1).getByRole('checkbox');
  await page.keyboard.press('x');
  await expect(tick).toBeChecked();
  await page.keyboard.press('x');
  await expect(tick).not.toBeChecked();
  await page.keyboard.press('/');
  await expect(page.getByRole('search', { name: 'Filter accounts' }).getByRole('searchbox')).toBeFocused();
  await page.keyboard.type('j?');
  await expect(page.getByRole('search', { name: 'Filter accounts' }).getByRole('searchbox')).toHaveValue('j?');
  await page.getByRole('heading', { level: 1 }).click();

  await page.keyboard.press('?');
  const keys = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
  await expect(keys).toBeVisible();
  await accessible(page);
  await keys.getByRole('button', { name: 'Switch them off' }).click();
  await expect(keys.getByText('Single letters are off.')).toBeVisible();
  await page.keyboard.press('Escape');
  await page.keyboard.press('?');
  await expect(keys).toBeHidden();
  await page.reload();
  await live(page);
  await page.keyboard.press('j');
  await expect(links.nth(0)).not.toBeFocused();
  await page.goto('/keyboard');
  await page.getByRole('button', { name: 'Switch them on' }).click();
  await expect(page.getByText('Single letters work.')).toBeVisible();
});

test('keys lead to pages, and take on and snooze an account', async ({ page }) => {
  await open(page, `${home}/apps`);
  for (const [letter, path] of [['n', `${home}/accounts?health=need_you`], ['o', home], ['a', `${home}/accounts`]] as const) {
    await page.keyboard.press('g');
    await page.keyboard.press(letter);
    await expect(page).toHaveURL((url) => url.pathname + url.search === path);
    await live(page);
  }
  // A letter that leads nowhere ends it.
  await page.keyboard.press('g');
  await page.keyboard.press('z');
  await page.keyboard.press('o');
  await page.keyboard.press('j');
  await expect(page.getByRole('rowheader').getByRole('link').first()).toBeFocused();
  await expect(page).toHaveURL((url) => url.pathname === `${home}/accounts`);

  const followUp = page.getByRole('region', { name: 'Follow-up' });
  const owner = followUp.locator('dd').first();
  await open(page, account(ACCOUNTS.working));
  await expect(owner).toHaveText('Nobody');
  await page.keyboard.press('t');
  await expect(owner).not.toHaveText('Nobody');
  await followUp.getByRole('link', { name: 'Assign to…' }).click();
  await followUp.getByLabel('Looked after by').selectOption({ label: 'Nobody' });
  await followUp.getByRole('button', { name: 'Assign' }).click();
  await expect(owner).toHaveText('Nobody');

  await open(page, account(ACCOUNTS.disconnected));
  await page.keyboard.press('s');
  await expect(page).toHaveURL(/snooze=new/);
  await expect(followUp.getByRole('radio', { name: 'Until it changes' })).toBeChecked();
});

test('R checks an account from its page, though nothing is wrong with it', async ({ page }) => {
  await open(page, account(ACCOUNTS.working));
  await page.keyboard.press('r');
  await expect(page.getByRole('status').filter({ hasText: 'Checked:' })).toBeVisible();
  await kept(page);
});

test('L is about the row that has the focus', async ({ page }) => {
  const rows = page.locator('tbody tr[data-row]');
  const link = (row: Locator) => row.getByRole('rowheader').getByRole('link');
  const button = (row: Locator) => row.getByRole('link', { name: 'Send link' });
  const dialogFor = async (row: Locator) => page.getByRole('dialog', { name: `Send a reconnect link to ${await row.getAttribute('data-row')}` });
  await open(page, `${home}/accounts?health=not_connected`);
  await expect(button(rows.nth(0))).toBeVisible();
  await expect(button(rows.nth(1))).toBeVisible();
  await page.keyboard.press('j');
  await page.keyboard.press('j');
  await expect(link(rows.nth(1))).toBeFocused();
  await page.keyboard.press('l');
  await expect(await dialogFor(rows.nth(1))).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toBeHidden();
  await page.keyboard.press('k');
  await expect(link(rows.nth(0))).toBeFocused();
  await page.keyboard.press('l');
  await expect(await dialogFor(rows.nth(0))).toBeVisible();
  await kept(page);
});

test('L opens no dialog of another row', async ({ page }) => {
  await open(page, `${home}/accounts?app=${RETURNS.slug}`);
  const rows = page.locator('tbody tr[data-row]');
  await expect(rows.first().getByRole('link', { name: 'Send link' })).toBeVisible();
  const row = page.locator(`tr[data-row="${ACCOUNTS.working}"]`);
  await expect(row.getByRole('link', { name: 'Send link' })).toHaveCount(0);
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  const link = row.getByRole('rowheader').getByRole('link');
  await link.focus();
  await page.keyboard.press('l');
  await page.keyboard.press('k');
  await expect(link, 'the next key works as ever').not.toBeFocused();
  expect(asked.filter((url) => url.includes('link=new'))).toEqual([]);
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await kept(page);
});

test('one menu is open at a time', async ({ page }) => {
  await open(page, account(ACCOUNTS.working));
  const more = page.locator('summary[aria-label="More actions"]');
  const person = page.locator('summary').filter({ hasText: 'your account' });
  const isOpen = (menu: typeof more) => menu.evaluate((summary) => (summary.parentElement as HTMLDetailsElement).open);
  await more.click();
  expect(await isOpen(more)).toBe(true);
  await person.click();
  expect(await isOpen(more)).toBe(false);
  expect(await isOpen(person)).toBe(true);
  await page.keyboard.press('Escape');
  expect(await isOpen(person)).toBe(false);
  await expect(person).toBeFocused();
  await more.click();
  await page.getByRole('heading', { level: 1 }).click();
  expect(await isOpen(more)).toBe(false);
});

test('a check shows what came of it where it was asked for', async ({ page }) => {
  await open(page, account(ACCOUNTS.working));
  const check = page.getByRole('button', { name: 'Check now' });
  await check.click();
  await expect(page.getByRole('status').filter({ hasText: 'Checked:' })).toBeVisible();
  await expect(check).toBeFocused();
  await expect(page).toHaveURL(/\?outcome=/);
  await kept(page);
});

test('a button that asks Gorgias says that it waits, and waits once', async ({ page }) => {
  let asked = 0;
  let answer = (): void => undefined;
  const held = new Promise<void>((resolve) => (answer = resolve));
  await page.route('**/check', async (route) => {
    asked += 1;
    await held;
    await route.continue();
  });
  await open(page, account(ACCOUNTS.working));
  const check = page.getByRole('button', { name: 'Check now' });
  const busy = page.locator('button[aria-busy=true]');
  await check.click();
  await expect(busy).toHaveText('Check now');
  await expect(page.locator('form[data-pending]')).toHaveCount(1);
  await check.click();
  await page.keyboard.press('r');
  answer();
  await expect(page.getByRole('status').filter({ hasText: 'Checked:' })).toBeVisible();
  await expect(busy).toHaveCount(0);
  expect(asked, 'requests').toBe(1);
  await kept(page);
});

test('a refused form of an app shows what is wrong in place', async ({ page, watch }) => {
  await open(page, `${home}/apps/${RETURNS.slug}/credentials`);
  const here = page.url();
  watch.expect(422);
  const secret = page.getByLabel('New client secret');
  await secret.fill('with a blank');
  await page.getByRole('button', { name: 'Add and test' }).click();
  await expect(secret).toHaveAttribute('aria-invalid', 'true');
  await expect(page).toHaveURL(here);
  await kept(page);
});

test('times tick, and a silent worker shows without a reload', async ({ page }) => {
  await page.clock.install();
  await open(page, account(ACCOUNTS.working));
  const beat = page.locator('[data-beat]');
  await expect(beat).toHaveText('Worker is fine');
  await page.clock.fastForward('03:00');
  await expect(beat).toHaveText('Worker is late');
  await expect(page.locator('[data-beat-ago]')).toHaveText(/^[34] min ago$/);
  // As the stream does when it beats again.
  await beat.evaluate((shown) => shown.setAttribute('data-beat', String(Date.now() * 1_000)));
  await page.clock.fastForward('00:10');
  await expect(beat).toHaveText('Worker is fine');
  await expect(beat).toHaveAttribute('data-health', 'working');
});

test('what destroys asks first, and names the thing and what follows', async ({ page }) => {
  const member = async () => {
    await page.goto(`${home}/members`);
    await page.getByRole('link', { name: 'Leo Bauer' }).click();
    await page.getByRole('link', { name: 'Remove Leo Bauer…' }).click();
  };
  const questions: [open: () => Promise<unknown>, name: string, consequence: RegExp, button: string, typed: boolean][] = [
    [() => page.goto(`${account(ACCOUNTS.working)}/disconnect`), `Disconnect ${ACCOUNTS.working} from ${RETURNS.name}?`, /loses its access.*Nobody can undo that/, 'Disconnect and forget tokens', false],
    [() => page.goto(`${account(ACCOUNTS.invited)}/erase`), `Erase ${ACCOUNTS.invited} from ${RETURNS.name} for good?`, /forgotten with its tokens.*Nobody can undo that/, `Erase ${ACCOUNTS.invited} for good`, true],
    [member, `Remove Leo Bauer from ${TENANT}?`, /Leo Bauer sees nothing of it any more/, 'Remove Leo Bauer', false],
    [() => page.goto(`${home}/settings/delete`), `Delete ${TENANT}?`, /connections stop at once/, `Delete ${TENANT}`, true],
  ];
  for (const [openIt, name, consequence, button, typed] of questions) {
    await openIt();
    const question = page.getByRole('alertdialog', { name, exact: true });
    await expect(question).toHaveAccessibleDescription(consequence);
    await expect(question.getByRole('button', { name: button, exact: true })).toBeEnabled();
    // The harmless way out comes first.
    expect(await question.locator('footer a, footer button').first().evaluate((way) => way.tagName)).toBe('A');
    await expect(question.getByRole('textbox')).toHaveCount(typed ? 1 : 0);
  }
});
