/** A string, a template, a line comment or a block comment; only comments have a name. */
const token = /'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|(?<comment>\/\/.*|\/\*[\s\S]*?\*\/)/g

const statement = /^\s*(?:import|export)\b(?:[^'"`;]*?\bfrom)?\s*(['"])([^'"\n]+)\1/gm
const call = /\bimport\(\s*(['"])([^'"\n]+)\1/g
const url = /\bnew URL\(\s*(['"])([^'"\n]*[^'"\n/])\1,\s*import\.meta\.url/g

/**
 * What a TypeScript file names as imported, in the order of the kinds: statements (type-only ones too), `import(…)` of
 * values and types, and files beside it named by `new URL('./…', import.meta.url)`, which is how workers are.
 */
export function importsOf(text: string): string[] {
  const code = text.replace(token, (match, comment) => (comment === undefined ? match : ''))
  return [statement, call, url].flatMap((pattern) => [...code.matchAll(pattern)].map((match) => match[2] as string))
}
