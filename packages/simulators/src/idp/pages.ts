import { createHash } from 'node:crypto';
import { people } from '../people';

const STYLE = `
:root { color-scheme: light dark; --ink: #16202e; --soft: #55606f; --paper: #ffffff; --ground: #eef2f7; --line: #7a8696;
  --accent: #1f5493; --on-accent: #ffffff; --bad: #a4161a; }
@media (prefers-color-scheme: dark) { :root { --ink: #eef2f7; --soft: #b4bfcd; --paper: #1b2533; --ground: #0f1621;
  --line: #8290a3; --accent: #8fc1ff; --on-accent: #0f1621; --bad: #ff9b9b; } }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1rem; background: var(--ground);
  color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
main { width: min(24rem, 100%); padding: 2rem; border-radius: 0.75rem; background: var(--paper);
  box-shadow: 0 1px 2px rgb(0 0 0 / 0.15), 0 12px 32px rgb(0 0 0 / 0.12); }
h1 { margin: 0; font-size: 1.5rem; line-height: 1.25; }
p { margin: 0.25rem 0 1.25rem; color: var(--soft); }
label { display: block; margin-top: 1rem; font-weight: 600; }
input { width: 100%; margin-top: 0.25rem; padding: 0.625rem 0.75rem; border: 1px solid var(--line); border-radius: 0.375rem;
  background: transparent; color: inherit; font: inherit; }
button { width: 100%; margin-top: 1.5rem; padding: 0.75rem; border: 0; border-radius: 0.375rem; background: var(--accent);
  color: var(--on-accent); font: inherit; font-weight: 600; cursor: pointer; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.error { margin: 1rem 0 0; color: var(--bad); font-weight: 600; }
aside { margin-top: 1.75rem; padding-top: 1rem; border-top: 1px solid var(--line); font-size: 0.9375rem; }
h2 { margin: 0; font-size: 1rem; }
p.hint { margin: 0; }
ul { margin: 0.5rem 0 0; padding: 0; list-style: none; color: var(--soft); }
code { color: var(--ink); font-weight: 600; }
`;

/** No script, nothing from elsewhere, not in a frame. `form-action` is left out: browsers hold it against the redirect too. */
const POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

function page(title: string, content: string): string {
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${STYLE}</style>
</head>
<body><main>${content}</main></body>
</html>`;
}

/** The sign-in form, with the demo people as a hint. */
export const loginPage = {
  policy: POLICY,
  html(action: string, attempt?: { name: string }): string {
    const hints = Object.entries(people)
      .map(
        ([id, { name, groups }]) =>
          `<li><code>${id}</code> – ${name}, ${groups.join(', ')}</li>`,
      )
      .join('');
    return page(
      'Sign in – ACME demo',
      `<h1>Sign in to ACME</h1>
<p>A simulated identity provider for the modelops demo.</p>
<form method="post" action="${escapeHtml(action)}">
${
  attempt
    ? '<p class="error" role="alert" id="failed">Wrong name or password.</p>'
    : ''
}
<label for="name">Name</label>
<input id="name" name="name" autocomplete="username" autocapitalize="none" spellcheck="false" required autofocus
 value="${escapeHtml(attempt?.name ?? '')}"${
        attempt ? ' aria-invalid="true" aria-describedby="failed"' : ''
      }>
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required>
<button type="submit">Sign in</button>
</form>
<aside aria-labelledby="people"><h2 id="people">Demo people</h2><p class="hint">The password is the name.</p><ul>${hints}</ul></aside>`,
    );
  },
};

/** What the provider shows when a sign-in cannot go on. */
export const errorPage = {
  policy: POLICY,
  html(error: string, description?: string): string {
    return page(
      'Sign-in failed – ACME demo',
      `<h1>Sign-in failed</h1><p>${escapeHtml(
        description ?? 'The request could not be completed.',
      )}</p>
<p>Reason: <code>${escapeHtml(error)}</code></p>`,
    );
  },
};

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, character => `&#${character.charCodeAt(0)};`);
}
