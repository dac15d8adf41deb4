// The accounts that tests use, and their names: those that prepare.ts makes, one for each state, come first.

import { RUN } from './env';

/** An app with accounts in each state except setup fault. */
export const RETURNS = {
  name: 'Returns by Northwind',
  slug: 'returns',
  client_id: 'returns-client',
  client_secret: 'canary-returns-secret-5b2f',
  scopes: ['openid', 'email', 'profile', 'offline', 'tickets:read', 'tickets:write', 'tags:read'],
};

/** An app whose own credentials Gorgias refuses. Its name has the greatest length. */
export const SURVEYS = {
  name: 'Customer satisfaction surveys with a name of sixty characters',
  slug: 'surveys',
  client_id: 'surveys-client',
  client_secret: 'canary-surveys-secret-91ac',
  scopes: ['openid', 'email', 'profile', 'offline', 'customers:read', 'satisfaction_survey:read'],
};
SURVEYS.name = SURVEYS.name.slice(0, 60);

/** Accounts of the first app, by their state. */
export const ACCOUNTS = {
  working: 'brightwood',
  limited: 'lean-and-co',
  stopping_soon: 'fading-lights',
  disconnected: 'gone-fishing',
  retrying: 'wobbly-tables',
  old: 'olden-days',
  parted: 'parted-ways',
  invited: 'invited-only',
} as const;

/** The accounts of the second app. */
export const FAULTY = 'zephyr';
export const FAULTY_TOO = 'zenith';

/** Accounts of the simulator that approve or refuse by themselves and were never connected. */
export const APPROVES = 'says-yes';
export const REFUSES = 'says-no';
/** Its approval turns out to be another account's. */
export const MISTAKEN = 'says-it-elsewhere';
/** Gorgias refuses its approval, as if it had taken too long. */
export const LATE = 'says-it-late';

/** The app and the account of a tenant that has no other. */
export const ONLY = {
  app: { name: 'Returns', slug: 'returns', client_id: 'only-client', client_secret: 'canary-only-secret-12fe', scopes: ['openid', 'offline', 'tickets:read'] },
  account: 'only-one',
};

/** The file with the address of a link that expired. */
export const EXPIRED = `${RUN}/expired.txt`;

/** An account that is connected to two of three apps; at the second it works with less. */
export const TWICE = {
  account: 'two-hats',
  apps: [
    { name: 'Harbour Returns and Exchanges', slug: 'harbour-returns', client_id: 'twice-first-client', client_secret: 'canary-twice-first-secret-3a0b', scopes: ['openid', 'offline', 'tickets:read'] },
    { name: 'Harbour Customer Satisfaction Surveys', slug: 'harbour-surveys', client_id: 'twice-second-client', client_secret: 'canary-twice-second-secret-91fe', scopes: ['openid', 'offline', 'tickets:read', 'tags:write'] },
  ],
  other: { name: 'Harbour Macros', slug: 'harbour-macros', client_id: 'twice-third-client', client_secret: 'canary-twice-third-secret-c44d', scopes: ['openid', 'offline', 'macros:read'] },
  granted: 'openid offline tickets:read',
} as const;

/** A tenant with very many accounts; the first few are connected. */
export const CROWD = {
  app: {
    name: 'Returns, exchanges and refunds with a name of sixty letters.',
    slug: 'returns-exchanges-refunds-and-warranties',
    client_id: 'crowd-client',
    client_secret: 'canary-crowd-secret-77aa',
    scopes: ['openid', 'email', 'profile', 'offline', 'tickets:read', 'tickets:write', 'tags:read', 'tags:write', 'customers:read', 'macros:read'],
  },
  /** The names at Gorgias of those that are connected. */
  connected: Array.from({ length: 12 }, (_, n) => `crowd-${n}-of-a-marketplace-for-second-hand-garden-furniture-0${n}`.slice(0, 60)),
  /** How many of these stopped, and so need somebody. */
  broken: 6,
  /** The name of the first one. */
  longest: '',
  /** What people call the accounts. */
  title: (n: number) => `Crowd and Daughters, makers of long names since 1887, no. ${n}`.slice(0, 60),
  /** How many there are in all; for pictures, as many as a large vendor has. */
  total: process.env.MOORING_E2E_PICTURES ? 10_000 : 120,
};
CROWD.longest = CROWD.connected[0] ?? '';

/** Addresses that tests need; prepare.ts writes them as JSON. */
export interface Links {
  install: string;
  callback: string;
  usable: string;
  /** Links that were approved with, by the state of their account. */
  used: string;
  limited: string;
  lost: string;
  waiting: string;
  /** A link that another approval ended. */
  ended: string;
  /** A link to an account whose admin refuses. */
  refused: string;
  /** Links to accounts whose approvals fail. */
  mistaken: string;
  late: string;
  revoked: string;
  /** An invitation that waits, one that somebody accepted, and one that was withdrawn. */
  invitation: string;
  accepted: string;
  withdrawn: string;
}
