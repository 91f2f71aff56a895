/*
 * Preloaded into a process that runs Renode. Renode listens on all addresses of the machine, for
 * GDB, for its monitor and for the server of renode-test, which runs any command; it has no option
 * to change that. This replaces the address "all addresses" with the loopback address and leaves
 * other addresses unchanged.
 */

#define _GNU_SOURCE
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

static void keep_to_v4(struct sockaddr_in *at)
{
	if (at->sin_addr.s_addr == htonl(INADDR_ANY)) {
		at->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	}
}

/* A socket that also accepts IPv4 continues to do so. */
static void keep_to_v6(int fd, struct sockaddr_in6 *at)
{
	static const struct in6_addr mapped = {
		{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 127, 0, 0, 1}}};
	int alone = 1;
	socklen_t size = sizeof(alone);

	if (!IN6_IS_ADDR_UNSPECIFIED(&at->sin6_addr)) {
		return;
	}
	(void)getsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &alone, &size);
	at->sin6_addr = alone ? in6addr_loopback : mapped;
}

__attribute__((visibility("default"))) int bind(int fd, const struct sockaddr *address,
						socklen_t length)
{
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	} own;

	if (address != NULL && address->sa_family == AF_INET && length >= sizeof(own.v4) &&
	    length <= sizeof(own)) {
		memcpy(&own, address, length);
		keep_to_v4(&own.v4);
		address = &own.any;
	} else if (address != NULL && address->sa_family == AF_INET6 && length == sizeof(own.v6)) {
		memcpy(&own, address, length);
		keep_to_v6(fd, &own.v6);
		address = &own.any;
	}
	return (int)syscall(SYS_bind, fd, address, length);
}
