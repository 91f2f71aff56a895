//
// Shared by the models of this folder: virtual time exact to the instruction, and an append-only log of events.
//
// Models no hardware.
//
using System;
using System.Globalization;
using System.Text;
using Antmicro.Renode.Core;
using Antmicro.Renode.Peripherals.CPU;
using Antmicro.Renode.Utilities;

namespace Antmicro.Renode.Peripherals.Miscellaneous
{
    public static class VirtualTime
    {
        // Nanoseconds since the machine was created. During an access of the core it is the time of that instruction.
        public static ulong Now(IMachine machine)
        {
            ICPU cpu;
            if(machine.SystemBus.TryGetCurrentCPU(out cpu))
            {
                cpu.SyncTime();
            }
            // not the machine's ElapsedVirtualTime, which runs ahead to the end of the quantum while the core is halted
            return machine.ClockSource.CurrentValue.TotalNanoseconds;
        }
    }

    // Two columns, times in nanoseconds and values. A reader gets them in bulk, because a call per row is slow. The monitor
    // shows the last rows.
    [Convertible]
    public sealed class EventLog
    {
        public EventLog()
        {
            Clear();
        }

        public void Add(ulong nanoseconds, int value)
        {
            if(Count == times.Length)
            {
                Array.Resize(ref times, 2 * Count);
                Array.Resize(ref values, 2 * Count);
            }
            times[Count] = nanoseconds;
            values[Count] = value;
            Count++;
        }

        public void Clear()
        {
            times = new ulong[64];
            values = new int[64];
            Count = 0;
        }

        public ulong TimeAt(int index)
        {
            Check(index);
            return times[index];
        }

        public int ValueAt(int index)
        {
            Check(index);
            return values[index];
        }

        // Little-endian 64-bit words, from row `first` on.
        public byte[] TimesAsBytes(int first = 0)
        {
            return AsBytes(times, sizeof(ulong), first);
        }

        // Little-endian 32-bit words, from row `first` on.
        public byte[] ValuesAsBytes(int first = 0)
        {
            return AsBytes(values, sizeof(int), first);
        }

        public override string ToString()
        {
            var text = new StringBuilder();
            for(var i = Math.Max(0, Count - MostShown); i < Count; i++)
            {
                text.AppendFormat(CultureInfo.InvariantCulture, "{0} {1}\n", times[i], values[i]);
            }
            return text.ToString().TrimEnd('\n');
        }

        public int Count { get; private set; }

        private byte[] AsBytes(Array column, int width, int first)
        {
            var rows = Math.Max(0, Count - first);
            var result = new byte[rows * width];
            Buffer.BlockCopy(column, first * width, result, 0, result.Length);
            return result;
        }

        private void Check(int index)
        {
            if(index < 0 || index >= Count)
            {
                throw new ArgumentOutOfRangeException("index");
            }
        }

        private ulong[] times;
        private int[] values;

        private const int MostShown = 100;
    }
}
