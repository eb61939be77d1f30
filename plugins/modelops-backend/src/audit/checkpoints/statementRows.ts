import type { z } from 'zod';
import { NO_PREVIOUS_HASH } from '../auditEntry';
import type { Signed } from './SigningKey';
import {
  archiveName,
  type Checkpoint,
  checkpointSchema,
  type Segment,
  segmentSchema,
} from './statements';

/*
 * Whoever may write to these tables may put rows there that hold no statement, and nobody can take them out again. Such a row
 * comes out as a statement that no key has signed: the verification names it, and everything else can still be read.
 */

/** A row of `audit_checkpoints`. */
export interface CheckpointRow {
  sequence: number | string;
  body: string;
  signature: string;
}

/** A row of `audit_segments`. */
export interface SegmentRow {
  first_sequence: number | string;
  last_sequence: number | string;
  body: string;
  signature: string;
}

const SIGNED_BY_NOBODY = {
  time: new Date(0).toISOString(),
  keyId: NO_PREVIOUS_HASH,
};

export function toCheckpoint(row: CheckpointRow): Signed<Checkpoint> {
  const sequence = Number(row.sequence);
  const body = parseBody(checkpointSchema, row.body);
  if (body?.sequence === sequence) return { body, signature: row.signature };
  return {
    body: {
      ...SIGNED_BY_NOBODY,
      type: 'modelops-checkpoint',
      sequence,
      hash: NO_PREVIOUS_HASH,
      previous: NO_PREVIOUS_HASH,
      appendOnly: true,
    },
    signature: '',
  };
}

export function toSegment(row: SegmentRow): Signed<Segment> {
  const firstSequence = Number(row.first_sequence);
  const lastSequence = Number(row.last_sequence);
  const body = parseBody(segmentSchema, row.body);
  if (
    body?.firstSequence === firstSequence &&
    body.lastSequence === lastSequence
  ) {
    return { body, signature: row.signature };
  }
  return {
    body: {
      ...SIGNED_BY_NOBODY,
      type: 'modelops-segment',
      firstSequence,
      lastSequence,
      previousHash: NO_PREVIOUS_HASH,
      lastHash: NO_PREVIOUS_HASH,
      file: archiveName(firstSequence, lastSequence),
      fileSha256: NO_PREVIOUS_HASH,
    },
    signature: '',
  };
}

function parseBody<S extends z.ZodType>(
  schema: S,
  text: string,
): z.output<S> | undefined {
  try {
    return schema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
