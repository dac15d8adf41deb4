// Passkeys, on a device that Chromium plays.

import { lookAt } from './support/look';
import { Mooring } from './support/mooring';
import { canary } from './support/record';
import { PASSWORD, setUp } from './support/set_up';
import { expect, live, type Page, test } from './support/test';

let mooring: Mooring;

test.beforeAll(async () => {
  mooring = await Mooring.start({}, 'localhost');
});
test.afterAll(async () => mooring?.stop());

interface Device {
  /** Whether its person unlocks it, or turns away. */
  unlocked(yes: boolean): Promise<void>;
}

/** A device with finger or face, in the page's browser. */
async function device(page: Page): Promise<Device> {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('WebAuthn.enable');
  const { authenticatorId } = await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  return {
    async unlocked(isUserVerified) {
      await devtools.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified });
    },
  };
}

test('add one, sign in with it, confirm with it, remove it', async ({ page, watch }) => {
  await setUp(page, mooring);
  const { unlocked } = await device(page);
  const passkeys = page.getByRole('region', { name: 'Passkeys' });
  const row = passkeys.getByRole('row').filter({ hasText: 'Laptop' });

  await test.step('add one', async () => {
    await page.goto(`${mooring.base}/me`);
    await live(page);
    await passkeys.getByLabel('Name of the new passkey').fill('Laptop');
    await unlocked(false);
    await passkeys.getByRole('button', { name: 'Add a passkey' }).click();
    await expect(passkeys.getByRole('status')).toHaveText('Nothing was done: it was cancelled, or took too long.');
    await unlocked(true);
    await passkeys.getByRole('button', { name: 'Add a passkey' }).click();
    await expect(page.getByRole('status').filter({ hasText: 'The passkey is added.' })).toBeVisible();
    await expect(row).toContainText('Never');
    const codes = page.getByRole('list', { name: 'Recovery codes' }).getByRole('listitem');
    await expect(codes).toHaveCount(10);
    for (const value of await codes.allTextContents()) canary({ kind: 'recovery code', value, shown: 1 });
    await live(page);
    await page.goto(`${mooring.base}/me`);
    await expect(codes).toHaveCount(0);
  });

  await test.step('a device has one for a person', async () => {
    await live(page);
    await passkeys.getByLabel('Name of the new passkey').fill('Again');
    await passkeys.getByRole('button', { name: 'Add a passkey' }).click();
    await expect(passkeys.getByRole('status')).toHaveText('This device has one of your passkeys already.');
  });

  await test.step('sign in with it alone', async () => {
    await page.context().clearCookies();
    await page.goto(`${mooring.base}/signin?next=/me`);
    await live(page);
    const button = page.getByRole('button', { name: 'Sign in with a passkey' });
    await unlocked(false);
    await button.click();
    await expect(page.getByRole('status')).toHaveText('Nothing was done: it was cancelled, or took too long.');
    await unlocked(true);
    await button.press('Enter');
    await expect(page).toHaveURL(`${mooring.base}/me`);
    await expect(row).not.toContainText('Never');
  });

  await test.step('after the password, it is the second step', async () => {
    await page.context().clearCookies();
    await page.goto(`${mooring.base}/signin?next=/me`);
    await page.getByLabel('E-mail').fill('mira@harbour.example');
    await page.getByLabel('Password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    const heading = 'Your passkey';
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(heading);
    const open = (page: Page) => page.goto(`${mooring.base}/signin/second?next=/me`);
    await lookAt(page, watch, mooring.base, { name: heading, heading, islands: true, open });
    await page.getByRole('button', { name: 'Use a passkey' }).click();
    await expect(page).toHaveURL(`${mooring.base}/me`);
  });

  await test.step('confirm with it', async () => {
    const heading = 'Is it still you?';
    const open = (page: Page) => page.goto(`${mooring.base}/confirm?next=/me`);
    await lookAt(page, watch, mooring.base, { name: heading, heading, islands: true, open });
    await page.getByRole('button', { name: 'Use a passkey' }).click();
    await expect(page).toHaveURL(`${mooring.base}/me`);
  });

  await test.step('rename and remove it', async () => {
    await row.getByText('Rename').click();
    await row.getByLabel('Name', { exact: true }).fill('Desk');
    await row.getByRole('button', { name: 'Save' }).click();
    const desk = passkeys.getByRole('row').filter({ hasText: 'Desk' });
    await desk.getByRole('button', { name: 'Remove' }).click();
    await expect(page.getByRole('status').filter({ hasText: 'The passkey is removed' })).toBeVisible();
    await expect(desk).toHaveCount(0);
  });
});

test('a passkey that was removed signs nobody in', async ({ page, watch }) => {
  watch.expect(422);
  const other = await Mooring.start({}, 'localhost');
  await setUp(page, other);
  await device(page);
  await page.goto(`${other.base}/me`);
  await live(page);
  await page.getByLabel('Name of the new passkey').fill('Laptop');
  await page.getByRole('button', { name: 'Add a passkey' }).click();
  await page.getByRole('button', { name: 'Remove' }).click();
  await expect(page.getByRole('status').filter({ hasText: 'The passkey is removed' })).toBeVisible();
  await page.context().clearCookies();
  await page.goto(`${other.base}/signin`);
  await live(page);
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
  await expect(page.getByRole('alert')).toContainText('This passkey was not accepted.');
  // What the page still loads would be refused.
  await page.goto('about:blank');
  await other.stop();
});
