// From an empty installation to a second person of another role, without mail.

import { noteInvitation } from './support/api';
import { Mooring } from './support/mooring';
import { canary } from './support/record';
import { setUp } from './support/set_up';
import { expect, live, type Page, test } from './support/test';

const SECOND = 'canary anvil meadow thimble';
const THIRD = 'canary velvet orchard kettle';

let mooring: Mooring;

test.beforeAll(async () => {
  mooring = await Mooring.start();
});
test.afterAll(async () => mooring.stop());

const main = (page: Page) => page.getByRole('navigation', { name: 'Main' });

test('invite, join, change the role, remove', async ({ page, customer: jonas, customerWatch, javaScriptEnabled }) => {
  // The invitation once it is used up, and the tenant once they are removed.
  customerWatch.expect(410);
  customerWatch.expect(404);
  const script = javaScriptEnabled !== false;
  canary({ kind: 'password', value: SECOND });
  canary({ kind: 'password', value: THIRD });
  let invitation = '';

  await test.step('the owner invites somebody for customer success', async () => {
    await setUp(page, mooring);
    await main(page).getByRole('link', { name: 'Members' }).click();
    await expect(page.getByText('Only you so far')).toBeVisible();
    await page.getByLabel('E-mail').fill('jonas@harbour.example');
    await page.getByRole('radio', { name: 'Customer success' }).check();
    await page.getByRole('button', { name: 'Make invitation' }).click();
    invitation = await page.getByRole('textbox', { name: 'jonas@harbour.example' }).inputValue();
    noteInvitation(invitation);
  });

  await test.step('they open the link, choose a password and are in', async () => {
    await jonas.goto(invitation);
    await expect(jonas.getByRole('heading', { level: 1 })).toHaveText('Join Harbour Labs');
    await expect(jonas.getByRole('main')).toContainText('Mira Boat invites you');
    await jonas.getByLabel('Your name').fill('Jonas Pier');
    await jonas.getByLabel('Password').fill(SECOND);
    await jonas.getByRole('button', { name: 'Join' }).click();
    await expect(jonas).toHaveURL(`${mooring.base}/t/harbour`);
  });

  await test.step('they are shown what their role may do', async () => {
    await expect(main(jonas).getByRole('link', { name: 'Accounts' })).toBeVisible();
    for (const name of ['Members', 'API tokens', 'Audit', 'Keys']) {
      await expect(main(jonas).getByRole('link', { name })).toHaveCount(0);
    }
    await jonas.goto(invitation);
    await expect(jonas.getByRole('heading', { level: 1 })).toHaveText('This invitation was accepted already');
    await jonas.goto(`${mooring.base}/t/harbour/accounts`);
    if (script) await live(jonas);
  });

  await test.step('the owner makes them an operator', async () => {
    await main(page).getByRole('link', { name: 'Members' }).click();
    await page.getByRole('link', { name: 'Jonas Pier' }).click();
    await page.getByRole('radio', { name: 'Operator' }).check();
    await page.getByRole('button', { name: 'Save' }).click();
    await expect(page.getByRole('status').filter({ hasText: 'Saved.' })).toBeVisible();
    await jonas.goto(`${mooring.base}/t/harbour/accounts`);
    await expect(main(jonas).getByRole('link', { name: 'Audit' })).toBeVisible();
    await expect(main(jonas).getByRole('link', { name: 'Keys' })).toHaveCount(0);
  });

  await test.step('they change their password and end other sessions', async () => {
    await jonas.goto(`${mooring.base}/me`);
    await expect(jonas.getByRole('row').filter({ hasText: 'This one' })).toContainText('127.0.0.1');
    await jonas.getByLabel('Password now').fill(SECOND);
    await jonas.getByLabel('New password').fill(THIRD);
    await jonas.getByRole('button', { name: 'Change password' }).click();
    await expect(jonas.getByText('Your password is changed.')).toBeVisible();
    await jonas.getByLabel('Name', { exact: true }).fill('Jonas P. Pier');
    await jonas.getByRole('button', { name: 'Save' }).click();
    await expect(jonas.getByText('Saved.')).toBeVisible();
  });

  await test.step('the owner removes them', async () => {
    await page.reload();
    await page.getByRole('link', { name: 'Remove Jonas P. Pier…' }).click();
    await page.getByRole('button', { name: 'Remove Jonas P. Pier' }).click();
    await expect(page.getByText('Jonas P. Pier was removed')).toBeVisible();
    await jonas.goto(`${mooring.base}/t/harbour`);
    await expect(jonas.getByRole('heading', { level: 1 })).toHaveText('There is nothing here');
  });
});
