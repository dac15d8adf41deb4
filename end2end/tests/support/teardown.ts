import { rmSync } from 'node:fs';

/** Deletes what the tests kept for one another: it holds secrets. */
export default function teardown(): void {
  const folder = process.env.MOORING_E2E_RUN;
  if (folder) rmSync(folder, { recursive: true, force: true });
}
