/** The integration that the official conformance suite asks for, on our own shell: names and texts are the suite's. */
import * as z from 'zod'
import { ToolError } from '../../shared/errors.ts'
import { defineIntegration, type ResourceTemplate } from '../../shared/integration.ts'
import { defineTool, withMedia, type Media, type ToolContext } from '../../shared/tool.ts'
import { askingTools } from './asking.ts'

const pixel =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg=='
const silence = 'UklGRiQAAABXQVZFZm10IBAAAAABAAEARKwAAIhYAQACABAAZGF0YQAAAAA='
const image: Media = { type: 'image', mimeType: 'image/png', data: pixel }
const audio: Media = { type: 'audio', mimeType: 'audio/wav', data: silence }
const embedded = (uri: string, text: string): Media => ({
  type: 'resource',
  mimeType: 'text/plain',
  uri,
  text,
})

const scope = 'fixture:read'
const media = (name: string, description: string, ...blocks: Media[]) =>
  defineTool({
    name,
    title: description,
    description,
    scope,
    effect: 'read',
    trusted: true,
    input: z.object({}),
    output: withMedia({ text: z.string() }),
    run: async () => ({ text: description, media: blocks }),
  })

const simpleText = defineTool({
  name: 'test_simple_text',
  title: 'Simple text',
  description: 'Returns a simple text.',
  scope,
  effect: 'read',
  trusted: true,
  input: z.object({}),
  output: z.object({ text: z.string() }),
  run: async () => ({ text: 'This is a simple text response for testing.' }),
})

const failing = defineTool({
  name: 'test_error_handling',
  title: 'Error',
  description: 'Returns an error.',
  scope,
  effect: 'read',
  input: z.object({}),
  output: z.object({}),
  run: () =>
    Promise.reject(
      new ToolError('upstream_rejected', 'This tool intentionally returns an error for testing'),
    ),
})

const progress = defineTool({
  name: 'test_tool_with_progress',
  title: 'Progress',
  description: 'Reports its progress.',
  scope,
  effect: 'read',
  trusted: true,
  input: z.object({}),
  output: z.object({ steps: z.number() }),
  async run(_, ctx: ToolContext) {
    for (const done of [0, 50, 100]) {
      ctx.progress(done, 100)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    return { steps: 3 }
  },
})

/** What a tool logs goes on record and never to the client. */
const logging = defineTool({
  name: 'test_logging_tool',
  title: 'Logging',
  description: 'Logs while it runs.',
  scope,
  effect: 'read',
  trusted: true,
  input: z.object({}),
  output: z.object({ text: z.string() }),
  async run(_, ctx) {
    ctx.log({ step: 'started' })
    return { text: 'Logged.' }
  },
})

const staticResource = (
  name: string,
  uri: string,
  mimeType: string,
  content: string | Uint8Array,
): ResourceTemplate => ({
  name,
  title: name,
  description: `A ${name} resource for testing`,
  uriTemplate: uri,
  mimeType,
  scope,
  tool: 'test_simple_text',
  read: async () => content,
  list: async () => [{ uri, name, description: `A ${name} resource for testing` }],
})

export default defineIntegration({
  id: 'fixture',
  title: 'Conformance fixture',
  instructions: 'What the conformance suite calls.',
  scopes: { [scope]: 'Call the fixture' },
  tools: [
    simpleText,
    media('test_image_content', 'An image.', image),
    media('test_audio_content', 'A sound.', audio),
    media(
      'test_embedded_resource',
      'An embedded resource.',
      embedded('test://embedded-resource', 'This is an embedded resource content.'),
    ),
    media(
      'test_multiple_content_types',
      'Several kinds of content.',
      image,
      embedded('test://mixed-content-resource', '{"test":"data","value":123}'),
    ),
    failing,
    progress,
    logging,
    ...askingTools,
  ],
  resources: [
    staticResource(
      'static-text',
      'test://static-text',
      'text/plain',
      'This is the content of the static text resource.',
    ),
    staticResource(
      'static-binary',
      'test://static-binary',
      'image/png',
      Uint8Array.from(atob(pixel), (c) => c.charCodeAt(0)),
    ),
    {
      name: 'template',
      title: 'Template',
      description: 'Data by id',
      uriTemplate: 'test://template/{id}/data',
      mimeType: 'application/json',
      scope,
      tool: 'test_simple_text',
      read: async ({ id }) =>
        JSON.stringify({ id, templateTest: true, data: `Data for ID: ${id}` }),
      complete: async () => ['123'],
    },
  ],
  prompts: [
    {
      name: 'test_simple_prompt',
      title: 'Simple',
      description: 'A simple prompt.',
      arguments: [],
      text: () => 'This is a simple prompt for testing.',
    },
    {
      name: 'test_prompt_with_arguments',
      title: 'Arguments',
      description: 'A prompt with arguments.',
      arguments: [
        { name: 'arg1', description: 'First', required: true },
        { name: 'arg2', description: 'Second', required: true },
      ],
      text: ({ arg1, arg2 }) => `Prompt with arguments: arg1='${arg1}', arg2='${arg2}'`,
    },
    {
      name: 'test_prompt_with_embedded_resource',
      title: 'Resource',
      description: 'A prompt with a resource.',
      arguments: [{ name: 'resourceUri', description: 'The resource to embed', required: true }],
      text: ({ resourceUri = '' }) => [
        embedded(resourceUri, 'Embedded resource content for testing.'),
        { type: 'text', text: 'Please process the embedded resource above.' },
      ],
    },
    {
      name: 'test_prompt_with_image',
      title: 'Image',
      description: 'A prompt with an image.',
      arguments: [],
      text: () => [image, { type: 'text', text: 'Please analyze the image above.' }],
    },
  ],
})
