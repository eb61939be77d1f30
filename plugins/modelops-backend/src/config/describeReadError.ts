import path from 'node:path';

/**
 * Why a configuration file cannot be read, without a word of what it says: the messages of parsers quote the lines they stumble
 * over, and secrets may stand there.
 */
export function describeReadError(error: unknown, file?: string): string {
  const name = file ? path.basename(file) : 'app-config';
  const { linePos, message = '' } = (error ?? {}) as {
    linePos?: Array<{ line: number; col: number }>;
    message?: string;
  };
  if (linePos) {
    return `${name}: is not valid YAML at line ${linePos[0].line}, column ${linePos[0].col}`;
  }
  const [, at] = /error at \.?([\w.[\]-]*), /.exec(message) ?? [];
  if (at) return `${name}: what ${at} includes cannot be read`;
  if (/^Config file ".*" does not exist$/.test(message)) {
    return `${name}: does not exist`;
  }
  return `${name}: cannot be read`;
}
