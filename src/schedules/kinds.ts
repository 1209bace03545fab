import type { z } from 'zod';
import type { Scope } from '../access/principals.ts';
import type { Target } from '../operations/define.ts';
import type { Operation, OperationRequest } from '../operations/operations.ts';
import { OperationKindUnknownError, ScheduleInputInvalidError } from './errors.ts';

/** A kind of operation as a schedule sees it. */
export interface SchedulableKind {
  readonly kind: string;
  /** What the mutation needs that starts such an operation; who makes a schedule needs it too. */
  readonly scope: Scope;
  /** @throws {ScheduleInputInvalidError} */
  check(given: unknown): { readonly input: unknown; readonly target: Target };
  start(input: unknown, request: OperationRequest): Promise<Operation>;
}

/** Makes a kind schedulable: `input` is what people give, `start` is what its own mutation does with it. */
export function schedulable<Input>(kind: {
  readonly kind: string;
  readonly scope: Scope;
  readonly input: z.ZodType<Input>;
  target(input: Input): Target;
  start(input: Input, request: OperationRequest): Promise<Operation>;
}): SchedulableKind {
  return {
    kind: kind.kind,
    scope: kind.scope,
    check(given) {
      const parsed = kind.input.safeParse(given);
      if (!parsed.success) throw new ScheduleInputInvalidError(kind.kind, parsed.error.issues.map(toProblem));
      const unknown = keysOf(given).filter((key) => !keysOf(parsed.data).includes(key));
      // Left out silently, a misspelt argument would do something else every night.
      if (unknown.length > 0)
        throw new ScheduleInputInvalidError(
          kind.kind,
          unknown.map((key) => `there is no ${key}`),
        );
      return { input: parsed.data, target: kind.target(parsed.data) };
    },
    start: (input, request) => kind.start(kind.input.parse(input), request),
  };
}

/** @throws {OperationKindUnknownError} */
export function getKind(kinds: readonly SchedulableKind[], kind: string): SchedulableKind {
  const found = kinds.find((one) => one.kind === kind);
  if (found) return found;
  throw new OperationKindUnknownError(
    kind,
    kinds.map((one) => one.kind),
  );
}

function keysOf(value: unknown): readonly string[] {
  return typeof value === 'object' && value !== null ? Object.keys(value) : [];
}

function toProblem({ path, message }: { readonly path: readonly PropertyKey[]; readonly message: string }) {
  return path.length === 0 ? message : `${path.map(String).join('.')}: ${message}`;
}
