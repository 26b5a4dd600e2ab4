// The real @upstash/redis, subscribed over REST. Notes what it hears, one JSON object per line; ends
// with its input.
import { Redis } from '@upstash/redis';

const [url, token, ...channels] = process.argv.slice(2);
const note = (fact) => process.stdout.write(JSON.stringify(fact) + '\n');

const subscriber = new Redis({ url, token, retry: false }).subscribe(channels);
subscriber.on('subscribe', (count) => note({ note: 'subscribe', count }));
subscriber.on('message', ({ channel, message }) => note({ note: 'message', channel, message }));
subscriber.on('error', (error) => note({ note: 'error', text: String(error) }));

process.stdin.resume().on('end', () => process.exit());
