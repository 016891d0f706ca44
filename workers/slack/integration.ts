import { defineIntegration } from '../../shared/integration.ts'
import { channelDigest, incidentTimeline } from './prompts.ts'
import { channelResource } from './resources.ts'
import { addSlackReaction } from './tools/add-slack-reaction.ts'
import { createSlackCanvas } from './tools/create-slack-canvas.ts'
import { findSlackChannel } from './tools/find-slack-channel.ts'
import { findSlackUser } from './tools/find-slack-user.ts'
import { getSlackChannelHistory } from './tools/get-slack-channel-history.ts'
import { getSlackFile } from './tools/get-slack-file.ts'
import { getSlackThread } from './tools/get-slack-thread.ts'
import { listSlackChannels } from './tools/list-slack-channels.ts'
import { listSlackUserGroups } from './tools/list-slack-user-groups.ts'
import { postSlackMessage } from './tools/post-slack-message.ts'
import { replyInSlackThread } from './tools/reply-in-slack-thread.ts'
import { scheduleSlackMessage } from './tools/schedule-slack-message.ts'
import { searchSlack } from './tools/search-slack.ts'
import { updateSlackMessage } from './tools/update-slack-message.ts'

export default defineIntegration({
  id: 'slack',
  title: 'Slack',
  instructions:
    'Read and write in the Slack channels that policy allows. Channels are named by #name or id, messages by ts or permalink. History shows threads by their first message: get_slack_thread has the rest. Text is Markdown both ways. A message goes out under the name of the Slack app, with a closing line that says who asked, and only after a person has approved its exact text.',
  // No `argument`: a channel is resolved and held against policy by its id, not by its spelling.
  limits: { channels: { title: 'Channels', kind: 'list' } },
  scopes: {
    'slack:read': 'Read messages, threads and files of the channels that policy allows you.',
    'slack:write':
      'Propose messages, edits, reactions and canvases. Each one waits for a person’s approval.',
  },
  tools: [
    searchSlack,
    findSlackChannel,
    listSlackChannels,
    getSlackChannelHistory,
    getSlackThread,
    findSlackUser,
    listSlackUserGroups,
    getSlackFile,
    postSlackMessage,
    replyInSlackThread,
    updateSlackMessage,
    scheduleSlackMessage,
    addSlackReaction,
    createSlackCanvas,
  ],
  resources: [channelResource],
  prompts: [channelDigest, incidentTimeline],
})
