//
// STM32MP2 inter-processor communication controller (IPCC1): the mailbox between the Cortex-A35 and the Cortex-M33.
//
// Modelled: both processors' control, mask, set/clear and status registers; a flag per channel and direction; the
//   receive-occupied and transmit-free interrupts of both processors as levels; the number of channels in HWCFGR.
//   Processor 1 is the A35, processor 2 the M33. The A35 is not emulated: methods (Ring, Acknowledge) have the effect of
//   its accesses of C1SCR.
// Left out: access rights (SECCFGR, PRIVCFGR, CIDCFGR only store, see KeptRegisters), the secure interrupt lines, power
//   and clock.
// Figures: reference manual RM0457, chapter IPCC (register map, reset values); 16 channels and version registers as in
//   the chip data.
//
using System;
using Antmicro.Renode.Core;
using Antmicro.Renode.Logging;
using Antmicro.Renode.Peripherals.Bus;

namespace Antmicro.Renode.Peripherals.Miscellaneous
{
    [AllowedTranslations(AllowedTranslation.ByteToDoubleWord | AllowedTranslation.WordToDoubleWord)]
    public class STM32MP2_IPCC : IDoubleWordPeripheral, IKnownSize
    {
        public STM32MP2_IPCC(IMachine machine, int channels = MaximumOfChannels)
        {
            if(channels < 1 || channels > MaximumOfChannels)
            {
                throw new ArgumentException("expected 1 to 16 channels");
            }
            this.machine = machine;
            this.channels = channels;
            all = (1u << channels) - 1;
            Processor1Occupied = new GPIO();
            Processor1Free = new GPIO();
            Processor2Occupied = new GPIO();
            Processor2Free = new GPIO();
            others = new KeptRegisters(this);
            Doorbells = new EventLog();
            Reset();
        }

        public void Reset()
        {
            control[0] = control[1] = 0;
            mask[0] = mask[1] = all | all << FreeShift;
            flags[0] = flags[1] = 0;
            others.Reset();
            Update();
        }

        public uint ReadDoubleWord(long offset)
        {
            var processor = (int)(offset >> 4);
            switch(offset)
            {
            case Control:
            case Control + Processor2:
                return control[processor];
            case Mask:
            case Mask + Processor2:
                return mask[processor];
            case SetClear:
            case SetClear + Processor2:
                return 0;
            case Status:
            case Status + Processor2:
                return flags[processor];
            case HardwareConfiguration:
                return (uint)channels;
            default:
                return others.Read(offset);
            }
        }

        public void WriteDoubleWord(long offset, uint value)
        {
            var processor = (int)(offset >> 4);
            switch(offset)
            {
            case Control:
            case Control + Processor2:
                control[processor] = value & (OccupiedEnable | FreeEnable);
                break;
            case Mask:
            case Mask + Processor2:
                mask[processor] = value & (all | all << FreeShift);
                break;
            case SetClear:
            case SetClear + Processor2:
                Change(processor, (value >> FreeShift) & all, value & all);
                return;
            case Status:
            case Status + Processor2:
            case HardwareConfiguration:
                return;
            default:
                others.Write(offset, value);
                return;
            }
            Update();
        }

        // The A35 rings a channel (C1SCR.CHnS). A channel that is still occupied stays occupied: the M33 sees one ring.
        public void Ring(int channel)
        {
            Change(0, Bit(channel), 0);
        }

        // The A35 acknowledges the M33's ring (C1SCR.CHnC).
        public void Acknowledge(int channel)
        {
            Change(0, 0, Bit(channel));
        }

        // Whether a ring of the A35 waits for the M33's acknowledgement
        public bool IsOccupiedByA35(int channel)
        {
            return (flags[0] & Bit(channel)) != 0;
        }

        // Whether a ring of the M33 waits for the A35's acknowledgement
        public bool IsOccupiedByM33(int channel)
        {
            return (flags[1] & Bit(channel)) != 0;
        }

        public GPIO Processor1Occupied { get; private set; }

        public GPIO Processor1Free { get; private set; }

        public GPIO Processor2Occupied { get; private set; }

        public GPIO Processor2Free { get; private set; }

        // Each change of a flag; value: channel + 256 for the A35's flag (not the M33's) + 512 if set (not cleared).
        public EventLog Doorbells { get; private set; }

        // After a flag of the M33 was set (a doorbell for the A35), and after a flag of the A35 was cleared. Arguments: the
        // channel, and whether it is a ring.
        public event Action<int, bool> ForA35;

        public long Size { get { return 0x400; } }

        public const int FlagOfA35 = 256;
        public const int FlagSet = 512;

        // `processor` (0: A35) sets its own flags and clears flags of the other processor
        private void Change(int processor, uint set, uint clear)
        {
            var other = 1 - processor;
            var raised = set & ~flags[processor];
            var lowered = clear & flags[other];
            if((raised | lowered) == 0)
            {
                return;
            }
            flags[processor] |= raised;
            flags[other] &= ~lowered;
            var now = VirtualTime.Now(machine);
            Record(now, raised, FlagSet + (processor == 0 ? FlagOfA35 : 0));
            Record(now, lowered, other == 0 ? FlagOfA35 : 0);
            Update();
            if(processor == 1)
            {
                Notify(raised, true);
                Notify(lowered, false);
            }
        }

        private void Record(ulong now, uint bits, int kind)
        {
            for(var channel = 0; bits >> channel != 0; channel++)
            {
                if((bits & 1u << channel) != 0)
                {
                    Doorbells.Add(now, kind + channel);
                }
            }
        }

        private void Notify(uint bits, bool ring)
        {
            var listener = ForA35;
            for(var channel = 0; listener != null && bits >> channel != 0; channel++)
            {
                if((bits & 1u << channel) != 0)
                {
                    listener(channel, ring);
                }
            }
        }

        private void Update()
        {
            Processor1Occupied.Set(IsOccupiedDue(0));
            Processor1Free.Set(IsFreeDue(0));
            Processor2Occupied.Set(IsOccupiedDue(1));
            Processor2Free.Set(IsFreeDue(1));
        }

        private bool IsOccupiedDue(int processor)
        {
            return (control[processor] & OccupiedEnable) != 0 && (flags[1 - processor] & ~mask[processor] & all) != 0;
        }

        private bool IsFreeDue(int processor)
        {
            return (control[processor] & FreeEnable) != 0 && (~flags[processor] & ~(mask[processor] >> FreeShift) & all) != 0;
        }

        private uint Bit(int channel)
        {
            if(channel < 0 || channel >= channels)
            {
                throw new ArgumentOutOfRangeException("channel");
            }
            return 1u << channel;
        }

        private readonly IMachine machine;
        private readonly int channels;
        private readonly uint all;
        private readonly uint[] control = new uint[2];
        private readonly uint[] mask = new uint[2];
        private readonly uint[] flags = new uint[2];
        private readonly KeptRegisters others;

        private const int MaximumOfChannels = 16;
        private const int FreeShift = 16;
        private const uint OccupiedEnable = 1;
        private const uint FreeEnable = 1 << FreeShift;
        private const long Control = 0x0;
        private const long Mask = 0x4;
        private const long SetClear = 0x8;
        private const long Status = 0xC;
        private const long Processor2 = 0x10;
        private const long HardwareConfiguration = 0x3F0;
    }
}
