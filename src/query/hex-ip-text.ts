import { printIp } from '../event/ip.ts'

export const hexIpBytes = (hex: string): Uint8Array => Uint8Array.fromHex(hex)

/** 32 hex digits as people write the address. */
export const hexIpText = (hex: string): string => printIp(hexIpBytes(hex), 0)
