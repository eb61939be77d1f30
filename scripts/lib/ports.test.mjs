import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import { test } from 'node:test';
import { isFree } from './ports.mjs';

for (const host of ['127.0.0.1', '0.0.0.0', '::1']) {
  test(`a port that somebody listens on at ${host} is not free`, async t => {
    const server = net.createServer().listen(0, host);
    const listening = await Promise.race([
      once(server, 'listening').then(() => true),
      once(server, 'error').then(() => false),
    ]);
    if (!listening) return t.skip('this machine does not have that address');
    const { port } = server.address();
    assert.equal(await isFree(port), false);
    server.close();
    await once(server, 'close');
    return assert.equal(await isFree(port), true);
  });
}
