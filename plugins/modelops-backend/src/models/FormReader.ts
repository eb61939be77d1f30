import type { Operation } from 'backstage-plugin-modelops-common';
import type {
  FormQuestion,
  PlatformForm,
} from 'backstage-plugin-modelops-node';
import type {
  CredentialBroker,
  Principal,
} from '../credentials/CredentialBroker';
import type { IdentifiedCaller } from '../identity/Caller';
import { Recent } from '../Recent';
import type { ResolvedBinding } from './bindings';

/** How long a form that a person has read is good for the same person, in milliseconds. */
const FRESH_MS = 10_000;
/** Longest a platform may take to describe a resource, in milliseconds. */
const READ_DEADLINE_MS = 10_000;
/** Most forms held; the oldest goes first. */
const MAX_HELD = 1_000;

/** Reads what an operation needs, as the person, once in a while: a card, its dialog and its start ask within seconds. */
export class FormReader {
  private readonly recent: Recent<PlatformForm>;

  constructor(
    private readonly options: {
      credentials: CredentialBroker;
      clock: () => Date;
    },
  ) {
    this.recent = new Recent({
      freshMs: FRESH_MS,
      most: MAX_HELD,
      clock: () => options.clock().getTime(),
    });
  }

  /**
   * Throws PlatformError. A failure is not held, and neither is the form of a change: it says what is served now, and the
   * change is refused if that is no longer so.
   */
  read(
    caller: IdentifiedCaller,
    binding: ResolvedBinding,
    principal: Principal,
    operation: Operation,
    model?: ResolvedBinding,
  ): Promise<PlatformForm> {
    const question = {
      resource: binding.parsed,
      operation,
      model: model?.parsed,
    };
    if (operation !== 'start')
      return this.ask(caller, binding, principal, question);
    const key = JSON.stringify([
      caller.identity.issuer,
      caller.identity.subject,
      caller.userEntityRef,
      caller.agent,
      principal,
      this.options.credentials.principalName(
        caller,
        binding.open.config,
        principal,
      ),
      binding.connection,
      binding.resource,
      operation,
    ]);
    return this.recent.get(key, () =>
      this.ask(caller, binding, principal, question),
    );
  }

  private ask(
    caller: IdentifiedCaller,
    { open }: ResolvedBinding,
    principal: Principal,
    question: FormQuestion,
  ): Promise<PlatformForm> {
    return this.options.credentials.withCredential(
      caller,
      open.config,
      principal,
      credential =>
        open.client.readForm(
          { credential, signal: AbortSignal.timeout(READ_DEADLINE_MS) },
          question,
        ),
    );
  }
}
