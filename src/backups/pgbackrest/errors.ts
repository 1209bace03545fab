import { SundayError } from '../../errors.ts';

/** `pgbackrest stop` has been said, and archiving stands still with everything else. */
export class StanzaStoppedError extends SundayError {
  readonly code = 'STANZA_STOPPED';
  override readonly hint =
    'Somebody has run `pgbackrest stop`: no write-ahead log is archived until `pgbackrest start` is run on the database host.';
  constructor(stanza: string, detail: string) {
    super(`pgBackRest is stopped for stanza ${stanza}: ${detail}`);
  }
}

/** It did not fail by itself: a signal ended it. */
export class PgBackRestInterruptedError extends SundayError {
  readonly code = 'PGBACKREST_INTERRUPTED';
  override readonly hint =
    'Nothing half-made is used: try again. Find out who ends processes there; the kernel does when memory is short.';
  override readonly retryable = true;
  constructor(command: string) {
    super(`pgbackrest ${command} was ended by a signal from outside`);
  }
}

/** An option in pgbackrest.conf, or one of ours, is none for this version. */
export class StanzaMisconfiguredError extends SundayError {
  readonly code = 'STANZA_MISCONFIGURED';
  override readonly hint = 'Correct pgbackrest.conf; `pgbackrest check` on the database host reads it too.';
  constructor(stanza: string, detail: string) {
    super(`pgBackRest does not take the settings of stanza ${stanza}: ${detail}`);
  }
}
