/** `npm run test:full`: what takes many minutes too, or is repeated many times. */
export const isThorough = process.env['SUNDAY_TEST_FULL'] === '1';

/** How often something long is done: a few times in each run, and all of it in a full one. */
export function countRounds({ usual, full }: { readonly usual: number; readonly full: number }): number {
  return isThorough ? full : usual;
}
