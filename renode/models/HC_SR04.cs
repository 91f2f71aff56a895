//
// HC-SR04 ultrasonic distance sensor, and the obstacle in front of it.
//
// Modelled: a trigger pulse of at least 10 us starts a measurement; a shorter one, or one during a measurement, is
//   ignored. The echo line rises after the burst and stays high for the time that sound takes to the obstacle and back,
//   or for 38 ms without an echo. Obstacle, noise, missed echoes and air temperature follow the integer formulas of
//   fwgen/sensors/hc_sr04, bit for bit: a pure function of the milliseconds since the first trigger (rounded), which is
//   time 0 of the obstacle's path. A sensor that is silent, or that holds its line high. Copies of the sensor, by
//   parameters (fwgen/sensors/hc_sr04/kinds.py has the kinds): another pulse length without an echo, no pulse at all, or one that
//   ends only with the next trigger or when the line is pulled low from outside; a spike before the echo; a wrong first
//   reading; a blind zone.
// Left out: the beam's angle and shape, several obstacles, supply voltage, cross-talk between sensors.
// Figures: data sheet of the HC-SR04 (10 us trigger, 8 periods at 40 kHz, range 4 m); 38 ms without an echo and the time
//   from the trigger's end to the echo's start (450 to 500 us; the burst alone takes 200 us) as measured on common
//   modules: `burst`, in microseconds.
//
using System;
using System.Globalization;
using Antmicro.Renode.Core;
using Antmicro.Renode.Logging;
using Antmicro.Renode.Peripherals.Miscellaneous;
using Antmicro.Renode.Time;

namespace Antmicro.Renode.Peripherals.Sensors
{
    // Input 0 is the trigger; input 1, if wired, is the level of the echo line at the microcontroller's pin.
    public class HC_SR04 : IGPIOReceiver
    {
        public HC_SR04(IMachine machine, int burst = 460)
        {
            this.machine = machine;
            this.burst = (ulong)burst * 1000;
            Echo = new GPIO();
            Triggers = new EventLog();
            EchoEdges = new EventLog();
            TriggerEdges = new EventLog();
            Holds = new EventLog();
            SoundMillimetresPerSecond = 343214;
            Seed = 1;
            SilenceMicroseconds = 38000;
            Distance = 1000;
        }

        // The sensor is not connected to the microcontroller's reset.
        public void Reset()
        {
        }

        public void OnGPIO(int number, bool value)
        {
            if(number == EchoPin)
            {
                if(!value && stuck && EndsByPull)
                {
                    Unstick();
                }
                return;
            }
            if(value == trigger)
            {
                return;
            }
            trigger = value;
            var now = VirtualTime.Now(machine);
            if(RecordsEdges)
            {
                TriggerEdges.Add(now, value ? 1 : 0);
            }
            if(value)
            {
                raised = now;
                whenRaised = condition;
            }
            else if(now - raised >= LeastTrigger && stuck)
            {
                Triggers.Add(raised, unchecked((int)HeldHigh));
                if(endsByTrigger)
                {
                    Unstick();
                }
            }
            else if(now - raised >= LeastTrigger && !measuring)
            {
                Measure(now);
            }
            else
            {
                Ignored++;
                HoldIfIdle();
            }
        }

        // The obstacle's path: `t_ms:um t_ms:um ...`, ascending times since the first trigger.
        public string Path
        {
            get
            {
                var words = new string[times.Length];
                for(var i = 0; i < times.Length; i++)
                {
                    words[i] = string.Format(CultureInfo.InvariantCulture, "{0}:{1}", times[i], depths[i]);
                }
                return string.Join(" ", words);
            }

            set
            {
                var words = value.Split(new[] { ' ' }, StringSplitOptions.RemoveEmptyEntries);
                var newTimes = new long[words.Length];
                var newDepths = new long[words.Length];
                for(var i = 0; i < words.Length; i++)
                {
                    var pair = words[i].Split(':');
                    newTimes[i] = long.Parse(pair[0], CultureInfo.InvariantCulture);
                    newDepths[i] = long.Parse(pair[1], CultureInfo.InvariantCulture);
                }
                SetPath(newTimes, newDepths);
            }
        }

        public void SetPath(long[] milliseconds, long[] micrometres)
        {
            if(milliseconds.Length == 0 || milliseconds.Length != micrometres.Length)
            {
                throw new ArgumentException("expected at least one point, each with a time and a distance");
            }
            for(var i = 1; i < milliseconds.Length; i++)
            {
                if(milliseconds[i] < milliseconds[i - 1])
                {
                    throw new ArgumentException("expected ascending times");
                }
            }
            times = milliseconds;
            depths = micrometres;
            segment = 0;
        }

