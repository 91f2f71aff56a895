"""The sensor's formulas, compared with a second implementation in plain Python."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from fwgen.sensors.hc_sr04.kinds import HELD, KINDS, NO_PULSE
from fwgen.sensors.hc_sr04.samples import expected_samples
from fwgen.sensors.hc_sr04.world import SHORTEST_PULSE_US, World

MASK = (1 << 64) - 1


def mix(z: int) -> int:
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9 & MASK
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB & MASK
    return z ^ (z >> 31)


def chance(seed: int, n: int) -> int:
    return mix((mix(seed) + (n + 1) * 0x9E3779B97F4A7C15) & MASK)


def root(value: int) -> int:
    low, high = 0, value + 1
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if middle * middle <= value else (low, middle)
    return low


def divide(a: int, b: int) -> int:
    return abs(a) // b * (1 if a >= 0 else -1)


def echo_us(world: World, t_ms: int) -> int:
    d = world.points[0][1]
    for (t0, d0), (t1, d1) in zip(world.points, world.points[1:], strict=False):
        if t0 <= t_ms < t1:
            d = d0 + divide((d1 - d0) * (t_ms - t0), t1 - t0)
    if t_ms >= world.points[-1][0]:
        d = world.points[-1][1]
    words = [chance(world.seed, 4 * t_ms + k) for k in range(4)]
    total = sum((word >> shift) & 0xFFFF for word in words[:3] for shift in (0, 16, 32, 48))
    near = max(d + ((world.noise_sigma_um * (total - 393210)) >> 16), world.kind.blind_um)
    missed = (words[3] >> 44) * 1_000_000 < world.missed_ppm << 20
    if t_ms == 0 and world.kind.first_um:
        near, missed = world.kind.first_um, False
    if near > 4_000_000 or missed:
        return world.kind.silence_us
    speed = 1_000 * root(331_300 * 331_300 * (27_315 + 10 * world.air_decicelsius) // 27_315)
    return max((2_000_000 * max(near, 0) + speed // 2) // speed, SHORTEST_PULSE_US)


worlds = st.builds(
    World,
    points=st.lists(
        st.tuples(st.integers(0, 100_000), st.integers(0, 4_500_000)),
        min_size=1,
        max_size=5,
        unique_by=lambda point: point[0],
    ).map(lambda points: tuple(sorted(points))),
    seed=st.integers(0, MASK),
    noise_sigma_um=st.integers(0, 50_000),
    missed_ppm=st.integers(0, 500_000),
    air_decicelsius=st.integers(-400, 850),
    kind=st.sampled_from(list(KINDS.values())),
)


@given(worlds, st.lists(st.integers(0, 120_000), min_size=1, max_size=20))
def test_equals_the_documented_formulas(world: World, times: list[int]) -> None:
    expected = [echo_us(world, t) for t in times]
    assert world.echo_us(np.array(times, dtype=np.int64)).tolist() == expected


def test_golden_pulses_for_other_languages() -> None:
    world = World(
        ((0, 1_500_000), (60_000, 300_000)), seed=1, noise_sigma_um=2_000, missed_ppm=2_000
    )
    pulses = world.echo_us(np.arange(0, 600, 60, dtype=np.int64))
    assert pulses.tolist() == GOLDEN


GOLDEN = [8755, 8745, 8714, 8718, 8707, 8692, 8695, 8705, 8673, 8702]


def test_noise_has_the_requested_standard_deviation() -> None:
    noise = World(((0, 1_000_000),), noise_sigma_um=2_000).noise_um(np.arange(200_000))
    assert abs(noise.mean()) < 20
    assert abs(noise.std() - 2_000) < 20
    within = (np.abs(noise) < 2_000).mean()
    assert abs(within - 0.683) < 0.01


def test_missed_echoes_have_the_requested_share() -> None:
    world = World(((0, 1_000_000),), missed_ppm=2_000)
    share = world.missed(np.arange(500_000)).mean()
    assert abs(share - 0.002) < 0.0003


def test_seeds_differ_and_repeat() -> None:
    times = np.arange(0, 60_000, 60, dtype=np.int64)
    one = World(((0, 1_000_000),), seed=1, noise_sigma_um=2_000).echo_us(times)
    again = World(((0, 1_000_000),), seed=1, noise_sigma_um=2_000).echo_us(times)
    two = World(((0, 1_000_000),), seed=2, noise_sigma_um=2_000).echo_us(times)
    assert (one == again).all()
    assert (one != two).mean() > 0.9


def test_limits_of_the_sensor() -> None:
    at = np.array([0], dtype=np.int64)
    assert World(((0, 4_000_001),)).echo_us(at) == 38_000
    assert World(((0, 4_000_000),)).echo_us(at) == 23309
    assert World(((0, 0),)).echo_us(at) == SHORTEST_PULSE_US
    assert World(((0, 1_000_000),), air_decicelsius=200).echo_us(at) == 5827
    assert World(((0, 1_000_000),), air_decicelsius=-100).echo_us(at) == 6150


def test_the_samples_that_the_firmware_must_report() -> None:
    echoes = [NO_PULSE, HELD, 60, 116, 117, 5827, 20_386, 20_387, 24_999, 25_000]
    status, distance = expected_samples(
        np.array(echoes, dtype=np.int64),
        timeout_us=25_000,
        range_mm=(20, 3500),
        air_decicelsius=200,
    )
    assert status.tolist() == [5, 5, 1, 0, 0, 0, 0, 0, 2, 3]
    assert distance.tolist() == [0, 0, 10, 20, 20, 1000, 3498, 3499, 4290, 0]
