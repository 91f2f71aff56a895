"""The names that templates may use: values and choices of the plan, as text for the output.

No template computes; this module computes what they need.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from fwgen.generate.sensor import c_bool, c_i32, c_u32, c_u64, sensor_context
from fwgen.generate.zephyr import zephyr_context
from fwgen.plan.screen import ShownValue, divisor, micro
from fwgen.soc.region import Region
from fwgen.wire.channel import DISTANCE, Channel, decimal

if TYPE_CHECKING:
    from fwgen.plan.model import Plan, PlannedSensor, Window
    from fwgen.plan.wake import WakeRule

_MOST_ALARM_S = 366 * 86_400
"""As the peer's `alarm`; a longer time is a mistake."""

_LEVEL_HIGH = 4
"""IRQ_TYPE_LEVEL_HIGH of the device-tree bindings; a number, since overlays have no headers."""

_LOG_POLICY = {
    "wake": "LOG_WAKE",
    "keep-newest": "LOG_KEEP_NEWEST",
    "keep-oldest": "LOG_KEEP_OLDEST",
}


def file_names(plan: Plan) -> dict[str, str]:
    """Return the values for `{...}` in the file names of templates."""
    return {
        "name": plan.spec.name,
        "board": plan.board.name,
        # the file name of a Zephyr board with its qualifiers
        "zephyr_board": plan.board.zephyr_board.replace("/", "_"),
    }


def render_context(plan: Plan) -> dict[str, object]:
    """Return the names for the templates, one group for each tree. The templates in a sensor's
    folder have the group `sensor` besides."""
    sensors = [sensor_context(plan, sensor) for sensor in plan.sensors]
    return {
        "spec": {"name": plan.spec.name, "hash": plan.spec.spec_hash.hex()},
        "board": _board(plan),
        "config": _config(plan),
        "zephyr": zephyr_context(plan),
        "sensors": sensors,
        "linux": _linux(plan),
        "optee": _optee(plan),
        "peer": _peer(plan),
    }


def _config(plan: Plan) -> dict[str, object]:
    """Return the values of `struct fwgen_config`, in C's syntax."""
    spec, timing = plan.spec, plan.timing
    sensors = plan.sensors
    return {
        "spec_name": _c_text(spec.name),
        "spec_hash": ", ".join(f"0x{byte:02x}" for byte in spec.spec_hash),
        "channel": _c_text(spec.link.channel),
        "streams": [_stream(sensor) for sensor in sensors],
        "stream_count": c_u32(len(sensors)),
        "two_streams": len(sensors) > 1,
        "channels_max": c_u32(max(len(sensor.channels) for sensor in sensors)),
        "latency_us": c_u32(timing.latency_us),
        "window_blocks": c_u32(timing.window_blocks),
        "refresh_period_us": c_u32(timing.refresh_period_us),
        "refresh_asleep_period_us": c_u32(timing.refresh_asleep_period_us),
        "watchdog_us": c_u32(timing.watchdog_us),
        "when_full": _LOG_POLICY[spec.sleep.when_full],
        "log_reserve_slots": c_u32(timing.reserve_slots),
        "log_level_ppm": c_u32(spec.sleep.wake_at_ppm or 0),
        "call_at_level": c_bool(spec.sleep.wakes_at_level),
        "max_age_us": c_u64(spec.sleep.max_age_us or 0),
        "call_pause_us": c_u64(spec.sleep.wake_pause_us),
        "wake_rules": [_wake_rule(rule) for rule in plan.wake_rules],
        "wake_rule_count": c_u32(len(plan.wake_rules)),
        "wake_rules_at": "rules" if plan.wake_rules else "NULL",
        "wake_windows_at": "windows" if plan.wake_rules else "NULL",
        "wake_when": "wake_when" if plan.wake_rules else "NULL",
        "wake_window_values": str(max(1, sum(rule.window_values for rule in plan.wake_rules))),
        "screen": _screen(plan),
        "log_start": _c_hex(plan.log.start),
        "log_size_bytes": _c_hex(plan.log.size_bytes),
    }


