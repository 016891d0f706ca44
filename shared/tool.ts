import * as z from 'zod'
import type { Answers } from './ask.ts'
import { ToolError } from './errors.ts'

/** What a call does to the system behind it; gives the four MCP annotations. */
export type Effect = 'read' | 'create' | 'update' | 'delete'
/** `<integration>:<right>`, for example `postgres:read`. */
export type Scope = `${string}:${string}`

/** The signed-in person and the client that speaks for them, as the hub vouched for both. */
export interface Principal {
  readonly userId: string
  readonly email: string
  readonly name: string
  readonly groups: readonly string[]
  readonly clientId: string
}

/** What policy allows this person in arguments: limit name → allowed values, e.g. `{ projects: ['ENG'] }`. */
export type Limits = Readonly<Record<string, readonly string[]>>

/** What a tool may know about its call. Nothing here lets it step around the shell. */
export interface ToolContext {
  readonly principal: Principal
  /** On a write the approval's id, stable over retries: use it as the upstream's idempotency key. */
  readonly callId: string
  readonly limits: Limits
  /** Aborts at the deadline or when the client goes away; hand it to every fetch. */
  readonly signal: AbortSignal
  /** The Worker's bindings; read them through `configuration()` or `restClient()`. */
  readonly env: unknown
  /** Where the next page starts, as the tool's own last answer put it in `cursor`; verified by the shell. */
  readonly cursor: string | undefined
  /** Tells a client that asked for it how far a long call is. `total` when it is known. */
  progress(done: number, total?: number, message?: string): void
  /** Adds a fact to the audit row, for example `{ database: 'shop' }`. Never shown to the model. */
  log(facts: Readonly<Record<string, unknown>>): void
}

/** What a read that asks knows besides: what its person has answered so far. Hand it to `ask`. */
export interface AskingContext extends ToolContext {
  readonly answers: Answers
}

/** What a person sees before deciding on a write. Plain text, resolved names instead of ids. */
export const Preview = z.object({
  summary: z.string(),
  /** A field diff. */
  changes: z
    .array(z.object({ field: z.string(), from: z.unknown().optional(), to: z.unknown() }))
    .optional(),
  /** A row diff: values in the order of `columns`; `before` is absent on an insert, `after` on a delete. */
  rows: z
    .object({
      columns: z.array(z.string()),
      rows: z.array(
        z.object({
          before: z.array(z.unknown()).optional(),
          after: z.array(z.unknown()).optional(),
        }),
      ),
      total: z.number(),
    })
    .optional(),
  /** The text to be written (a message, a description), exactly, with the text it replaces if any. */
  text: z.object({ before: z.string().optional(), after: z.string() }).optional(),
  /** What must not have moved when the approved call runs. */
  target: z.object({ id: z.string(), version: z.string() }).optional(),
  /**
   * Numbers and flags that policy conditions may read, e.g. `{ rows: 120, external: true }`. With
   * `always_ask: true` a person decides even where a rule says `never`.
   */
  facts: z.record(z.string(), z.union([z.number(), z.string(), z.boolean()])).optional(),
})
export type Preview = z.infer<typeof Preview>

interface ToolBase<I extends z.ZodObject, O extends z.ZodObject> {
  /** `verb_noun`, unique over all endpoints, at most 40 characters. */
  name: string
  title: string
  description: string
  scope: Scope
  input: I
  /** Only what is named here leaves the Worker. Use `page()` or `paged()` for lists. */
  output: O
  /** How long the call may take, in milliseconds (default 30,000, at most 280,000). */
  deadlineMs?: number
  /** The answer holds only our own words (a registry, a computed figure), so it isn't marked as third-party data. */
  trusted?: boolean
}

interface ReadTool<I extends z.ZodObject, O extends z.ZodObject> extends ToolBase<I, O> {
  effect: 'read'
  asks?: false
  preview?: never
  run(input: z.output<I>, ctx: ToolContext): Promise<z.input<O>>
}

interface AskingTool<I extends z.ZodObject, O extends z.ZodObject> extends ToolBase<I, O> {
  effect: 'read'
  /**
   * It may `ask`, so a client that can show forms is given what that needs. Answers are of one
   * call: for the next page, put what was answered into the cursor.
   */
  asks: true
  preview?: never
  run(input: z.output<I>, ctx: AskingContext): Promise<z.input<O>>
}

interface WriteTool<I extends z.ZodObject, O extends z.ZodObject> extends ToolBase<I, O> {
  effect: Exclude<Effect, 'read'>
  asks?: false
  /** Computes what would happen, without doing it. */
  preview(input: z.output<I>, ctx: ToolContext): Promise<Preview>
  /**
   * Runs the approved call. `approved.preview` is what the person saw: compare its `target` with
   * the upstream's present state and throw `upstream_rejected` when it moved.
   */
  run(
    input: z.output<I>,
    ctx: ToolContext,
    approved: { readonly preview: Preview },
  ): Promise<z.input<O>>
}

