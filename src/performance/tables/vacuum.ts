import { writeName } from '../../postgres/names.ts';
import type { TableFigures } from './table-probe.ts';

/** Why a table needs a visit. */
export type VacuumReason = 'WRAPAROUND' | 'DEAD_ROWS' | 'INSERTED_ROWS' | 'STALE_STATISTICS' | 'VACUUM_OFF';
export const VACUUM_REASONS = [
  ...(['WRAPAROUND', 'DEAD_ROWS', 'INSERTED_ROWS'] as const),
  ...(['STALE_STATISTICS', 'VACUUM_OFF'] as const),
] as const;

export interface VacuumNeed {
  readonly reason: VacuumReason;
  /** Times the limit at which autovacuum begins: 1 is just there; wraparound counts tenfold. */
  readonly urgency: number;
  /** The figure against its limit, for people. */
  readonly because: string;
  /** What helps. */
  readonly statement: string;
}

const WRAPAROUND_WEIGHT = 10;
/** Freezing begins to be due before the server forces it on everybody. */
const FREEZE_SHARE = 0.9;

type Figures = Pick<
  TableFigures,
  | ('schema' | 'name' | 'deadRows' | 'modifiedRows' | 'insertedSinceVacuum' | 'xidAge' | 'vacuumAt')
  | ('vacuumInsertsAt' | 'analyzeAt' | 'freezeAt' | 'isVacuumOff')
>;

/** What a table needs by the rules of autovacuum itself (PostgreSQL manual, 25.1.6), with its own settings. */
export function judgeVacuum(one: Figures): readonly VacuumNeed[] {
  const table = `${writeName(one.schema, one.name)}`;
  const needs: VacuumNeed[] = [];
  const add = (
    reason: VacuumReason,
    [figure, limit]: readonly [number, number],
    [of, statement]: readonly [string, string],
  ) => {
    if (figure < limit || limit <= 0) return;
    const urgency = (figure / limit) * (reason === 'WRAPAROUND' ? WRAPAROUND_WEIGHT : 1);
    needs.push({ reason, urgency, because: `${count(figure)} ${of}, ${count(limit)} is due`, statement });
  };
  add(
    'WRAPAROUND',
    [one.xidAge, one.freezeAt * FREEZE_SHARE],
    ['transactions since its oldest row was frozen', `VACUUM (FREEZE) ${table};`],
  );
  add('DEAD_ROWS', [one.deadRows, one.vacuumAt], ['dead rows', `VACUUM (ANALYZE) ${table};`]);
  if (one.vacuumInsertsAt !== null)
    add(
      'INSERTED_ROWS',
      [one.insertedSinceVacuum, one.vacuumInsertsAt],
      ['rows inserted since the last VACUUM', `VACUUM ${table};`],
    );
  add(
    'STALE_STATISTICS',
    [one.modifiedRows, one.analyzeAt],
    ['rows changed since the last ANALYZE', `ANALYZE ${table};`],
  );
  return one.isVacuumOff && needs.length > 0 ? [...needs, vacuumOff(table)] : needs;
}

function vacuumOff(table: string): VacuumNeed {
  return {
    reason: 'VACUUM_OFF',
    urgency: 1,
    because: 'autovacuum does not visit it',
    statement: `ALTER TABLE ${table} RESET (autovacuum_enabled);`,
  };
}

const count = (value: number) => Math.round(value).toLocaleString('en-US');
