/** Numbers that more than one process must agree on. Design §3, §4, §6. */

/** Version of the link's frames; a coordinator accepts this one and the one before. */
export const linkProtocol = 1
export const oldestLinkProtocol = 1

export const defaultPort = 9180

/** A message's text, in UTF-8 bytes. */
export const maxContentBytes = 1024 * 1024
/** Body of a request: the text, JSON-escaped at worst, and its fields around it. */
export const maxBodyBytes = 8 * 1024 * 1024
/** An answer, in UTF-16 code units; what came before the limit is kept. */
export const maxAnswerChars = 16 * 1024 * 1024
/** One part of an answer in a `result` frame. */
export const resultPartChars = 128 * 1024
/** Largest frame on the link: an offer with a full message and its transcript, JSON-escaped. */
export const maxFrameBytes = 16 * 1024 * 1024

export const linkPingAfterMs = 2_500
export const linkDeadAfterMs = 8_000

/** 1 is served first, 5 last. */
export const defaultPriority = 3
export const defaultQueueTtlS = 600
export const defaultTimeoutS = 3_600
export const defaultInterruptedAfterS = 60
/** How long an interrupted message waits for its node's word or a person's; then it has failed. */
export const resolveWithinS = 24 * 3_600
/** Text that is kept of a result that came too late to be shown, in UTF-16 code units. */
export const lateTextChars = 16 * 1_024
/** How long a message waits for a node that could answer it but is offline. */
export const offlineGraceS = 60
/** How long a conversation waits for a free slot on its own node before it moves. */
export const pinnedMaxWaitS = 10
export const maxAttempts = 3
/** A plain POST /api/v1/route turns into a 202 after this. */
export const syncReplyMaxS = 300
export const sseCommentEveryMs = 15_000
export const idempotencyKeepS = 24 * 3_600
