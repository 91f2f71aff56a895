/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Planted faults of the simulated shell, one per build (-DHOST_FAULT=n), which the verdict must
 * detect. A normal build has none. fwgen/backends/host/compile.py names them.
 */
#ifndef HOST_FAULT_H
#define HOST_FAULT_H

#ifndef HOST_FAULT
#define HOST_FAULT 0
#endif

enum host_fault {
	HOST_FAULT_NONE = 0,
	HOST_FAULT_LOSE_SAMPLE = 1,	/* the first one after the door was shut */
	HOST_FAULT_SEND_AFTER_ACK = 2,	/* a message is sent while the door is shut */
	HOST_FAULT_LATE_KICK = 3,	/* vq0's doorbell is obeyed while the door is shut */
	HOST_FAULT_FREE_BEFORE_ACK = 4, /* blocks are freed as soon as they are sent */
	HOST_FAULT_FORGET_GAP = 5,	/* declared gaps are not sent */
	HOST_FAULT_WRONG_VALUE = 6,	/* one sample in a thousand is wrong by a millimetre */
	HOST_FAULT_WRONG_TIME = 7,	/* times are those of the end of the measurement */
	HOST_FAULT_FORGETFUL_RESET = 8, /* the log is wiped at each start */
	HOST_FAULT_TRUST_DOORBELL = 9,	/* vq1's doorbell is obeyed while the A35 is stopped */
	HOST_FAULT_IGNORE_PWR =
		10, /* rings are used while the door is open, even if the A35 is stopped */
};

#endif
