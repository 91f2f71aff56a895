"""What can be checked on the board from a shell: each finding with its cure."""
