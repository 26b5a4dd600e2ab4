/** The tool of a voice agent, in the format of function-calling models. */

export const askBrainTool = {
  type: 'function',
  name: 'askBrain',
  description:
    'Ask the brain, which thinks, searches the user’s documents and email, remembers and acts. ' +
    'Use it for everything beyond small talk. The result is the answer, or a note, never to be ' +
    'spoken, that it comes later.',
  parameters: {
    type: 'object',
    properties: {
      text: {
        type: 'string',
        description: 'What the user wants, complete and in their own words.',
        minLength: 1,
        maxLength: 8000,
      },
    },
    required: ['text'],
    additionalProperties: false,
  },
};
