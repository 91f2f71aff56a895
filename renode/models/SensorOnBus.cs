//
// What a sensor on an I2C bus sees, and a record of how it is read; for models of sensors that know nothing of either.
//
// Modelled: a measurement begins with a transfer whose only written byte is `begins`. Right before it the properties of
//   the sensor's model are set to the signals' values at that time: in each line of `Signals` the name of a property, what
//   to divide a value by, the lowest and the highest value (beyond them the sensor stays there, where its model may throw),
//   the noise and its seed, and the points `t_ms:value`, between which the signal is linear (as in fwgen/sensor/scene.py;
//   noise and chance are those of fwgen/sensor/chance.py). Times count from the first measurement.
//   A sensor that does not answer; measurements that are missed by chance: the sensor does not acknowledge the START
//   after the written byte.
// Left out: sensors that need no written byte.
//
using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;
using Antmicro.Renode.Core;
using Antmicro.Renode.Peripherals.Bus;
using Antmicro.Renode.Peripherals.I2C;

namespace Antmicro.Renode.Peripherals.Sensors
{
    public class SensorOnBus : II2CWitness, IPeripheral
    {
        public SensorOnBus(STM32MP2_I2C bus, II2CPeripheral device, int address, int begins)
        {
            this.device = device;
            this.address = address;
            this.begins = (byte)begins;
            bus.AddWitness(this);
            record = new StringBuilder();
            feeds = new List<Feed>();
        }

        public void Reset()
        {
            // the record and the signals are the test's, not the board's
        }

        public bool Begins(int at, ulong nanoseconds)
        {
            if(at != address)
            {
                return true;
            }
            started = nanoseconds;
            var answers = !Mute && !misses;
            misses = false;
            return answers;
        }

        public void Written(int at, byte[] data)
        {
            if(at != address || data.Length == 0)
            {
                return;
            }
            if(data[0] == begins && data.Length == 1)
            {
                if(Measurements == 0)
                {
                    FirstMeasurement = started;
                }
                Measurements++;
                Show();
                misses = Chance.IsMissed(Seed, MissedPartsPerMillion, Milliseconds);
            }
            record.AppendFormat(CultureInfo.InvariantCulture, "\n{0} {1:x2} ", started, data[0]);
        }

        public void Read(int at, byte[] data)
        {
            if(at != address)
            {
                return;
            }
            foreach(var value in data)
            {
                record.AppendFormat(CultureInfo.InvariantCulture, "{0:x2}", value);
            }
        }

        // A line for each transfer with written bytes: nanoseconds of its START, the first byte, the bytes read after it.
        public string Record { get { return record.ToString(); } }

        public bool Mute { get; set; }

        public uint MissedPartsPerMillion { get; set; }

        public ulong Seed { get; set; }

        public int Measurements { get; private set; }

        public ulong FirstMeasurement { get; private set; }

        // Lines of `property divisor lowest highest sigma seed t_ms:value t_ms:value ...`
        public string Signals
        {
            set
            {
                feeds.Clear();
                foreach(var line in value.Split(new[] { '\n' }, StringSplitOptions.RemoveEmptyEntries))
                {
                    feeds.Add(new Feed(line));
                }
            }
        }

        private long Milliseconds
        {
            get { return (long)((started - FirstMeasurement + 500000) / 1000000); }
        }

        private void Show()
        {
            var milliseconds = Milliseconds;
            foreach(var feed in feeds)
            {
                device.GetType().GetProperty(feed.Property).SetValue(device, feed.At(milliseconds), null);
            }
        }

        private readonly II2CPeripheral device;
        private readonly int address;
        private readonly byte begins;
        private readonly StringBuilder record;
        private readonly List<Feed> feeds;
        private ulong started;
        private bool misses;

        // As in fwgen/sensor/chance.py
        private static class Chance
        {
            public static long Noise(ulong seed, long sigma, long milliseconds)
            {
                if(sigma == 0)
                {
                    return 0;
                }
                var sum = -393210L;
                for(var k = 0UL; k < 3; k++)
                {
                    var word = Output(seed, (ulong)milliseconds * 4 + k);
                    sum += (long)(word & 0xFFFF) + (long)(word >> 16 & 0xFFFF) + (long)(word >> 32 & 0xFFFF) + (long)(word >> 48);
                }
                return (sigma * sum) >> 16;
            }

            public static bool IsMissed(ulong seed, uint partsPerMillion, long milliseconds)
            {
                var lot = Output(seed, (ulong)milliseconds * 4 + 3) >> 44;
                return lot * 1000000 < (ulong)partsPerMillion << 20;
            }

            private static ulong Output(ulong seed, ulong number)
            {
                return Mix(Mix(seed) + (number + 1) * 0x9E3779B97F4A7C15UL);
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
        }

        private class Feed
        {
            public Feed(string line)
            {
                var words = line.Split(new[] { ' ' }, StringSplitOptions.RemoveEmptyEntries);
                Property = words[0];
                divisor = decimal.Parse(words[1], CultureInfo.InvariantCulture);
                lowest = long.Parse(words[2], CultureInfo.InvariantCulture);
                highest = long.Parse(words[3], CultureInfo.InvariantCulture);
                sigma = long.Parse(words[4], CultureInfo.InvariantCulture);
                seed = ulong.Parse(words[5], CultureInfo.InvariantCulture);
                times = new long[words.Length - FirstPoint];
                values = new long[words.Length - FirstPoint];
                for(var i = 0; i < times.Length; i++)
                {
                    var pair = words[i + FirstPoint].Split(':');
                    times[i] = long.Parse(pair[0], CultureInfo.InvariantCulture);
                    values[i] = long.Parse(pair[1], CultureInfo.InvariantCulture);
                }
            }

            public decimal At(long milliseconds)
            {
                var at = Array.BinarySearch(times, milliseconds);
                at = at >= 0 ? at : ~at - 1;
                long value;
                if(at < 0 || at + 1 >= times.Length)
                {
                    value = values[Math.Max(at, 0)];
                }
                else
                {
                    var way = (values[at + 1] - values[at]) * (milliseconds - times[at]);
                    value = values[at] + way / (times[at + 1] - times[at]);
                }
                value += Chance.Noise(seed, sigma, milliseconds);
                return Math.Min(Math.Max(value, lowest), highest) / divisor;
            }

            public string Property { get; private set; }

            private const int FirstPoint = 6;

            private readonly decimal divisor;
            private readonly long lowest;
            private readonly long highest;
            private readonly long sigma;
            private readonly ulong seed;
            private readonly long[] times;
            private readonly long[] values;
        }
    }
}
