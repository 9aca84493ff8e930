/** What the model server always says: by it the load generator knows a right answer. */
export const answerText = 'The mesh hands each message to one node and brings back one answer, whichever way it went.'
