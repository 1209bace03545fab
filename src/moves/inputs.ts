import { z } from 'zod';
import type { MoveState } from './moves.ts';

const window = z.object({ from: z.string(), to: z.string() });
/** Of `moves.move`. */
export const moveInput = z.object({
  organization: z.uuid(),
  fromShard: z.string(),
  fromCluster: z.string(),
  toShard: z.string(),
  toCluster: z.string(),
  epoch: z.string(),
  settings: z.object({
    cutover: z.enum(['AUTOMATIC', 'MANUAL']),
    pauseBudgetMs: z.number(),
    window: window.nullable(),
    slotTimeoutSeconds: z.number(),
    maxRetainedWalBytes: z.number(),
  }),
});
/** What a move is begun with; the epoch as text, since a checkpoint holds no bigint. */
export type MoveInput = z.output<typeof moveInput>;
/** Of the operations that follow a move. */
export const laterInput = z.object({
  moveId: z.uuid(),
  organization: z.uuid(),
  fromCluster: z.string(),
  toCluster: z.string(),
  /** Of the way back and of the end: go, although both sides are not the same, or can't be proven to be. */
  acceptDifferences: z.boolean().default(false),
});
/** Which move, and where it is. */
export type LaterInput = z.output<typeof laterInput>;

/** What an operation on a move came to. */
export interface MoveResult {
  readonly moveId: string;
  readonly state: MoveState;
  /** Of the cutover or of the way back; null when writers did not have to wait for one. */
  readonly pauseMs: number | null;
  /** Why it stopped where it is; null when it did not. */
  readonly problem: string | null;
}
