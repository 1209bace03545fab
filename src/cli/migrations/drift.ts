import type { Command } from 'commander';
import { ERROR_CODES } from '../../error-codes.ts';
import { InvalidInputError, RecordedError } from '../../errors.ts';
import { formatDifferences } from './catalog-differences.ts';
import { type CommandContext, runs, startFields, withCluster, withExamples } from '../command.ts';
import { formatTime, NOTHING } from '../terminal/format.ts';
import {
  AcceptSchemaDriftDocument,
  SchemaDriftDocument,
  type SchemaDriftPartsFragment,
  type SchemaDriftState,
} from '../generated/graphql.ts';
import { columnsOf } from './style.ts';
import { resolveCluster, type Session, unwrap } from '../session.ts';
import { type Colour, formatPairs } from '../terminal/terminal.ts';

type Drift = SchemaDriftPartsFragment;

interface AcceptOptions {
  readonly cluster?: string;
  readonly reason: string;
  readonly onBehalfOf?: string;
  readonly fingerprint?: string;
}

const COLOURS: Record<SchemaDriftState, Colour> = { NONE: 'green', DRIFTED: 'red', UNKNOWN: 'yellow' };
const [DRIFTED_EXIT_CODE] = ERROR_CODES.SCHEMA_DRIFTED;
const SHORT_FINGERPRINT = 12;

/** `migrations drift`. */
export function addDrift(migrations: Command, context: CommandContext): void {
  const drift = withCluster(
    migrations.command('drift').description('what was changed by hand since the newest migration'),
  );
  withExamples(
    drift,
    'sunday migrations drift',
    'sunday migrations drift --cluster main --json || echo "somebody was here"',
  ).addHelpText(
    'after',
    `\nExit code ${DRIFTED_EXIT_CODE} when there is drift, for scripts. 0 when there is none, and when it cannot be known because nothing\nwas kept to compare with: migrations are not refused then either. --json says which.`,
  );
  runs<{ cluster?: string }>(drift, context, async (session, options) => {
    const cluster = await resolveCluster(session, options.cluster);
    const found = await fetchDrift(session, cluster);
    session.show({ cluster, drift: found }, () => formatDrift(found, cluster, session));
    return found.state === 'DRIFTED' ? DRIFTED_EXIT_CODE : 0;
  });
}

async function fetchDrift({ client }: Session, cluster: string): Promise<Drift> {
  return (await client.request(SchemaDriftDocument, { cluster })).schemaDrift;
}

function formatDrift(drift: Drift, cluster: string, { terminal }: Session): string {
  const { state, reason, version, takenAt, differences, expectedFingerprint, foundFingerprint } = drift;
  const { paint } = terminal;
  const word = paint(COLOURS[state], state);
  if (state === 'NONE')
    return `${word}: the schema of ${cluster} is what migration ${version ?? '000'} left.`;
  if (state === 'UNKNOWN') return `${word}: ${reason ?? 'nothing was kept to compare with'}`;
  const short = foundFingerprint.slice(0, SHORT_FINGERPRINT);
  const count = `${differences.length} object${differences.length === 1 ? ' is' : 's are'} different`;
  return [
    differences.length === 0 ? `${word}: ${reason ?? 'the fingerprints differ'}` : `${word}: ${count}`,
    '',
    formatDifferences(differences, terminal, columnsOf(terminal.output)),
    '',
    formatPairs([
      [
        'expected',
        `${expectedFingerprint?.slice(0, SHORT_FINGERPRINT) ?? NOTHING}  - after migration ${version}, ${formatTime(takenAt)}`,
      ],
      ['found', `${short}  + now`],
      ['next', 'undo it, or make it a migration; if it is to stay:'],
      [
        '',
        paint(
          'cyan',
          `sunday migrations accept-drift --cluster ${cluster} --fingerprint ${short} --reason "…"`,
        ),
      ],
    ]),
  ].join('\n');
}

/** `migrations accept-drift`. */
export function addAcceptDrift(migrations: Command, context: CommandContext): void {
  const accept = withCluster(
    migrations
      .command('accept-drift')
      .description('takes the schema as it is for the right one; runs nothing, and keeps the reason'),
  )
    .requiredOption('--reason <text>', 'why it is to stay')
    .option(
      '--fingerprint <text>',
      'the one found by drift, or its first 12 characters; refused when it is another now',
    )
    .option('--on-behalf-of <person>', 'who asked for it, for the audit log');
  withExamples(
    accept,
    'sunday migrations accept-drift --reason "index of incident 4711 stays"',
    'sunday migrations accept-drift --fingerprint 8c1f0e2b9a47 --reason "index of incident 4711 stays"',
  );
  runs<AcceptOptions>(accept, context, async (session, options) => {
    const cluster = await resolveCluster(session, options.cluster);
    const before = await fetchDrift(session, cluster);
    const { foundFingerprint } = before;
    if (options.fingerprint !== undefined) checkFingerprint(options.fingerprint, foundFingerprint, cluster);
    const { reason } = options;
    const input = { cluster, ...startFields({ ...options, wait: true }), reason, foundFingerprint };
    const answer = await session.client.request(AcceptSchemaDriftDocument, { input });
    const { drift } = unwrap(answer.acceptSchemaDrift);
    session.show({ cluster, accepted: before.differences, drift }, () => {
      const { length } = before.differences;
      const what = length === 0 ? 'as it is' : `with ${length} difference${length === 1 ? '' : 's'}`;
      return `✓ the schema of ${cluster} is the expected one now, ${what}: ${drift.state}`;
    });
  });
}

/** @throws {RecordedError} REPAIR_REFUSED when the schema is another one than the one that was looked at. */
function checkFingerprint(wanted: string, found: string, cluster: string): void {
  if (!/^[0-9a-f]{12,64}$/.test(wanted))
    throw new InvalidInputError(
      ['--fingerprint'],
      'it takes 12 to 64 hexadecimal digits',
      'As `migrations drift` shows it.',
    );
  if (found.startsWith(wanted)) return;
  throw new RecordedError({
    code: 'REPAIR_REFUSED',
    message: `the schema of ${cluster} is ${found.slice(0, SHORT_FINGERPRINT)} now, and not ${wanted}`,
    hint: `Look at it again: sunday migrations drift --cluster ${cluster}`,
    retryable: false,
  });
}
