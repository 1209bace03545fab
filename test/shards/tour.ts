import { readFileSync, writeFileSync } from 'node:fs';

const FILE = 'docs/tour-shards.md';
const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

/** One command of the tour with what it printed, or a remark for the replay: `<!-- replay: … -->`. */
export type TourStep =
  | { readonly kind: 'COMMAND'; readonly command: string; readonly output: string }
  | { readonly kind: 'REMARK'; readonly text: string };

/** In the order of the text. */
export function readTour(): readonly TourStep[] {
  const parts = readFileSync(FILE, 'utf8').matchAll(/^```console\n([\s\S]*?)^```$|<!-- replay: (.*?) -->/gm);
  return [...parts].flatMap(([, block, remark]): readonly TourStep[] => {
    if (block === undefined) return [{ kind: 'REMARK', text: remark ?? '' }];
    return block
      .split(/^\$ /m)
      .filter((one) => one !== '')
      .map((one) => {
        const end = one.indexOf('\n');
        return { kind: 'COMMAND', command: one.slice(0, end), output: one.slice(end + 1).trimEnd() };
      });
  });
}

/** Ids differ from run to run: what the text calls one thing has to be one thing here. */
export function createTranslation() {
  const here = new Map<string, string>();
  return {
    toHere: (text: string) => text.replaceAll(UUID, (id) => here.get(id) ?? id),
    learn(written: string, found: string) {
      const [left, right] = [written.match(UUID) ?? [], found.match(UUID) ?? []];
      left.forEach((id, index) => here.set(id, right[index] ?? id));
    },
  };
}

/** What is the same in each run: words and the shape of tables; ids, times and numbers are others. */
export function shapeOf(text: string): readonly string[] {
  return text
    .replaceAll(UUID, 'ID')
    .replaceAll(/\b[0-9a-f]{8}\b/g, 'ID')
    .split('\n')
    .map((line) =>
      line
        .replaceAll(/\d[\d.,:T-]*Z?( ?(ms|s|min|kB|MB|B|%)\b)?/g, '#')
        .replaceAll(/[\s─–—-]+/g, ' ')
        .trim(),
    )
    .filter((line) => line !== '');
}

/** Writes what was really printed into the text, in place of what stands there. */
export function rewriteTour(outputs: readonly { readonly command: string; readonly output: string }[]): void {
  let index = 0;
  const text = readFileSync(FILE, 'utf8').replaceAll(/^```console\n([\s\S]*?)^```$/gm, (block) => {
    const commands = block.match(/^\$ .*$/gm) ?? [];
    const shown = commands.map(() => {
      const { command, output } = outputs[index++] ?? { command: '', output: '' };
      return `$ ${command}\n${output.trimEnd()}\n`;
    });
    return `\`\`\`console\n${shown.join('')}\`\`\``;
  });
  writeFileSync(FILE, text);
}
