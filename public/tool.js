/** The one tool of a voice agent, in the form that function-calling models take. */

export const askBrainTool = {
  type: 'function',
  name: 'askBrain',
  description:
    'Hand the user’s request to the brain, which thinks, looks things up in the user’s documents ' +
    'and email, remembers, and acts. Use it for everything beyond small talk. The result is the ' +
    'answer, or a note that the answer comes later; never speak the note.',
  parameters: {
    type: 'object',
    properties: {
      text: {
        type: 'string',
        description: 'What the user wants, complete and in the user’s own words.',
        minLength: 1,
        maxLength: 8000,
      },
    },
    required: ['text'],
    additionalProperties: false,
  },
};
