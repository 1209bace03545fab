import { z } from 'zod';

/** Where a restore is to stop, as it was asked for. Plain data: it is the input of an operation. */
export const restoreTargetSchema = z.discriminatedUnion('kind', [
  /** The end of the archive. */
  z.object({ kind: z.literal('LATEST') }),
  /** The last state that was committed at or before this moment, in UTC to the microsecond. */
  z.object({ kind: z.literal('TIME'), at: z.string() }),
  /** All that was written to the log before this place. */
  z.object({ kind: z.literal('LSN'), lsn: z.string() }),
  /** A named restore point. */
  z.object({ kind: z.literal('NAME'), name: z.string() }),
  /** The end of one backup, or the moment at which its rows were noted. */
  z.object({ kind: z.literal('SET'), label: z.string() }),
]);
export type RestoreTarget = z.output<typeof restoreTargetSchema>;

/** For people and for messages. */
export function describeTarget(target: RestoreTarget): string {
  switch (target.kind) {
    case 'LATEST':
      return 'the end of the archive';
    case 'TIME':
      return target.at;
    case 'LSN':
      return `LSN ${target.lsn}`;
    case 'NAME':
      return `restore point ${target.name}`;
    case 'SET':
      return `backup ${target.label}`;
  }
}

/** How the tools are told. Plain data: it is kept in a checkpoint. */
export interface RecoveryTarget {
  readonly type: 'immediate' | 'name' | 'lsn' | 'time';
  /** Null for `immediate`: the end of the backup itself. */
  readonly target: string | null;
  /** True: stop in front of it, not behind. */
  readonly isExclusive: boolean;
  /** Never `latest`: a server that was let loose once may have pushed a timeline of its own into the archive. */
  readonly timeline: number;
  /** Place that replay must have come to; null when only the server itself can say (a time, the end of the backup). */
  readonly lsn: string | null;
}
