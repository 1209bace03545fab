import type { ControlPlane } from './control-plane.ts';
import { pause, SHORT_PAUSE_MS, LONG_PAUSE_MS } from './pause.ts';

/** Somebody who works with a control plane through its API alone. */
export interface Operator {
  /** The started operation, or the typed refusal. */
  ask(mutation: string, input: Record<string, unknown>, token?: string): Promise<Answer>;
  /** Starts it and gives its id; throws the refusal. */
  start(mutation: string, input: Record<string, unknown>): Promise<string>;
  /** Starts it and waits for its end. */
  finish(mutation: string, input: Record<string, unknown>): Promise<Ended>;
  operationOf(id: string): Promise<Ended>;
  waitForEnd(id: string): Promise<Ended>;
  /** Until the operation is in `phase`; gives false when it ended without. */
  waitForPhase(id: string, phase: string): Promise<boolean>;
  /** Newest first. */
  backups(cluster?: string): Promise<readonly Backup[]>;
}

export interface Answer {
  readonly operation?: { readonly id: string } | null;
  readonly code?: string;
  readonly message?: string;
  readonly hint?: string | null;
  readonly path?: readonly string[] | null;
}

export interface Ended {
  readonly id: string;
  readonly state: string;
  readonly phase: string | null;
  readonly result: Record<string, unknown> | null;
  readonly error: { readonly code: string; readonly message: string; readonly hint: string | null } | null;
}

export interface Backup {
  readonly label: string;
  readonly state: string;
  readonly operation: { readonly id: string } | null;
}

const ENDED = ['SUCCEEDED', 'FAILED', 'CANCELLED'];
const LONGEST_WAIT_MS = 60_000;

export function createOperator(plane: ControlPlane): Operator {
  const operationOf = async (id: string) => {
    const { operation } = await plane.graphql<{ operation: Ended }>(
      `query ($id: ID!) { operation(id: $id) { id state phase result error { code message hint } } }`,
      { id },
    );
    return operation;
  };
  const waitFor = async (id: string, isThere: (operation: Ended) => boolean, pauseMs: number) => {
    const begunAt = performance.now();
    for (;;) {
      const operation = await operationOf(id);
      if (isThere(operation) || ENDED.includes(operation.state)) return operation;
      if (performance.now() > begunAt + LONGEST_WAIT_MS)
        throw new Error(`operation ${id} is still ${operation.state} in "${operation.phase}"`);
      await pause(begunAt, pauseMs);
    }
  };
  const ask: Operator['ask'] = async (mutation, input, token) => {
    const { data, errors } = await plane.send<{ result: Answer }>(toRequest(mutation, input), token);
    const [error] = errors;
    if (!data) return { message: error?.message ?? '', ...error?.extensions };
    return data.result;
  };
  const start: Operator['start'] = async (mutation, input) => {
    const { operation, ...refusal } = await ask(mutation, input);
    if (!operation) throw new Error(JSON.stringify(refusal));
    return operation.id;
  };
  const waitForEnd = (id: string) => waitFor(id, () => false, LONG_PAUSE_MS);
  return {
    ask,
    start,
    operationOf,
    waitForEnd,
    finish: async (mutation, input) => waitForEnd(await start(mutation, input)),
    waitForPhase: async (id, phase) =>
      (await waitFor(id, (one) => one.phase === phase, SHORT_PAUSE_MS)).phase === phase,
    async backups(cluster = 'main') {
      const found = await plane.graphql<{ cluster: { backups: { edges: { node: Backup }[] } } }>(
        `query ($cluster: String!) { cluster(name: $cluster) { backups(first: 100) { edges { node { label state operation { id } } } } } }`,
        { cluster },
      );
      return found.cluster.backups.edges.map((edge) => edge.node);
    },
  };
}

function toRequest(mutation: string, input: Record<string, unknown>) {
  const type = `${mutation[0]?.toUpperCase()}${mutation.slice(1)}`;
  const query = `mutation ($input: ${type}Input!) { result: ${mutation}(input: $input) {
    ... on ${type}Success { operation { id } } ... on UserError { code message hint path } } }`;
  return { query, variables: { input } };
}
