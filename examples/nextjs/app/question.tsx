'use client';

import { useState } from 'react';
import type { Brain, Entry } from 'second-brain-client';

type Asked = Extract<Entry, { role: 'brain' }>;
type Props = {
  brain: Brain;
  entry: Asked;
  question: NonNullable<Asked['question']>;
  onProblem: (error: Error) => void;
};

/** What the brain wants to do, and three answers: yes, no, and yes with other arguments. */
export function Question({ brain, entry, question, onProblem }: Props) {
  const [changed, setChanged] = useState<Record<string, string>>({});
  const [isSent, setSent] = useState(false);
  const isEdited = Object.keys(changed).length > 0;

  const decide = (decision: Parameters<Brain['decide']>[1]) => {
    setSent(true);
    brain.decide(entry.id, decision).catch((error: Error) => {
      setSent(false);
      onProblem(error);
    });
  };
  const approve = () =>
    decide(isEdited ? { verdict: 'edit', arguments: { ...question.arguments, ...changed } } : { verdict: 'approve' });

  return (
    <fieldset disabled={isSent}>
      <legend>{question.tool}</legend>
      {Object.entries(question.arguments).map(([name, value]) => (
        <label key={name}>
          {name}
          {/* Only texts can be edited here: the server checks what it gets by the tool's schema. */}
          <input
            name={name}
            readOnly={typeof value !== 'string'}
            value={changed[name] ?? (typeof value === 'string' ? value : JSON.stringify(value))}
            onChange={({ target }) => setChanged({ ...changed, [name]: target.value })}
          />
        </label>
      ))}
      <button type="button" onClick={approve}>
        {isEdited ? 'Approve with changes' : 'Approve'}
      </button>
      <button type="button" onClick={() => decide({ verdict: 'reject' })}>
        Reject
      </button>
    </fieldset>
  );
}
