/** The buttons of a page that was sent as HTML, enough of it for pages without scripts. */

export type FormButton = {
  readonly text: string;
  /** Of its form; "": the page itself. */
  readonly action: string;
  readonly name: string;
  readonly value: string;
};

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };

/** What a reader sees of a piece of HTML. */
export const textOf = (html: string): string =>
  html
    .replace(/<[^>]*>/g, '')
    .replace(/&(amp|lt|gt|quot|#39);/g, (_, name: string) => entities[name] ?? '')
    .replace(/\s+/g, ' ')
    .trim();

const attribute = (attributes: string, name: string): string =>
  textOf(new RegExp(`(?:^|\\s)${name}="([^"]*)"`).exec(attributes)?.[1] ?? '');

export function buttonsOf(html: string): FormButton[] {
  return [...html.matchAll(/<form\b([^>]*)>(.*?)<\/form>/gs)].flatMap(([, form = '', content = '']) =>
    [...content.matchAll(/<button\b([^>]*)>(.*?)<\/button>/gs)].map(([, button = '', text = '']) => ({
      text: textOf(text),
      action: attribute(form, 'action'),
      name: attribute(button, 'name'),
      value: attribute(button, 'value'),
    })),
  );
}
