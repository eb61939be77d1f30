import type { Express } from 'express';
import { PlainAnswer, type ApiCall, type ApiRoute } from '../apiRoute';

const READ = 'storage.objects.get';

/** Reading objects of Cloud Storage: `alt=media` the content, without it what is known about it. */
export function storageRoutes(app: Express, api: ApiRoute): void {
  app.get(
    '/storage/v1/b/:bucket/o/:object',
    api(undefined, call => {
      const name = `${call.param('bucket')}/${call.param('object')}`;
      if (
        !call.may(READ, `projects/_/buckets/${name.replace('/', '/objects/')}`)
      )
        return refusal(
          call,
          403,
          'forbidden',
          `${call.principal.name} does not have ${READ} access to the Google Cloud Storage object. Permission '${READ}' denied on resource (or it may not exist).`,
        );
      const content = call.cloud.objects.get(name);
      if (!content)
        return refusal(call, 404, 'notFound', `No such object: ${name}`);
      if (isMedia(call))
        return new PlainAnswer(content, {
          'content-type': 'application/octet-stream',
          'content-length': String(content.length),
        });
      return {
        kind: 'storage#object',
        name: call.param('object'),
        bucket: call.param('bucket'),
        contentType: 'application/octet-stream',
        size: String(content.length),
      };
    }),
  );
}

/** Errors of Cloud Storage have a shape of their own, and of a download only the sentence. Recalled, not read. */
function refusal(
  call: ApiCall,
  code: number,
  reason: string,
  message: string,
): PlainAnswer {
  return isMedia(call)
    ? new PlainAnswer(
        message,
        { 'content-type': 'text/html; charset=UTF-8' },
        code,
      )
    : new PlainAnswer(
        JSON.stringify({
          error: {
            code,
            message,
            errors: [{ message, domain: 'global', reason }],
          },
        }),
        { 'content-type': 'application/json; charset=UTF-8' },
        code,
      );
}

function isMedia(call: ApiCall): boolean {
  return call.query('alt') === 'media';
}
