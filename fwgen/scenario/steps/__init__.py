"""The steps of a scenario, one file each: its keys, its checks, its action."""

from fwgen.scenario.steps.base import Step
from fwgen.scenario.steps.bind import Bind
from fwgen.scenario.steps.capture import Capture
from fwgen.scenario.steps.crash_app import CrashApp
from fwgen.scenario.steps.crash_firmware import CrashFirmware
from fwgen.scenario.steps.damage_log import DamageLog
from fwgen.scenario.steps.display_off import DisplayOff
from fwgen.scenario.steps.display_on import DisplayOn
from fwgen.scenario.steps.hold_echo import HoldEcho
from fwgen.scenario.steps.idle_ddr import IdleDdr
from fwgen.scenario.steps.mute_sensor import MuteSensor
from fwgen.scenario.steps.power_cycle import PowerCycle
from fwgen.scenario.steps.reboot_linux import RebootLinux
from fwgen.scenario.steps.reset_firmware import ResetFirmware
from fwgen.scenario.steps.restart_board import RestartBoard
from fwgen.scenario.steps.restart_firmware import RestartFirmware
from fwgen.scenario.steps.restore_sensor import RestoreSensor
from fwgen.scenario.steps.resume import Resume
from fwgen.scenario.steps.send_wake import SendWake
from fwgen.scenario.steps.stale_doorbell import StaleDoorbell
from fwgen.scenario.steps.stall_firmware import StallFirmware
from fwgen.scenario.steps.stall_linux import StallLinux
from fwgen.scenario.steps.start_app import StartApp
from fwgen.scenario.steps.suspend import Suspend
from fwgen.scenario.steps.unbind import Unbind

__all__ = ["STEPS", "Step"]

STEPS: dict[str, type[Step]] = {
    "bind": Bind,
    "capture": Capture,
    "crash-app": CrashApp,
    "crash-firmware": CrashFirmware,
    "damage-log": DamageLog,
    "display-off": DisplayOff,
    "display-on": DisplayOn,
    "hold-echo": HoldEcho,
    "idle-ddr": IdleDdr,
    "mute-sensor": MuteSensor,
    "power-cycle": PowerCycle,
    "reboot-linux": RebootLinux,
    "reset-firmware": ResetFirmware,
    "restart-board": RestartBoard,
    "restart-firmware": RestartFirmware,
    "restore-sensor": RestoreSensor,
    "resume": Resume,
    "send-wake": SendWake,
    "stale-doorbell": StaleDoorbell,
    "stall-firmware": StallFirmware,
    "stall-linux": StallLinux,
    "start-app": StartApp,
    "suspend": Suspend,
    "unbind": Unbind,
}
