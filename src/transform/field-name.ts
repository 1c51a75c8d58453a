import { type Diagnostic, diagnose, type SiteMark } from '../event/diagnostic.ts'
import { type FieldType, fieldOf, fields, isVendorName, vendors } from '../event/field.ts'
import { nearest } from '../query/nearest.ts'

/** Whether a step may write a field of this name: the table knows it, or it lies under a vendor's name. */
export const checkName = (step: string, name: string, site: SiteMark): readonly Diagnostic[] => {
  if (fieldOf(name) !== undefined || isVendorName(name)) return []
  const near = nearest(name, Object.keys(fields))
  const mend =
    near === undefined
      ? `Name one of the field table (tailrace fields), or one under a vendor's name: ${vendors.slice(0, 2).join('.…, ')}.…`
      : `Name '${near}' if that is meant, or a field under a vendor's name, as labels.…`
  return [diagnose(site, `${step}: there is no field '${name}'`, mend)]
}

/** Whether a step may give the field this type: the field table decides, where it knows the name. */
export const checkType = (step: string, name: string, type: FieldType, site: SiteMark): readonly Diagnostic[] => {
  const field = fieldOf(name)
  if (field === undefined || field.type === type) return []
  return [
    diagnose(
      site,
      `${step}: '${name}' is of type ${field.type} wherever it is stored, and cannot be ${type} here`,
      `Ask for ${field.type}, or use a field of your own, as labels.…`,
    ),
  ]
}

/** Whether a step may treat the field as text. */
export const checkText = (step: string, name: string, site: SiteMark): readonly Diagnostic[] => {
  const field = fieldOf(name)
  if (field === undefined) return checkName(step, name, site)
  if (field.type === 'keyword' || field.type === 'text') return []
  return [diagnose(site, `${step}: '${name}' holds no text but ${field.type}`, 'Name a keyword or text field')]
}
