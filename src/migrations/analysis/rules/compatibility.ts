import type { AlterTableCmd } from '@pgsql/types';
import type { SqlStatement } from '../../../postgres/parse.ts';
import { partsOf, pick, read, stringsOf } from '../tree.ts';
import { type Advice, alterOf, findings, perCommand, type Rule, type Step } from './rule.ts';

/** What programs that run during the migration, or an older release of them, may stumble over. */
export const compatibilityRules: readonly Rule[] = [
  dropped,
  perCommand(guards),
  rowSecurity,
  cascade,
  revoke,
];

const DROPPED: Readonly<Record<string, string>> = {
  OBJECT_VIEW: 'ban-drop-view',
  OBJECT_MATVIEW: 'ban-drop-view',
  OBJECT_FUNCTION: 'ban-drop-function',
  OBJECT_PROCEDURE: 'ban-drop-function',
  OBJECT_ROUTINE: 'ban-drop-function',
  OBJECT_TYPE: 'ban-drop-type',
  OBJECT_DOMAIN: 'ban-drop-domain',
  OBJECT_SEQUENCE: 'ban-drop-sequence',
  OBJECT_TRIGGER: 'ban-drop-trigger',
  OBJECT_EXTENSION: 'ban-drop-extension',
};

/** Not of what the same script makes again, before or after. */
function dropped(step: Step) {
  const drop = read(step.statement, 'DropStmt');
  const rule = DROPPED[drop?.removeType ?? ''];
  if (!drop || rule === undefined) return [];
  return (drop.objects ?? []).flatMap((object) => {
    const name = nameOfObject(object);
    if (step.script.statements.some((one) => createdName(one) === name)) return [];
    return findings(step, {
      rule,
      severity: rule === 'ban-drop-trigger' ? 'INFO' : 'WARNING',
      message: `whatever still uses ${name} fails, or no longer does what it did`,
      hint: 'Drop it when no running program needs it any more.',
    });
  });
}

const nameOfObject = (object: Parameters<typeof partsOf>[0]) => {
  const withArguments = pick(object, 'ObjectWithArgs');
  return (withArguments ? stringsOf(withArguments.objname) : partsOf(object)).at(-1) ?? '';
};

function createdName(statement: SqlStatement): string | null {
  return (
    read(statement, 'ViewStmt')?.view?.relname ??
    read(statement, 'CreateTableAsStmt')?.into?.rel?.relname ??
    stringsOf(read(statement, 'CreateFunctionStmt')?.funcname).at(-1) ??
    read(statement, 'CreateTrigStmt')?.trigname ??
    read(statement, 'CreatePolicyStmt')?.policy_name ??
    read(statement, 'CreateSeqStmt')?.sequence?.relname ??
    stringsOf(read(statement, 'CreateEnumStmt')?.typeName).at(-1) ??
    stringsOf(read(statement, 'CreateDomainStmt')?.domainname).at(-1) ??
    null
  );
}

function guards(command: AlterTableCmd, table: string, { world }: Step): Advice | null {
  if (world.isNew(table)) return null;
  const type = command.subtype ?? '';
  if (/^AT_DisableTrig/.test(type))
    return {
      rule: 'ban-disable-trigger',
      severity: 'WARNING',
      message: `rows that come while a trigger of ${table} is off escape what it guards, for every session`,
      hint: 'Set session_replication_role for your own session, or do without.',
    };
  if (type === 'AT_DropConstraint')
    return {
      rule: 'ban-drop-constraint',
      severity: 'INFO',
      message: `${table} takes rows from now on that ${command.name ?? ''} refused; the way back has to check them all`,
      hint: 'Make sure that no program counts on it.',
    };
  if (type !== 'AT_ColumnDefault' || command.def !== undefined) return null;
  return {
    rule: 'ban-drop-default',
    severity: 'INFO',
    message: `programs that leave out ${command.name ?? ''} write null, or fail`,
    hint: 'Release programs that write it first.',
  };
}

function rowSecurity(step: Step) {
  const alter = alterOf(step);
  const types = (alter?.commands ?? []).map((one) => one.subtype);
  const isNew = alter !== null && step.world.isNew(alter.table);
  const drop = read(step.statement, 'DropStmt');
  const policy = drop?.removeType === 'OBJECT_POLICY' ? nameOfObject(drop.objects?.[0]) : null;
  const isDropped = policy !== null && !step.script.statements.some((one) => createdName(one) === policy);
  const isWeaker = types.some((one) => one === 'AT_DisableRowSecurity' || one === 'AT_NoForceRowSecurity');
  const hasPolicy = step.script.statements.some((one) => one.kind === 'CreatePolicyStmt');
  const isClosed =
    types.includes('AT_EnableRowSecurity') &&
    !hasPolicy &&
    !step.world.get(alter?.table ?? '').hasRowSecurity;
  return findings(
    step,
    (isWeaker && !isNew) || isDropped
      ? {
          rule: 'row-security-weakened',
          severity: 'WARNING',
          message: 'rows that were kept from a role may be seen, or rows it needs may vanish',
          hint: 'Replace a policy in one transaction: create the new one before the old one goes.',
        }
      : null,
    isClosed && !isNew
      ? {
          rule: 'row-security-without-policy',
          severity: 'WARNING',
          message: `without a policy nobody but its owner sees a row of ${alter?.table ?? ''}`,
          hint: 'Create the policies in the same script.',
        }
      : null,
  );
}

/** Takes along what the script does not name. */
function cascade(step: Step) {
  const drop = read(step.statement, 'DropStmt');
  const alter = (alterOf(step)?.commands ?? []).filter((one) => one.behavior === 'DROP_CASCADE');
  const isSchema = drop?.removeType === 'OBJECT_SCHEMA';
  const isNew = step.locks.length > 0 && step.locks.every((one) => one.isNew);
  if ((drop?.behavior !== 'DROP_CASCADE' && alter.length === 0) || isNew) return [];
  return findings(step, {
    rule: isSchema ? 'ban-drop-schema' : 'drop-cascade',
    severity: isSchema ? 'DANGER' : 'WARNING',
    message: isSchema
      ? 'everything in the schema is gone'
      : 'views, keys and functions that nobody named go along',
    hint: 'Drop what depends on it by name.',
  });
}

function revoke(step: Step) {
  const grant = read(step.statement, 'GrantStmt');
  if (step.statement.kind === 'DropOwnedStmt')
    return findings(step, {
      rule: 'drop-owned',
      severity: 'DANGER',
      message: 'every object of the role is gone',
      hint: 'Reassign what it owns.',
    });
  if (!grant || grant.is_grant) return [];
  return findings(step, {
    rule: 'ban-revoke',
    severity: 'INFO',
    message: 'programs that still use the right fail',
    hint: 'Look who uses it.',
  });
}
