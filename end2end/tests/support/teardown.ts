import { rmSync } from 'node:fs';

/** Deletes the files that tests shared, since they hold secrets. */
export default function teardown(): void {
  const folder = process.env.MOORING_E2E_RUN;
  if (folder) rmSync(folder, { recursive: true, force: true });
}
