"""What fwgen needs beside itself: what of it is here (`doctor`), and getting the rest (`setup`)."""
