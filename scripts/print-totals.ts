// print-totals.ts <vitest's JSON report> <number of failed checks> <vitest's exit code>
// Prints `N passed, N failed` over tests, files that could not be run, and checks; exit code 1 when anything failed.
import { existsSync, readFileSync } from 'node:fs';
import { z } from 'zod';

const report = z.object({
  numPassedTests: z.int(),
  numFailedTests: z.int(),
  testResults: z.array(
    z.object({ status: z.string(), assertionResults: z.array(z.object({ status: z.string() })) }),
  ),
});

const [file = '', failedChecks = '0', exitCode = '0'] = process.argv.slice(2);
const { passed, failed } = existsSync(file)
  ? totalsOf(report.parse(JSON.parse(readFileSync(file, 'utf8'))))
  : { passed: 0, failed: 0 };
// An error outside any test (a lost promise, a server that did not start) shows in the exit code only.
const failedOutside = failed === 0 && exitCode !== '0' ? 1 : 0;
const allFailed = failed + failedOutside + Number(failedChecks);
console.log(`${passed} passed, ${allFailed} failed`);
process.exitCode = allFailed === 0 ? 0 : 1;

function totalsOf({ numPassedTests, numFailedTests, testResults }: z.infer<typeof report>) {
  const brokenFiles = testResults.filter(
    (one) => one.status === 'failed' && !one.assertionResults.some((test) => test.status === 'failed'),
  );
  return { passed: numPassedTests, failed: numFailedTests + brokenFiles.length };
}
