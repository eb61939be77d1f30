import Typography from '@mui/material/Typography';
import {
  BINDING_ANNOTATIONS,
  type ModelDetail,
} from 'backstage-plugin-modelops-common';
import type { LoadedModel } from '../cards/LoadedModel';
import { useModel } from '../hooks/useModel';
import { ErrorNotice } from '../parts/ErrorNotice';
import { NotBound } from '../parts/NotBound';
import { SignInNotice } from '../parts/SignInNotice';
import { Waiting } from '../parts/Waiting';
import { VersionsList } from './VersionsList';

export interface VersionsOfProps {
  /** `kind:namespace/name` */
  entityRef: string;
}

/** The versions of a model, for those who may read them on its platform. */
export function VersionsOf(props: VersionsOfProps) {
  const read = useModel(props.entityRef);
  if (!read.value) {
    return read.error ? (
      <ErrorNotice
        title="The model could not be loaded"
        error={read.error}
        onRetry={read.refresh}
      />
    ) : (
      <Waiting label="Loading the model" lines={5} />
    );
  }
  return (
    <Readable
      model={read.value}
      onStarted={read.showStarted}
      onStale={read.refresh}
    />
  );
}

function Readable(props: LoadedModel) {
  const { model } = props;
  const { model: binding, versions } = model;
  if (!binding || !versions) {
    return (
      <NotBound
        problem={problemOf(model)}
        annotation={BINDING_ANNOTATIONS.model}
        message="No registry of versions is bound to this model."
      />
    );
  }
  if (!model.identified) {
    return (
      <SignInNotice
        reason="The platform does not know you yet: sign in with your identity provider, and the versions are read as you."
        onSignedIn={props.onStale}
      />
    );
  }
  if (!versions.allowed) {
    return (
      <Typography>
        {versions.reason?.message ??
          'You may not read the versions of this model.'}
      </Typography>
    );
  }
  return <VersionsList {...props} binding={binding} />;
}

function problemOf(model: ModelDetail) {
  return model.problems.find(({ role }) => role === 'model');
}
