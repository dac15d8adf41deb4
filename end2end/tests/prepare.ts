// Fills the tenant: an account in every state, links, and a signed-in owner.

import { readFileSync, writeFileSync } from 'node:fs';
import { addApp, api, type App, check, noteAccessToken, noteInvitation, reconnectLink } from './support/api';
import { approve } from './support/customer';
import { API_TOKEN, EMAIL, PASSWORD, RUN, SIGNED_IN, TENANT } from './support/env';
import { canary } from './support/record';
import { behave, deactivate, failAlways, register } from './support/simulator';
import { expect, type Page, test } from './support/test';
import { ACCOUNTS, APPROVES, FAULTY, FAULTY_TOO, LATE, type Links, MISTAKEN, REFUSES, RETURNS, SURVEYS } from './support/world';

const LINKS = `${RUN}/links.json`;

const connection = (app: string, account: string) => `connections/${app}/${account}`;

async function connect(app: App, account: string, behaviour: Record<string, unknown> = {}): Promise<void> {
  await behave(account, { consent: 'approve', ...behaviour });
  await approve(`${app.install_url}?account=${account}`);
  await noteAccessToken(app.slug, account);
}

/** Makes a link and approves with it. */
async function approvedLink(account: string): Promise<string> {
  const link = await reconnectLink(RETURNS.slug, account);
  await approve(link, 'POST');
  return link;
}

test('every state has an account', async () => {
  canary({ kind: 'password', value: PASSWORD });
  canary({ kind: 'API token', value: API_TOKEN });

  const returns = await addApp(RETURNS);
  await connect(returns, ACCOUNTS.working);
  await connect(returns, ACCOUNTS.limited, { granted_scope: 'openid email profile offline tickets:read' });
  await connect(returns, ACCOUNTS.stopping_soon, { refresh_token: false });
  await connect(returns, ACCOUNTS.disconnected);
  await connect(returns, ACCOUNTS.retrying);
  await connect(returns, ACCOUNTS.old, {
    granted_scope: 'openid email profile offline tickets:read write:all macros:read brand:new',
  });
  await connect(returns, ACCOUNTS.parted);
  await behave(APPROVES, { consent: 'approve' });
  await behave(REFUSES, { consent: 'refuse' });
  await behave(MISTAKEN, { consent: 'approve', token_account: 'another-account' });
  await behave(LATE, { consent: 'approve' });
  await failAlways(LATE, 'invalid_grant');

  const links: Omit<Links, 'invitation' | 'accepted' | 'withdrawn'> = {
    install: returns.install_url,
    callback: returns.redirect_uri,
    usable: await reconnectLink(RETURNS.slug, ACCOUNTS.invited),
    ended: await reconnectLink(RETURNS.slug, ACCOUNTS.working),
    used: await reconnectLink(RETURNS.slug, ACCOUNTS.working),
    limited: await approvedLink(ACCOUNTS.limited),
    lost: await approvedLink(ACCOUNTS.disconnected),
    waiting: await approvedLink(ACCOUNTS.retrying),
    refused: await reconnectLink(RETURNS.slug, REFUSES),
    mistaken: await reconnectLink(RETURNS.slug, MISTAKEN),
    late: await reconnectLink(RETURNS.slug, LATE),
    revoked: await reconnectLink(RETURNS.slug, ACCOUNTS.limited),
  };
  await approve(links.used, 'POST');
  writeFileSync(LINKS, JSON.stringify(links));

  await deactivate(ACCOUNTS.disconnected);
  await failAlways(ACCOUNTS.retrying, 'server_error');
  await check(RETURNS.slug, ACCOUNTS.working, 'working');
  await check(RETURNS.slug, ACCOUNTS.limited, 'limited');
  await check(RETURNS.slug, ACCOUNTS.disconnected, 'disconnected');
  await check(RETURNS.slug, ACCOUNTS.retrying, 'retrying');
  await api('DELETE', connection(RETURNS.slug, ACCOUNTS.parted));

  const surveys = await addApp(SURVEYS);
  await connect(surveys, FAULTY);
  await connect(surveys, FAULTY_TOO);
  await register(SURVEYS.client_id, 'canary-another-secret-77e0', surveys.redirect_uri);
  // It is not a setup fault until another account confirms it.
  await check(SURVEYS.slug, FAULTY_TOO, 'retrying');
  await check(SURVEYS.slug, FAULTY, 'setup_fault');
});

test('the owner signs in', async ({ page, context }) => {
  await page.goto(`/t/${TENANT}`);
  await expect(page).toHaveURL(/\/signin\?next=/);
  await page.getByLabel('E-mail').fill(EMAIL);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await expect(page).toHaveURL(`/t/${TENANT}`);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(/(account|thing)s? needs? you/);

  await page.goto(`/t/${TENANT}/accounts/${RETURNS.slug}/${ACCOUNTS.limited}`);
  await page.getByRole('button', { name: 'Withdraw' }).click();
  await expect(page.getByText('The link was withdrawn')).toBeVisible();

  await page.goto(`/t/${TENANT}/accounts?health=disconnected&columns=owner&columns=since`);
  await page.locator('summary').filter({ hasText: 'Save view' }).click();
  await page.getByLabel('Name of the view').fill('Lost this week');
  await page.getByRole('button', { name: 'Save view', exact: true }).click();
  await expect(page.getByText('The view Lost this week is saved.')).toBeVisible();
  await expect(page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: 'Lost this week' })).toHaveAttribute('aria-current', 'page');
  await context.storageState({ path: SIGNED_IN });
});

/** Invites somebody and gives the address to open. */
async function invite(page: Page, email: string, role: string): Promise<string> {
  await page.goto(`/t/${TENANT}/members`);
  await page.getByLabel('E-mail').fill(email);
  await page.getByRole('radio', { name: role }).check();
  await page.getByRole('button', { name: 'Make a link to copy' }).click();
  const url = await page.getByLabel(email, { exact: true }).inputValue();
  noteInvitation(url);
  return url;
}

test.describe('the team', () => {
  test.use({ storageState: SIGNED_IN });
  test('others are invited', async ({ page, customer }) => {
    const accepted = await invite(page, 'leo.bauer@northwind.example', 'Customer success');
    const withdrawn = await invite(page, 'somebody.with.a.long.address@elsewhere.example', 'Viewer');
    await page.goto(`/t/${TENANT}/members`);
    await page.getByRole('button', { name: /^Withdraw.*somebody/ }).click();
    await expect(page.getByText('The invitation was withdrawn')).toBeVisible();
    const invitation = await invite(page, 'sofia.lindqvist@northwind.example', 'Operator');
    const links = JSON.parse(readFileSync(LINKS, 'utf8')) as Links;
    writeFileSync(LINKS, JSON.stringify({ ...links, invitation, accepted, withdrawn }));

    await customer.goto(accepted);
    await customer.getByLabel('Your name').fill('Leo Bauer');
    await customer.getByLabel('Password').fill(PASSWORD);
    await customer.getByRole('button', { name: 'Join' }).click();
    await expect(customer).toHaveURL(`/t/${TENANT}`);
  });
});