export type ToolSpec<I extends z.ZodObject, O extends z.ZodObject> =
  | ReadTool<I, O>
  | AskingTool<I, O>
  | WriteTool<I, O>

/** A tool with its types sealed in, so a list of unlike tools needs no `any`. Made by `defineTool` only. */
export interface Tool {
  readonly name: string
  readonly title: string
  readonly description: string
  readonly scope: Scope
  readonly effect: Effect
  readonly input: z.ZodObject
  readonly output: z.ZodObject
  readonly deadlineMs: number
  readonly trusted: boolean
  readonly asks: boolean
  /** Parses the arguments. @throws ToolError `invalid_input`, naming each field that is wrong. */
  bind(args: unknown): BoundCall
}

export interface BoundCall {
  /** The parsed arguments, defaults filled in: what is hashed, shown, approved and run. */
  readonly input: Readonly<Record<string, unknown>>
  preview(ctx: ToolContext): Promise<Preview>
  /** The answer, parsed by `output`, so an unnamed field never leaves. */
  run(
    ctx: ToolContext & { readonly answers?: Answers },
    approved?: { readonly preview: Preview },
  ): Promise<Record<string, unknown>>
}

/** Declares a tool. The type requires `preview` on a write and forbids it on a read. */
export function defineTool<I extends z.ZodObject, O extends z.ZodObject>(
  spec: ToolSpec<I, O>,
): Tool {
  const { name, title, description, scope, effect, input: inputSchema, output } = spec
  const strictInput = inputSchema.strict() // an argument nobody reads is a mistake worth telling
  return {
    name,
    title,
    description,
    scope,
    effect,
    output,
    input: inputSchema,
    deadlineMs: spec.deadlineMs ?? 30_000,
    trusted: spec.trusted ?? false,
    asks: spec.asks ?? false,
    bind(args) {
      const parsed = strictInput.safeParse(args ?? {})
      if (!parsed.success) throw new ToolError('invalid_input', invalidInput(parsed.error))
      const input = parsed.data as z.output<I> // strict() narrows what is accepted, not its type
      return {
        input,
        async preview(ctx) {
          if (spec.effect === 'read') throw new ToolError('internal', 'A read has no preview.')
          return Preview.parse(await spec.preview(input, ctx))
        },
        async run(ctx, approved) {
          if (spec.asks)
            return output.parse(await spec.run(input, { ...ctx, answers: ctx.answers ?? {} }))
          if (spec.effect === 'read') return output.parse(await spec.run(input, ctx))
          if (!approved) throw new ToolError('internal', 'A write runs only after its approval.')
          return output.parse(await spec.run(input, ctx, approved))
        },
      }
    },
  }
}

function invalidInput(error: z.ZodError): string {
  const problems = error.issues.slice(0, 8).map((issue) => {
    const where = issue.path.length ? issue.path.map(String).join('.') : 'arguments'
    return `${where}: ${issue.message}`
  })
  return `Invalid arguments. ${problems.join('; ')}. Correct them and call again.`
}

const listFields = new WeakMap<z.ZodObject, string>()

/**
 * An answer with one list in it that continues on further pages. `run` returns the rows and, when
 * there are more, `cursor`: its own words for where the next page starts (an offset, the
 * upstream's token). The shell signs it, sets `truncated`, adds the `cursor` argument to the
 * tool's input, and hands the position back as `ctx.cursor`.
 */
export function paged<S extends z.ZodRawShape>(list: keyof S & string, shape: S) {
  const schema = z.object({
    ...shape,
    truncated: z
      .boolean()
      .default(false)
      .describe('More follow: call again with the same arguments and this cursor'),
    cursor: z.string().optional(),
  })
  listFields.set(schema, list)
  return schema
}

/** The output shape of lists: `{ items, truncated, cursor? }`. */
export const page = <I extends z.ZodType>(item: I) => paged('items', { items: z.array(item) })

/** The name of the list field of a paged output, or undefined for any other schema. */
export const listFieldOf = (output: z.ZodObject): string | undefined => listFields.get(output)

/** What goes beside the JSON of an answer: base64 `data` of an image or sound, or an embedded text. */
export const Media = z.discriminatedUnion('type', [
  z.object({ type: z.literal('image'), mimeType: z.string(), data: z.string() }),
  z.object({ type: z.literal('audio'), mimeType: z.string(), data: z.string() }),
  z.object({
    type: z.literal('resource'),
    mimeType: z.string(),
    uri: z.string(),
    text: z.string(),
  }),
])
export type Media = z.infer<typeof Media>

const mediaOutputs = new WeakSet<z.ZodObject>()

/** An output with `media` in it: the shell takes them out of the JSON and shows them as they are. At most 1 MB in all. */
export function withMedia<S extends z.ZodRawShape>(shape: S) {
  const schema = z.object({ ...shape, media: z.array(Media).default([]) })
  mediaOutputs.add(schema)
  return schema
}

export const hasMedia = (output: z.ZodObject): boolean => mediaOutputs.has(output)
