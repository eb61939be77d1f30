import { useState } from 'react';
import Alert from '@mui/material/Alert';
import Typography from '@mui/material/Typography';
import {
  type ActionForm,
  type Run,
  shareOfOurs,
} from 'backstage-plugin-modelops-common';
import { useVersions } from '../hooks/useVersions';
import { Part } from '../parts/Part';
import { otherModels, previewDeploy } from '../parts/servedWords';
import { SharesPreview } from '../parts/SharesPreview';
import { checkValues } from './formValues';
import { OperationForm } from './OperationForm';
import { type Share, ShareField } from './ShareField';
import { VersionField } from './VersionField';

/** Parameter of a deployment: percent of the endpoint's traffic. Source: ADR 4. */
const TRAFFIC = 'traffic';
/** Percent that a canary begins with, unless the platform says another: enough to be seen, little to be hurt by. */
const CANARY_SHARE = 10;
/** Versions to choose from: the largest page. */
const VERSIONS = 100;

export interface DeployFormProps {
  entityRef: string;
  form: ActionForm;
  target: string | undefined;
  /** Chosen already. */
  version?: string;
  onFormChanged: () => void;
  onCancel: () => void;
  onStarted: (run: Run) => void;
}

/** Which version, with how much traffic, and what that changes of what is served. */
export function DeployForm(props: DeployFormProps) {
  const { form } = props;
  const versions = useVersions(props.entityRef, { limit: VERSIONS });
  const [version, setVersion] = useState(props.version ?? '');
  const served = form.serving?.served ?? [];
  const most = shareOfOurs(served);
  const field = form.schema.properties[TRAFFIC];
  const [share, setShare] = useState(() => firstShare(form, most));
  const text = share.all || !field ? String(most) : share.text;
  const percent = text === '' ? NaN : Number(text);

  const preview =
    version && Number.isFinite(percent)
      ? previewDeploy(served, version, percent)
      : undefined;
  const problem = problemOf(form, version, text, preview);
  const others = otherModels(served);
  return (
    <OperationForm
      entityRef={props.entityRef}
      form={form}
      verb="Deploys to"
      submit="Deploy"
      refused="The version was not deployed"
      drawn={[TRAFFIC]}
      request={{
        version,
        ...(props.target ? { target: props.target } : {}),
        ...(field ? { parameters: { [TRAFFIC]: percent } } : {}),
      }}
      problem={problem}
      onFormChanged={props.onFormChanged}
      onCancel={props.onCancel}
      onStarted={props.onStarted}
    >
      <VersionField
        versions={versions}
        version={version}
        onChange={setVersion}
      />
      {field && (
        <ShareField
          share={share}
          most={most}
          help={[field.description, form.guardrails[TRAFFIC]]}
          onChange={setShare}
        />
      )}
      {form.serving?.state === 'absent' && (
        <Typography variant="body2">
          The endpoint does not exist yet. It is created, which needs a role
          that allows it.
        </Typography>
      )}
      {form.serving?.state === 'updating' && (
        <Alert severity="info">
          A change of this endpoint is being rolled out. The platform may refuse
          another one before its end.
        </Alert>
      )}
      {preview && (
        <Part title="What changes">
          {preview.plan.ok ? (
            <SharesPreview changes={preview.changes} />
          ) : (
            <Typography variant="body2">
              It cannot be deployed like that: {preview.plan.problem}.
            </Typography>
          )}
        </Part>
      )}
      {others.length > 0 && (
        <Typography variant="body2">
          The endpoint also serves <strong>{others.join(', ')}</strong>. That
          stays as it is, with its share.
        </Typography>
      )}
    </OperationForm>
  );
}

function firstShare(form: ActionForm, most: number): Share {
  const wanted = form.defaults[TRAFFIC];
  const limit = form.schema.properties[TRAFFIC]?.maximum ?? 100;
  const alone = !form.serving?.served.some(({ ours }) => ours);
  const canary =
    typeof wanted === 'number' && wanted < most
      ? wanted
      : Math.min(CANARY_SHARE, limit, most);
  const all = typeof wanted === 'number' ? wanted >= most : limit >= most;
  return { all: alone || all, text: String(canary) };
}

function problemOf(
  form: ActionForm,
  version: string,
  text: string,
  preview: ReturnType<typeof previewDeploy> | undefined,
): string | undefined {
  if (!version) return 'Choose a version.';
  const field = form.schema.properties[TRAFFIC];
  if (field) {
    const errors = checkValues(
      {
        schema: { properties: { [TRAFFIC]: field }, required: [TRAFFIC] },
        defaults: {},
      },
      { [TRAFFIC]: text },
    );
    if (errors[TRAFFIC]) return `Traffic: ${errors[TRAFFIC]}`;
  }
  return preview && !preview.plan.ok ? preview.plan.problem : undefined;
}