        // The present distance in millimetres; setting it places the obstacle there.
        public double Distance
        {
            get { return MicrometresAt(NowMilliseconds()) / 1000.0; }
            set { SetPath(new[] { 0L }, new[] { (long)Math.Round(value * 1000) }); }
        }

        // Moves the obstacle from its present place in a straight line.
        public void MoveTo(double millimetres, double seconds)
        {
            var now = NowMilliseconds();
            SetPath(new[] { now, now + Math.Max(1, (long)Math.Round(seconds * 1000)) },
                new[] { MicrometresAt(now), (long)Math.Round(millimetres * 1000) });
        }

        // Takes effect at the rising edge of the next trigger; a running measurement is completed.
        public void Mute()
        {
            condition = Condition.Mute;
        }

        public void HoldEcho()
        {
            condition = Condition.Held;
            HoldIfIdle();
        }

        public void Restore()
        {
            condition = Condition.Well;
            if(held)
            {
                held = false;
                Holds.Add(VirtualTime.Now(machine), 0);
                SetEcho(stuck);
            }
        }

        // Microseconds of the pulse after a trigger at that time; 0 without a pulse, 0xFFFFFFFF if the line is held.
        public uint PulseAt(long milliseconds)
        {
            return PulseOf(milliseconds, condition);
        }

        public long MicrometresAt(long milliseconds)
        {
            while(segment > 0 && times[segment] > milliseconds)
            {
                segment--;
            }
            while(segment + 1 < times.Length && times[segment + 1] <= milliseconds)
            {
                segment++;
            }
            if(milliseconds <= times[segment] || segment + 1 == times.Length)
            {
                return depths[segment];
            }
            var way = (depths[segment + 1] - depths[segment]) * (milliseconds - times[segment]);
            return depths[segment] + way / (times[segment + 1] - times[segment]);
        }

        public GPIO Echo { get; private set; }

        // Time of each trigger that started a measurement (its rising edge); value: microseconds of its pulse.
        public EventLog Triggers { get; private set; }

        // When the sensor began to hold the echo line high (1) and released it (0).
        public EventLog Holds { get; private set; }

        // Every edge of the two lines, if RecordsEdges is set; value: the level.
        public EventLog TriggerEdges { get; private set; }

        public EventLog EchoEdges { get; private set; }

        public bool RecordsEdges { get; set; }

        public ulong Seed { get; set; }

        public long NoiseSigmaMicrometres { get; set; }

        public long MissedPartsPerMillion { get; set; }

        // In the air between sensor and obstacle, as in fwgen/sensors/hc_sr04/sound.py. The default is for 20 degrees Celsius.
        public long SoundMillimetresPerSecond { get; set; }

        // Trigger pulses that were ignored: too short, or during a measurement.
        public int Ignored { get; private set; }

        // The kind of sensor. Length of the pulse without an echo: 0 for no pulse, 0xFFFFFFFE for one without an end.
        public long SilenceMicroseconds { get; set; }

        // A pulse without an end ends with the next trigger, which starts no measurement.
        public bool EndsByTrigger { get; set; }

        // A pulse without an end ends when the line is pulled low.
        public bool EndsByPull { get; set; }

        // A spike of this length, SpikeAtMicroseconds after each trigger's end; 0 for none.
        public int SpikeMicroseconds { get; set; }

        public int SpikeAtMicroseconds { get; set; }

        // It shows the distance of the first measurement from then on, again and again.
        public bool Freezes
        {
            get { return freezes; }
            set
            {
                freezes = value;
                frozen = -1;
            }
        }

        // The distance that the first reading after power-on reports; 0 for the true distance.
        public long FirstMicrometres { get; set; }

        // The distance that it reports for everything nearer.
        public long BlindMicrometres { get; set; }

        public bool HasTriggered { get { return Triggers.Count > 0; } }

        // Nanoseconds; the obstacle's time 0.
        public ulong FirstTrigger { get { return HasTriggered ? Triggers.TimeAt(0) : 0; } }

        private void Measure(ulong now)
        {
            var since = HasTriggered ? raised - Triggers.TimeAt(0) : 0;
            var pulse = PulseOf((long)((since + 500000) / 1000000), whenRaised);
            Triggers.Add(raised, unchecked((int)pulse));
            if(pulse == NoPulse || pulse == HeldHigh)
            {
                HoldIfIdle();
                return;
            }
            measuring = true;
            if(pulse != Endless)
            {
                machine.ScheduleAction(TimeInterval.FromTicks(burst), _ => SetEcho(true), "echo rises");
            }
            if(SpikeMicroseconds > 0)
            {
                var spike = (ulong)SpikeAtMicroseconds * 1000;
                machine.ScheduleAction(TimeInterval.FromTicks(spike), _ => SetEcho(true), "spike");
                var end = spike + (ulong)SpikeMicroseconds * 1000;
                machine.ScheduleAction(TimeInterval.FromTicks(end), _ => SetEcho(false), "spike ends");
            }
            if(pulse == Endless)
            {
                machine.ScheduleAction(TimeInterval.FromTicks(burst), _ => Stick(), "echo stays");
                return;
            }
            machine.ScheduleAction(TimeInterval.FromTicks(burst + pulse * 1000UL), _ => EndEcho(), "echo falls");
        }

