import type { ServerOptions } from './options.ts';

const CHECK_TIMEOUT_MS = 2_000;

export interface Readiness {
  readonly isReady: boolean;
  /** `ok`, or what is wrong, for each check. */
  readonly checks: Readonly<Record<string, string>>;
}

/** Runs all checks at once; one that takes longer than two seconds has failed. */
export async function checkReadiness(checks: ServerOptions['readiness']): Promise<Readiness> {
  const results = await Promise.all(
    Object.entries(checks).map(async ([name, check]) => [name, await outcomeOf(check)] as const),
  );
  return { isReady: results.every(([, outcome]) => outcome === 'ok'), checks: Object.fromEntries(results) };
}

async function outcomeOf(check: () => Promise<unknown>): Promise<string> {
  const late = Promise.withResolvers<string>();
  const timer = setTimeout(() => late.resolve(`no answer within ${CHECK_TIMEOUT_MS} ms`), CHECK_TIMEOUT_MS);
  const answer = check().then(
    () => 'ok',
    () => 'failed', // anybody may ask, so no addresses; the log has them
  );
  return Promise.race([answer, late.promise]).finally(() => clearTimeout(timer));
}
