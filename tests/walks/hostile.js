/**
 * Pages on a channel that loses, doubles and delays messages, and then half a minute of 500s.
 * Everything runs at five times the normal speed, including the pages' own clocks. Prints what each
 * page has received and spoken next to its log, one line of JSON per page.
 */

import { Page, Person, end, got, says, sent, steps, taskInput, within } from '../../local/matrix/kit.js';

const LIMIT_S = 80;
const SCALE = 1 / 5; // applies to all times
const LATE_S = 20 * SCALE;
const DOWN_S = 30 * SCALE;
const HARDLY_S = 0.1; // how long the other device waits
const LONG = Array(6200).fill('long').join(' '); // 30 KB
const SPEAKING_MS = 100;
const PATHS = ['voiceToBrain', 'messages', 'status', 'stream', 'control', 'pusherAuth'];

const beganMs = Date.now();
const quick = {
  now: () => beganMs + (Date.now() - beganMs) / SCALE,
  after(ms, act) {
    const timer = setTimeout(act, ms * SCALE);
    return () => clearTimeout(timer);
  },
};

const pause = (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));
const isEnd = ({ doneAfterThis }) => doneAfterThis;

async function begun(stack, who) {
  const person = new Person(stack, who);
  const beat = { delay_s: 0.5 };
  await person.script(
    steps('One.', beat),
    steps('Two.', beat),
    says(LONG, beat),
    ...['Three.', 'Four.', 'Five.', 'Six.', 'Seven.'].map((text) => steps(text, beat)),
    says('Eight.', beat),
    steps('Nine.', beat),
    says('Ten.', { ...beat, repeat: 9 }),
  );
  const page = await Page.of(person, { channelPort: stack.channelPort, clock: quick });
  const spoken = [];
  page.brain.onSpeak((message, done) => {
    const isOver = page.heard.some((entry) => isEnd(entry) && entry.runId === message.runId);
    spoken.push({ seq: message.seq, isOvertaken: isOver && message.kind === 'breadcrumb' });
    setTimeout(() => done('played'), SPEAKING_MS);
  });
  await page.until(() => page.isOn('channel'));
  return { person, page, spoken };
}

/** Wait until all answers were spoken that have come: who goes on before that does not want them. */
async function listened({ page, spoken }) {
  const isWaiting = ({ seq }) => !spoken.some((said) => said.seq === seq);
  while (page.heard.filter(isEnd).some(isWaiting)) await pause(0.05);
}

/** Another device asks and disconnects, so the whole answer comes over the channel. */
async function heardByChannel({ person, page, spoken }) {
  await person.ask('Tell me all.', HARDLY_S);
  await page.until(() => page.heard.some(isEnd));
  await listened({ page, spoken });
}

async function failing(stack) {
  for (const name of PATHS) {
    // The texts are accepted, but their callers get an error.
    const afterExecute = name === 'voiceToBrain';
    const fault = { kind: 'status', status: 500, times: null, path: `/api/${name}`, afterExecute };
    await sent(`${stack.url}/_local/faults`, fault);
  }
  await pause(DOWN_S);
  const { faults } = await (await got(`${stack.url}/_local/faults`)).json();
  await fetch(`${stack.url}/_local/faults`, { method: 'DELETE' });
  return faults.reduce((sum, { fired }) => sum + fired, 0);
}

async function caughtUp({ person, page, spoken }) {
  await page.until(() => page.answers.length === 2);
  const isOpen = async () => (await person.log()).filter(isEnd).length < 2;
  while (await isOpen()) await pause(0.1);
  await pause(LATE_S); // late messages arrive, and change nothing
  await listened({ page, spoken });
  await person.ask('Is that all?', HARDLY_S);
  await page.until(() => page.heard.at(-1).text === 'Ten.');
  const { seq } = page.heard.at(-1);
  while (!spoken.some((said) => said.seq === seq)) await pause(0.05);
}

async function livedThrough(stack, people, seed, pages) {
  const all = (act) => Promise.all(pages.map(act));
  pages.push(...(await Promise.all(people.map((who) => begun(stack, who)))));
  const late = { late: 0.1, late_s: LATE_S };
  await sent(`${stack.channel}/_local/channel`, { drop: 0.3, double: 0.1, ...late, seed });
  await all(heardByChannel);
  await all(({ person, page }) => page.ask(`Count. ${person.word}`));
  await all(({ person }) => person.logged(6));
  const down = failing(stack);
  await all(({ person, page }) => page.ask(`Go on. ${person.word}`));
  const failed = await down;
  await all(caughtUp);
  const { dropped } = await (await got(`${stack.channel}/_local/channel`)).json();
  return { failed, dropped };
}

const { stack, people, seed } = await taskInput();
const pages = [];
const found = await within(LIMIT_S, () => pages[0]?.page, livedThrough(stack, people, seed, pages));
for (const { person, page, spoken } of pages) {
  const log = await person.log();
  const isWhole = page.heard.some(({ text }) => text === LONG);
  console.log(JSON.stringify({ ...found, heard: page.heard, log, spoken, isWhole }));
  page.close();
}
end();
