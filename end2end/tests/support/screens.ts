// All pages in each of their states: how to open them, and their status.

import { readFileSync } from 'node:fs';
import { expect, type Page } from '@playwright/test';
import { canary } from './record';
import { noteInvitation, noteLink } from './api';
import { RUN, TENANT } from './env';
import { signInAnew } from './sign_in';
import { NORTHWIND } from './set_up';
import { ACCOUNTS, APPROVES, CROWD, FAULTY, type Links, ONLY, REFUSES, RETURNS, SURVEYS } from './world';

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

const home = `/t/${TENANT}`;
const links = (): Links => JSON.parse(readFileSync(`${RUN}/links.json`, 'utf8')) as Links;
const at = (path: string) => (page: Page) => page.goto(path);
const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click();

/** Shows what would become of two lines, of which one can't be stored. */
async function lookAtCustomers(page: Page): Promise<void> {
  await page.goto(`${home}/accounts/import`);
  await page.getByLabel('Or paste lines here').fill('subdomain;name\nquiet-pond;Quiet Pond\nno name;Nobody\n');
  await press(page, 'Look what would happen');
}

/** Begins the set-up of an app, whose key is shown on its page alone. */
async function begin(page: Page): Promise<void> {
  await page.goto('/me/authenticator');
  const begun = await page.locator('code.mono').count();
  await press(page, begun ? 'Begin again with another key' : 'Begin');
  await expect(page.getByRole('img', { name: 'QR code with the key for your app' })).toBeVisible();
  const key = (await page.locator('code.mono').textContent()) ?? '';
  for (const value of [key, key.replaceAll(' ', '')]) {
    canary({ kind: 'key of an authenticator app', value, onPage: '/me/authenticator' });
  }
}

