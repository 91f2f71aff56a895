/* The module that owns DDR. */
#include <stdint.h>
void link_send(uint32_t word);