        private uint PulseOf(long milliseconds, Condition sensor)
        {
            switch(sensor)
            {
            case Condition.Mute:
                return NoPulse;
            case Condition.Held:
                return HeldHigh;
            }
            var near = MicrometresAt(milliseconds);
            if(Freezes)
            {
                frozen = frozen < 0 ? near : frozen;
                near = frozen;
            }
            else if(NoiseSigmaMicrometres != 0)
            {
                near += Noise(milliseconds);
            }
            near = Math.Max(near, BlindMicrometres);
            var isFirst = milliseconds == 0 && FirstMicrometres != 0 && !Freezes;
            if(isFirst)
            {
                near = FirstMicrometres;
            }
            if(near > FarthestMicrometres || (!isFirst && !Freezes && IsMissed(milliseconds)))
            {
                return (uint)SilenceMicroseconds;
            }
            var speed = 1000 * SoundMillimetresPerSecond;
            var pulse = (2000000L * Math.Max(near, 0) + speed / 2) / speed;
            return (uint)Math.Max(pulse, ShortestPulse);
        }

        private void EndEcho()
        {
            measuring = false;
            SetEcho(false);
            if(condition == Condition.Held)
            {
                machine.ScheduleAction(TimeInterval.FromTicks(HoldsLater), _ => Hold(), "echo is held");
            }
        }

        // A pulse without an end has begun
        private void Stick()
        {
            measuring = false;
            stuck = true;
            endsByTrigger = EndsByTrigger;
            SetEcho(true);
        }

        private void Unstick()
        {
            stuck = false;
            if(!held)
            {
                SetEcho(false);
            }
            HoldIfIdle();
        }

        private void HoldIfIdle()
        {
            if(!measuring && !trigger)
            {
                Hold();
            }
        }

        private void Hold()
        {
            if(condition == Condition.Held && !held)
            {
                held = true;
                Holds.Add(VirtualTime.Now(machine), 1);
                SetEcho(true);
            }
        }

        private void SetEcho(bool level)
        {
            if(Echo.IsSet == level)
            {
                return;
            }
            if(RecordsEdges)
            {
                EchoEdges.Add(VirtualTime.Now(machine), level ? 1 : 0);
            }
            Echo.Set(level);
        }

        private long NowMilliseconds()
        {
            var now = VirtualTime.Now(machine);
            return HasTriggered && now > FirstTrigger ? (long)((now - FirstTrigger + 500000) / 1000000) : 0;
        }

        private long Noise(long milliseconds)
        {
            var sum = -SumMean;
            for(var k = 0UL; k < 3; k++)
            {
                var word = Chance((ulong)milliseconds * 4 + k);
                sum += (long)(word & 0xFFFF) + (long)(word >> 16 & 0xFFFF) + (long)(word >> 32 & 0xFFFF) + (long)(word >> 48);
            }
            return (NoiseSigmaMicrometres * sum) >> 16;
        }

        private bool IsMissed(long milliseconds)
        {
            return MissedPartsPerMillion != 0
                && (long)(Chance((ulong)milliseconds * 4 + 3) >> 44) * 1000000L < MissedPartsPerMillion << 20;
        }

        private ulong Chance(ulong n)
        {
            return unchecked(Mix(Mix(Seed) + (n + 1) * 0x9E3779B97F4A7C15UL));
        }

        private static ulong Mix(ulong z)
        {
            unchecked
            {
                z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9UL;
                z = (z ^ z >> 27) * 0x94D049BB133111EBUL;
                return z ^ z >> 31;
            }
        }

        private readonly IMachine machine;
        private readonly ulong burst;
        private long[] times;
        private long[] depths;
        private int segment; // of the path, at the last look-up
        private Condition condition;
        private bool trigger;
        private ulong raised;
        private Condition whenRaised;
        private bool measuring;
        private bool held;
        private bool stuck;
        private bool endsByTrigger; // the pulse without an end that lasts now
        private bool freezes;
        private long frozen = -1; // micrometres

        private const int EchoPin = 1;
        private const ulong LeastTrigger = 10000;
        private const ulong HoldsLater = 1000000;
        private const uint NoPulse = 0;
        private const uint HeldHigh = 0xFFFFFFFF;
        private const uint Endless = 0xFFFFFFFE;
        private const long ShortestPulse = 60;
        private const long FarthestMicrometres = 4000000;
        private const long SumMean = 393210;

        private enum Condition
        {
            Well,
            Mute,
            Held
        }
    }
}
