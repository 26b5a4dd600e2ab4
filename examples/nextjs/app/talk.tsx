'use client';

import { useEffect, useState } from 'react';
import { connect, type Brain, type Entry } from 'second-brain-client';

import { Question } from './question';

type Pass = { baseUrl: string; token: string };

/** Get a token of the signed-in user from our own server. */
async function pass(): Promise<Pass> {
  const answer = await fetch('/api/brain-token', { method: 'POST' });
  if (!answer.ok) throw new Error(`No token: ${answer.status}`);
  return answer.json();
}

/** The conversation. The client asks for a new token before each one ends. */
export function Talk() {
  const [brain, setBrain] = useState<Brain | null>(null);
  const [entries, setEntries] = useState<Entry[]>([]);
  const [problem, setProblem] = useState('');
  const show = (error: Error) => error.name !== 'AbortError' && setProblem(error.message);

  useEffect(() => {
    const ending = new AbortController();
    const token = async () => (await pass()).token;
    setEntries([]);
    pass()
      .then(({ baseUrl }) => connect({ baseUrl, token, history: 50, signal: ending.signal }))
      .then((connected) => {
        connected.onMessage((entry) => setEntries((before) => [...before, entry]));
        setBrain(connected);
      })
      .catch(show);
    return () => ending.abort();
  }, []);

  const ask = (form: FormData) => {
    setProblem('');
    brain?.askBrain(String(form.get('text'))).catch(show);
  };
  const decided = new Set(entries.map((entry) => entry.role === 'user' && entry.decision?.questionId));
  const taken = new Set(entries.flatMap((entry) => (entry.role === 'user' && entry.withdraws) || []));
  const shown = entries.filter(({ seq, text }) => text && !taken.has(seq));
  return (
    <>
      <ol aria-live="polite">
        {shown.map((entry) => (
          <li key={entry.id}>
            <b>{entry.role === 'user' ? 'You' : 'Brain'}</b> {entry.text}
            {brain && entry.role === 'brain' && entry.question?.for === 'user' && !decided.has(entry.id) && (
              <Question brain={brain} entry={entry} question={entry.question} onProblem={show} />
            )}
          </li>
        ))}
      </ol>
      <p role="alert">{problem}</p>
      <form action={ask}>
        <input name="text" aria-label="What do you want to say?" required />
        <button disabled={!brain}>Ask</button>
      </form>
    </>
  );
}
