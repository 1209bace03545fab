import type { ColumnDef } from '@pgsql/types';
import { isSerial } from '../column-types.ts';
import { pick, pickAll, read, typeOf } from '../tree.ts';
import { type Advice, alterOf, findings, type Rule, type Step } from './rule.ts';

/** Choices that one regrets later. None of them makes a migration dangerous: all are INFO. */
export const styleRules: readonly Rule[] = [columnTypes, enumValue];

const TYPES: readonly (readonly [pattern: RegExp, rule: string, message: string, hint: string])[] = [
  [
    /^(bpchar|char)$/,
    'ban-char-field',
    'char(n) pads with blanks and saves nothing',
    'Use text with a CHECK of its length.',
  ],
  [
    /^varchar$/,
    'prefer-text-field',
    'the length of a varchar can only be made smaller by a rewrite',
    'Use text with a CHECK of its length.',
  ],
  [
    /^(timestamp|timetz)$/,
    'prefer-timestamp-tz',
    'a time without its zone is a different moment for every reader',
    'Use timestamptz.',
  ],
  [
    /^(int2|smallserial|serial2)$/,
    'prefer-bigint-over-smallint',
    'a smallint ends at 32,767',
    'Use bigint, or integer for small counts.',
  ],
  [
    /^(int4|serial|serial4)$/,
    'prefer-bigint-over-int',
    'a key of type integer ends at 2,147,483,647',
    'Use bigint for keys.',
  ],
];

function columnTypes(step: Step) {
  return newColumns(step).flatMap((column) => {
    const { name, modifiers } = typeOf(column.typeName);
    const found = TYPES.filter(
      ([pattern, rule]) => pattern.test(name) && (rule !== 'prefer-text-field' || modifiers.length > 0),
    )
      .filter(([, rule]) => !rule.startsWith('prefer-bigint') || isKey(column))
      .map(([, rule, message, hint]): Advice => ({
        rule,
        severity: 'INFO',
        message: `${column.colname ?? ''}: ${message}`,
        hint,
      }));
    return findings(
      step,
      ...found,
      isSerial(column)
        ? {
            rule: 'prefer-identity',
            severity: 'INFO',
            message: `${column.colname ?? ''}: rights and ownership of a serial's sequence are their own`,
            hint: 'Use GENERATED ALWAYS AS IDENTITY.',
          }
        : null,
    );
  });
}

/** A small number is fine for a count; a key runs out. */
const isKey = (column: ColumnDef) => isSerial(column) || /(^|_)(id|no|number)$/.test(column.colname ?? '');

function newColumns(step: Step): readonly ColumnDef[] {
  const created = pickAll(read(step.statement, 'CreateStmt')?.tableElts, 'ColumnDef');
  const added = (alterOf(step)?.commands ?? [])
    .filter((one) => one.subtype === 'AT_AddColumn')
    .flatMap((one) => pick(one.def, 'ColumnDef') ?? []);
  return [...created, ...added];
}

function enumValue(step: Step) {
  const alter = read(step.statement, 'AlterEnumStmt');
  if (!alter?.newVal || alter.oldVal || alter.newValNeighbor) return [];
  return findings(step, {
    rule: 'require-enum-value-ordering',
    severity: 'INFO',
    message: `${alter.newVal} sorts behind all others`,
    hint: 'Say BEFORE or AFTER which value it belongs, when the order means something.',
  });
}
