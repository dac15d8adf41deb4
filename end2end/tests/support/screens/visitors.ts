// What people see who have not signed in.

import { expect, type Page } from '@playwright/test';
import { ACCOUNTS, APPROVES, MISTAKEN, REFUSES } from '../world';
import { at, home, links, press, type Screen, unfolded } from './screen';

/** Goes through an approval that fails; the link is as good as before. */
async function fail(page: Page, link: string): Promise<void> {
  await page.goto(link);
  await press(page, 'Continue to Gorgias');
  await expect(page.getByRole('button', { name: 'Begin again' })).toBeVisible();
}

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
  { name: 'result, wrong account', open: (page) => fail(page, links().mistaken), heading: `That wasn't ${MISTAKEN}.gorgias.com` },
  { name: 'result, took too long', open: (page) => fail(page, links().late), heading: 'Gorgias did not accept the approval' },
  { name: 'install without an account', open: (page) => page.goto(links().install), heading: /./, status: 400 },
  { name: 'callback that nobody began', open: (page) => page.goto(`${links().callback}?code=a&state=b`), heading: /./, status: 400 },
  { name: 'keyboard shortcuts', open: at('/keyboard'), heading: 'Keyboard shortcuts' },
  { name: 'nothing there', open: at('/nothing/there'), heading: 'There is nothing here', status: 404 },
];
