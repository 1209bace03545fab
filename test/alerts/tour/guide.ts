import { setTimeout as sleep } from 'node:timers/promises';
import type { ControlPlane } from '../../support/control-plane.ts';

/** What a subscriber hears. */
export interface Heard {
  readonly change: string;
  readonly metric: string;
  readonly instance: string | null;
  readonly summary: string;
  readonly value: number | null;
  readonly alert: { readonly id: string };
}

export interface Action {
  readonly title: string;
  readonly mutation: string;
  readonly isAvailable: boolean;
  readonly input: Readonly<Record<string, unknown>>;
}

export interface Known {
  readonly state: string;
  readonly severity: string;
  readonly cause: string;
  readonly firedValue: number | null;
  readonly value: number | null;
  readonly evidence: Readonly<Record<string, unknown>> | null;
  readonly suggestedActions: readonly Action[];
  readonly operations: readonly { readonly kind: string; readonly state: string }[];
}

const EVENTS = `subscription { alertEvents(filter: { clusters: ["main"] }) {
  ... on AlertEvent { change metric instance summary value alert { id } } } }`;

const ALERT = `query ($id: ID!) { alert(id: $id) {
  state severity cause firedValue value
  evidence { reason blockers { pid blocks waitsFor } costly { query shareOfTime } indexes { statements gain }
    clients { applicationName state sessions } deadSpace { table bytes }
    keepers { kind name detail ageTransactions } lastWords }
  suggestedActions { title mutation isAvailable input } operations { kind state } } }`;

const PATIENCE_MS = 120_000;
const UNDER_WAY = ['QUEUED', 'RUNNING', 'CANCELLING'];

/** One who listens to all alerts of `main`, looks at them, and does what they say helps. */
export function listen(plane: ControlPlane) {
  const heard: Heard[] = [];
  const listening = plane.subscribe<Heard>(EVENTS, {}, Infinity, (item) => heard.push(item));
  listening.catch(() => {}); // it ends with the plane
  let last: unknown = null;
  const find = async (id: string) => (await plane.graphql<{ alert: Known }>(ALERT, { id })).alert;
  return {
    heard,
    find,
    /** The event of a metric, from any moment on. */
    hear: (change: string, metric: string, instance: string | null) =>
      until(
        `${change} of ${metric}`,
        async () =>
          heard.find((one) => one.change === change && one.metric === metric && one.instance === instance),
        () => heard.map((one) => `${one.change} ${one.summary}`),
      ),
    /** The alert, once somebody has looked at the server. */
    look: (id: string) =>
      until(
        `evidence of ${id}`,
        async () => {
          const alert = await find(id);
          last = alert;
          return alert.evidence === null || alert.suggestedActions.length === 0 ? undefined : alert;
        },
        () => last,
      ),
    /** The alert, once the operations that it names have ended: the figure may be well before they have. */
    settle: (id: string) =>
      until(
        `the end of what was done about ${id}`,
        async () => {
          const alert = await find(id);
          last = alert;
          return alert.operations.some(({ state }) => UNDER_WAY.includes(state)) ? undefined : alert;
        },
        () => last,
      ),
    /** Sends the mutation of an action as it is. */
    async act({ mutation, input }: Action) {
      const type = `${mutation[0]?.toUpperCase()}${mutation.slice(1)}Input`;
      const text = `mutation ($input: ${type}!) { ${mutation}(input: $input) {
        __typename ... on UserError { code message hint } } }`;
      const answer = await plane.graphql<Record<string, { __typename: string; message?: string }>>(text, {
        input,
      });
      return answer[mutation] ?? { __typename: 'nothing' };
    },
  };
}

async function until<T>(
  what: string,
  look: () => Promise<T | undefined>,
  describe: () => unknown,
): Promise<T> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > deadline)
      throw new Error(`nothing was heard of: ${what}, but of ${JSON.stringify(describe())}`);
    await sleep(250);
  }
}
