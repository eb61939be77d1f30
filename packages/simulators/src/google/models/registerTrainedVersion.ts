import { columnsOf } from '../../training/columns';
import type { TrainedModel } from '../../training/trainModel';
import type { GoogleCloud } from '../GoogleCloud';
import { permissionDenied } from '../googleErrors';
import { isGranted } from '../grants';
import { LOCATION, PROJECT_NUMBER } from '../names';
import { newNumericId } from '../operations/operations';
import { serviceAccountPrincipal } from '../principals';
import { defaultVersion, readModelName, requireModel } from './modelReferences';
import { versionName } from './modelViews';
import {
  addVersion,
  type ModelEvaluation,
  type VertexModel,
} from './vertexModels';

/** The data set that the training image learns from. */
export const FORECAST_DATASET = 'forecast';

const METRICS_SCHEMA =
  'gs://google-cloud-aiplatform/schema/modelevaluation/classification_metrics_1.0.0.yaml';

/** What a training hands over when it ends well. */
export interface TrainedVersion {
  /** The parent model as the training was told: its id or its resource name. */
  model: string;
  trained: TrainedModel;
  /** Becomes the label `modelops-run-id`; absent for a training that was told none. */
  runId?: string;
  /** Resource name of the pipeline job that trained it. */
  pipelineJob?: string;
  /** As the training read them, in text. */
  hyperparameters: Record<string, string>;
  /** E-mail of the account the job ran as, and that uploads. */
  serviceAccount: string;
}

/**
 * Uploads a trained model as the next version of its parent, with its evaluation, as the job's service account. Throws
 * a `GoogleError` when there is no such model or the account may not; its message becomes the job's error.
 */
export function registerTrainedVersion(
  cloud: GoogleCloud,
  upload: TrainedVersion,
): { name: string; versionId: string } {
  const location = `projects/${PROJECT_NUMBER}/locations/${LOCATION}`;
  const permission = 'aiplatform.models.upload';
  const account = serviceAccountPrincipal(upload.serviceAccount);
  if (!isGranted(cloud.grants, account, permission, location))
    throw permissionDenied(permission, location);
  const model = requireModel(
    cloud,
    upload.model.includes('/') ? readModelName(upload.model) : upload.model,
  );
  const parent = model.versions.length > 0 ? defaultVersion(model) : undefined;
  const now = cloud.now();
  const version = addVersion(model, {
    createdAt: now,
    description: Object.entries(upload.hyperparameters)
      .map(([name, value]) => `${name}=${value}`)
      .join(', '),
    labels: new Map(upload.runId ? [['modelops-run-id', upload.runId]] : []),
    further: {
      ...modelFiles(model),
      ...(upload.pipelineJob && { pipelineJob: upload.pipelineJob }),
    },
    columns: parent?.columns ?? columnsOf(FORECAST_DATASET),
    trained: upload.trained,
    evaluations: [evaluationOf(upload.trained, now)],
  });
  return {
    name: versionName({ model, version }),
    versionId: String(version.version),
  };
}

/** Where the files of a model's next version are, what serves them, and what goes in. */
export function modelFiles({ id, lastVersion }: VertexModel) {
  const folder = `gs://ml-demo-models/${id}`;
  return {
    artifactUri: `${folder}/${lastVersion + 1}`,
    containerSpec: {
      imageUri:
        'europe-docker.pkg.dev/vertex-ai/prediction/tf2-cpu.2-15:latest',
      predictRoute: '/predict',
      healthRoute: '/health',
      ports: [{ containerPort: 8080 }],
    },
    predictSchemata: { instanceSchemaUri: `${folder}/instance.yaml` },
  };
}

/** What was measured after the last epoch, in the fields of Google's schema for classifiers. */
export function evaluationOf(
  { history }: TrainedModel,
  createdAt: number,
): ModelEvaluation {
  const { auc, loss, precision, recall } = history[history.length - 1];
  return {
    id: newNumericId(),
    displayName: 'held-out rows',
    metrics: {
      auRoc: auc,
      logLoss: loss,
      confidenceMetrics: [
        {
          confidenceThreshold: 0.5,
          precision,
          recall,
          f1Score: (2 * precision * recall) / (precision + recall || 1),
        },
      ],
    },
    further: { metricsSchemaUri: METRICS_SCHEMA },
    createdAt,
  };
}
