import type { InstanceState } from '../fleet/probe.ts';
import { measured, unknown, withState, type Figure } from './measure.ts';

/** Exactly one primary: none takes no writes, two take writes that contradict each other. */
export function judgePrimary(states: readonly InstanceState[]): Figure {
  const primaries = states.filter((one) => one.role === 'PRIMARY');
  const [first] = primaries;
  if (primaries.length === 1 && first !== undefined) return measured('primary', first.instance.name, 1);
  if (first !== undefined) {
    const names = primaries.map((one) => one.instance.name).join(' and ');
    return withState(measured('primary', null, primaries.length), {
      state: 'CRITICAL',
      reason: `${names} both say that they are the primary`,
      hint: 'Stop the one that is wrong before anything else is written, then rebuild it from the other.',
    });
  }
  const reasons = states.map(describe).join('; ');
  const mayBeHidden = states.some((one) => one.state === 'UP' && one.role === 'UNKNOWN');
  return mayBeHidden
    ? unknown('primary', null, { reason: reasons, hint: LET_US_IN })
    : withState(measured('primary', null, 0), {
        state: 'CRITICAL',
        reason: reasons,
        hint: 'Start the primary, or promote a standby that has everything.',
      });
}

/** One metric for each instance that is a standby, or must be one because another is the primary. */
export function judgeReplication(states: readonly InstanceState[]): readonly Figure[] {
  const hasPrimary = states.some((one) => one.role === 'PRIMARY');
  return states
    .filter((one) => one.role === 'STANDBY' || (hasPrimary && one.role === 'UNKNOWN'))
    .map((one) => judgeStandby(one, hasPrimary));
}

const LET_US_IN = 'Check the password of the monitor role, pg_hba.conf, and that the database exists.';

function judgeStandby(one: InstanceState, hasPrimary: boolean): Figure {
  const { name } = one.instance;
  const nothing = { reason: describe(one), hint: null };
  if (one.state === 'DOWN') {
    const hint = 'Start the standby: until then nothing stands beside the primary.';
    return { ...unknown('replication_lag', name, { ...nothing, hint }), state: 'CRITICAL' };
  }
  if (one.state === 'STARTING') return { ...unknown('replication_lag', name, nothing), state: 'WARNING' };
  if (one.role === 'UNKNOWN') return unknown('replication_lag', name, { ...nothing, hint: LET_US_IN });
  if (one.lagSeconds === null || one.lagBytes === null) {
    return unknown('replication_lag', name, {
      reason: hasPrimary
        ? 'the standby does not say how far it has replayed'
        : 'no primary says how much there is to replay',
      hint: null,
    });
  }
  const metric = measured('replication_lag', name, one.lagSeconds);
  return one.lagBytes === 0n ? metric : { ...metric, reason: `${one.lagBytes} bytes are not replayed yet` };
}

function describe({ instance, role, state, reason }: InstanceState): string {
  if (state === 'UP' && role !== 'UNKNOWN') return `${instance.name} is a ${role.toLowerCase()}`;
  return `${instance.name} is ${state.toLowerCase()}: ${reason ?? 'it gave no reason'}`;
}
