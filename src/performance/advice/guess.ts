/** What the server has against a statement. */
export interface Refusal {
  readonly code: string;
  readonly message: string;
  /** Place in the statement, from 0; null when it says none. */
  readonly at: number | null;
}

/** Finds types for the parameters of one statement, from one refusal of the server to the next. */
export interface Guesser {
  /** By number, the first one first; undefined: the server is to tell. */
  types(): readonly (string | undefined)[];
  /** Makes the next guess; false: there is none left. */
  learn(refusal: Refusal): boolean;
}

interface Trial {
  readonly parameter: number;
  readonly type: string;
  /** What it had before, for a guess that does not help. */
  readonly before: string | undefined;
}

/** `$n` has no type, or several: the server names it. */
const NAMED = ['42P08', '42P18'];
const FOR_NAMED = ['text', 'bigint', 'timestamptz'];
/** No operator or function, or several, for these types: only the place is known, and what is there was taken for text. */
const PLACED = ['42883', '42725', '42804'];
const FOR_PLACED = ['integer', 'text', 'timestamptz', 'interval', 'uuid', 'numeric'];
const MOST_NEAR = 4;

export function createGuesser(text: string): Guesser {
  const types: (string | undefined)[] = [];
  let trouble = '';
  let trials: Trial[] = [];
  let tried: Trial | null = null;

  const learnNamed = (message: string): boolean => {
    // The number is the only part of the message that no language changes.
    const number = Number(/\$(\d{1,3})/.exec(message)?.[1] ?? 0);
    const guess = FOR_NAMED[FOR_NAMED.indexOf(types[number - 1] ?? '') + 1];
    if (number === 0 || guess === undefined) return false;
    types[number - 1] = guess;
    return true;
  };
  const learnPlaced = (key: string, at: number): boolean => {
    if (key === trouble) {
      if (tried !== null) types[tried.parameter - 1] = tried.before;
    } else {
      trouble = key;
      trials = listTrials(text, at, types);
    }
    tried = trials.shift() ?? null;
    if (tried === null) return false;
    types[tried.parameter - 1] = tried.type;
    return true;
  };
  return {
    types: () => Array.from(types),
    learn({ code, message, at }) {
      if (NAMED.includes(code)) return learnNamed(message);
      return PLACED.includes(code) && at !== null && learnPlaced(`${code} ${at}`, at);
    },
  };
}

/** Those behind the place first: an operator's left side is mostly a column. */
function listTrials(text: string, at: number, types: readonly (string | undefined)[]): Trial[] {
  const marks = [...text.matchAll(/\$(\d{1,3})\b/g)].map((one) => ({
    place: one.index,
    parameter: Number(one[1]),
  }));
  const behind = marks.filter(({ place }) => place >= at).slice(0, MOST_NEAR);
  const inFront = marks.filter(({ place }) => place < at).slice(0, MOST_NEAR);
  const near = [...new Set([...behind, ...inFront].map(({ parameter }) => parameter))];
  return FOR_PLACED.flatMap((type) =>
    near
      .filter((parameter) => types[parameter - 1] !== type)
      .map((parameter) => ({ parameter, type, before: types[parameter - 1] })),
  );
}
