import {
  shareOfOurs,
  type SharedVersion,
} from 'backstage-plugin-modelops-common';
import type { PlatformParameter } from './ModelPlatform';

/** Percent that a version gets beside others of its model, unless the person says another share. */
const CANARY_SHARE = 10;

/** Longest name of a parameter, in characters: no request can name a longer one. */
const LONGEST_PARAMETER_NAME = 128;

/** The parameter `traffic` of a deployment, whose name ADR 4 fixes for all platforms. @public */
export function deployShareParameter(
  served: readonly SharedVersion[],
): PlatformParameter {
  const most = shareOfOurs(served);
  const alone = !served.some(one => one.ours);
  return {
    name: 'traffic',
    field: shareField('Share of the traffic', most),
    default: alone ? most : Math.min(CANARY_SHARE, most),
    required: true,
  };
}

/** Parameters of a change of traffic: one per version of the model, named as the platform names what it serves. @public */
export function trafficParameters(
  served: readonly SharedVersion[],
): PlatformParameter[] {
  const most = shareOfOurs(served);
  return served
    .filter(one => one.ours && one.id.length <= LONGEST_PARAMETER_NAME)
    .map(({ id, version, share }) => ({
      name: id,
      field: shareField(
        version === undefined ? id : `Version ${version}`,
        most,
      ),
      default: share,
      required: false,
    }));
}

function shareField(title: string, most: number): PlatformParameter['field'] {
  return {
    type: 'integer',
    title,
    description: 'Percent of all requests to the endpoint',
    minimum: 0,
    maximum: most,
  };
}