def _stream(sensor: PlannedSensor) -> dict[str, str]:
    """Return the values of a `struct log_stream_config`, in C's syntax."""
    return {
        "period_us": c_u32(sensor.part.period_us),
        "channels": c_u32(len(sensor.channels)),
        "widths": ", ".join(c_u32(channel.width) for channel in sensor.channels),
    }


_WAKE_KIND = {
    "below": "WAKE_BELOW",
    "above": "WAKE_ABOVE",
    "changes": "WAKE_CHANGES",
    "status": "WAKE_STATUS",
}


def _wake_rule(rule: WakeRule) -> dict[str, str]:
    """Return the values of a `struct wake_rule`, in C's syntax."""
    return {
        "text": _c_text(rule.text),
        "stream": c_u32(rule.stream),
        "channel": c_u32(rule.channel),
        "kind": _WAKE_KIND[rule.form],
        "limit": c_i32(rule.limit),
        "until": c_i32(rule.until),
        "samples": c_u32(rule.samples),
    }


_FONT = str.maketrans({"°": "#", "Ω": "$", "µ": "&", "²": "*", "³": "!"})
"""The codes of signs that ASCII does not have, in the small font (scripts/draw_fonts.py)."""


def _screen(plan: Plan) -> dict[str, object]:
    sleep, screen = plan.spec.sleep, plan.screen
    causes = sleep.wake_at_ppm is not None or sleep.max_age_us is not None or sleep.wake_if
    return {
        "count": str(len(screen.values)),
        "calls": "1" if causes and plan.spec.display else "0",
        "shown": [_shown(value) for value in screen.values],
        "bar_y": _place(screen.bar_y),
        "line_y": ", ".join(map(_place, screen.line_y)),
    }


