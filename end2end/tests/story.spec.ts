// The whole story, from the set-up of a new Mooring on, as people click it.

import { noteLink } from './support/api';
import { Mooring } from './support/mooring';
import { setUp } from './support/set_up';
import { deactivate, register } from './support/simulator';
import { expect, live, type Page, test } from './support/test';

const CLIENT = { id: 'story-client', secret: 'canary-story-secret-4c1d' };

let mooring: Mooring;

test.beforeAll(async () => {
  mooring = await Mooring.start();
});
test.afterAll(async () => mooring.stop());

async function addApp(page: Page): Promise<void> {
  await page.getByRole('link', { name: 'Add app' }).click();
  await page.getByLabel('Name', { exact: true }).fill('Harbour Returns');
  await page.getByLabel('Client ID').fill(CLIENT.id);
  await page.getByLabel('Client secret').fill(CLIENT.secret);
  await page.getByRole('checkbox', { name: 'Read tickets' }).check();
  await page.getByRole('checkbox', { name: 'Write tags' }).check();
  await page.getByRole('button', { name: 'Add app' }).click();
  await expect(page).toHaveURL(/\/t\/harbour\/apps\/harbour-returns\?/);
  await expect(page.getByRole('status').filter({ hasText: 'The app was added.' })).toBeVisible();
  await page.getByRole('navigation', { name: 'Parts of Harbour Returns' }).getByRole('link', { name: 'Permissions' }).click();
  await expect(page).toHaveURL(/\/t\/harbour\/apps\/harbour-returns\/permissions$/);
  await expect(page.getByRole('checkbox', { name: 'Read tickets' })).toBeChecked();
  await expect(page.getByRole('checkbox', { name: 'Write tickets' })).not.toBeChecked();
  await page.getByRole('navigation', { name: 'Parts of Harbour Returns' }).getByRole('link', { name: 'Overview' }).click();
}

async function approve(customer: Page, asked: string[]): Promise<void> {
  await expect(customer.getByRole('heading', { name: 'Connect an app to acme' })).toBeVisible();
  for (const scope of asked) {
    await expect(customer.getByRole('listitem').filter({ hasText: scope })).toBeVisible();
  }
  await customer.getByRole('button', { name: 'Approve' }).click();
}

const badge = (page: Page) => page.getByRole('region').filter({ has: page.locator('#why') }).locator('.badge');

