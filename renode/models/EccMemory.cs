//
// Memory with error correction (ECC) that was not written since power-on, as the Cortex-M33 sees it. A test puts it in the
// place of RETRAM.
//
// Modelled: a word that was not written completely since power-on, or that Spoil has damaged beyond correction, answers a
//   read of the core with a precise BusFault (what the chip does is not known; this is the strictest answer). Writes always
//   succeed. A store of the core that is narrower than a word, or not aligned to it, is counted inside the watched range:
//   the memory has to read the word first, and may lose such a store at a reset. A reset keeps the content; PowerOn does not.
//   Linux's own accesses are Load and Store, which work from any thread.
// Left out: speed. Every access costs a call, so this memory is for short tests.
// Figures: width and size from the chip data.
//
using System;
using System.Collections.Generic;
using System.Globalization;
using System.Reflection;
using Antmicro.Renode.Core;
using Antmicro.Renode.Peripherals.Bus;
using Antmicro.Renode.Peripherals.CPU;
using Antmicro.Renode.Peripherals.IRQControllers;

namespace Antmicro.Renode.Peripherals.Memory
{
    public class EccMemory : IBytePeripheral, IWordPeripheral, IDoubleWordPeripheral, IQuadWordPeripheral,
        IMultibyteWritePeripheral, IKnownSize
    {
        public EccMemory(IMachine machine, CortexM cpu, NVIC nvic, ulong start, long size, int wordBytes)
        {
            this.machine = machine;
            this.cpu = cpu;
            this.nvic = nvic;
            this.start = start;
            this.wordBytes = wordBytes;
            Size = size;
            content = new byte[size];
            written = new bool[size];
            FirstNarrowStore = "";
            PowerOn();
        }

        // A reset changes neither contents nor check bits.
        public void Reset()
        {
        }

        // Random contents, and no word has valid check bits.
        public void PowerOn()
        {
            new Random(1).NextBytes(content);
            Array.Clear(written, 0, written.Length);
        }

        // More bits of the word flip than can be corrected.
        public void Spoil(ulong address)
        {
            var first = (long)(address - start) / wordBytes * wordBytes;
            Array.Clear(written, (int)first, wordBytes);
        }

        // From now on stores of the core to these addresses are watched.
        public void Watch(ulong first, ulong end)
        {
            watchFirst = (long)(first - start);
            watchEnd = (long)(end - start);
        }

        public bool IsWritten(ulong address)
        {
            return IsWhole((long)(address - start), 1);
        }

        public int Faults { get; private set; }

        // Program counters that met a fault, decimal, separated by blanks
        public string FaultsAt
        {
            get { return string.Join(" ", faultsAt); }
        }

        public int Stores { get; private set; }

        public int NarrowStores { get; private set; }

        // Program counter and address (hexadecimal); empty: none
        public string FirstNarrowStore { get; private set; }

        public byte ReadByte(long offset)
        {
            return (byte)Get(offset, 1);
        }

        public ushort ReadWord(long offset)
        {
            return (ushort)Get(offset, 2);
        }

        public uint ReadDoubleWord(long offset)
        {
            return (uint)Get(offset, 4);
        }

        public ulong ReadQuadWord(long offset)
        {
            return Get(offset, 8);
        }

        public void WriteByte(long offset, byte value)
        {
            Set(offset, 1, value);
        }

        public void WriteWord(long offset, ushort value)
        {
            Set(offset, 2, value);
        }

        public void WriteDoubleWord(long offset, uint value)
        {
            Set(offset, 4, value);
        }

        public void WriteQuadWord(long offset, ulong value)
        {
            Set(offset, 8, value);
        }

        public byte[] ReadBytes(long offset, int count, IPeripheral context = null)
        {
            var result = new byte[count];
            Buffer.BlockCopy(content, (int)offset, result, 0, count);
            return result;
        }

        public void WriteBytes(long offset, byte[] array, int startingIndex, int count, IPeripheral context = null)
        {
            Buffer.BlockCopy(array, startingIndex, content, (int)offset, count);
            for(var i = 0; i < count; i++)
            {
                written[offset + i] = true;
            }
        }

        // Linux's own accesses, by absolute address.
        public byte[] Load(ulong address, int count)
        {
            return ReadBytes((long)(address - start), count);
        }

        public void Store(ulong address, byte[] data)
        {
            WriteBytes((long)(address - start), data, 0, data.Length);
        }

        public long Size { get; private set; }

        private ulong Get(long offset, int width)
        {
            if(!IsWhole(offset, width) && IsByCore())
            {
                Faults++;
                faultsAt.Add(cpu.PC.RawValue);
                RaiseFault();
                return 0;
            }
            var result = 0UL;
            for(var i = width - 1; i >= 0; i--)
            {
                result = result << 8 | content[offset + i];
            }
            return result;
        }

        private void Set(long offset, int width, ulong value)
        {
            if(offset >= watchFirst && offset < watchEnd && IsByCore())
            {
                Stores++;
                if(width % wordBytes != 0 || offset % wordBytes != 0)
                {
                    NarrowStores++;
                    if(FirstNarrowStore == "")
                    {
                        FirstNarrowStore = Describe(offset);
                    }
                }
            }
            for(var i = 0; i < width; i++, value >>= 8)
            {
                content[offset + i] = (byte)value;
                written[offset + i] = true;
            }
        }

        private bool IsWhole(long offset, int width)
        {
            var end = (offset + width + wordBytes - 1) / wordBytes * wordBytes;
            for(var i = offset / wordBytes * wordBytes; i < end; i++)
            {
                if(!written[i])
                {
                    return false;
                }
            }
            return true;
        }

        private bool IsByCore()
        {
            ICPU current;
            return machine.SystemBus.TryGetCurrentCPU(out current);
        }

        private string Describe(long offset)
        {
            return string.Format(CultureInfo.InvariantCulture, "0x{0:X} 0x{1:X}", cpu.PC.RawValue,
                start + (ulong)offset);
        }

        // As in SelfRefreshDDR: stops before this instruction, so that the exception returns to it.
        private void RaiseFault()
        {
            const string name = "TlibRequestTranslationBlockInterrupt";
            var field = typeof(TranslationCPU).GetField(name, BindingFlags.NonPublic | BindingFlags.Instance);
            if(field == null)
            {
                throw new InvalidOperationException("this Renode's TranslationCPU has no " + name);
            }
            cpu.FaultStatus |= PreciseBusError;
            nvic.SetPendingIRQ(BusFault);
            ((Action<int>)field.GetValue(cpu))(1);
        }

        private readonly HashSet<ulong> faultsAt = new HashSet<ulong>();
        private long watchFirst;
        private long watchEnd;
        private readonly IMachine machine;
        private readonly CortexM cpu;
        private readonly NVIC nvic;
        private readonly ulong start;
        private readonly int wordBytes;
        private readonly byte[] content;
        private readonly bool[] written;

        private const int BusFault = 5;
        private const uint PreciseBusError = 1 << 9;
    }
}
