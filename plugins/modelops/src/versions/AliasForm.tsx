import { useState } from 'react';
import Box from '@mui/material/Box';
import type {
  ActionForm,
  ModelVersion,
  Run,
} from 'backstage-plugin-modelops-common';
import { checkValues, initialValues } from '../cards/formValues';
import { OperationForm } from '../cards/OperationForm';
import { ParameterField } from '../cards/ParameterField';

/** Parameter of the operation. Source: ADR 4. */
const ALIAS = 'alias';

export interface AliasFormProps {
  entityRef: string;
  form: ActionForm;
  version: string;
  loaded: readonly ModelVersion[];
  onFormChanged: () => void;
  onCancel: () => void;
  onStarted: (run: Run) => void;
}

/** Which alias; with the sentence that says what moves. */
export function AliasForm(props: AliasFormProps) {
  const { form, loaded, version } = props;
  const [alias, setAlias] = useState(() =>
    String(initialValues(form)[ALIAS] ?? ''),
  );
  const field = form.schema.properties[ALIAS] ?? { type: 'string' };
  const error = checkValues(
    {
      schema: { properties: { [ALIAS]: field }, required: [ALIAS] },
      defaults: {},
    },
    { [ALIAS]: alias },
  )[ALIAS];
  return (
    <OperationForm
      entityRef={props.entityRef}
      form={form}
      verb="Changes"
      submit="Set alias"
      refused="The alias was not set"
      drawn={[ALIAS]}
      request={{ version, parameters: { [ALIAS]: alias } }}
      problem={error && `${field.title ?? 'Alias'}: ${error}`}
      onFormChanged={props.onFormChanged}
      onCancel={props.onCancel}
      onStarted={props.onStarted}
    >
      <ParameterField
        name={ALIAS}
        field={{ title: 'Alias', ...field }}
        required
        value={alias}
        error={alias === '' ? undefined : error}
        guardrail={form.guardrails[ALIAS]}
        disabled={false}
        onChange={value => setAlias(String(value))}
      />
      <Box role="status" sx={{ typography: 'body2', minHeight: '1.5em' }}>
        {alias !== '' && !error && moveWord(alias, version, loaded)}
      </Box>
    </OperationForm>
  );
}

/** `champion moves from 2 to 4.` */
export function moveWord(
  alias: string,
  version: string,
  loaded: readonly ModelVersion[],
): string {
  const holder = loaded.find(({ aliases }) => aliases.includes(alias))?.version;
  if (holder === version) return `${alias} names this version already.`;
  return holder === undefined
    ? `${alias} names version ${version} then. None of the versions listed has it now.`
    : `${alias} moves from ${holder} to ${version}.`;
}
