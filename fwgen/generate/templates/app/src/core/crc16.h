/* SPDX-License-Identifier: Apache-2.0 */
/* CRC-16/XMODEM: polynomial 0x1021, starts at 0, most significant bit first, nothing inverted. */
#ifndef CORE_CRC16_H
#define CORE_CRC16_H

#include <stdint.h>

extern const uint16_t crc16_table[256];

static inline uint16_t crc16_byte(uint16_t crc, uint8_t byte)
{
	return (uint16_t)(crc16_table[(crc >> 8) ^ byte] ^ (crc << 8));
}

/* The two bytes of `value`, the lower first. */
static inline uint16_t crc16_u16(uint16_t crc, uint16_t value)
{
	crc = crc16_byte(crc, (uint8_t)value);
	return crc16_byte(crc, (uint8_t)(value >> 8));
}

static inline uint16_t crc16_u32(uint16_t crc, uint32_t value)
{
	crc = crc16_u16(crc, (uint16_t)value);
	return crc16_u16(crc, (uint16_t)(value >> 16));
}

#endif
