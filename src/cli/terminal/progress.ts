import { stripVTControlCharacters } from 'node:util';
import { SingleBar } from 'cli-progress';
import type { FollowedEvent } from '../../follow.ts';
import { formatBytes, formatDuration, formatFraction } from './format.ts';
import type { Terminal } from './terminal.ts';

/** How an operation's events are shown while somebody waits. */
export interface ProgressDisplay {
  show(event: FollowedEvent): void;
  /** A line for people that does not get mixed up with the bar. */
  note(text: string): void;
  /** Takes the bar away and shows no event until `resume`. */
  pause(): void;
  resume(): void;
  stop(): void;
}

/** A line for people who read a log: every five points of a hundred, and now and then when it is slow. */
const LINE_EVERY_FRACTION = 0.05;
const LINE_EVERY_MS = 15_000;
const SPINNER_MS = 125;
const RATE_WINDOW_MS = 10_000;
/** Who is in the way is said at once and then now and then: each retry says it again, a little older. */
const REMARK_EVERY_MS = 5_000;
const REMARK_AFTER_MS = 300;
const BAR_WIDTH = 24;
const SPINNER = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'] as const;

/** A bar on a terminal, else lines; nothing for scripts. */
export function createProgress(terminal: Terminal, isJson: boolean): ProgressDisplay {
  if (terminal.notes.isTTY) return createBar(terminal);
  return isJson ? SILENT : createLines(terminal);
}

const SILENT: ProgressDisplay = {
  show: () => {},
  note: () => {},
  pause: () => {},
  resume: () => {},
  stop: () => {},
};

function createLines(terminal: Terminal): ProgressDisplay {
  const meter = createMeter();
  const remarks = createRemarks((text) => terminal.note(`${' '.repeat(8)}  ${text}`));
  let lastPhase: string | null = null;
  let lastFraction = 0;
  let quietUntilMs = 0;
  return {
    ...SILENT,
    note: (text) => terminal.note(text),
    stop: () => remarks.stop(),
    show(event) {
      const rate = meter.add(event);
      const phase = `${event.operation?.state} ${event.phase}`;
      const fraction = event.fractionDone ?? 0;
      const hasMoved = phase !== lastPhase || fraction >= lastFraction + LINE_EVERY_FRACTION;
      remarks.add(event);
      if (!hasMoved && performance.now() < quietUntilMs) return;
      lastPhase = phase;
      lastFraction = fraction;
      quietUntilMs = performance.now() + LINE_EVERY_MS;
      terminal.note(`${event.at.slice(11, 19)}  ${[nameOf(event), ...figuresOf(event, rate)].join('  ')}`);
    },
  };
}

function createBar(terminal: Terminal): ProgressDisplay {
  const meter = createMeter();
  let event: FollowedEvent | null = null;
  let rate: number | null = null;
  let isPainted = false;
  let isPaused = false;
  let phaseStartedMs = performance.now();
  const elapsedMs = () => performance.now() - phaseStartedMs;
  const bar = new SingleBar({
    stream: terminal.notes,
    format: () => (event === null ? '' : fit(paintBar(terminal, event, rate, elapsedMs()), terminal)),
    hideCursor: true,
    clearOnComplete: true,
    stopOnComplete: false,
    gracefulExit: false, // Ctrl-C is a question here, not an end
    linewrap: false,
    fps: 8, // it paints by itself, so that spinner and clock go on between events
  });
  const clear = () => {
    if (isPainted) bar.stop();
    isPainted = false;
  };
  const paint = () => {
    if (event === null || isPaused) return;
    if (!isPainted) bar.start(1, 0);
    isPainted = true;
  };
  const note = (text: string) => {
    clear();
    terminal.note(text);
    paint();
  };
  const remarks = createRemarks((text) => {
    const line = event === null ? '' : paintBar(terminal, event, rate, elapsedMs());
    if (fit(line, terminal) !== line && !isPaused) note(terminal.paintNote('yellow', text));
  });
  return {
    note,
    show(next) {
      if (event !== null && event.phase !== next.phase) {
        if (event.phase !== null && !isPaused) note(finishedLine(terminal, event, elapsedMs()));
        phaseStartedMs = performance.now();
      }
      event = next;
      rate = meter.add(next);
      remarks.add(next);
      paint();
    },
    pause() {
      isPaused = true;
      clear();
    },
    resume() {
      isPaused = false;
      paint();
    },
    stop() {
      remarks.stop();
      isPaused = true;
      clear();
      if (event !== null && event.phase !== null && event.operation?.state === 'SUCCEEDED') {
        terminal.note(finishedLine(terminal, event, elapsedMs()));
      }
    },
  };
}

function finishedLine(terminal: Terminal, event: FollowedEvent, elapsedMs: number): string {
  const bytes = event.bytesDone === null ? [] : [formatBytes(event.bytesDone)];
  const figures = [...bytes, formatDuration(elapsedMs / 1000)].join(', ');
  return `${terminal.paintNote('green', '✓')} ${event.phase} ${terminal.paintNote('dim', figures)}`;
}

