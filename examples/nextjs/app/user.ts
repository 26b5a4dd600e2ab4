/** Who is signed in. Your own sign-in belongs here; DEMO_USER makes everybody the same user. */
export async function signedIn(): Promise<string | null> {
  return process.env.DEMO_USER || null;
}
