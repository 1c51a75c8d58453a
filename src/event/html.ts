/** Text for HTML, between tags and inside quoted attributes. Controls but tab and line feed show as U+FFFD. */
export const escapeHtml = (text: string): string =>
  text.toWellFormed().replace(special, (char) => entities[char] ?? '\ufffd')

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
}
const special = /[&<>"'`\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g
