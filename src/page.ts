/** One page of a list that is read by key, so that it stays right while rows are added. */
export interface Page<Key> {
  /** 1 to 101: one more than is shown tells whether there is a next page. */
  readonly limit: number;
  /** Only items behind this one, in the list's order. */
  readonly after: Key | null;
  /** Only items before this one. */
  readonly before: Key | null;
  /** True: the last `limit` items instead of the first, still in the list's order. */
  readonly fromEnd: boolean;
}
