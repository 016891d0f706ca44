/** The tools of the suite that ask their person by a form: names, questions and fields are the suite's. */
import * as z from 'zod'
import { ask, type Questions } from '../../shared/ask.ts'
import { defineTool, type Tool } from '../../shared/tool.ts'

const shared = { scope: 'fixture:read', effect: 'read', trusted: true } as const
const Said = z.object({ text: z.string() })

/** A tool without arguments that asks round after round, then says what it was told. */
const asking = (name: string, says: string, ...rounds: readonly Questions[]): Tool =>
  defineTool({
    ...shared,
    name,
    title: name,
    description: 'Asks its person, then says what they answered.',
    asks: true,
    input: z.object({}),
    output: Said,
    async run(_, ctx) {
      const answered = rounds.map((questions) => ask(ctx, questions))
      return { text: `${says} ${JSON.stringify(Object.assign({}, ...answered))}` }
    },
  })

const Name = z.object({ name: z.string() })
const yourName = { user_name: { message: 'What is your name?', schema: Name } }
const confirm = { confirm: { message: 'Please confirm', schema: z.object({ ok: z.boolean() }) } }

const words = (options: Readonly<Record<string, string>>) =>
  Object.entries(options).map(([value, title]) => ({ const: value, title }))

/** One of several, each with words of its own (SEP-1330); MCP spells such a choice its own way. */
const titled = (options: Readonly<Record<string, string>>) =>
  z
    .string()
    .meta({ oneOf: words(options) })
    .pipe(z.enum(Object.keys(options)))

const titledMulti = (options: Readonly<Record<string, string>>) =>
  z.array(
    z
      .unknown()
      .meta({ anyOf: words(options) })
      .pipe(z.enum(Object.keys(options))),
  )

const Defaults = z.object({
  name: z.string().default('John Doe'),
  age: z.int().default(30),
  score: z.number().default(95.5),
  status: z.enum(['active', 'inactive', 'pending']).default('active'),
  verified: z.boolean().default(true),
})

const three = ['option1', 'option2', 'option3'] as const
const Enums = z.object({
  untitledSingle: z.enum(three),
  titledSingle: titled({ value1: 'First Option', value2: 'Second Option', value3: 'Third Option' }),
  legacyEnum: z
    .enum(['opt1', 'opt2', 'opt3'])
    .meta({ enumNames: ['Option One', 'Option Two', 'Option Three'] }),
  untitledMulti: z.array(z.enum(three)),
  titledMulti: titledMulti({
    value1: 'First Choice',
    value2: 'Second Choice',
    value3: 'Third Choice',
  }),
})

const elicitation = defineTool({
  ...shared,
  name: 'test_elicitation',
  title: 'Ask with a message',
  description: 'Asks its person for a name and an address, with the words given.',
  asks: true,
  input: z.object({ message: z.string() }),
  output: Said,
  async run({ message }, ctx) {
    const schema = z.object({
      username: z.string().describe("User's response"),
      email: z.string().describe("User's email address"),
    })
    const { user } = ask(ctx, { user: { message, schema } })
    return { text: `User response: ${JSON.stringify(user)}` }
  },
})

export const askingTools: readonly Tool[] = [
  elicitation,
  asking('test_elicitation_sep1034_defaults', 'Elicitation completed:', {
    form: { message: 'Please check these values', schema: Defaults },
  }),
  asking('test_elicitation_sep1330_enums', 'Elicitation completed:', {
    form: { message: 'Please choose', schema: Enums },
  }),
  asking('test_input_required_result_elicitation', 'Hello,', yourName),
  asking('test_input_required_result_request_state', 'state-ok', confirm),
  asking('test_input_required_result_tampered_state', 'state-ok', confirm),
  asking(
    'test_input_required_result_multi_round',
    'All rounds done:',
    { step1: { message: 'Step 1: What is your name?', schema: Name } },
    {
      step2: {
        message: 'Step 2: What is your favorite color?',
        schema: z.object({ color: z.string() }),
      },
    },
  ),
  asking('test_streaming_elicitation', 'Hello,', yourName),
  asking('test_missing_capability', 'Hello,', yourName),
]
