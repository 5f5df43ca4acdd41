const BEGIN = "<!-- begin generated: ";
const END = "<!-- end generated -->";

/** A document with the text between the marks of a generated section replaced. Throws a `RangeError` without marks. */
export function withSection(document: string, section: { readonly name: string; readonly text: string }): string {
  const begin = `${BEGIN}${section.name} -->`;
  const start = document.indexOf(begin);
  const end = document.indexOf(END, start);
  if (start === -1 || end === -1) throw new RangeError(`no section "${section.name}" is marked`);
  return `${document.slice(0, start)}${begin}\n\n${section.text}\n\n${document.slice(end)}`;
}