/** The same page with everything unfolded, or only `which`: axe doesn't check what is folded. */
const unfolded = (screen: Screen, which = 'details'): Screen => ({
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

/** Pages for people who have not signed in. */
export const PUBLIC: Screen[] = [
  unfolded({ name: 'reconnect link', open: (page) => page.goto(links().usable), heading: `Connect ${ACCOUNTS.invited}.gorgias.com` }),
  { name: 'sign-in', open: at('/signin'), heading: 'Sign in', islands: true },
  {
    name: 'sign-in refused',
    islands: true,
    heading: 'Sign in',
    status: 422,
    async open(page) {
      await page.goto(`/signin?next=${home}`);
      await page.getByLabel('E-mail').fill('nobody@demo.example');
      await page.getByLabel('Password').fill('not the password');
      await press(page, 'Sign in');
      await expect(page.getByRole('alert')).toBeVisible();
    },
  },
  { name: 'reconnect link', open: (page) => page.goto(links().usable), heading: `Connect ${ACCOUNTS.invited}.gorgias.com` },
  { name: 'reconnect link, in German', open: (page) => page.goto(`${links().usable}?lang=de`), heading: `${ACCOUNTS.invited}.gorgias.com verbinden` },
  { name: 'reconnect link, in French', open: (page) => page.goto(`${links().usable}?lang=fr`), heading: `Connecter ${ACCOUNTS.invited}.gorgias.com` },
  { name: 'reconnect link, in Spanish', open: (page) => page.goto(`${links().usable}?lang=es`), heading: `Conectar ${ACCOUNTS.invited}.gorgias.com` },
  {
    name: 'reconnect link, another language chosen',
    heading: `${ACCOUNTS.invited}.gorgias.com verbinden`,
    async open(page) {
      await page.goto(links().usable);
      await page.getByRole('link', { name: 'Deutsch' }).click();
      await expect(page.locator('html')).toHaveAttribute('lang', 'de');
    },
  },
  unfolded({ name: 'reconnect link, approved', open: (page) => page.goto(links().used), heading: `${ACCOUNTS.working}.gorgias.com is connected` }),
  { name: 'reconnect link, approved, in German', open: (page) => page.goto(`${links().used}?lang=de`), heading: `${ACCOUNTS.working}.gorgias.com ist verbunden` },
  { name: 'reconnect link, approved with less', open: (page) => page.goto(links().limited), heading: `${ACCOUNTS.limited}.gorgias.com is connected` },
  { name: 'reconnect link, approved and lost', open: (page) => page.goto(`${links().lost}?lang=es`), heading: `${ACCOUNTS.disconnected}.gorgias.com no está conectada` },
  { name: 'reconnect link, approved and looked at', open: (page) => page.goto(`${links().waiting}?lang=fr`), heading: `${ACCOUNTS.retrying}.gorgias.com est connecté` },
  { name: 'reconnect link, used', open: (page) => page.goto(links().ended), heading: 'This link was used already', status: 410 },
  { name: 'reconnect link, withdrawn', open: (page) => page.goto(links().revoked), heading: 'This link was withdrawn', status: 410 },
  { name: 'reconnect link, unknown', open: at(`/r/${'x'.repeat(43)}`), heading: 'This link is not known', status: 404 },
  { name: 'second step, ended', open: at('/signin/second'), heading: 'This sign-in has ended', status: 410 },
  { name: 'reset', open: at('/reset'), heading: 'Forgot your password?' },
  { name: 'reset, sent', open: at('/reset/sent'), heading: 'Look at your mail' },
  { name: 'reset, ended', open: at('/reset/unknown'), heading: 'This link has ended', status: 410 },
  { name: 'invitation', open: (page) => page.goto(links().invitation), heading: /^Join / },
  {
    name: 'invitation, weak password',
    heading: /^Join /,
    status: 422,
    async open(page) {
      await page.goto(links().invitation);
      await page.getByLabel('Your name').fill('Sofia Lindqvist');
      await page.getByLabel('Password').fill('sofia.lindqvist');
      await press(page, 'Join');
      await expect(page.locator('#password-error')).toBeVisible();
    },
  },
  { name: 'invitation, accepted', open: (page) => page.goto(links().accepted), heading: 'This invitation was accepted already', status: 410 },
  { name: 'invitation, withdrawn', open: (page) => page.goto(links().withdrawn), heading: 'This invitation was withdrawn', status: 410 },
  { name: 'invitation, unknown', open: at(`/invite/${'x'.repeat(43)}`), heading: 'This invitation is not known', status: 404 },
  { name: 'result, approved', open: (page) => page.goto(`${links().install}?account=${APPROVES}`), heading: /^says-yes is (re)?connected$/ },
  { name: 'result, refused', open: (page) => page.goto(`${links().install}?account=${REFUSES}`), heading: 'The app was not approved' },
  {
    name: 'result, refused, in German',
    heading: 'Der App wurde nicht zugestimmt',
    async open(page) {
      await page.goto(`${links().refused}?lang=de`);
      await press(page, 'Weiter zu Gorgias');
      await expect(page.getByRole('button', { name: 'Noch einmal beginnen' })).toBeVisible();
    },
  },
  {
    name: 'result, refused and begun again',
    heading: 'L’application n’a pas reçu d’accord',
    async open(page) {
      await page.goto(`${links().refused}?lang=fr`);
      await press(page, 'Continuer vers Gorgias');
      await press(page, 'Recommencer');
      await expect(page.locator('html')).toHaveAttribute('lang', 'fr');
    },
  },
  { name: 'install without an account', open: (page) => page.goto(links().install), heading: /./, status: 400 },
  { name: 'callback that nobody began', open: (page) => page.goto(`${links().callback}?code=a&state=b`), heading: /./, status: 400 },
  { name: 'keyboard shortcuts', open: at('/keyboard'), heading: 'Keyboard shortcuts' },
  { name: 'nothing there', open: at('/nothing/there'), heading: 'There is nothing here', status: 404 },
];

const account = (name: string, health: string, app = RETURNS.slug): Screen => ({
  name: `account ${name}, ${health}`,
  heading: name,
  islands: true,
  async open(page) {
    await page.goto(`${home}/accounts/${app}/${name}`);
    await expect(page.locator('section.reason .badge')).toHaveText(health);
  },
});

/** Pages of a tenant with accounts in all states. */
export const FULL: Screen[] = [
  { name: 'tenants', open: at('/t'), heading: 'Your tenants' },
  { name: 'your account', open: at('/me'), heading: 'Your account', islands: true },
  {
    name: 'your account, weak password',
    islands: true,
    heading: 'Your account',
    status: 422,
    async open(page) {
      await page.goto('/me');
      // Weak, so that the password isn't looked at: a wrong one counts as a guess.
      await page.getByLabel('Password now').fill('not the password');
      await page.getByLabel('New password').fill('passwordpassword');
      await press(page, 'Change password');
      await expect(page.locator('#new_password-error')).toBeVisible();
    },
  },
  { name: 'authenticator app', open: at('/me/authenticator'), heading: 'Set up an authenticator app' },
  {
    name: 'authenticator app, begun',
    heading: 'Set up an authenticator app',
    async open(page) {
      await signInAnew(page);
      await begin(page);
    },
  },
  {
    name: 'authenticator app, wrong code',
    heading: 'Set up an authenticator app',
    status: 422,
    async open(page) {
      await signInAnew(page);
      await begin(page);
      await page.getByLabel('Code', { exact: true }).fill('12345');
      await press(page, 'Switch it on');
      await expect(page.locator('#code-error')).toBeVisible();
    },
  },
  { name: 'overview', open: at(home), heading: /accounts need you$/, islands: true },
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
      await page.goto(`${home}/campaigns/new?app=${RETURNS.slug}`);
      await page.getByLabel('Name', { exact: true }).fill('Back again');
      await press(page, 'Begin campaign');
      await expect(page.getByRole('status').filter({ hasText: 'The campaign has begun.' })).toBeVisible();
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
  { name: 'overview, 90 days', open: at(`${home}?days=90`), heading: /accounts need you$/ },
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
  { name: 'apps', open: at(`${home}/apps`), heading: 'Apps' },
  { name: 'app', open: at(`${home}/apps/${RETURNS.slug}?sandbox=acme-sandbox`), heading: RETURNS.name, islands: true },
  { name: 'app, setup fault', open: at(`${home}/apps/${SURVEYS.slug}`), heading: SURVEYS.name, islands: true },
  {
    name: 'app, removal refused',
    heading: RETURNS.name,
    status: 422,
    islands: true,
    async open(page) {
      await page.goto(`${home}/apps/${RETURNS.slug}/settings`);
      await page.locator('summary').filter({ hasText: `Remove ${RETURNS.name}…` }).click();
      await page.getByLabel(`Type ${RETURNS.slug} to confirm`).fill('something else');
      await press(page, `Remove ${RETURNS.name} and forget its tokens`);
      await expect(page.locator('#confirm-error')).toBeVisible();
    },
  },
  {
    name: 'app, not saved yet',
    heading: RETURNS.name,
    islands: true,
    async open(page) {
      await page.goto(`${home}/apps/${RETURNS.slug}/permissions`);
      await page.getByRole('checkbox', { name: 'Write macros' }).check();
      await page.getByRole('group', { name: 'Not saved' }).getByRole('button', { name: 'Save' }).click();
      await expect(page.getByRole('heading', { name: 'Not saved yet' })).toBeVisible();
    },
  },
  {
    name: 'app, something unsaved',
    heading: RETURNS.name,
    async open(page) {
      await page.goto(`${home}/apps/${RETURNS.slug}/settings`);
      await expect(page.locator('html')).toHaveAttribute('data-islands', 'live');
      await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Another name');
      await expect(page.getByRole('group', { name: 'Not saved' })).toBeVisible();
    },
  },
  { name: 'app, credentials', open: at(`${home}/apps/${RETURNS.slug}/credentials`), heading: RETURNS.name },
  { name: 'app, credentials with setup fault', open: at(`${home}/apps/${SURVEYS.slug}/credentials`), heading: SURVEYS.name },
  { name: 'app, permissions', open: at(`${home}/apps/${RETURNS.slug}/permissions`), heading: RETURNS.name },
  { name: 'app, offline not saved yet', open: at(`${home}/apps/${RETURNS.slug}/permissions?add=offline`), heading: RETURNS.name },
  { name: 'app, accounts', open: at(`${home}/apps/${RETURNS.slug}/accounts`), heading: RETURNS.name },
  { name: 'app, accounts that match nothing', open: at(`${home}/apps/${RETURNS.slug}/accounts?q=no-such-thing`), heading: RETURNS.name },
  unfolded({ name: 'app, settings', open: at(`${home}/apps/${RETURNS.slug}/settings`), heading: RETURNS.name }),
  unfolded({ name: 'app', open: at(`${home}/apps/${RETURNS.slug}`), heading: RETURNS.name, islands: true }),
  { name: 'client secret', open: at(`${home}/apps/${RETURNS.slug}/reveal`), heading: 'Client secret', islands: false },
  { name: 'is it still you', open: at(`/confirm?next=${home}/keys`), heading: 'Is it still you?' },
  {
    name: 'is it still you, wrong password',
    heading: 'Is it still you?',
    status: 422,
    async open(page) {
      await page.goto(`/confirm?next=${home}/keys`);
      await page.getByLabel('Your password').fill('not the password');
      await press(page, 'Confirm');
      await expect(page.locator('#password-error')).toBeVisible();
    },
  },
  { name: 'new app', open: at(`${home}/apps/new`), heading: 'Add app' },
  {
    name: 'new app, wrong',
    heading: 'Add app',
    status: 422,
    async open(page) {
      await page.goto(`${home}/apps/new`);
      await page.getByLabel('Name', { exact: true }).fill('Second');
      await page.getByLabel('Short name for addresses').fill('Not A Slug!');
      await page.getByLabel('Client ID').fill('second-client');
      await page.getByLabel('Client secret').fill('canary-refused-secret-08d3');
      canary({ kind: 'client secret', value: 'canary-refused-secret-08d3' });
      await press(page, 'Add app');
      await expect(page.locator('#slug-error')).toBeVisible();
    },
  },
  { name: 'members', open: at(`${home}/members`), heading: 'Members' },
  { name: 'settings', open: at(`${home}/settings`), heading: 'Settings' },
  {
    name: 'settings, wrong',
    heading: 'Settings',
    status: 422,
    async open(page) {
      await page.goto(`${home}/settings`);
      await page.getByLabel('Colour, light').fill('#aab7ff');
      await page.getByRole('button', { name: 'Save : brand' }).click();
      await expect(page.locator('#color_light-error')).toBeVisible();
    },
  },
  { name: 'settings, delete', open: at(`${home}/settings/delete`), heading: 'Delete' },
  {
    name: 'members, one invited',
    heading: 'Members',
    islands: true,
    async open(page) {
      await page.goto(`${home}/members`);
      await page.getByLabel('E-mail').fill('new.person@northwind.example');
      await press(page, 'Make a link to copy');
      noteInvitation(await page.getByLabel('new.person@northwind.example', { exact: true }).inputValue());
    },
  },
  {
    name: 'members, wrong',
    heading: 'Members',
    status: 422,
    async open(page) {
      await page.goto(`${home}/members`);
      await page.getByLabel('E-mail').fill('nobody');
      await page.getByRole('radio', { name: 'Only some' }).check();
      await press(page, 'Make a link to copy');
      await expect(page.locator('#email-error')).toBeVisible();
    },
  },
  {
    name: 'member',
    heading: 'Leo Bauer',
    async open(page) {
      await page.goto(`${home}/members`);
      await page.getByRole('link', { name: 'Leo Bauer' }).click();
    },
  },
  {
    name: 'member, removal',
    heading: 'Remove',
    async open(page) {
      await page.goto(`${home}/members`);
      await page.getByRole('link', { name: 'Leo Bauer' }).click();
      await page.getByRole('link', { name: 'Remove Leo Bauer…' }).click();
    },
  },
  { name: 'audit', open: at(`${home}/audit`), heading: 'Audit' },
  { name: 'audit, with sign-ins and reads', open: at(`${home}/audit?all=on`), heading: 'Audit' },
  {
    name: 'audit, details open',
    heading: 'Audit',
    async open(page) {
      await page.goto(`${home}/audit`);
      await page.getByText('Details', { exact: false }).first().click();
    },
  },
  { name: 'audit, no match', open: at(`${home}/audit?action=app.removed`), heading: 'Audit' },
  // The menu of the person lies over the filter.
  unfolded({ name: 'audit', open: at(`${home}/audit`), heading: 'Audit' }, 'details:not(.more, .top details)'),
  { name: 'keys', open: at(`${home}/keys`), heading: 'Keys', islands: true },
  { name: 'API tokens', open: at(`${home}/api-tokens`), heading: 'API tokens' },
  {
    name: 'API tokens, one made',
    heading: 'API tokens',
    islands: true,
    async open(page) {
      await signInAnew(page);
      await page.goto(`${home}/api-tokens`);
      await page.getByLabel('Name', { exact: true }).fill('Returns backend');
      await press(page, 'Create token');
      canary({ kind: 'API token made here', value: await page.getByLabel('Token', { exact: true }).inputValue(), shown: 1 });
    },
  },
  {
    name: 'API tokens, rotating',
    heading: 'API tokens',
    async open(page) {
      await signInAnew(page);
      await page.goto(`${home}/api-tokens`);
      await page.getByText('Rotate…').first().click();
    },
  },
  {
    name: 'API tokens, one rotated',
    heading: 'API tokens',
    islands: true,
    async open(page) {
      await signInAnew(page);
      await page.goto(`${home}/api-tokens`);
      await page.getByLabel('Name', { exact: true }).fill('Rotated backend');
      await press(page, 'Create token');
      canary({ kind: 'API token made here', value: await page.getByLabel('Token', { exact: true }).inputValue(), shown: 1 });
      await page.goto(`${home}/api-tokens`);
      await page.getByText('Rotate…').first().click();
      await page.getByRole('button', { name: 'For 24 hours' }).first().click();
      canary({ kind: 'API token rotated here', value: await page.getByLabel('Token', { exact: true }).inputValue(), shown: 1 });
    },
  },
  {
    name: 'API tokens, wrong',
    heading: 'API tokens',
    status: 422,
    async open(page) {
      await signInAnew(page);
      await page.goto(`${home}/api-tokens`);
      await page.getByLabel('Name', { exact: true }).fill('   ');
      await press(page, 'Create token');
      await expect(page.locator('#name-error')).toBeVisible();
    },
  },
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

/** Pages of an installation that is not set up yet. */
export const UNSET: Screen[] = [
  { name: 'set-up', open: at('/setup'), heading: 'Set up Mooring' },
  {
    name: 'set-up, wrong',
    heading: 'Set up Mooring',
    status: 422,
    async open(page) {
      await page.goto('/setup');
      await page.getByLabel('Set-up token').fill('not the token');
      await page.getByLabel('Your company').fill('Northwind');
      await page.getByLabel('Short name for addresses').fill('northwind');
      await page.getByLabel('Your name').fill('Nora Wind');
      await page.getByLabel('Your e-mail address').fill('nora@northwind.example');
      await page.getByLabel('Password').fill('canary anvil meadow thimble');
      await press(page, 'Create owner');
      await expect(page.locator('#token-error')).toBeVisible();
    },
  },
];

const northwind = `/t/${NORTHWIND}`;

/** Pages of a tenant that is still empty. */
export const EMPTY: Screen[] = [
  { name: 'overview, nothing yet', open: at(northwind), heading: 'Connect your first Gorgias account', islands: true },
  { name: 'accounts, nothing yet', open: at(`${northwind}/accounts`), heading: 'Accounts', islands: true },
  { name: 'connect, no app yet', open: at(`${northwind}/accounts/connect`), heading: 'Connect an account' },
  { name: 'permissions, nothing yet', open: at(`${northwind}/scopes`), heading: 'Permissions' },
  { name: 'apps, nothing yet', open: at(`${northwind}/apps`), heading: 'Apps' },
  { name: 'API tokens, nothing yet', open: at(`${northwind}/api-tokens`), heading: 'API tokens' },
  { name: 'set-up, done', open: at('/setup'), heading: 'There is nothing here', status: 404 },
];

/** Pages of a tenant with a single account. */
export const ONE: Screen[] = [
  { name: 'overview, one account', open: at(northwind), heading: '1 account needs you' },
  { name: 'accounts, one', open: at(`${northwind}/accounts`), heading: 'Accounts' },
  { name: 'account, the only one', open: at(`${northwind}/accounts/${ONLY.app.slug}/${ONLY.account}`), heading: ONLY.account },
  { name: 'permissions, one account', open: at(`${northwind}/scopes?app=${ONLY.app.slug}`), heading: 'Permissions' },
  { name: 'apps, one', open: at(`${northwind}/apps`), heading: 'Apps' },
  { name: 'audit, begun', open: at(`${northwind}/audit`), heading: 'Audit' },
];

/** Pages of a tenant with very many accounts, whose names are as long as names can be. */
export const MANY: Screen[] = [
  { name: 'overview, many accounts', open: at(northwind), heading: `${CROWD.broken} accounts need you` },
  { name: 'accounts, many', open: at(`${northwind}/accounts`), heading: 'Accounts' },
  { name: 'accounts, many, by name', open: at(`${northwind}/accounts?sort=name`), heading: 'Accounts' },
  {
    name: 'accounts, many, second page',
    heading: 'Accounts',
    async open(page) {
      await page.goto(`${northwind}/accounts`);
      await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Next' }).click();
      await expect(page).toHaveURL(/after=/);
    },
  },
  {
    name: 'accounts, many, all chosen',
    heading: 'Accounts',
    async open(page) {
      await page.goto(`${northwind}/accounts`);
      await page.locator('[name=page]').check();
      await page.locator('.bulk [name=all]').check();
    },
  },
  { name: 'account, long names', open: at(`${northwind}/accounts/${CROWD.app.slug}/${CROWD.longest}`), heading: CROWD.title(0) },
  {
    name: 'account, long names, link',
    heading: CROWD.title(0),
    async open(page) {
      await page.goto(`${northwind}/accounts/${CROWD.app.slug}/${CROWD.longest}?link=new`);
    },
  },
  { name: 'permissions, many accounts', open: at(`${northwind}/scopes?app=${CROWD.app.slug}`), heading: 'Permissions' },
  { name: 'search, long names', open: at(`${northwind}/search?q=${CROWD.longest.slice(0, 12)}`), heading: `Search for “${CROWD.longest.slice(0, 12)}”` },
  { name: 'apps, long name', open: at(`${northwind}/apps`), heading: 'Apps' },
  { name: 'app, long name', open: at(`${northwind}/apps/${CROWD.app.slug}`), heading: CROWD.app.name },
  { name: 'audit, long names', open: at(`${northwind}/audit`), heading: 'Audit' },
  { name: 'campaign, new, many accounts', open: at(`${northwind}/campaigns/new?app=${CROWD.app.slug}`), heading: 'New campaign' },
];
