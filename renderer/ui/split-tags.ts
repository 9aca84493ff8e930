/** Tags as people type them: commas of both languages between them, each tag once. */
export const splitTags = (text: string): string[] => [
  ...new Set(
    text
      .split(/[,，、\n]/)
      .map((tag) => tag.trim())
      .filter(Boolean),
  ),
]