function paintBar(terminal: Terminal, event: FollowedEvent, rate: number | null, elapsedMs: number): string {
  const spinner = SPINNER[Math.floor(elapsedMs / SPINNER_MS) % SPINNER.length] ?? '';
  const name = `${terminal.paintNote('cyan', spinner)} ${nameOf(event)}`;
  const message = event.message === event.phase ? [] : [terminal.paintNote('dim', event.message)];
  if (event.fractionDone === null) {
    return [name, formatDuration(Math.floor(elapsedMs / 1000)), ...figuresOf(event, rate), ...message].join(
      '  ',
    );
  }
  const filled = Math.round(event.fractionDone * BAR_WIDTH);
  const bar = '█'.repeat(filled) + terminal.paintNote('dim', '░'.repeat(BAR_WIDTH - filled));
  return [name, bar, ...figuresOf(event, rate), ...message].join('  ');
}

/** The states that people wait through without a phase are said in words. */
function nameOf({ operation, phase, message }: FollowedEvent): string {
  if (operation?.state === 'QUEUED') return message;
  if (operation?.state === 'CANCELLING') return `cancelling: ${phase ?? message}`;
  return phase ?? message;
}

function figuresOf(event: FollowedEvent, rate: number | null): readonly string[] {
  const { fractionDone, bytesDone, bytesTotal } = event;
  const figures: string[] = [];
  if (fractionDone !== null) figures.push(formatFraction(fractionDone).padStart(5));
  if (bytesDone !== null) {
    figures.push(
      bytesTotal === null
        ? formatBytes(bytesDone)
        : `${formatBytes(bytesDone)} of ${formatBytes(bytesTotal)}`,
    );
  }
  if (rate !== null) figures.push(`${formatBytes(rate)}/s`);
  const eta = event.etaSeconds ?? estimate(event, rate);
  if (eta !== null && fractionDone !== 1) figures.push(`${formatDuration(Math.ceil(eta))} left`);
  return figures;
}

function estimate({ bytesDone, bytesTotal }: FollowedEvent, rate: number | null): number | null {
  if (bytesDone === null || bytesTotal === null || rate === null || rate === 0) return null;
  return Math.max(0, Number(bytesTotal) - Number(bytesDone)) / rate;
}

/** A line that is longer than the terminal would be painted again below itself: it loses its colours and its end. */
function fit(line: string, { notes }: Terminal): string {
  const columns = (notes.columns || 80) - 1;
  const plain = stripVTControlCharacters(line);
  return [...plain].length <= columns ? line : [...plain].slice(0, columns).join('');
}

/** Bytes per second over the last ten seconds of the phase; null while there are too few figures. */
function createMeter(): { add(event: FollowedEvent): number | null } {
  let phase: string | null = null;
  let samples: { readonly atMs: number; readonly bytes: number }[] = [];
  return {
    add({ phase: current, bytesDone, at }) {
      if (current !== phase) samples = [];
      phase = current;
      if (bytesDone === null) return null;
      const atMs = new Date(at).getTime();
      samples = [
        ...samples.filter((one) => one.atMs > atMs - RATE_WINDOW_MS),
        { atMs, bytes: Number(bytesDone) },
      ];
      const [first] = samples;
      const elapsedMs = first === undefined ? 0 : atMs - first.atMs;
      return first === undefined || elapsedMs < 200
        ? null
        : ((Number(bytesDone) - first.bytes) / elapsedMs) * 1000;
    },
  };
}

interface Remarks {
  add(event: FollowedEvent): void;
  stop(): void;
}

/**
 * Says messages that come without any progress and stand for a moment, e.g. who is in the way of a migration. What is
 * said of each step of the way is none: the bar says it, and the next one takes it away.
 */
function createRemarks(say: (text: string) => void): Remarks {
  let last: FollowedEvent | null = null;
  let pending: NodeJS.Timeout | null = null;
  let quietUntilMs = 0;
  const stop = () => {
    if (pending !== null) clearTimeout(pending);
    pending = null;
  };
  return {
    stop,
    add(event) {
      const { phase, fractionDone, message, bytesDone } = event;
      const isSamePhase = phase !== null && last?.phase === phase;
      const isStill = isSamePhase && last?.fractionDone === fractionDone;
      const isNews = isStill && last?.message !== message && message !== phase && bytesDone === null;
      // A retry goes back to the first statement: that is no progress.
      if (!isSamePhase || (fractionDone ?? 0) > (last?.fractionDone ?? 0)) stop();
      last = event;
      if (!isNews || pending !== null || performance.now() < quietUntilMs) return;
      pending = setTimeout(() => {
        pending = null;
        quietUntilMs = performance.now() + REMARK_EVERY_MS;
        say(message);
      }, REMARK_AFTER_MS);
    },
  };
}
