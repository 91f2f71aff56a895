//
// DDR memory that Linux puts into self-refresh, as the Cortex-M33 sees it.
//
// Modelled: contents, which are always kept; open and closed. An access of the core while the memory is closed is
//   recorded (program counter, link register, address, width, direction, virtual time) and not carried out (a read
//   returns zero). As configured, it then has no further effect, raises a precise BusFault, or stops the core, as the
//   unresponsive bus of the real chip does. If windows are set, an access outside them is recorded too, at any time: there
//   the firewall would reject it. Accesses that do not come from the core (monitor, debugger) always succeed; Linux's
//   own accesses are Load and Store, which work from any thread.
// Left out: time. The core cannot execute from this memory: code in DDR can be loaded, but executing it aborts the core.
// Figures: range from the chip data (DDR below 4 GiB, without the core's own peripherals from 0xE0000000 on).
//
using System;
using System.Collections.Generic;
using System.Globalization;
using System.Reflection;
using System.Text;
using Antmicro.Renode.Core;
using Antmicro.Renode.Logging;
using Antmicro.Renode.Peripherals.Bus;
using Antmicro.Renode.Peripherals.CPU;
using Antmicro.Renode.Peripherals.IRQControllers;
using Antmicro.Renode.Peripherals.Miscellaneous;

