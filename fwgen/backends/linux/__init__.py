"""The emulated Linux as the peer of a run: its power states, its faults, and the application.

    port.py         what a backend provides (LinuxPort), and what it gets (AnyLinux)
    pace.py         how long Linux takes for each action
    base.py         what any Linux has, also a real one: which steps are possible, how it suspends
    state.py        what else is true of the emulated Linux now
    application.py  the application with the session: starts, reads the tty, writes to it
    power.py        suspends, wakes up and idles
    faults.py       what a scenario does to the application, the tty and the firmware
    reboot.py       Linux or the board is reset
    emulated.py     Linux: all of this, and what a backend calls

Each class from base.py to emulated.py is the base of the next one, so a module uses only what is
above it in this list. Times are microseconds of scenario time. Nothing happens by itself: the
backend calls `poll` at `next_due_us`.
"""
