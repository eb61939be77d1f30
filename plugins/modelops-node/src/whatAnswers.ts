/** What goes on after a change of an endpoint that failed; `answers`: whether it served something before. @public */
export function whatAnswers(answers: boolean): string {
  return answers
    ? 'What was served before it still answers.'
    : 'The endpoint serves nothing.';
}
