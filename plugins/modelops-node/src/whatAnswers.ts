/** What goes on after a change of an endpoint that failed; `answers`: whether it serves something now. @public */
export function whatAnswers(answers: boolean): string {
  return answers
    ? 'What was served before it still answers.'
    : 'The endpoint serves nothing.';
}
