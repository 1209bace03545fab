import { reportFailure } from './failure.ts';
import { createProgram } from './program.ts';
import { createTerminal } from './terminal/terminal.ts';

const terminal = createTerminal();
const args = process.argv.slice(2);
const program = createProgram({ terminal, onExitCode: (exitCode) => (process.exitCode = exitCode) });

// `sunday … | head` closes our output early: that is an end, not a bug.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

try {
  await program.parseAsync(args, { from: 'user' });
} catch (error) {
  process.exitCode = reportFailure(error, terminal, args.includes('--json'));
}
