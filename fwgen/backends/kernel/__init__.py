"""A real Linux kernel (User-Mode Linux) in virtual time, with our M33 behind its rpmsg device.

    place.py      the folder with its sockets and files
    uml.py        starts the kernel as a process
    sockets.py    its sockets: one thread, no threads; whoever is not being served is blocked
    calendar.py   its clock: says how far Linux may run (time-travel=ext)
    vhost.py      its virtio devices: what Linux says about rings, and our doorbells to it
    control.py    an rpmsg device of our own, over which `inside` gets commands and rings back
    tap.py        reads along what passes between Linux and the firmware, for the verdict
    m33.py        what Linux does to the M33's side
    state.py      what is true of Linux now: its process, its states, which steps are possible
    power.py      suspends and wakes up
    application.py  starts and kills the application in Linux; reads what `inside` reports
    faults.py     reboots; faults of the driver and the tty
    linux.py      Linux as the peer of a run: all of this, as in backends/linux
    inside/       runs in that Linux as its init: steps, and the application with the peer
    host.py       the backend: the compiled core on those rings

Linux and the M33 never run at the same time. Linux runs until it waits, and says for when; then the
M33 runs until that time, or until it rings; then Linux runs again. No thread, no host clock and no
host event decides anything, so the same inputs give the same run.
"""
