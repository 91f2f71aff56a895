/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RESET_H
#define RESET_H

#include <stdint.h>

/* Why the machine started: RESET_... of crash.h. Clears the causes for the next start: call once.
 */
uint32_t reset_cause(void);

#endif
