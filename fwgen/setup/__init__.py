"""The tools that fwgen needs: find and test them (`doctor`), and install them (`setup`)."""
