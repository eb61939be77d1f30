import express, { type Express, type Response } from 'express';
import { isPerson, subjectOf } from '../people';
import { errorPage, loginPage } from './pages';
import type { RunningIdp } from './startIdp';

/** The sign-in page. The interaction cookie ties the form to the browser that began the sign-in. */
export function loginRoutes(app: Express, idp: RunningIdp): void {
  app.get('/interaction/:uid', async (req, res, next) => {
    try {
      await idp.provider.interactionDetails(req, res);
      sendPage(res, 200, loginPage.html(req.path));
    } catch (error) {
      next(error);
    }
  });

  app.post(
    '/interaction/:uid',
    express.urlencoded({ extended: false, limit: '10kb' }),
    async (req, res, next) => {
      try {
        await idp.provider.interactionDetails(req, res);
        const name = String(req.body.name ?? '')
          .trim()
          .toLowerCase();
        if (!isPerson(name) || req.body.password !== name) {
          sendPage(res, 401, loginPage.html(req.path, { name }));
          return;
        }
        await idp.provider.interactionFinished(req, res, {
          login: { accountId: subjectOf(name) },
        });
      } catch (error) {
        next(error);
      }
    },
  );

  app.use(
    '/interaction',
    (
      _error: Error,
      _req: express.Request,
      res: Response,
      _next: express.NextFunction,
    ) => {
      sendPage(
        res,
        400,
        errorPage.html(
          'session_expired',
          'This sign-in has expired. Start again from the portal.',
        ),
      );
    },
  );
}

function sendPage(res: Response, status: number, html: string): void {
  res.status(status);
  res.setHeader('content-security-policy', loginPage.policy);
  res.setHeader('cache-control', 'no-store');
  res.setHeader('referrer-policy', 'no-referrer');
  res.type('html').send(html);
}
