/** As much of a browser as a sign-in needs: cookies, redirects not followed, forms posted. */
export class Browser {
  private readonly cookies = new Map<string, string>();

  async open(url: string): Promise<Response> {
    return this.request(url, {});
  }

  async submit(url: string, fields: Record<string, string>): Promise<Response> {
    return this.request(url, {
      method: 'POST',
      body: new URLSearchParams(fields),
    });
  }

  private async request(url: string, init: RequestInit): Promise<Response> {
    const cookie = [...this.cookies]
      .map(([name, value]) => `${name}=${value}`)
      .join('; ');
    const response = await fetch(url, {
      ...init,
      headers: { cookie },
      redirect: 'manual',
    });
    for (const line of response.headers.getSetCookie()) {
      const [pair] = line.split(';');
      const at = pair.indexOf('=');
      const [name, value] = [pair.slice(0, at), pair.slice(at + 1)];
      if (value === '') this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    return response;
  }
}

/** Follows redirects within one origin and gives the first answer that is none, or the address it leaves to. */
export async function follow(
  browser: Browser,
  origin: string,
  from: Response,
): Promise<{ page?: Response; left?: URL; url: string }> {
  let response = from;
  let url = origin;
  while (response.status === 302 || response.status === 303) {
    const next = new URL(response.headers.get('location')!, url);
    if (next.origin !== origin) return { left: next, url: next.href };
    url = next.href;
    response = await browser.open(url);
  }
  return { page: response, url };
}
