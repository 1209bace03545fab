import autocannon from 'autocannon';

// Keeps connections busy for a while and says how long each answer took. A process of its own, so that what it
// needs is not counted as the server's.
process.on('message', ({ url, headers, body, connections, seconds }) => {
  const latenciesMs = [];
  let failed = 0;
  const instance = autocannon(
    {
      url,
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json', accept: 'application/json' },
      body,
      connections,
      duration: seconds,
    },
    (error, result) => {
      if (error) throw error;
      latenciesMs.sort((a, b) => a - b);
      process.send({
        requests: latenciesMs.length,
        failed: failed + result.errors + result.timeouts,
        p50Ms: at(latenciesMs, 0.5),
        p95Ms: at(latenciesMs, 0.95),
      });
    },
  );
  instance.on('response', (_client, statusCode, _bytes, responseTimeMs) => {
    latenciesMs.push(responseTimeMs);
    if (statusCode !== 200) failed += 1;
  });
});

const at = (sorted, fraction) =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * fraction))] ?? NaN;
