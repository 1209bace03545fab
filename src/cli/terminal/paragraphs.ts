/** The text in lines of at most `width` characters, broken between words; a longer word stays whole, to be copied. */
export function wrapText(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/).filter((one) => one !== '')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return line === '' ? lines : [...lines, line];
}

/** The text on one line of at most `width` characters, with `…` where it goes on. */
export function clip(text: string, width: number): string {
  const flat = [...text.replace(/\s+/g, ' ').trim()];
  return flat.length <= width ? flat.join('') : `${flat.slice(0, Math.max(0, width - 1)).join('')}…`;
}
