import { createInterface } from 'node:readline/promises';
import { InvalidInputError, RecordedError } from '../../errors.ts';
import { fetchPlan, type PlanWish } from './plan.ts';
import { commandFor, formatPlan } from './plan-text.ts';
import { columnsOf, type Plan } from './style.ts';
import type { Session } from '../session.ts';

/** What is to be started, and the plan that somebody has looked at before. */
export interface Agreement extends PlanWish {
  /** Id of a plan, or its first 12 characters or more; left out: none. */
  readonly plan: string | undefined;
}

export const PLAN_HELP = 'id of the plan that you looked at, or its first 12 characters';

const PLAN_ID = /^[0-9a-f]{12,64}$/;
const FULL_LENGTH = 64;

/**
 * Starts what needs no agreement, or what the named plan agrees to. Where one is needed and none is named, the plan is
 * shown and the cluster's name asked for; without a terminal it is refused with the command that names the plan.
 *
 * @throws {RecordedError} MIGRATION_PLAN_REQUIRED, or CANCELLED when the answer is another one.
 */
export async function startAgreed<Started>(
  session: Session,
  agreement: Agreement,
  start: (planId: { planId?: string }) => Promise<Started>,
): Promise<Started> {
  const planId = await resolvePlanId(session, agreement);
  try {
    return await start(planId === undefined ? {} : { planId });
  } catch (error) {
    if (!(error instanceof RecordedError) || error.code !== 'MIGRATION_PLAN_REQUIRED') throw error;
    const plan = await fetchPlan(session, agreement);
    if (!isInteractive(session)) throw withCommand(error, plan);
    await ask(session, plan);
    return start({ planId: plan.id });
  }
}

/** A short id is that of the plan as it is now, or of none: then the server says that the plan has changed. */
async function resolvePlanId(session: Session, agreement: Agreement): Promise<string | undefined> {
  const { plan } = agreement;
  if (plan === undefined) return undefined;
  checkPlanId(plan);
  if (plan.length === FULL_LENGTH) return plan;
  const { id } = await fetchPlan(session, agreement);
  return id.startsWith(plan) ? id : plan;
}

/** @throws {InvalidInputError} when it can be no id of a plan, nor the beginning of one. */
export function checkPlanId(plan: string): void {
  if (!PLAN_ID.test(plan))
    throw new InvalidInputError(
      ['--plan'],
      'it takes 12 to 64 hexadecimal digits',
      'As `migrations plan` shows it.',
    );
}

function isInteractive({ terminal, isJson }: Session): boolean {
  return !isJson && terminal.input.isTTY && terminal.notes.isTTY;
}

function withCommand({ code, message }: RecordedError, plan: Plan): RecordedError {
  const back = plan.direction === 'DOWN' ? ' --rollback' : '';
  const target = plan.target === null ? '' : ` --target ${plan.target}`;
  const look = `sunday migrations plan --cluster ${plan.cluster.name}${target}${back}`;
  const hint = `Look at it: ${look}\n       Then: ${commandFor(plan)}`;
  return new RecordedError({ code, message, hint, retryable: false });
}

/** The name is typed and not `y`: whoever has the wrong terminal in front of them finds out here. */
async function ask({ terminal }: Session, plan: Plan): Promise<void> {
  const { name } = plan.cluster;
  terminal.note(
    formatPlan(plan, {
      paint: terminal.paintNote,
      width: columnsOf(terminal.notes),
      showsAll: false,
      hintsShown: new Set(),
    }),
  );
  const prompt = createInterface({ input: terminal.input, output: terminal.notes });
  const leaving = new AbortController();
  prompt.on('SIGINT', () => leaving.abort());
  prompt.on('close', () => leaving.abort());
  const doing = plan.direction === 'UP' ? 'apply it' : 'take it back';
  const question = `\nType the name of the cluster (${name}) to ${doing}, anything else to leave: `;
  try {
    const answer = await prompt.question(question, { signal: leaving.signal });
    if (answer.trim() === name) return;
  } catch (error) {
    if (!leaving.signal.aborted) throw error;
    terminal.note('');
  } finally {
    prompt.close();
  }
  const message = 'nothing was started';
  throw new RecordedError({ code: 'CANCELLED', message, hint: null, retryable: true });
}
