import {
  type ActionForm,
  actionOf,
  type Operation,
  type RunsAs,
} from 'backstage-plugin-modelops-common';
import type { PlatformForm } from 'backstage-plugin-modelops-node';
import {
  describeGuardrail,
  guardField,
  type Guardrails,
} from '../access/guardrails';
import { MASK } from '../runs/maskParameters';

const LOCKED =
  'Keeps its default, because the job does not run as you and your role does not list it';

/** The form as it goes to the browser: the platform's fields, narrowed by the guardrails of the deciding rule. */
export function toActionForm(
  operation: Operation,
  form: PlatformForm,
  decision: { role: string; guardrails: Guardrails },
  identity: { callerRunsIt: boolean; runsAs: RunsAs },
): ActionForm {
  const { guardrails, role } = decision;
  const guardrailOf = (name: string) =>
    Object.hasOwn(guardrails, name) ? guardrails[name] : undefined;
  return {
    action: actionOf(operation),
    operation,
    title: form.title,
    url: form.url,
    schema: {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      type: 'object',
      properties: Object.fromEntries(
        form.parameters.map(({ name, field }) => {
          const guardrail = guardrailOf(name);
          if (guardrail) return [name, guardField(field, guardrail)];
          return [
            name,
            isLocked(name, guardrails, identity)
              ? { ...field, readOnly: true }
              : field,
          ];
        }),
      ),
      required: form.parameters
        .filter(({ required }) => required)
        .map(({ name }) => name),
      additionalProperties: false,
    },
    defaults: Object.fromEntries(
      form.parameters
        .filter(parameter => parameter.default !== undefined)
        .map(({ name, field, default: value }) => [
          name,
          field.writeOnly && value !== '' ? MASK : value!,
        ]),
    ),
    guardrails: Object.fromEntries(
      form.parameters.flatMap(({ name }): [string, string][] => {
        const guardrail = guardrailOf(name);
        if (guardrail)
          return [
            [name, `Your role ${role} allows ${describeGuardrail(guardrail)}`],
          ];
        return isLocked(name, guardrails, identity) ? [[name, LOCKED]] : [];
      }),
    ),
    runsAs: identity.runsAs,
    jobRunsAs: form.jobRunsAs,
    serving: form.serving,
  };
}

/**
 * Whether a parameter keeps its default: what runs with somebody else's rights takes only what the rule lists (design §5,
 * step 5).
 */
export function isLocked(
  name: string,
  guardrails: Guardrails,
  identity: { callerRunsIt: boolean },
): boolean {
  return !identity.callerRunsIt && !Object.hasOwn(guardrails, name);
}
