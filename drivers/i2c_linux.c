/* SPDX-License-Identifier: MIT */
/* SMBus transfers where the kernel has them for every adapter, also simulated ones; plain reads and writes for devices
 * without registers. The kernel's words are little-endian, the devices' are not. */
#include "i2c_linux.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/i2c-dev.h>
#include <linux/i2c.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { TIMEOUT_10MS = 20, RETRIES = 1 };

static bool failed(const char *path, int address, const char *doing, struct err *e)
{
	int os = errno;
	bool absent = os == ENOENT || os == ENXIO || os == ENODEV || os == EREMOTEIO;

	return err_set(e, absent ? ERR_ABSENT : ERR_IO, os, "%s address 0x%02x: %s: %s", path, (unsigned int)address,
		doing, os == ENXIO || os == EREMOTEIO ? "nobody answers" : strerror(os));
}

static bool at_address(const char *path, int address, int *fd, struct err *e)
{
	*fd = open(path, O_RDWR | O_CLOEXEC);
	if (*fd < 0)
		return failed(path, address, "open", e);
	ioctl(*fd, I2C_TIMEOUT, TIMEOUT_10MS);
	ioctl(*fd, I2C_RETRIES, RETRIES);
	if (ioctl(*fd, I2C_SLAVE, (long)address) == 0)
		return true;
	failed(path, address, "select", e);
	close(*fd);
	return false;
}

static bool smbus(const char *path, int address, struct i2c_smbus_ioctl_data *job, const char *doing, struct err *e)
{
	bool good;
	int fd;

	if (!at_address(path, address, &fd, e))
		return false;
	good = ioctl(fd, I2C_SMBUS, job) == 0 || failed(path, address, doing, e);
	close(fd);
	return good;
}

static bool linux_get(const void *path, int address, uint8_t reg, uint8_t *value, struct err *e)
{
	union i2c_smbus_data data = { 0 };
	struct i2c_smbus_ioctl_data job = { I2C_SMBUS_READ, reg, I2C_SMBUS_BYTE_DATA, &data };

	if (!smbus(path, address, &job, "read", e))
		return false;
	*value = data.byte;
	return true;
}

static bool linux_put(const void *path, int address, uint8_t reg, uint8_t value, struct err *e)
{
	union i2c_smbus_data data = { .byte = value };
	struct i2c_smbus_ioctl_data job = { I2C_SMBUS_WRITE, reg, I2C_SMBUS_BYTE_DATA, &data };

	return smbus(path, address, &job, "write", e);
}

static uint16_t swapped(uint16_t word)
{
	return (uint16_t)(word << 8 | word >> 8);
}

static bool linux_get_word(const void *path, int address, uint8_t reg, uint16_t *value, struct err *e)
{
	union i2c_smbus_data data = { 0 };
	struct i2c_smbus_ioctl_data job = { I2C_SMBUS_READ, reg, I2C_SMBUS_WORD_DATA, &data };

	if (!smbus(path, address, &job, "read", e))
		return false;
	*value = swapped(data.word);
	return true;
}

static bool linux_put_word(const void *path, int address, uint8_t reg, uint16_t value, struct err *e)
{
	union i2c_smbus_data data = { .word = swapped(value) };
	struct i2c_smbus_ioctl_data job = { I2C_SMBUS_WRITE, reg, I2C_SMBUS_WORD_DATA, &data };

	return smbus(path, address, &job, "write", e);
}

static bool whole(ssize_t done, size_t n, const char *path, int address, const char *doing, struct err *e)
{
	if (done == (ssize_t)n)
		return true;
	if (done >= 0)
		errno = EIO;
	return failed(path, address, doing, e);
}

static bool linux_read(const void *path, int address, uint8_t *bytes, size_t n, struct err *e)
{
	bool good;
	int fd;

	if (!at_address(path, address, &fd, e))
		return false;
	good = whole(read(fd, bytes, n), n, path, address, "read", e);
	close(fd);
	return good;
}

static bool linux_write(const void *path, int address, const uint8_t *bytes, size_t n, struct err *e)
{
	bool good;
	int fd;

	if (!at_address(path, address, &fd, e))
		return false;
	good = whole(write(fd, bytes, n), n, path, address, "write", e);
	close(fd);
	return good;
}

struct i2c i2c_linux(const char *path)
{
	return (struct i2c){ path, linux_get, linux_put, linux_get_word, linux_put_word, linux_read, linux_write };
}
