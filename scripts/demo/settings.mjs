// What the demo runs, where, and how to know that it is ready. app-config.demo.yaml reads the same variables.
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { repoDir } from '../toolchain.mjs';

export const demoDir = path.join(repoDir, '.demo');
export const logDir = path.join(demoDir, 'logs');
const databaseDir = path.join(demoDir, 'db');

/** Each port, the part that listens on it, and the variable that moves it elsewhere. */
export const ports = [
  {
    part: 'the portal (web pages)',
    variable: 'MODELOPS_DEMO_APP_PORT',
    usual: 3000,
  },
  {
    part: 'the portal (backend)',
    variable: 'MODELOPS_DEMO_BACKEND_PORT',
    usual: 7007,
  },
  {
    part: 'the OpenID provider',
    variable: 'MODELOPS_DEMO_IDP_PORT',
    usual: 8401,
  },
  {
    part: 'Databricks',
    variable: 'MODELOPS_DEMO_DATABRICKS_PORT',
    usual: 8402,
  },
  {
    part: 'Google Cloud',
    variable: 'MODELOPS_DEMO_GOOGLE_PORT',
    usual: 8403,
  },
].map(entry => ({
  ...entry,
  port: Number(process.env[entry.variable] || entry.usual),
}));

const [app, backend, idp, databricks, google] = ports.map(entry => entry.port);
export const portalUrl = `http://localhost:${app}`;

/** Lets the launcher, and nobody after it, look whether the catalog is filled; app-config.demo.yaml limits it to that. */
const probeToken = randomBytes(24).toString('hex');
const probeHeaders = { authorization: `Bearer ${probeToken}` };

const configFlags = ['app-config.yaml', 'app-config.demo.yaml'].flatMap(
  file => ['--config', path.join(repoDir, file)],
);
const cli = path.join(
  repoDir,
  'node_modules',
  '@backstage',
  'cli',
  'bin',
  'backstage-cli',
);

/** How backstage-cli itself runs TypeScript that has not been built. */
const runTypeScript = [
  '--enable-source-maps',
  '--require',
  '@backstage/cli/config/nodeTransform.cjs',
];

/** The key that checkpoints of the audit ledger are signed with; kept beside the database, made anew with it. */
function auditKey() {
  const file = path.join(demoDir, 'audit-key.pem');
  if (!existsSync(file)) {
    mkdirSync(demoDir, { recursive: true });
    const { privateKey } = generateKeyPairSync('ed25519');
    writeFileSync(file, privateKey.export({ format: 'pem', type: 'pkcs8' }), {
      mode: 0o600,
    });
  }
  return file;
}

export function demoEnvironment(env) {
  return {
    ...env,
    NODE_ENV: 'development',
    // The output goes to files.
    FORCE_COLOR: '0',
    // The box at the end says where to go; a browser that opens by itself comes too early.
    BROWSER: 'none',
    ...Object.fromEntries(
      ports.map(entry => [entry.variable, String(entry.port)]),
    ),
    MODELOPS_DEMO_CATALOG: path.join(repoDir, 'examples', 'demo'),
    MODELOPS_DEMO_DB: databaseDir,
    MODELOPS_DEMO_PROBE_TOKEN: probeToken,
    MODELOPS_DEMO_AUDIT_KEY: auditKey(),
    MODELOPS_DEMO_CHECKPOINTS: path.join(demoDir, 'checkpoints.jsonl'),
  };
}

/** In the order of their start; all start at once, each as soon as it can. */
export const services = [
  {
    name: 'simulators',
    cwd: path.join(repoDir, 'packages', 'simulators'),
    args: [
      ...runTypeScript,
      'src/cli.ts',
      `--idp-port=${idp}`,
      `--databricks-port=${databricks}`,
      `--google-port=${google}`,
      `--redirect-uri=http://localhost:${backend}/api/auth/oidc/handler/frame`,
    ],
    ready: [
      { url: `http://127.0.0.1:${idp}/.well-known/openid-configuration` },
      {
        url: `http://127.0.0.1:${databricks}/oidc/.well-known/oauth-authorization-server`,
      },
    ],
  },
  {
    name: 'backend',
    cwd: path.join(repoDir, 'packages', 'backend'),
    // Not `backstage-cli package start`: that waits for a change when the backend has ended, and we would wait with it.
    args: [...runTypeScript, 'src/index.ts', ...configFlags],
    ready: [
      { url: `http://127.0.0.1:${backend}/.backstage/health/v1/readiness` },
      // Filled means: somebody can sign in, and there is a model to look at.
      { url: catalogEntity('user/default/ada'), headers: probeHeaders },
      {
        url: catalogEntity('resource/default/fraud-detector'),
        headers: probeHeaders,
      },
    ],
  },
  {
    name: 'app',
    cwd: path.join(repoDir, 'packages', 'app'),
    args: [cli, 'package', 'start', ...configFlags],
    ready: [{ url: portalUrl }],
  },
];

function catalogEntity(name) {
  return `http://127.0.0.1:${backend}/api/catalog/entities/by-name/${name}`;
}

export const welcome = [
  'The portal is running.',
  '',
  `    ${portalUrl}`,
  '',
  'Sign in as one of these; the password is the name.',
  '',
  '    ada         ML engineer, teams fraud and forecasting',
  '    grace       data scientist, team growth; may only read fraud',
  '    alan        platform admin',
  '    katherine   auditor',
  '',
  'Then, as ada, open Fraud detector: Train, compare under Versions, Deploy, Promote:',
  '',
  `    ${portalUrl}/catalog/default/resource/fraud-detector`,
  '',
  'Demand forecast is the same on Vertex AI; Fraud detector (EU) is trained here and served there.',
  'As grace the same card says why she may not. Katherine reads the record: Model ops, Audit.',
  '',
  'Logs: .demo/logs     Start over: npm run demo -- --reset     Stop: Ctrl-C',
];
