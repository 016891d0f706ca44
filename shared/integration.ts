import type { Media, Scope, Tool, ToolContext } from './tool.ts'

/**
 * How policy limits arguments: a `list` gathers the values of every rule that applies to the
 * person; a `choice` takes the first rule's value (a database role). With `argument`, the shell
 * itself refuses a call whose argument of that name is not among the values.
 */
export interface LimitDeclaration {
  readonly title: string
  readonly kind: 'list' | 'choice'
  readonly argument?: string
}

/** A thing with a natural address that a client can read and complete. */
export interface ResourceTemplate {
  readonly name: string
  readonly title: string
  readonly description: string
  /** RFC 6570 level 1, for example `postgres://{database}/{schema}/{table}`. */
  readonly uriTemplate: string
  readonly mimeType: string
  readonly scope: Scope
  /** The tool whose permission in policy this reading needs. */
  readonly tool: string
  /** Text or bytes of one resource. @throws ToolError `not_found` */
  read(variables: Readonly<Record<string, string>>, ctx: ToolContext): Promise<string | Uint8Array>
  /** A first handful of resources for `resources/list`. */
  list?(ctx: ToolContext): Promise<readonly { uri: string; name: string; description?: string }[]>
  /** Completions of one variable, at most 100. `known` holds the variables already filled in. */
  complete?(
    variable: string,
    value: string,
    known: Readonly<Record<string, string>>,
    ctx: ToolContext,
  ): Promise<readonly string[]>
}

export type PromptPart = { readonly type: 'text'; readonly text: string } | Media

export interface Prompt {
  readonly name: string
  readonly title: string
  readonly description: string
  readonly arguments: readonly { name: string; description: string; required?: boolean }[]
  /** The user's message, or several parts of it; arguments are strings as MCP has them. */
  text(args: Readonly<Record<string, string | undefined>>): string | readonly PromptPart[]
}

/** One system behind one endpoint: the pure declaration, free of I/O and of Workers APIs at the top. */
export interface Integration {
  /** Short id: the Worker's name, the prefix of its scopes. */
  readonly id: string
  readonly title: string
  /** For the model: what this endpoint is for and how its tools fit together. */
  readonly instructions: string
  readonly limits: Readonly<Record<string, LimitDeclaration>>
  /** What each scope lets a client do, in a person's words, for the consent page. */
  readonly scopes: Readonly<Record<Scope, string>>
  readonly tools: readonly Tool[]
  readonly resources: readonly ResourceTemplate[]
  readonly prompts: readonly Prompt[]
}

type IntegrationSpec = Omit<Integration, 'limits' | 'resources' | 'prompts'> &
  Partial<Pick<Integration, 'limits' | 'resources' | 'prompts'>>

/** @throws Error at start-up when the declaration contradicts itself; the catalogue test runs it. */
export function defineIntegration(spec: IntegrationSpec): Integration {
  const integration = { limits: {}, resources: [], prompts: [], ...spec }
  const names = new Set<string>()
  for (const tool of integration.tools) {
    if (names.has(tool.name)) throw new Error(`${spec.id}: two tools are called ${tool.name}`)
    names.add(tool.name)
    if (!(tool.scope in integration.scopes))
      throw new Error(`${tool.name}: scope ${tool.scope} is not declared`)
  }
  for (const resource of integration.resources) {
    if (!names.has(resource.tool))
      throw new Error(`${resource.name}: no tool is called ${resource.tool}`)
  }
  for (const scope of Object.keys(integration.scopes)) {
    if (!scope.startsWith(`${spec.id}:`))
      throw new Error(`${scope}: scopes of ${spec.id} start with ${spec.id}:`)
  }
  return integration
}
