// A second factor: set up, asked for at the sign-in, and a recovery code in its place.

import { lookAt } from './support/look';
import { Mooring } from './support/mooring';
import { canary } from './support/record';
import type { Screen } from './support/screens';
import { PASSWORD, setUp } from './support/set_up';
import { expect, live, type Page, test } from './support/test';
import { Authenticator } from './support/totp';

let mooring: Mooring;

test.beforeAll(async () => {
  mooring = await Mooring.start();
});
test.afterAll(async () => mooring.stop());

const heading = (page: Page) => page.getByRole('heading', { level: 1 });
const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click();

/** What `setUp` makes. */
const EMAIL = 'mira@harbour.example';

/** Signs out and gives the password anew; the second step is due then. */
async function halfway(page: Page): Promise<void> {
  await page.goto(`${mooring.base}/t`);
  await press(page, 'Sign out');
  await expect(heading(page)).toHaveText('Sign in');
  await page.goto(`${mooring.base}/signin?next=/me`);
  await page.getByLabel('E-mail').fill(EMAIL);
  await page.getByLabel('Password').fill(PASSWORD);
  await press(page, 'Sign in');
  await expect(heading(page)).toHaveText('Your code');
}

test('set it up, sign in with a code, with a recovery code, and switch it off', async ({ page, watch, javaScriptEnabled }) => {
  watch.expect(422);
  const script = javaScriptEnabled !== false;
  await setUp(page, mooring);
  let app = new Authenticator('');
  let codes: string[] = [];

  await test.step('the key is a picture and a text, and a wrong code switches nothing on', async () => {
    await page.goto(`${mooring.base}/me`);
    await press(page, 'Set up an app');
    await expect(page.getByRole('img', { name: 'QR code with the key for your app' })).toBeVisible();
    const key = (await page.locator('code.mono').textContent()) ?? '';
    for (const value of [key, key.replaceAll(' ', '')]) {
      canary({ kind: 'key of an authenticator app', value, onPage: '/me/authenticator' });
    }
    app = new Authenticator(key);
    await page.getByLabel('Code', { exact: true }).fill('12345');
    await press(page, 'Switch it on');
    await expect(page.locator('#code-error')).toBeVisible();
  });

  await test.step('a code switches it on, and the recovery codes are shown once', async () => {
    await page.getByLabel('Code', { exact: true }).fill(await app.code());
    await press(page, 'Switch it on');
    await expect(page.getByText('Your authenticator app is on.')).toBeVisible();
    codes = await page.getByRole('list', { name: 'Recovery codes' }).getByRole('listitem').allTextContents();
    expect(codes).toHaveLength(10);
    for (const value of codes) canary({ kind: 'recovery code', value, shown: 1 });
    await expect(page.getByRole('link', { name: 'Download as text' })).toHaveAttribute('download', 'mooring-recovery-codes.txt');
    if (script) await live(page);
    await page.goto(`${mooring.base}/me`);
    await expect(page.getByRole('list', { name: 'Recovery codes' })).toHaveCount(0);
  });

  await test.step('the sign-in asks for a code', async () => {
    await halfway(page);
    const second = (query: string, heading: string): Screen => ({
      name: heading,
      heading,
      open: (page) => page.goto(`${mooring.base}/signin/second${query}`),
    });
    if (script) {
      await lookAt(page, watch, mooring.base, second('?next=/me&with=recovery', 'A recovery code'));
      await lookAt(page, watch, mooring.base, second('?next=/me', 'Your code'));
    }
    await page.getByLabel('Code', { exact: true }).fill('000000');
    await press(page, 'Go on');
    await expect(page.locator('#code-error')).toBeVisible();
    await page.getByLabel('Code', { exact: true }).fill(await app.code());
    await press(page, 'Go on');
    await expect(page).toHaveURL(`${mooring.base}/me`);
  });

  await test.step('a recovery code signs in once', async () => {
    await halfway(page);
    await page.getByRole('link', { name: 'Use a recovery code' }).click();
    await expect(heading(page)).toHaveText('A recovery code');
    await page.getByLabel('Recovery code').fill(codes[0] ?? '');
    await press(page, 'Go on');
    await expect(page.getByText('9 recovery codes are left.')).toBeVisible();
  });

  await test.step('it is switched off', async () => {
    await page.getByRole('button', { name: /^Switch off/ }).click();
    await expect(page.getByText('Your authenticator app is off')).toBeVisible();
    await expect(page.getByRole('button', { name: 'Set up an app' })).toBeVisible();
  });
});
