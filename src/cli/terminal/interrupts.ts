import { createInterface } from 'node:readline/promises';
import { toErrorRecord } from '../../errors.ts';
import { CancelOperationDocument } from '../generated/graphql.ts';
import type { ProgressDisplay } from './progress.ts';
import { unwrap, type Session } from '../session.ts';

/** What somebody watches, and how to stop watching it. */
export interface Watching {
  readonly session: Session;
  readonly operation: { readonly id: string };
  readonly display: ProgressDisplay;
  /** Leaves the operation to itself; the command then ends with this exit code. */
  leave(exitCode: number): void;
}

const DETACHED_BY_CHOICE = 0;
const INTERRUPTED = 130; // as shells say it: 128 + SIGINT
const TERMINATED = 143;

/** On a terminal Ctrl-C is a question; elsewhere nobody is there to answer it. Gives the way to stop listening. */
export function listenForInterrupts(watching: Watching): () => void {
  const { session, display, leave } = watching;
  let question: AbortController | null = null;
  const onInterrupt = () => {
    if (question !== null || !isInteractive(session)) {
      leave(INTERRUPTED);
      question?.abort();
      return;
    }
    question = new AbortController();
    ask(session, display, question.signal)
      .then((choice) => act(choice, watching))
      .catch((error: unknown) => display.note(toErrorRecord(error).message))
      .finally(() => (question = null));
  };
  const onTerminate = () => leave(TERMINATED);
  process.on('SIGINT', onInterrupt).on('SIGTERM', onTerminate);
  return () => {
    process.off('SIGINT', onInterrupt).off('SIGTERM', onTerminate);
    question?.abort();
  };
}

function isInteractive({ terminal }: Session): boolean {
  return terminal.input.isTTY && terminal.notes.isTTY;
}

type Choice = 'DETACH' | 'CANCEL' | 'GO_ON' | 'LEAVE';

const QUESTION = 'The operation runs on the server. [d]etach, [c]ancel it, or Enter to go on watching: ';

/** A second Ctrl-C, or the end of the input, means: let me out. An operation that ends meanwhile takes the question away. */
async function ask({ terminal }: Session, display: ProgressDisplay, ended: AbortSignal): Promise<Choice> {
  display.pause();
  const prompt = createInterface({ input: terminal.input, output: terminal.notes });
  const again = new AbortController();
  prompt.on('SIGINT', () => again.abort());
  prompt.on('close', () => again.abort());
  try {
    const answer = await prompt.question(QUESTION, { signal: AbortSignal.any([ended, again.signal]) });
    const letter = answer.trim().toLowerCase()[0];
    return letter === 'd' ? 'DETACH' : letter === 'c' ? 'CANCEL' : 'GO_ON';
  } catch (error) {
    if (!ended.aborted && !again.signal.aborted) throw error;
    terminal.note('');
    return ended.aborted ? 'GO_ON' : 'LEAVE';
  } finally {
    prompt.close();
    display.resume();
  }
}

async function act(choice: Choice, { session, operation, display, leave }: Watching): Promise<void> {
  if (choice === 'DETACH') return leave(DETACHED_BY_CHOICE);
  if (choice === 'LEAVE') return leave(INTERRUPTED);
  if (choice === 'GO_ON') return;
  const answer = await session.client.request(CancelOperationDocument, { input: { id: operation.id } });
  unwrap(answer.cancelOperation);
  display.note('Told to stop. It puts away what it left behind; this can take a moment.');
}
