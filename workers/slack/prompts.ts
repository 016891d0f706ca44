import type { Prompt } from '../../shared/integration.ts'

export const channelDigest: Prompt = {
  name: 'channel_digest',
  title: 'Channel digest',
  description: 'What happened in a channel, for somebody who was away.',
  arguments: [
    { name: 'channel', description: 'The channel, like #operations', required: true },
    { name: 'since', description: 'From when on, for example yesterday morning' },
  ],
  text: ({ channel = '', since = 'yesterday' }) =>
    [
      `Write a digest of the Slack channel ${channel} since ${since}, for somebody who was away.`,
      'Read the channel history, page by page, and the threads with replies.',
      'Sum up decisions, open questions (with who is asked) and what is about to happen, each with the permalink or ts of its message. Leave small talk out.',
      'Say which messages come from outside the company, and how far back you have read.',
    ].join('\n'),
}

export const incidentTimeline: Prompt = {
  name: 'incident_timeline',
  title: 'Incident timeline',
  description: 'The course of an incident from its thread, minute by minute.',
  arguments: [
    {
      name: 'incident',
      description: 'Permalink of the thread, or the incident’s name',
      required: true,
    },
    { name: 'channel', description: 'Where incidents are discussed, like #incidents' },
  ],
  text: ({ incident = '', channel = '#incidents' }) =>
    [
      `Reconstruct the incident ${incident} from Slack. Without a permalink, look for its thread in ${channel}.`,
      'Read the whole thread and the messages of the channel around it, and text files attached there.',
      'Answer with a table: time (UTC), what happened, who did or said it, ts of the message. Mark guesses as such and gaps of more than 15 minutes.',
      'Then: impact, cause as far as the messages support one, what fixed it, what is still open.',
    ].join('\n'),
}
