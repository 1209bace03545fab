import { z } from 'zod';
import { InvalidInputError } from '../errors.ts';
import type { Operation } from '../operations/operations.ts';
import {
  MoveRefusedError,
  OrganizationMovingError,
  OrganizationNotFoundError,
  ShardNotFoundError,
} from './errors.ts';
import { moveInput, type MoveInput } from './inputs.ts';
import { DEFAULT_SETTINGS, type MoveCheck, type MoveSettings } from './moves.ts';
import type { MoveDependencies } from './run/parts.ts';
import * as store from './store.ts';

/** What somebody asks for. */
export interface StartMove {
  readonly organization: string;
  readonly toShard: string;
  /** What is left out or null is as in DEFAULT_SETTINGS. */
  readonly settings: { readonly [Key in keyof MoveSettings]?: MoveSettings[Key] | null | undefined };
}

/** @throws {OrganizationNotFoundError} @throws {ShardNotFoundError} @throws {OrganizationMovingError} */
export async function toInput(
  { db, directory }: Pick<MoveDependencies, 'db' | 'directory'>,
  wanted: StartMove,
): Promise<MoveInput> {
  const organization = toUuid(wanted.organization, 'organization');
  const placement = await directory.find(organization);
  if (placement === null) throw new OrganizationNotFoundError(organization);
  const [from, to] = await Promise.all([
    directory.findShard(placement.shard),
    directory.findShard(wanted.toShard),
  ]);
  if (to === null || from === null)
    throw new ShardNotFoundError(to === null ? wanted.toShard : placement.shard);
  if (wanted.toShard === placement.shard)
    throw new InvalidInputError(['input', 'toShard'], `the organization lives on ${placement.shard} already`);
  const other = await store.findUnfinished(db, organization);
  if (other !== null) throw new OrganizationMovingError(other);
  if (!to.takesOrganizations) throw new MoveRefusedError([closed(wanted.toShard)]);
  return {
    organization,
    fromShard: placement.shard,
    fromCluster: from.cluster,
    toShard: wanted.toShard,
    toCluster: to.cluster,
    epoch: String(placement.epoch),
    settings: toSettings(wanted),
  };
}

/** That of an earlier call for the same, wherever the organization lives by now; null when it was for something else. */
export function toSameInput({ kind, input }: Operation, wanted: StartMove): MoveInput | null {
  const earlier = kind === 'moves.move' ? moveInput.safeParse(input).data : undefined;
  const isSame =
    earlier?.organization === wanted.organization.toLowerCase() && earlier.toShard === wanted.toShard;
  return isSame ? { ...earlier, settings: toSettings(wanted) } : null;
}

function toSettings({ settings }: StartMove): MoveSettings {
  return {
    cutover: settings.cutover ?? DEFAULT_SETTINGS.cutover,
    pauseBudgetMs: settings.pauseBudgetMs ?? DEFAULT_SETTINGS.pauseBudgetMs,
    window: settings.window ?? DEFAULT_SETTINGS.window,
    slotTimeoutSeconds: settings.slotTimeoutSeconds ?? DEFAULT_SETTINGS.slotTimeoutSeconds,
    maxRetainedWalBytes: settings.maxRetainedWalBytes ?? DEFAULT_SETTINGS.maxRetainedWalBytes,
  };
}

function closed(shard: string): MoveCheck {
  const hint = 'Choose another shard, or make this one ACTIVE.';
  return { name: 'TARGET_STATE', state: 'FAILED', detail: `${shard} takes no organizations`, hint };
}

const uuid = z.uuid();

function toUuid(id: string, argument: string): string {
  const parsed = uuid.safeParse(id);
  if (!parsed.success)
    throw new InvalidInputError(['input', argument], `${id} is not the id of an organization`);
  return parsed.data.toLowerCase();
}
