// The daily work on accounts, in a tenant with accounts in all states.

import { expect, type Page } from '@playwright/test';
import { noteLink } from '../api';
import { live } from '../test';
import { ACCOUNTS, FAULTY, RETURNS, SURVEYS } from '../world';
import { at, home, press, type Screen, unfolded } from './screen';

/** Shows what would become of two lines, of which one can't be stored. */
async function lookAtCustomers(page: Page): Promise<void> {
  await page.goto(`${home}/accounts/import`);
  await page.getByLabel('Or paste lines here').fill('subdomain;name\nquiet-pond;Quiet Pond\nno name;Nobody\n');
  await press(page, 'Look what would happen');
}

/** Begins a campaign for the accounts of an app that are Disconnected. */
async function begin(page: Page, app: string): Promise<void> {
  await page.goto(`${home}/campaigns/new?app=${app}`);
  await page.getByLabel('Name', { exact: true }).fill('Back again');
  await press(page, 'Begin campaign');
  await expect(page.getByRole('status').filter({ hasText: 'The campaign has begun.' })).toBeVisible();
}

const account = (name: string, health: string, app = RETURNS.slug): Screen => ({
  name: `account ${name}, ${health}`,
  heading: name,
  islands: true,
  async open(page) {
    await page.goto(`${home}/accounts/${app}/${name}`);
    await expect(page.locator('section.reason .badge')).toHaveText(health);
  },
});

