/* SPDX-License-Identifier: Apache-2.0 */
/* Every name of the firewall's language has its own number, so that a test sees which name stands
 * in which place (with the real numbers most are zero). */
#define RIF_UNUSED 1
#define RIF_NSEC 2
#define RIF_SEC 3
#define RIF_NPRIV 4
#define RIF_PRIV 5
#define RIF_CFDIS 6
#define RIF_CFEN 7
#define RIF_DDCID_DIS 8
#define RIF_CID1_BF 9
#define RIF_CID2_BF 10
#define RISABPROT(delegate, delegate_cid, secure, privileged, filtering, read, write, priv_list)   \
	delegate delegate_cid secure privileged filtering(read)(write) priv_list
