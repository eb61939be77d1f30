import type {
  ModelPlatform,
  PlatformConnection,
} from 'backstage-plugin-modelops-node';

/** Called around each call of a platform's connection. */
export interface Around {
  before(method: string, args: unknown[]): Promise<unknown>;
  after(method: string): Promise<unknown>;
}

/** The platform with something around each call of its connections; what they do is left alone. */
export function gatedPlatform(
  platform: ModelPlatform,
  around: Around,
): ModelPlatform {
  return Object.create(platform, {
    connect: {
      value: (...args: Parameters<ModelPlatform['connect']>) =>
        gatedConnection(platform.connect(...args), around),
    },
  });
}

function gatedConnection(
  connection: PlatformConnection,
  around: Around,
): PlatformConnection {
  return new Proxy(connection, {
    get(target, name) {
      const value = target[name as keyof PlatformConnection] as unknown;
      if (typeof value !== 'function') return value;
      const method = String(name);
      return async (...args: unknown[]) => {
        await around.before(method, args);
        try {
          return await value.apply(target, args);
        } finally {
          await around.after(method);
        }
      };
    },
  });
}
