/* SPDX-License-Identifier: MIT */
/* bus_linux.h: the door to real sensors: small files of the kernel, read whole each time. Any thread. Whoever has an I2C bus
 * adds it. */
#ifndef PORT_BUS_LINUX_H
#define PORT_BUS_LINUX_H

#include "spaceheat/driver.h"

struct bus bus_linux(void);

#endif
