import type { Adapter, AdapterPayload } from 'oidc-provider';

interface Entry {
  payload: AdapterPayload;
  expiresAt: number;
}

/** Entries after which expired ones are swept out. */
const SWEEP_ABOVE = 2000;

/** What the provider remembers: sessions, codes, grants, refresh tokens. In memory, and gone on reset. */
export class MemoryStore {
  private readonly entries = new Map<string, Entry>();

  clear(): void {
    this.entries.clear();
  }

  /** The adapter of one kind of thing, as `oidc-provider` asks for it. */
  adapterFor(model: string): Adapter {
    const key = (id: string) => `${model}:${id}`;
    const find = (id: string) => this.find(key(id));
    const findBy = (field: 'uid' | 'userCode', value: string) =>
      [...this.entries]
        .filter(
          ([id, entry]) =>
            id.startsWith(`${model}:`) && entry.expiresAt > Date.now(),
        )
        .find(([, entry]) => entry.payload[field] === value)?.[1].payload;
    return {
      upsert: async (id, payload, expiresIn) =>
        this.put(key(id), payload, expiresIn),
      find: async id => find(id),
      findByUid: async uid => findBy('uid', uid),
      findByUserCode: async userCode => findBy('userCode', userCode),
      consume: async id => {
        const payload = find(id);
        if (payload) payload.consumed = Math.floor(Date.now() / 1000);
      },
      destroy: async id => {
        this.entries.delete(key(id));
      },
      revokeByGrantId: async grantId => {
        // Of this model only: the login that revokes the grant is an entry of another one, and has to go on.
        for (const [id, entry] of this.entries) {
          if (id.startsWith(key('')) && entry.payload.grantId === grantId) {
            this.entries.delete(id);
          }
        }
      },
    };
  }

  private find(key: string): AdapterPayload | undefined {
    const entry = this.entries.get(key);
    return entry && entry.expiresAt > Date.now() ? entry.payload : undefined;
  }

  private put(
    key: string,
    payload: AdapterPayload,
    expiresIn: number | undefined,
  ): void {
    if (this.entries.size > SWEEP_ABOVE) {
      for (const [id, entry] of this.entries)
        if (entry.expiresAt <= Date.now()) this.entries.delete(id);
    }
    this.entries.set(key, {
      payload,
      expiresAt:
        expiresIn === undefined ? Infinity : Date.now() + expiresIn * 1000,
    });
  }
}
