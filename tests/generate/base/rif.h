/* SPDX-License-Identifier: Apache-2.0 */
/* The words of OP-TEE's firewall properties, bit by bit, as its drivers read them. */
#define RIF_UNUSED 0
#define RIF_NSEC 0
#define RIF_SEC 1
#define RIF_NPRIV 0
#define RIF_PRIV 1
#define RIF_CFDIS 0
#define RIF_CFEN 1
#define RIF_SEM_DIS 0
#define RIF_SEM_EN 1
#define RIF_UNLOCK 0
#define RIF_LOCK 1
#define RIF_DDCID_DIS 0
#define RIF_CID1 1
#define RIF_CID2 2
#define RIF_CID0_BF 1
#define RIF_CID1_BF 2
#define RIF_CID2_BF 4
#define RIF_BREN_EN 1
#define RIF_ENC_DIS 0
#define RISABPROT(delegate, delegate_cid, secure, privileged, filtering, read, write, priv_list)   \
	(((delegate) << 31) | ((delegate_cid) << 27) | ((secure) << 26) | ((privileged) << 25) |   \
	 ((filtering) << 24) | ((write) << 16) | ((read) << 8) | (priv_list))
#define RISAFPROT(region, read, write, priv_list, secure, encrypted, enabled)                      \
	(((write) << 24) | ((read) << 16) | ((priv_list) << 8) | ((encrypted) << 6) |              \
	 ((secure) << 5) | ((enabled) << 4) | (region))
#define RIFPROT(id, semaphores, lock, secure, privileged, cid, semaphore, filtering)               \
	(((semaphores) << 24) | ((lock) << 18) | ((privileged) << 17) | ((secure) << 16) |         \
	 ((cid) << 12) | ((semaphore) << 9) | ((filtering) << 8) | (id))