namespace Antmicro.Renode.Peripherals.Memory
{
    public class SelfRefreshDDR : IBytePeripheral, IWordPeripheral, IDoubleWordPeripheral, IQuadWordPeripheral,
        IMultibyteWritePeripheral, IKnownSize
    {
        public SelfRefreshDDR(IMachine machine, CortexM cpu, NVIC nvic, ulong start, long size)
        {
            this.machine = machine;
            this.cpu = cpu;
            this.nvic = nvic;
            this.start = start;
            Size = size;
            Doors = new EventLog();
            IsOpen = true;
        }

        // A reset changes neither contents nor state: both belong to Linux.
        public void Reset()
        {
        }

        public byte ReadByte(long offset)
        {
            return IsAllowed(offset, 1, false) ? Page(offset)[offset & PageMask] : (byte)0;
        }

        public ushort ReadWord(long offset)
        {
            return IsAllowed(offset, 2, false) ? (ushort)Get(offset, 2) : (ushort)0;
        }

        public uint ReadDoubleWord(long offset)
        {
            return IsAllowed(offset, 4, false) ? (uint)Get(offset, 4) : 0;
        }

        public ulong ReadQuadWord(long offset)
        {
            return IsAllowed(offset, 8, false) ? Get(offset, 8) : 0;
        }

        public void WriteByte(long offset, byte value)
        {
            if(IsAllowed(offset, 1, true))
            {
                Page(offset)[offset & PageMask] = value;
            }
        }

        public void WriteWord(long offset, ushort value)
        {
            if(IsAllowed(offset, 2, true))
            {
                Set(offset, 2, value);
            }
        }

        public void WriteDoubleWord(long offset, uint value)
        {
            if(IsAllowed(offset, 4, true))
            {
                Set(offset, 4, value);
            }
        }

        public void WriteQuadWord(long offset, ulong value)
        {
            if(IsAllowed(offset, 8, true))
            {
                Set(offset, 8, value);
            }
        }

        public byte[] ReadBytes(long offset, int count, IPeripheral context = null)
        {
            var result = new byte[count];
            for(var done = 0; done < count;)
            {
                var inPage = (int)((offset + done) & PageMask);
                var piece = Math.Min(count - done, PageSize - inPage);
                Buffer.BlockCopy(Page(offset + done), inPage, result, done, piece);
                done += piece;
            }
            return result;
        }

        public void WriteBytes(long offset, byte[] array, int startingIndex, int count, IPeripheral context = null)
        {
            for(var done = 0; done < count;)
            {
                var inPage = (int)((offset + done) & PageMask);
                var piece = Math.Min(count - done, PageSize - inPage);
                Buffer.BlockCopy(array, startingIndex + done, Page(offset + done), inPage, piece);
                done += piece;
            }
        }

        // Linux's own accesses, by absolute address.
        public byte[] Load(ulong address, int count)
        {
            return ReadBytes(Offset(address, count), count);
        }

        public void Store(ulong address, byte[] data)
        {
            WriteBytes(Offset(address, data.Length), data, 0, data.Length);
        }

        public uint Load16(ulong address)
        {
            return (uint)Get(Offset(address, 2), 2);
        }

        public uint Load32(ulong address)
        {
            return (uint)Get(Offset(address, 4), 4);
        }

        public void Store16(ulong address, uint value)
        {
            Set(Offset(address, 2), 2, value);
        }

        public void Store32(ulong address, uint value)
        {
            Set(Offset(address, 4), 4, value);
        }

        public void Open()
        {
            SetDoor(!staysClosed);
        }

        public void Close()
        {
            SetDoor(false);
        }

        // Closed from now on, whatever opens it: the core must work without this memory.
        public void KeepClosed()
        {
            staysClosed = true;
            SetDoor(false);
        }

        // The core may access only the windows.
        public void AddWindow(ulong address, ulong size)
        {
            Offset(address, 1);
            windows.Add(new[] { address - start, address - start + size });
        }

        public void RecordViolations()
        {
            consequence = Consequence.None;
        }

        public void FaultOnViolation()
        {
            consequence = Consequence.Fault;
        }

        public void HangOnViolation()
        {
            consequence = Consequence.Hang;
        }

        // The first thousand violations, one per line: nanoseconds, pc, lr, address (hexadecimal), width, read or write,
        // closed or outside. `Violations` counts all.
        public string ViolationsAsText()
        {
            return string.Join("\n", violations);
        }

        public void ClearViolations()
        {
            violations.Clear();
            Violations = 0;
        }

        public int Violations { get; private set; }

        public bool IsOpen { get; private set; }

        // Each change between open (1) and closed (0)
        public EventLog Doors { get; private set; }

        // After each violation
        public event Action Violated;

        public long Size { get; private set; }

        private void SetDoor(bool open)
        {
            if(IsOpen == open)
            {
                return;
            }
            IsOpen = open;
            Doors.Add(VirtualTime.Now(machine), open ? 1 : 0);
        }

        private bool IsAllowed(long offset, int width, bool write)
        {
            if(IsOpen && windows.Count == 0)
            {
                return true;
            }
            ICPU current;
            if(!machine.SystemBus.TryGetCurrentCPU(out current) || (IsOpen && IsInWindow((ulong)offset, (ulong)width)))
            {
                return true;
            }
            Record((ulong)offset, width, write);
            return false;
        }

        private bool IsInWindow(ulong offset, ulong width)
        {
            foreach(var window in windows)
            {
                if(offset >= window[0] && offset + width <= window[1])
                {
                    return true;
                }
            }
            return false;
        }

        private void Record(ulong offset, int width, bool write)
        {
            Violations++;
            if(violations.Count < MostRecorded)
            {
                violations.Add(string.Format(CultureInfo.InvariantCulture, "{0} 0x{1:X} 0x{2:X} 0x{3:X} {4} {5} {6}",
                    VirtualTime.Now(machine), cpu.PC.RawValue, cpu.GetRegister(LinkRegister).RawValue & ~1UL,
                    start + offset, width, write ? "write" : "read", IsOpen ? "outside" : "closed"));
            }
            switch(consequence)
            {
            case Consequence.Fault:
                cpu.FaultStatus |= PreciseBusError;
                nvic.SetPendingIRQ(BusFault);
                LeaveBlock();
                break;
            case Consequence.Hang:
                LeaveBlock();
                cpu.IsHalted = true;
                break;
            }
            var listener = Violated;
            if(listener != null)
            {
                listener();
            }
        }

        private long Offset(ulong address, int count)
        {
            if(address < start || address + (ulong)count > start + (ulong)Size)
            {
                throw new ArgumentOutOfRangeException("address", string.Format("0x{0:X} is outside the DDR", address));
            }
            return (long)(address - start);
        }

        private ulong Get(long offset, int width)
        {
            var result = 0UL;
            for(var i = width - 1; i >= 0; i--)
            {
                result = result << 8 | Page(offset + i)[(offset + i) & PageMask];
            }
            return result;
        }

        private void Set(long offset, int width, ulong value)
        {
            for(var i = 0; i < width; i++, value >>= 8)
            {
                Page(offset + i)[(offset + i) & PageMask] = (byte)value;
            }
        }

        private byte[] Page(long offset)
        {
            var number = offset >> PageShift;
            if(number == lastNumber)
            {
                return lastPage;
            }
            byte[] page;
            if(!pages.TryGetValue(number, out page))
            {
                page = new byte[PageSize];
                pages.Add(number, page);
            }
            lastNumber = number;
            lastPage = page;
            return page;
        }

        // Stops before this instruction, so that an exception returns to it. The emulator uses this for its watchpoints and
        // does not make it public.
        private void LeaveBlock()
        {
            const string name = "TlibRequestTranslationBlockInterrupt";
            var field = typeof(TranslationCPU).GetField(name, BindingFlags.NonPublic | BindingFlags.Instance);
            if(field == null)
            {
                throw new InvalidOperationException("this Renode's TranslationCPU has no " + name);
            }
            ((Action<int>)field.GetValue(cpu))(1);
        }

        private bool staysClosed;
        private Consequence consequence = Consequence.None;
        private long lastNumber = -1;
        private byte[] lastPage;
        private readonly IMachine machine;
        private readonly CortexM cpu;
        private readonly NVIC nvic;
        private readonly ulong start;
        private readonly Dictionary<long, byte[]> pages = new Dictionary<long, byte[]>();
        private readonly List<ulong[]> windows = new List<ulong[]>(); // offsets: first, and first after the window
        private readonly List<string> violations = new List<string>();

        private const int PageShift = 16;
        private const int PageSize = 1 << PageShift;
        private const long PageMask = PageSize - 1;
        private const int MostRecorded = 1000;
        private const int LinkRegister = 14;
        private const int BusFault = 5;
        private const uint PreciseBusError = 1 << 9;

        private enum Consequence
        {
            None,
            Fault,
            Hang
        }
    }
}