test('set up, connect, break, mend', async ({ page, customer, javaScriptEnabled }) => {
  const script = javaScriptEnabled !== false;
  const account = `${mooring.base}/t/harbour/accounts/harbour-returns/acme`;
  let link = '';

  await test.step('the owner sets Mooring up and is signed in', async () => {
    await setUp(page, mooring);
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Connect your first Gorgias account');
    await customer.goto(`${mooring.base}/`);
    await expect(customer, 'others have to sign in').toHaveURL(/\/signin/);
  });

  await test.step('the owner adds the app and registers it at Gorgias', async () => {
    await addApp(page);
    const redirect = await page.getByRole('textbox', { name: 'Redirect URI' }).inputValue();
    expect(redirect).toMatch(new RegExp(`^${mooring.base}/oauth/[0-9a-f-]{36}/callback$`));
    await register(CLIENT.id, CLIENT.secret, redirect);
  });

  await test.step('a customer installs it', async () => {
    const install = await page.getByRole('textbox', { name: 'App URL' }).inputValue();
    await customer.goto(`${install}?account=acme`);
    await approve(customer, ['offline', 'tickets:read', 'tags:write']);
    await expect(customer.getByRole('heading', { level: 1 })).toHaveText('acme is connected');
    await expect(customer.getByRole('main')).toContainText('Approved by Ann Lee');
    await expect(customer.getByRole('main')).toContainText('Change tags');
    await customer.reload();
    await expect(customer.getByRole('heading', { level: 1 }), 'a reload is harmless').toHaveText('acme is connected');
  });

  await test.step('the owner sees that it works', async () => {
    await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Accounts' }).click();
    const row = page.getByRole('row').filter({ has: page.getByRole('link', { name: 'acme', exact: true }) });
    await expect(row.getByText('Working', { exact: true })).toBeVisible();
    await row.getByRole('link', { name: 'acme', exact: true }).click();
    await expect(page).toHaveURL(account);
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('acme');
    await expect(badge(page)).toHaveText('Working');
    await expect(page.getByText('Approved by Ann Lee, ann@acme.example')).toBeVisible();
  });

  await test.step('somebody deactivates the app; a check says so', async () => {
    await deactivate('acme');
    await page.getByRole('button', { name: 'Check now' }).click();
    await expect(page).toHaveURL((url) => url.href.startsWith(`${account}?outcome=`));
    await expect(page.getByRole('status').filter({ hasText: 'Checked:' })).toBeVisible();
    await expect(badge(page)).toHaveText('Disconnected');
    await expect(page.locator('#why')).toHaveText(/^Gorgias refused our access .+ Usually someone deactivated the app\.$/);
  });

  await test.step('the owner makes a reconnect link', async () => {
    await page.getByRole('link', { name: 'Send reconnect link' }).first().click();
    await page.getByRole('button', { name: 'Make link' }).click();
    link = await page.getByRole('textbox', { name: 'Send this to an admin of the account' }).inputValue();
    noteLink(link);
    expect(link).toMatch(new RegExp(`^${mooring.base}/r/[A-Za-z0-9_-]{43}$`));
  });

  // The page stays open from here on. Without script, the test loads it again later.
  if (script) {
    await live(page);
    await expect(page.getByRole('status').filter({ hasText: /^Live$/ })).toBeVisible();
    await expect(page.locator('dialog .steps')).toContainText('Opened (not yet)');
    await page.evaluate(() => document.body.setAttribute('data-kept', 'true'));
  }

  await test.step('opening the link uses nothing up', async () => {
    for (const look of ['first', 'second']) {
      await customer.goto(link);
      await expect(customer.getByRole('heading', { level: 1 }), `${look} look`).toHaveText('Reconnect acme.gorgias.com');
    }
    await expect(customer.getByRole('main')).toContainText('Harbour Returns by Harbour Labs lost its access');
    await expect(customer.getByRole('main')).toContainText('You need to be a Gorgias admin of acme');
  });

  await test.step('the customer approves again', async () => {
    await customer.getByRole('button', { name: 'Continue to Gorgias' }).click();
    await approve(customer, ['tickets:read']);
    await customer.waitForURL(/\/oauth\/[^/]+\/result\//);
  });

  await test.step('the open page turns Working by itself', async () => {
    if (script) {
      await expect(badge(page), 'within two seconds, without a reload').toHaveText('Working', { timeout: 2_000 });
      await expect(page.locator('dialog .steps'), 'the dialog follows the link').not.toContainText('not yet');
      await expect(page.locator('dialog .track')).toContainText('Working');
      expect(await page.evaluate(() => document.body.getAttribute('data-kept'))).toBe('true');
    } else {
      await page.goto(account);
      await expect(badge(page)).toHaveText('Working');
    }
    await expect(customer.getByRole('heading', { level: 1 })).toHaveText('acme is reconnected');
  });

  await test.step('the link is used up, and the timeline tells what happened', async () => {
    await customer.goto(link);
    await expect(customer.getByRole('heading', { level: 1 }), 'it is the page of the account now').toHaveText('acme.gorgias.com is connected');
    await expect(customer.getByRole('main')).toContainText('Approved by');
    await expect(customer.getByRole('button', { name: 'Continue to Gorgias' })).toHaveCount(0);
    await page.goto(account);
    const timeline = page.getByRole('region', { name: 'Timeline' });
    await expect(timeline).toContainText('opened');
    await expect(timeline).toContainText('Mira Boat');
    await expect(page.getByRole('region', { name: 'Links' })).toContainText('Approved');
  });

  await test.step('the owner disconnects it on purpose', async () => {
    await page.locator('summary[aria-label="More actions"]').click();
    await page.getByRole('link', { name: 'Disconnect and forget tokens…' }).click();
    await expect(page.getByRole('alertdialog', { name: 'Disconnect acme from Harbour Returns?' })).toBeVisible();
    await page.getByRole('button', { name: 'Disconnect and forget tokens' }).click();
    await expect(page.getByRole('status').filter({ hasText: 'Gorgias confirmed that they are revoked' })).toBeVisible();
    await expect(badge(page)).toHaveText('Not connected');
  });

  await test.step('the owner signs out', async () => {
    await page.locator('summary').filter({ hasText: 'Mira Boat, your account' }).click();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await expect(page).toHaveURL(/\/signin/);
    await page.goto(account);
    await expect(page).toHaveURL(/\/signin\?next=/);
  });
});
