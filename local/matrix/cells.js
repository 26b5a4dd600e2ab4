/**
 * Runs the cells of the resume matrix. Reads the stack and the users from stdin and writes one line
 * of JSON per cell.
 */

import { Page, Person, bare, end, says, steps, taskInput, within } from './kit.js';

const LIMIT_S = 60; // for one cell
const HARDLY_S = 0.1; // how long the other device waits
const ANSWER = 'The passport lies in the blue drawer, under the letters that Anna wrote.';
const WORD = 4; // parts of the answer's call before the gate
const HALF = 'The passport lies i'; // what the user has heard by then

/**
 * When the connection is cut, what happens in the meantime, and what happens once the client is
 * back.
 */
const MOMENTS = {
  'before the first token': {
    reached: ({ person }) => person.reached('begin'),
    async meanwhile({ person }) {
      await person.open('begin'); // a step is said while the client is offline
      await person.reached('answer');
    },
    goesOn: ({ person }) => person.open('answer', 'word'),
  },
  'between accept and answer': {
    async reached({ person, page }) {
      await person.open('begin');
      await person.reached('answer');
      await page.until(() => page.heard.length === 2);
    },
    async meanwhile({ person }) {
      await person.open('answer'); // half of the answer arrives while the client is offline
      await person.reached('word');
    },
    goesOn: ({ person }) => person.open('word'),
  },
  'in mid-word': {
    async reached({ person, page, from }) {
      await person.open('begin', 'answer');
      await person.reached('word');
      if (from !== 'polling') await page.until(() => page.shown.endsWith(HALF));
    },
    async meanwhile({ person }) {
      await person.open('word'); // the answer is said while the client is offline
      await person.logged(3);
    },
    goesOn() {},
  },
  'after the answer': {
    async reached({ person, page }) {
      await person.open('begin', 'answer', 'word');
      await page.until(() => page.heard.length === 3 && page.answers.length === 1);
    },
    meanwhile: ({ person }) => person.ask('And now?'), // from another device
    goesOn() {},
  },
};

async function begun(stack, { from, moment, ...cell }) {
  const person = new Person(stack, cell);
  const isOver = moment === 'after the answer';
  await person.script(
    steps('Looking.', { gates: { [person.gate('begin')]: 0 } }),
    says(ANSWER, { gates: { [person.gate('answer')]: 0, [person.gate('word')]: WORD } }),
    ...(isOver ? [says('Yes.')] : []),
    says('At last.', { gates: { [person.gate('last')]: 0 } }),
  );
  return { person, page: await Page.of(person, { channelPort: stack.channelPort, road: from }) };
}

async function played({ person, page }, { from, to, moment }) {
  const { reached, meanwhile, goesOn } = MOMENTS[moment];
  await page.until(() => page.isOn(from));
  page.ask(`Where is it? ${person.word}`);
  await reached({ person, page, from });
  page.cut();
  await page.until(() => !page.isOn(from));
  await meanwhile({ person });
  page.brain.useRoad(to);
  page.mend();
  await page.until(() => page.isOn(to));
  await goesOn({ person });
  await page.until(() => page.answers.length === 1);
  await person.logged(3);
  // Later messages must arrive over the new road: another device asks and does not wait.
  await person.ask('And at last?', HARDLY_S);
  await person.open('last');
  await page.until(() => page.heard.at(-1).text === 'At last.');
  return person.log();
}

function complaint({ heard, answers }, log) {
  if (bare(heard) !== bare(log)) return 'the list is not the log';
  const said = log.filter(({ role, text }) => role === 'user' && text.startsWith('Where'));
  if (said.length !== 1) return 'the text was taken twice';
  if (log.filter(({ text }) => text === ANSWER).length !== 1) return 'not one answer';
  const [{ state }] = answers;
  return ['done', 'running', 'duplicate'].includes(state) ? null : `askBrain: ${state}`;
}

async function tried(stack, cell) {
  const { from, to, moment } = cell;
  const beganMs = Date.now();
  let stage = null;
  const work = async () => {
    stage = await begun(stack, cell);
    const log = await played(stage, cell);
    return { entries: log.length, complaint: complaint(stage.page, log) };
  };
  const found = await within(LIMIT_S, () => stage?.page, work()).catch((error) => ({
    entries: stage?.page.heard.length ?? 0,
    complaint: error.message,
  }));
  stage?.page.close();
  return { from, to, moment, seconds: (Date.now() - beganMs) / 1000, ...found };
}

const { stack, cells, atOnce } = await taskInput();
const waiting = [...cells];
await Promise.all(
  Array.from({ length: atOnce }, async () => {
    for (let cell = waiting.shift(); cell; cell = waiting.shift()) {
      console.log(JSON.stringify(await tried(stack, cell)));
    }
  }),
);
end();
