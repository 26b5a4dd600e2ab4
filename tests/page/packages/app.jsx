// An app with the hook of the documentation, mounted twice by StrictMode, as in development.

import { StrictMode, useState } from 'react';
import { createRoot } from 'react-dom/client';

import { useBrain } from './useBrain.jsx';

function Conversation({ baseUrl, token }) {
  const { brain, entries, problem } = useBrain(baseUrl, token);
  const [road, setRoad] = useState('');
  const ask = () => {
    brain.onState((state) => setRoad(state.road ?? ''));
    return brain.askBrain(window.text);
  };
  return (
    <>
      <output>{problem?.message ?? (brain ? 'connected' : 'connecting')}</output>
      <button onClick={ask}>Ask</button>
      <p id="road">{road}</p>
      <ol>
        {entries.map(({ id, text }) => (
          <li key={id}>{text}</li>
        ))}
      </ol>
    </>
  );
}

function App({ baseUrl, token }) {
  const [isShown, show] = useState(true);
  return (
    <>
      <button onClick={() => show(!isShown)}>Toggle</button>
      {isShown && <Conversation baseUrl={baseUrl} token={token} />}
    </>
  );
}

const { baseUrl, token } = Object.fromEntries(new URLSearchParams(window.location.search));
createRoot(document.getElementById('root')).render(
  <StrictMode>
    <App baseUrl={baseUrl} token={token} />
  </StrictMode>,
);
