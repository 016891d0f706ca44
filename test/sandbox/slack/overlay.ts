import type { Overlay } from '../spec/overlay.ts'

const methods = 'https://docs.slack.dev/reference/methods'
const markdown_text = { type: 'string', maxLength: 12_000 } as const

/** What Slack added after its API document was archived in 2021. */
export const overlay: Overlay = {
  'POST /api/chat.postMessage': {
    source: `${methods}/chat.postMessage`,
    form: { markdown_text },
  },
  'POST /api/chat.update': {
    source: `${methods}/chat.update`,
    form: { markdown_text },
  },
  'POST /api/chat.scheduleMessage': {
    source: `${methods}/chat.scheduleMessage`,
    form: { markdown_text },
  },
  'POST /api/canvases.create': {
    source: `${methods}/canvases.create`,
    form: {
      title: { type: 'string' },
      document_content: { type: 'string' },
      channel_id: { type: 'string' },
    },
  },
  'POST /api/assistant.search.context': {
    source: `${methods}/assistant.search.context`,
    form: {
      query: { type: 'string', required: true },
      channel_types: { type: 'string' },
      content_types: { type: 'string' },
      after: { type: 'integer' },
      before: { type: 'integer' },
      limit: { type: 'integer', maximum: 20 },
      cursor: { type: 'string' },
    },
  },
}
