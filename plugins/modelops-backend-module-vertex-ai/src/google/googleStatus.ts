import { parseJson } from 'backstage-plugin-modelops-node';
import { z } from 'zod';

/** `google.rpc.Status` as every Google API but STS sends it. Source: AIP-193, google/rpc/status.proto, error_details.proto. */
const statusSchema = z.object({
  error: z.object({
    code: z.number().int().optional(),
    status: z.string().max(64).optional(),
    message: z.string().optional(),
    details: z.array(z.unknown()).max(50).catch([]).default([]),
  }),
});

const detailSchema = z.object({
  '@type': z.string(),
  reason: z.string().optional(),
  metadata: z.record(z.string(), z.unknown()).optional(),
});

/** An error of Google's, as far as anything in it can be relied on. @internal */
export interface GoogleStatus {
  /** `PERMISSION_DENIED`. */
  status?: string;
  /** `IAM_PERMISSION_DENIED`: `reason` of the first ErrorInfo. */
  reason?: string;
  /** Permission that is missing, `aiplatform.customJobs.create`. */
  permission?: string;
  /** Quota that is used up, `aiplatform.googleapis.com/custom_model_training_nvidia_t4_gpus`. */
  quotaMetric?: string;
}

/** Longest text searched: what follows in an error message is nothing that we look for. */
const LONGEST_SEARCHED = 4_000;
const PERMISSION = /^[a-z]{2,40}\.[A-Za-z]{2,60}\.[A-Za-z]{2,60}$/;
const PERMISSION_IN_TEXT =
  /(?:^|[^A-Za-z0-9./])((?:aiplatform|iam|logging|serviceusage|storage)\.[A-Za-z]{2,60}\.[A-Za-z]{2,60})(?![A-Za-z0-9./])/;
/** Vertex AI says this without the name of the permission. */
const ACT_AS_IN_TEXT = /permission to act as service[_ ]account/i;
const QUOTA_IN_TEXT =
  /quota metrics exceed quota limits: ([a-z]{2,40}\.googleapis\.com\/[a-z][a-z0-9_]{1,100})(?![A-Za-z0-9/])/;
const ENUM = /^[A-Z][A-Z0-9_]{0,63}$/;

/** Undefined for anything that is not an error in Google's own form. @internal */
export function parseGoogleStatus(text: string): GoogleStatus | undefined {
  const json = parseJson(text);
  // Some APIs wrap the object in a list of one.
  const body = statusSchema.safeParse(Array.isArray(json) ? json[0] : json);
  if (!body.success) return undefined;
  const { status, message = '', details } = body.data.error;
  const infos = details.flatMap(detail => {
    const parsed = detailSchema.safeParse(detail);
    return parsed.success && parsed.data['@type'].endsWith('.ErrorInfo')
      ? [parsed.data]
      : [];
  });
  const named = infos[0]?.metadata?.permission;
  const searched = message.slice(0, LONGEST_SEARCHED);
  return {
    status: wordOf(status),
    reason: wordOf(infos[0]?.reason),
    permission:
      typeof named === 'string' && PERMISSION.test(named)
        ? named
        : permissionIn(searched),
    quotaMetric: quotaMetricIn(searched),
  };
}

/** The quota that a message says is used up. Only its name is taken, and only if it looks like one. @internal */
export function quotaMetricIn(message: string): string | undefined {
  return QUOTA_IN_TEXT.exec(message.slice(0, LONGEST_SEARCHED))?.[1];
}

function permissionIn(message: string): string | undefined {
  return ACT_AS_IN_TEXT.test(message)
    ? 'iam.serviceAccounts.actAs'
    : PERMISSION_IN_TEXT.exec(message)?.[1];
}

function wordOf(text: string | undefined): string | undefined {
  return text !== undefined && ENUM.test(text) ? text : undefined;
}