def _shown(value: ShownValue) -> dict[str, str]:
    """Return the values of a `struct screen_value`, in C's syntax."""
    shown = value.shown
    channel = shown.channel
    _, high = shown.sensor.bounds(channel)
    return {
        "offset": str(micro(channel.offset)),
        "step": c_u64(micro(channel.resolution)),
        "divisor": c_u32(divisor(shown)),
        "most": c_u32(-(-(high - channel.offset) // channel.resolution)),
        "coarse": c_u32(shown.sensor.coarse(channel)),
        "stream": c_u32(shown.stream),
        "channel": c_u32(shown.index),
        "decimals": c_u32(channel.decimals),
        "alone": c_bool(len(shown.sensor.channels) == 1),
        "large": c_bool(value.large),
        "y": c_u32(value.y),
        "right": c_u32(value.right),
        "label": _c_text(value.label),
        "unit": _c_text(channel.unit.translate(_FONT)),
    }


def _place(y: int | None) -> str:
    return "SCREEN_ABSENT" if y is None else c_u32(y)


def _linux(plan: Plan) -> dict[str, object]:
    ipcc, release = plan.board.chip.ipcc, plan.board.release
    firmware = _labelled([plan.code, plan.data], "linux")
    rings = _labelled(plan.rings.nodes, "linux")
    left = _labelled(
        [window for window in plan.rings.left if window.linux not in firmware], "linux"
    )
    doorbells = [ipcc.vq0, ipcc.vq1, ipcc.shutdown]
    vector, domains = release.boot_vector, release.domains
    return {
        "regions": [_node(label, window) for label, window in (firmware | rings | left).items()],
        "rproc": plan.board.linux_rproc_label,
        "memory_region": ",\n\t\t\t".join(f"<&{label}>" for label in [*firmware, *rings]),
        "mailbox": ipcc.node,
        "mboxes": ", ".join(f"<&{ipcc.node} 0x{bell.mbox_cell:x}>" for bell in doorbells),
        "mbox_names": ", ".join(f'"{bell.name}"' for bell in doorbells),
        "wake_interrupts": (
            f"<&{ipcc.wake.exti} {ipcc.wake.line} {_LEVEL_HIGH}>, "
            f"<&intc 0 {ipcc.wake.tx_spi} {_LEVEL_HIGH}>"
        ),
        "nsvtor": f"<&{vector.label} 0x{vector.offset:x} 0x{vector.mask:x}>",
        "syscfg": vector.label,
        "power_domains": f"<&{domains.awake}>, <&{domains.asleep}>",
        "off": plan.linux_off,
        "tree": plan.board.trees.linux or _tree(plan, plan.board.flavour.linux_tree),
    }


def _optee(plan: Plan) -> dict[str, object]:
    used = _labelled([plan.code, plan.data], "optee")
    if not plan.rings.in_ddr:
        used[plan.rings.guard.optee] = plan.rings.guard
    return {
        "regions": [_node(label, window) for label, window in used.items()],
        "protreg": plan.board.chip.firewall.protreg,
        "rproc": plan.board.linux_rproc_label,
        "headers": plan.board.release.rif_headers,
        "by_hand": plan.by_hand,
        "tree": plan.board.trees.optee or _tree(plan, plan.board.flavour.optee_tree),
    }


def _peer(plan: Plan) -> dict[str, object]:
    """Return the values of fwgen-peer's settings. Without sensors it expects the range sensor."""
    usual = [(sensor.name, sensor.channels) for sensor in plan.sensors] == [("", (DISTANCE,))]
    sensors = [
        {"name": sensor.name, "channels": [_peer_channel(each) for each in sensor.channels]}
        for sensor in plan.sensors
    ]
    return {
        "channel": plan.spec.link.channel,
        "hold_latency": c_bool(plan.rings.in_ddr),
        "sensors": [] if usual else sensors,
    }


def _peer_channel(channel: Channel) -> dict[str, str]:
    return {
        "name": channel.name,
        "unit": channel.unit,
        "width": str(channel.width),
        "resolution": _exact(channel.resolution),
        "offset": _exact(channel.offset),
    }


def _exact(value: Fraction) -> str:
    """Return a number as `0.01`, or as `1/3` if no decimals of six digits are exact."""
    text = decimal(value)
    return text if Fraction(text) == value else str(value)


def _board(plan: Plan) -> dict[str, object]:
    """Return the names for the scripts and notes for the board."""
    ipcc, reached = plan.board.chip.ipcc, plan.reached
    return {
        "name": plan.board.name,
        "title": plan.board.title,
        "release": plan.board.release,
        "flavour": plan.board.flavour,
        "mem_sleep": reached.mem_sleep,
        "mode": reached.instead or plan.mode.name,
        "reaches": reached.reaches,
        "mailbox": ipcc.wake.device,
        "alarm_s": _alarm_s(plan),
        "most_alarm_s": _MOST_ALARM_S,
    }


def _alarm_s(plan: Plan) -> int:
    """Return after how many s the RTC wakes Linux at the latest: when the log could be full."""
    longest_us = plan.spec.sleep.longest_us
    wanted_s = longest_us // 1_000_000 if longest_us else int(plan.endurance.worst_s)
    return min(max(wanted_s, 1), _MOST_ALARM_S)


def _tree(plan: Plan, pattern: str) -> str:
    if plan.board.own:
        return "your board's tree (its .dts)"
    return pattern.format(board=plan.board.name.rpartition("_")[2])


def _labelled(windows: Sequence[Window], tree: str) -> dict[str, Window]:
    """Return the windows that have a node in that tree: label of the node -> window."""
    labels = ((getattr(window, tree), window) for window in windows)
    return {label: window for label, window in labels if label}


def _node(label: str, window: Window) -> dict[str, str]:
    return {"label": label, "title": window.title, "reg": _reg(window)}


def _reg(region: Region) -> str:
    """Return a `reg` of two address cells and two size cells."""
    return " ".join(
        f"0x{part:x}"
        for value in (region.start, region.size_bytes)
        for part in (value >> 32, value & 0xFFFF_FFFF)
    )


def _c_text(value: str) -> str:
    """Return a text without control characters, quotes and backslashes as a C string."""
    return f'"{value}"'


def _c_hex(value: int) -> str:
    return f"0x{value:08x}u"
