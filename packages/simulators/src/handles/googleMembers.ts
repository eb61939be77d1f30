// The demo's names of who is who, for tests. The simulator makes its own from the tokens it gets.

const WORKFORCE = 'iam.googleapis.com/locations/global/workforcePools/acme';

/** The IAM principal of a person: what Google knows ada@acme.example as. */
export function googlePerson(email: string): string {
  return `principal://${WORKFORCE}/subject/${email}`;
}

/** The IAM member for everybody in a group. */
export function googleGroup(group: string): string {
  return `principalSet://${WORKFORCE}/group/${group}`;
}

/** The IAM member for a service account of the demo's project: `googleServiceAccount('forecast-trainer')`. */
export function googleServiceAccount(name: string): string {
  return `serviceAccount:${name}@ml-demo.iam.gserviceaccount.com`;
}
