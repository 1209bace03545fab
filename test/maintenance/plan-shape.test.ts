import { expect, test } from 'vitest';
import { describeChange, shapeOf } from '../../src/maintenance/reviews/plan-shape.ts';

test('a plan without its figures is the same however many partitions there are', () => {
  const leaf = (n: number) => ({ depth: 1, kind: 'Seq Scan', relation: `log_${n}`, index: null });
  const append = { depth: 0, kind: 'Append', relation: null, index: null };
  expect(shapeOf([append, leaf(1), leaf(2)])).toBe('Append\n  Seq Scan on log_N');
  expect(shapeOf([append, leaf(1), leaf(2), leaf(3)])).toBe(shapeOf([append, leaf(4)]));
  expect(describeChange('Limit\n  Sort\n    Seq Scan on log_1', 'Limit\n  Seq Scan on log_2')).toBe(
    'Sort, Seq Scan on log_1 → Seq Scan on log_2',
  );
  expect(describeChange('Hash Join\n  Seq Scan on a', 'Hash Join\n  Seq Scan on a\n  Hash')).toBe(
    'nothing → Hash',
  );
});
