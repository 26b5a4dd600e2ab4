import { createHmac } from 'node:crypto';

import { signedIn } from '../../user';

const LASTS_S = 600; // seconds; the client asks for a new token before that

/** Give the signed-in user a token for the brain. The secret stays on the server. */
export async function POST(request: Request): Promise<Response> {
  // Pages of other origins may not ask: a browser says where a request comes from.
  if (request.headers.get('sec-fetch-site') === 'cross-site') return new Response(null, { status: 403 });
  const user = await signedIn();
  if (!user) return new Response(null, { status: 401 });
  const { BRAIN_JWT_SECRET: secret, BRAIN_JWT_AUDIENCE: aud, BRAIN_URL: baseUrl } = process.env;
  if (!secret || !baseUrl) return new Response(null, { status: 500 });
  const iat = Math.floor(Date.now() / 1000);
  const token = signed({ sub: user, iat, exp: iat + LASTS_S, ...(aud ? { aud } : {}) }, secret);
  return Response.json({ baseUrl, token }, { headers: { 'Cache-Control': 'no-store' } });
}

/** A JWT by HS256. */
function signed(claims: object, secret: string): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const body = `${part({ alg: 'HS256', typ: 'JWT' })}.${part(claims)}`;
  return `${body}.${createHmac('sha256', secret).update(body).digest('base64url')}`;
}
