/* SPDX-License-Identifier: Apache-2.0 */
/* The bits of a RISAB's st,protreg as OP-TEE's firewall driver reads them. */
#define RIF_UNUSED 0
#define RIF_NSEC 0
#define RIF_SEC 1
#define RIF_NPRIV 0
#define RIF_PRIV 1
#define RIF_CFDIS 0
#define RIF_CFEN 1
#define RIF_DDCID_DIS 0
#define RIF_CID1_BF 2
#define RIF_CID2_BF 4
#define RISABPROT(delegate, delegate_cid, secure, privileged, filtering, read, write, priv_list)   \
	(((delegate) << 31) | ((delegate_cid) << 27) | ((secure) << 26) | ((privileged) << 25) |   \
	 ((filtering) << 24) | ((write) << 16) | ((read) << 8) | (priv_list))
