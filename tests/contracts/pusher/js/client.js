// The real pusher-js, driven over standard input and output: one JSON object per line.
// Told what to `do`, it notes what happens; it asks for authorization the same way.
import { createInterface } from 'node:readline';
import Pusher from 'pusher-js';

const [key, port] = process.argv.slice(2);
const waiting = new Map(); // number of a question -> callback of pusher-js
let questions = 0;

const note = (fact) => process.stdout.write(JSON.stringify(fact) + '\n');

const ask = (question) => (params, answered) => {
  waiting.set(++questions, answered);
  note({ note: question, id: questions, ...params });
};

const pusher = new Pusher(key, {
  cluster: '',
  wsHost: '127.0.0.1',
  wsPort: Number(port),
  forceTLS: false,
  enabledTransports: ['ws', 'wss'],
  disableStats: true,
  channelAuthorization: { customHandler: ask('authorize') },
  userAuthentication: { customHandler: ask('authenticate') },
});

pusher.connection.bind('state_change', ({ current }) =>
  note({ note: 'state', state: current, socketId: pusher.connection.socket_id }),
);
pusher.connection.bind('error', (error) => note({ note: 'error', error }));
pusher.user.bind('greeting', (data) => note({ note: 'user', data }));

const deeds = {
  subscribe({ channel, watch = [] }) {
    const subscription = pusher.subscribe(channel);
    subscription.bind_global((name, data) => note({ note: 'event', channel, name, data }));
    for (const name of watch) {
      subscription.bind(name, (data, { user_id }) =>
        note({ note: 'sent', channel, name, data, userId: user_id }),
      );
    }
  },
  unsubscribe: ({ channel }) => pusher.unsubscribe(channel),
  trigger: ({ channel, name, data }) => pusher.channel(channel).trigger(name, data),
  answer({ id, error, data }) {
    waiting.get(id)(error ? new Error(error) : null, data);
    waiting.delete(id);
  },
  signin: () => pusher.signin(),
};

for await (const line of createInterface({ input: process.stdin })) {
  const { do: deed, ...details } = JSON.parse(line);
  deeds[deed](details);
}
process.exit();
