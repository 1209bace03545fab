/** How often something long is done: a few times in each run, and all of it with `SUNDAY_TEST_FULL=1`. */
export function countRounds({ usual, full }: { readonly usual: number; readonly full: number }): number {
  return process.env['SUNDAY_TEST_FULL'] === '1' ? full : usual;
}
