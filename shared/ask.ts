/**
 * Asking the person for what a read lacks, by a form that their client shows (MCP, form-mode
 * elicitation). It is no approval: the answer comes back on the client's own token, so it is worth
 * what an argument is worth. That is why only reads can ask.
 */
import * as z from 'zod'
import { ToolError } from './errors.ts'
import { redactArguments } from './redact.ts'
import { visible } from './visible.ts'

/** One form. Its fields are strings, numbers, booleans, dates or choices: MCP has no nested ones. */
export interface Question {
  readonly message: string
  readonly schema: z.ZodObject
}
export type Questions = Readonly<Record<string, Question>>

/** What became of one form. `content` is the client's, and parsed by the question's schema before a tool sees it. */
export const Answer = z.object({
  action: z.enum(['accept', 'decline', 'cancel']),
  content: z.record(z.string(), z.unknown()).optional(),
})
export type Answer = z.infer<typeof Answer>
export type Answers = Readonly<Record<string, Answer>>

/** Thrown by `ask`: the call starts again from the top once these are answered. No failure. */
export class InputNeeded extends Error {
  override readonly name = 'InputNeeded'
  readonly questions: Questions

  constructor(questions: Questions) {
    super(`Open questions: ${Object.keys(questions).join(', ')}`)
    this.questions = questions
  }
}

/**
 * The person's answers by the names of the questions. The first time there are none, so the call
 * ends here and the client shows the forms; then the tool runs again from its top and gets them.
 * A tool may ask again after that: what was answered before stays answered.
 * @throws ToolError `invalid_input` when the person would not answer
 */
export function ask<Q extends Questions>(
  ctx: { readonly answers: Answers },
  questions: Q,
): { [K in keyof Q]: z.output<Q[K]['schema']> } {
  const answered: Record<string, unknown> = {}
  const open: Record<string, Question> = {}
  for (const [key, question] of Object.entries(questions)) {
    const answer = Object.hasOwn(ctx.answers, key) ? ctx.answers[key] : undefined
    if (answer && answer.action !== 'accept')
      throw new ToolError(
        'invalid_input',
        `The person chose not to answer: ${quoted(question)}. Talk to them before calling again.`,
      )
    const parsed = question.schema.safeParse(answer?.content)
    if (parsed.success) answered[key] = parsed.data
    else open[key] = question
  }
  if (Object.keys(open).length > 0) throw new InputNeeded(open)
  return answered as { [K in keyof Q]: z.output<Q[K]['schema']> } // each by its own schema, above
}

/** What a client gets that can't show forms. */
export const cannotAsk = (questions: Questions): ToolError =>
  new ToolError(
    'invalid_input',
    `This call needs an answer from the person, and this client has declared no form elicitation to ask with. Open: ${Object.values(questions).map(quoted).join(' ')}`,
  )

const quoted = ({ message }: Question) => JSON.stringify(visible(message))

/** What was answered, for the audit row. */
export const answersOnRecord = (answers: Answers): string =>
  redactArguments(
    Object.fromEntries(
      Object.entries(answers).map(([key, { action, content }]) => [key, content ?? action]),
    ),
  ).slice(0, 500)
