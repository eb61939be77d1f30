import { startDatabricks } from './databricks/startDatabricks';
import { startGoogle } from './google/startGoogle';
import { startIdp } from './idp/startIdp';
import { KeptTrainings } from './training/KeptTrainings';
import { Trainer } from './training/Trainer';
import {
  readArguments,
  USAGE,
  type SimulatorOptions,
} from './simulatorOptions';

/** Runs the simulators until SIGTERM, SIGINT, or until the process that started them with a channel is gone. */
async function main(): Promise<void> {
  let options: SimulatorOptions;
  try {
    options = readArguments(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n${USAGE}\n`);
    process.exit(1);
  }

  // Before anything listens, so that no signal finds the process half started.
  process.once('SIGTERM', () => process.exit(0));
  process.once('SIGINT', () => process.exit(0));
  process.once('disconnect', () => process.exit(0));

  const { runSeconds, timeScale, manualRuns: manual, trainings } = options;
  const pace = { runSeconds, timeScale, manual };
  const trainer = new Trainer(
    trainings ? new KeptTrainings(trainings) : undefined,
  );
  const idp = await startIdp({
    port: options.idpPort,
    redirectUris: options.redirectUris,
  });
  const databricks = await startDatabricks({
    port: options.databricksPort,
    issuer: idp.url,
    pace,
    trainer,
  });
  const google = await startGoogle({
    port: options.googlePort,
    issuer: idp.url,
    pace,
    trainer,
  });
  process.send?.({
    idpUrl: idp.url,
    databricksUrl: databricks.url,
    googleUrl: google.url,
  });
  process.stdout.write(
    `Simulators ready: OpenID provider ${idp.url}, Databricks ${databricks.url}, Google Cloud ${google.url}\n`,
  );
}

main().catch(error => {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exit(1);
});