/** The overview, accounts, campaigns, jobs and permissions. */
export const OVERVIEW: Screen[] = [
  { name: 'overview', open: at(home), heading: /(accounts|things) need you$/, islands: true },
  { name: 'accounts', open: at(`${home}/accounts`), heading: 'Accounts', islands: true },
  // The menu of columns lies over the first rows' buttons while it is open.
  unfolded({ name: 'accounts', open: at(`${home}/accounts`), heading: 'Accounts', islands: true }, 'details:not(.list-tools > .menu)'),
  {
    name: 'accounts, filtered',
    open: at(`${home}/accounts?q=o&health=limited&app=returns&scope=tickets%3Aread&sort=name`),
    heading: 'Accounts',
    islands: true,
  },
  {
    name: 'accounts, nothing matches',
    heading: 'Accounts',
    islands: true,
    async open(page) {
      await page.goto(`${home}/accounts?q=no-such-account`);
      await expect(page.getByText('There is no account with “no-such-account”.')).toBeVisible();
    },
  },
  { name: 'jobs', open: at(`${home}/jobs`), heading: 'Jobs', islands: true },
  {
    name: 'accounts, all chosen',
    open: async (page) => {
      await page.goto(`${home}/accounts`);
      await page.locator('[name=page]').check();
      await expect(page.locator('.bulk')).toBeVisible();
    },
    heading: 'Accounts',
    islands: true,
  },
  { name: 'accounts, unknown page', open: at(`${home}/accounts?after=nonsense`), heading: 'Accounts', islands: true },
  account(ACCOUNTS.working, 'Working'),
  account(ACCOUNTS.limited, 'Limited'),
  // Open menus cover the action below them; other pages of this list have them open.
  unfolded(account(ACCOUNTS.limited, 'Limited'), 'details:not(.menu)'),
  account(ACCOUNTS.old, 'Working'),
  account(ACCOUNTS.stopping_soon, 'Stopping soon'),
  account(ACCOUNTS.retrying, 'Retrying'),
  account(ACCOUNTS.disconnected, 'Disconnected'),
  account(ACCOUNTS.parted, 'Not connected'),
  account(ACCOUNTS.invited, 'Not connected'),
  account(FAULTY, 'Setup fault', SURVEYS.slug),
  {
    name: 'account, customer edited',
    heading: ACCOUNTS.working,
    islands: true,
    open: at(`${home}/accounts/${RETURNS.slug}/${ACCOUNTS.working}?customer=edit`),
  },
  {
    name: 'account, menu and form for a link open',
    heading: ACCOUNTS.disconnected,
    islands: true,
    async open(page) {
      await page.goto(`${home}/accounts/${RETURNS.slug}/${ACCOUNTS.disconnected}?link=new`);
      await page.locator('summary[aria-label="More actions"]').click();
    },
  },
  {
    name: 'account, link made',
    heading: ACCOUNTS.disconnected,
    islands: true,
    async open(page) {
      await page.goto(`${home}/accounts/${RETURNS.slug}/${ACCOUNTS.disconnected}?link=new`);
      await press(page, 'Make a link to copy');
      noteLink(await page.getByLabel('Send this to an admin of the account').inputValue());
    },
  },
  {
    name: 'account, checked',
    heading: ACCOUNTS.working,
    islands: true,
    async open(page) {
      await page.goto(`${home}/accounts/${RETURNS.slug}/${ACCOUNTS.working}`);
      await press(page, 'Check now');
      await expect(page.getByRole('status').filter({ hasText: 'Checked:' })).toBeVisible();
    },
  },
  { name: 'search', open: at(`${home}/search?q=gone`), heading: 'Search for “gone”' },
  { name: 'search, nothing found', open: at(`${home}/search?q=no-such-thing`), heading: 'Search for “no-such-thing”' },
  { name: 'campaigns', open: at(`${home}/campaigns`), heading: 'Campaigns' },
  { name: 'campaign, new', open: at(`${home}/campaigns/new?app=${RETURNS.slug}`), heading: 'New campaign' },
  {
    name: 'campaign, new, wrong',
    heading: 'New campaign',
    status: 422,
    async open(page) {
      await page.goto(`${home}/campaigns/new?app=${RETURNS.slug}`);
      await page.getByLabel('Your words in the mail').fill('Hello {who}');
      await press(page, 'Begin campaign');
      await expect(page.locator('#message-error')).toBeVisible();
    },
  },
  {
    name: 'campaign, begun',
    heading: 'Back again',
    async open(page) {
      await begin(page, RETURNS.slug);
    },
  },
  {
    name: 'campaign, paused',
    heading: 'Back again',
    async open(page) {
      await begin(page, RETURNS.slug);
      await press(page, 'Pause');
      await expect(page.getByText('Paused. No mail leaves until you resume it.')).toBeVisible();
    },
  },
  unfolded({
    name: 'campaign, held back',
    heading: 'Back again',
    async open(page) {
      await begin(page, SURVEYS.slug);
      await expect(page.getByText('Mails are held back.')).toBeVisible();
    },
  }),
  {
    name: 'campaign, ended',
    heading: 'Back again',
    async open(page) {
      await begin(page, RETURNS.slug);
      await page.locator('summary').filter({ hasText: 'End…' }).click();
      await press(page, 'End the campaign');
      await expect(page.getByText('The campaign is over.')).toBeVisible();
    },
  },
  { name: 'campaigns, some', open: at(`${home}/campaigns`), heading: 'Campaigns' },
  {
    name: 'job, with a failure',
    heading: 'Send links to 2 accounts',
    async open(page) {
      await page.goto(`${home}/accounts`);
      for (const account of [ACCOUNTS.disconnected, ACCOUNTS.limited]) {
        await page.getByRole('checkbox', { name: `Choose ${account}` }).check();
      }
      await page.locator('.bulk summary').filter({ hasText: 'Links' }).click();
      await press(page, 'Send links');
      // Nobody knows whom to write to.
      await expect(page.getByText('Done: 0 done, 2 failed.')).toBeVisible({ timeout: 30_000 });
      await expect(page.getByText('It has no contact to write to').first()).toBeVisible();
    },
  },
  { name: 'jobs, some', open: at(`${home}/jobs`), heading: 'Jobs', islands: true },
  {
    name: 'palette',
    heading: 'Accounts',
    async open(page) {
      await page.goto(`${home}/accounts`);
      await live(page);
      await page.keyboard.press('Control+k');
      await page.keyboard.type('go');
      await expect(page.getByRole('option', { name: ACCOUNTS.disconnected }).first()).toBeVisible();
    },
  },
  {
    name: 'accounts, dialog for a link',
    heading: 'Accounts',
    async open(page) {
      await page.goto(`${home}/accounts`);
      await live(page);
      await page.getByRole('row').filter({ hasText: ACCOUNTS.disconnected }).getByRole('link', { name: /^Send (link|again)/ }).click();
      await expect(page.getByRole('dialog')).toBeVisible();
    },
  },
  {
    name: 'job, started',
    heading: 'Add the tag seen to 1 account',
    async open(page) {
      await page.goto(`${home}/accounts`);
      await page.getByRole('checkbox', { name: `Choose ${ACCOUNTS.working}` }).check();
      await page.locator('.bulk summary').filter({ hasText: 'Tag' }).click();
      await page.locator('#bulk-tag').fill('seen');
      await press(page, 'Add tag');
    },
  },
  { name: 'accounts, snoozed', open: at(`${home}/accounts?health=snoozed`), heading: 'Accounts' },
  { name: 'overview, 90 days', open: at(`${home}?days=90`), heading: /(accounts|things) need you$/ },
  { name: 'disconnect', open: at(`${home}/accounts/${RETURNS.slug}/${ACCOUNTS.working}/disconnect`), heading: 'Disconnect' },
  { name: 'erase', open: at(`${home}/accounts/${RETURNS.slug}/${ACCOUNTS.invited}/erase`), heading: 'Erase' },
  { name: 'account that is not there', open: at(`${home}/accounts/${RETURNS.slug}/nobody`), heading: 'There is nothing here', status: 404 },
  { name: 'connect', open: at(`${home}/accounts/connect?app=${SURVEYS.slug}`), heading: 'Connect an account' },
  {
    name: 'connect, wrong account',
    heading: 'Connect an account',
    status: 422,
    async open(page) {
      await page.goto(`${home}/accounts/connect`);
      await page.getByLabel('Account', { exact: true }).fill('not an account');
      await press(page, 'Continue to Gorgias');
      await expect(page.locator('#subdomain-error')).toBeVisible();
    },
  },
  {
    name: 'connect, link made',
    heading: 'Connect an account',
    islands: true,
    async open(page) {
      await page.goto(`${home}/accounts/connect?app=${RETURNS.slug}`);
      await page.getByLabel('Account', { exact: true }).fill('https://new-friends.gorgias.com/app');
      await press(page, 'Make a link to copy');
      noteLink(await page.getByLabel('Send this to an admin of the account').inputValue());
    },
  },
  { name: 'permissions', open: at(`${home}/scopes?app=${RETURNS.slug}`), heading: 'Permissions' },
  unfolded({ name: 'permissions, missing', open: at(`${home}/scopes?app=${RETURNS.slug}&filter=missing`), heading: 'Permissions' }),
  { name: 'permissions, no match', open: at(`${home}/scopes?app=${RETURNS.slug}&q=no-such-thing`), heading: 'Permissions' },
  unfolded({ name: 'saved views', open: at(`${home}/views`), heading: 'Saved views' }),
  { name: 'accounts, other columns', open: at(`${home}/accounts?columns=external_id&columns=since`), heading: 'Accounts' },
  {
    name: 'accounts, a view refused',
    heading: 'Accounts',
    status: 422,
    async open(page) {
      await page.goto(`${home}/accounts`);
      await page.locator('summary').filter({ hasText: 'Save view' }).click();
      await page.getByLabel('Name of the view').fill('LOST this week');
      await press(page, 'Save view');
      await expect(page.locator('#view-error')).toBeVisible();
    },
  },
];

/** Customers from a file. Last, since one of them is stored. */
export const IMPORT: Screen[] = [
  { name: 'import of customers', open: at(`${home}/accounts/import`), heading: 'Import customers' },
  {
    name: 'import of customers, looked at',
    heading: 'Import customers',
    async open(page) {
      await lookAtCustomers(page);
      await expect(page.getByText('1 line can’t be stored.')).toBeVisible();
    },
  },
  {
    name: 'account, connected to nothing',
    heading: 'Quiet Pond',
    async open(page) {
      await lookAtCustomers(page);
      const store = page.getByRole('button', { name: 'Import 1 account' });
      if (await store.count()) {
        await store.click();
        await expect(page.getByText('Imported: 1 added')).toBeVisible();
      }
      await page.goto(`${home}/accounts/quiet-pond`);
      await expect(page.getByText('Connected to no app yet.')).toBeVisible();
    },
  },
];
