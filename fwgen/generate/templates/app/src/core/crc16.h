/* SPDX-License-Identifier: Apache-2.0 */
/* CRC-16/XMODEM: polynomial 0x1021, starts at 0, most significant bit first, nothing inverted. */
#ifndef CORE_CRC16_H
#define CORE_CRC16_H

#include <stddef.h>
#include <stdint.h>

/* 256 entries for the byte before the last one, then 256 for the last one. */
extern const uint16_t crc16_table[512];

/* Adds the two bytes of `value`, the lower one first. */
static inline uint16_t crc16_u16(uint16_t crc, uint16_t value)
{
	const size_t mixed = crc ^ (uint16_t)(value << 8 | value >> 8);

	return crc16_table[mixed >> 8] ^ crc16_table[256u + (uint8_t)mixed];
}

static inline uint16_t crc16_u8(uint16_t crc, uint8_t value)
{
	return (uint16_t)((uint32_t)crc << 8) ^ crc16_table[256u + (uint8_t)(crc >> 8 ^ value)];
}

static inline uint16_t crc16_u32(uint16_t crc, uint32_t value)
{
	crc = crc16_u16(crc, (uint16_t)value);
	return crc16_u16(crc, (uint16_t)(value >> 16));
}

#endif
