//
// STM32 I2C controller, version 2 (as in the STM32MP2), in controller mode with 7-bit addresses.
//
// Modelled: transfers with START, STOP, AUTOEND, RELOAD and repeated START; TXE, TXIS, RXNE, TC, TCR, NACKF, STOPF,
//   BUSY and their interrupts (event and error on one line, as in the MP2); a NACK from an address without a device, and
//   from a device that is unplugged during a transfer; disabling by PE. A transfer takes the virtual time that its bytes
//   take at the speed set in TIMINGR: its end is exact.
//   Between the bytes the model can be coarser: it takes up to `burst` bytes at once, then the time that they need on the
//   wire passes. With burst 1 it takes each byte when the wire is ready for it, as in silicon; a larger number is faster
//   to emulate (one wake-up of the core per burst instead of per byte). A STOP takes no time.
//   With the clock line held low (`HoldClock`) transfers do not end. The same holds for the data line: a transfer that PE
//   cuts off leaves its device in the middle of a byte, with the data line low until the firmware has clocked it nine
//   times (input 0 is the level of the clock's pin, outputs Clock and Data go to the pins). If wired to its port
//   (`Wire`), it reaches its devices only through pins that are switched to it.
// Left out: target mode, 10-bit addresses, SMBus, DMA, arbitration, bus errors, clock stretching by a target.
// Figures: reference manual RM0457, chapter I2C (register map, flags, SCL period from TIMINGR). Analog filter at its
//   least delay, 50 ns. `edges`: rise and fall of SCL, nanoseconds a period; depends on the wiring, typical of 400 kHz.
//
using System;
using System.Collections.Generic;
using Antmicro.Renode.Core;
using Antmicro.Renode.Core.Structure;
using Antmicro.Renode.Logging;
using Antmicro.Renode.Peripherals.Bus;
using Antmicro.Renode.Peripherals.GPIOPort;
using Antmicro.Renode.Peripherals.Miscellaneous;
using Antmicro.Renode.Time;

namespace Antmicro.Renode.Peripherals.I2C
{
    // A device that can be unplugged from its bus: then its address is not acknowledged.
    public interface II2CPresence
    {
        bool IsPresent { get; }
    }

    // Sees the transfers of a bus, and may change a device before it gets the written bytes.
    public interface II2CWitness
    {
        // False: the device does not answer.
        bool Begins(int address, ulong nanoseconds);
        void Written(int address, byte[] data);
        void Read(int address, byte[] data);
    }

    [AllowedTranslations(AllowedTranslation.ByteToDoubleWord | AllowedTranslation.WordToDoubleWord)]
    public class STM32MP2_I2C : SimpleContainer<II2CPeripheral>, IDoubleWordPeripheral, IKnownSize, IGPIOReceiver
    {
        public STM32MP2_I2C(IMachine machine, uint frequency = 64000000, int burst = 16, uint edges = 350) : base(machine)
        {
            this.frequency = frequency;
            this.edges = edges;
            Burst = burst;
            IRQ = new GPIO();
            Clock = new GPIO();
            Data = new GPIO();
            others = new KeptRegisters(this, OwnAddress1, OwnAddress2);
            outgoing = new List<byte>();
            Reset();
        }

        // The level of the clock's pin. The controller does not drive it here, so every edge is the firmware's.
        public void OnGPIO(int number, bool value)
        {
            if(value && !clockLevel && clocksToRelease > 0 && --clocksToRelease == 0)
            {
                Data.Set(true);
            }
            clockLevel = value;
        }

        // Sets the pins that lead to the devices. Both lines have pull-ups on the board.
        public void Wire(STM32MP2_GPIO port, int clock, int data)
        {
            this.port = port;
            clockPin = clock;
            dataPin = data;
            Clock.Set(true);
            Data.Set(true);
        }

        // Sees the transfers from now on, besides those that already do
        public void AddWitness(II2CWitness witness)
        {
            witnesses.Add(witness);
        }

        // Holds the data line low, as a device does that was left in the middle of a byte.
        public void HoldData(int clocks = 9)
        {
            clocksToRelease = clocks;
            Data.Set(false);
        }

        public void ReleaseData()
        {
            clocksToRelease = 0;
            Data.Set(true);
        }

        // A device acknowledges its address and two bytes of a transfer, and not the third one.
        public bool RefusesData { get; set; }

        public bool IsDataHeld { get { return clocksToRelease > 0; } }

        public bool IsBusy { get { return phase != Phase.Idle; } }

        // Transfers that ended in the middle of a byte
        public int CutOff { get; private set; }

        public GPIO Clock { get; private set; }

        public GPIO Data { get; private set; }

        public override void Reset()
        {
            others.Reset();
            control1 = control2 = timing = 0;
            transmitted = received = 0;
            MeasureBit();
            Stop();
        }

        public uint ReadDoubleWord(long offset)
        {
            switch(offset)
            {
            case Control1:
                return control1;
            case Control2:
                return control2;
            case Timing:
                return timing;
            case Status:
                return status;
            case Clear:
                return 0;
            case Receive:
                return TakeReceived();
            case Transmit:
                return transmitted;
            default:
                return others.Read(offset);
            }
        }

        public void WriteDoubleWord(long offset, uint value)
        {
            switch(offset)
            {
            case Control1:
                control1 = value;
                if((value & Enable) == 0)
                {
                    Stop();
                }
                break;
            case Control2:
                WriteControl2(value);
                break;
            case Timing:
                timing = value;
                MeasureBit();
                break;
            case Status:
                if((value & TransmitEmpty) != 0)
                {
                    status |= TransmitEmpty;
                }
                break;
            case Clear:
                status &= ~(value & Clearable);
                break;
            case Transmit:
                transmitted = value & 0xFF;
                status &= ~(TransmitEmpty | TransmitDue);
                if(phase == Phase.Write && left > 0)
                {
                    TakeByte();
                }
                break;
            case Receive:
                return;
            default:
                others.Write(offset, value);
                return;
            }
            Update();
        }

        public GPIO IRQ { get; private set; }

        // The number of bytes taken at once, see above
        public int Burst { get; set; }

        // The clock line is held low: a transfer does not end until the controller is disabled.
        public bool HoldClock { get; set; }

        // Nanoseconds of one bit on the wire
        public ulong BitTime { get; private set; }

        public ulong BytesWritten { get; private set; }

        // Bytes taken before the wire was ready for them. In silicon each of them would have an interrupt of its own.
        public ulong TakenEarly { get; private set; }

        public ulong BytesRead { get; private set; }

        public ulong Refused { get; private set; }

        public long Size { get { return 0x400; } }

        private void WriteControl2(uint value)
        {
            control2 = value & ~(StartBit | StopBit);
            if((control1 & Enable) == 0)
            {
                return;
            }
            if((value & StartBit) != 0)
            {
                Start();
            }
            else if((value & StopBit) != 0 && phase != Phase.Idle)
            {
                Finish();
            }
            else if((status & ReloadDue) != 0 && Length > 0)
            {
                status &= ~ReloadDue;
                left = Length;
                atOnce = Math.Max(1, Burst);
                wireFree = Math.Max(wireFree, VirtualTime.Now(machine));
                Continue();
            }
        }

        private void Start()
        {
            var next = (int)(control2 >> 1) & 0x7F;
            Deliver(next == address);
            target = null;
            address = next;
            generation++;
            status &= ~(TransferComplete | ReloadDue | TransmitDue | NotAcknowledged | StopDetected);
            status |= Busy;
            left = Length;
            phase = Phase.Address;
            if(HoldClock || IsDataHeld)
            {
                return;
            }
            var now = VirtualTime.Now(machine);
            wireFree = now + 10 * BitTime; // START, seven bits of address, direction, acknowledgement
            II2CPeripheral device;
            if(ReachesPins() && TryGetByAddress(address, out device) && IsThere(device)
                && LetsBegin(address, now))
            {
                target = device;
                if(Burst <= 1)
                {
                    At(wireFree, AddressAcknowledged);
                }
                else
                {
                    AddressAcknowledged();
                }
            }
            else
            {
                At(wireFree, Refuse);
            }
        }

        private void AddressAcknowledged()
        {
            if((control2 & ReadDirection) != 0)
            {
                phase = Phase.Read;
                incoming = new Queue<byte>();
                Continue();
                return;
            }
            phase = Phase.Write;
            atOnce = Math.Max(1, Burst);
            if((status & TransmitEmpty) == 0 && left > 0)
            {
                TakeByte();
            }
            else
            {
                Continue();
            }
        }

        // Continues the transfer: requests a byte, fetches one, or ends
        private void Continue()
        {
            if(left == 0)
            {
                At(wireFree, Complete);
            }
            else if(phase == Phase.Write)
            {
                status |= TransmitDue;
            }
            else
            {
                At(Math.Max(wireFree, VirtualTime.Now(machine)) + 9 * BitTime, ByteReceived);
            }
            Update();
        }

        // Moves a byte from TXDR to the wire
        private void TakeByte()
        {
            if(!IsThere(target) || (RefusesData && outgoing.Count >= 2))
            {
                At(VirtualTime.Now(machine) + 9 * BitTime, Refuse);
                return;
            }
            outgoing.Add((byte)transmitted);
            BytesWritten++;
            status |= TransmitEmpty;
            left--;
            if(left > 0 && --atOnce > 0)
            {
                // reading the time is slow, so not for each byte: the wire has been busy since the burst's first byte
                wireFree += 9 * BitTime;
                status |= TransmitDue;
                TakenEarly++;
                return;
            }
            var begin = Math.Max(VirtualTime.Now(machine), wireFree);
            wireFree = begin + 9 * BitTime;
            if(left == 0)
            {
                At(wireFree, Complete);
            }
            else
            {
                At(begin, NextBurst);
            }
        }

        // All bytes taken, except the last, have been sent
        private void NextBurst()
        {
            atOnce = Math.Max(1, Burst);
            Continue();
        }

        private void ByteReceived()
        {
            if(incoming.Count == 0)
            {
                var bytes = target.Read(left);
                foreach(var witness in witnesses)
                {
                    witness.Read(address, bytes);
                }
                foreach(var value in bytes)
                {
                    incoming.Enqueue(value);
                }
            }
            // an open bus reads as ones
            received = incoming.Count > 0 ? incoming.Dequeue() : 0xFFu;
            BytesRead++;
            wireFree = VirtualTime.Now(machine);
            left--;
            status |= ReceiveFull;
            if(left == 0)
            {
                Complete();
            }
            Update();
        }

        private uint TakeReceived()
        {
            if((status & ReceiveFull) != 0)
            {
                status &= ~ReceiveFull;
                if(phase == Phase.Read && left > 0)
                {
                    Continue();
                }
                Update();
            }
            return received;
        }

        private void Complete()
        {
            if((control2 & Reload) != 0)
            {
                status |= ReloadDue;
            }
            else if((control2 & AutoEnd) != 0)
            {
                Finish();
            }
            else
            {
                status |= TransferComplete;
            }
            Update();
        }

        private void Refuse()
        {
            Refused++;
            status |= NotAcknowledged;
            Finish();
            Update();
        }

        // STOP
        private void Finish()
        {
            Deliver();
            generation++;
            phase = Phase.Idle;
            status &= ~(TransferComplete | ReloadDue | TransmitDue | Busy);
            status |= StopDetected;
        }

        // Hands the bytes of the transfer to the device. `continues`: a repeated START to the same device follows.
        private void Deliver(bool continues = false)
        {
            if(target == null)
            {
                return;
            }
            if(outgoing.Count > 0)
            {
                if(IsThere(target))
                {
                    foreach(var witness in witnesses)
                    {
                        witness.Written(address, outgoing.ToArray());
                    }
                    target.Write(outgoing.ToArray());
                }
                outgoing.Clear();
            }
            if(!continues && IsThere(target))
            {
                target.FinishTransmission();
            }
            target = null;
        }

        // PE = 0: state machine and flags are reset; the bytes on the wire are lost
        private void Stop()
        {
            if(target != null && phase != Phase.Idle)
            {
                CutOff++;
                Deliver();
                HoldData();
            }
            generation++;
            phase = Phase.Idle;
            target = null;
            outgoing.Clear();
            left = 0;
            status = TransmitEmpty;
            Update();
        }

        private void At(ulong nanoseconds, Action action)
        {
            var now = VirtualTime.Now(machine);
            if(nanoseconds <= now)
            {
                action();
                return;
            }
            var due = ++generation;
            machine.ScheduleAction(TimeInterval.FromTicks(nanoseconds - now), _ =>
            {
                if(due == generation)
                {
                    action();
                }
            }, "i2c");
        }

        private void Update()
        {
            var due = status & control1 & (TransmitDue | ReceiveFull | NotAcknowledged | StopDetected);
            var complete = (status & (TransferComplete | ReloadDue)) != 0 && (control1 & CompleteEnable) != 0;
            IRQ.Set(due != 0 || complete);
        }

        private bool ReachesPins()
        {
            return port == null || (port.IsAlternate(clockPin) && port.IsAlternate(dataPin));
        }

        private static bool IsThere(II2CPeripheral device)
        {
            var presence = device as II2CPresence;
            return presence == null || presence.IsPresent;
        }

        private void MeasureBit()
        {
            var prescaler = (timing >> 28) + 1;
            var cycles = ((timing & 0xFF) + 1 + ((timing >> 8) & 0xFF) + 1) * prescaler + 2 * SyncCycles;
            BitTime = cycles * 1000000000UL / frequency + 2 * FilterNanoseconds + edges;
        }

        private int Length { get { return (int)(control2 >> 16) & 0xFF; } }

        private bool LetsBegin(int address, ulong nanoseconds)
        {
            var lets = true;
            foreach(var witness in witnesses)
            {
                lets = witness.Begins(address, nanoseconds) && lets;
            }
            return lets;
        }

        private readonly List<II2CWitness> witnesses = new List<II2CWitness>();
        private uint control1;
        private uint control2;
        private uint timing;
        private uint status;
        private uint transmitted;
        private uint received;
        private Phase phase;
        private int left; // bytes of this NBYTES
        private int atOnce; // bytes left to take in this burst
        private ulong wireFree; // when all bytes taken have been sent
        private int generation; // of the scheduled action: older ones have no effect
        private int address; // of the present or last transfer
        private II2CPeripheral target;
        private Queue<byte> incoming;
        private STM32MP2_GPIO port;
        private int clockPin;
        private int dataPin;
        private bool clockLevel;
        private int clocksToRelease; // until a held data line is released
        private readonly List<byte> outgoing;
        private readonly KeptRegisters others;
        private readonly uint frequency;
        private readonly uint edges;

        private const ulong FilterNanoseconds = 50;
        private const uint SyncCycles = 2;

        private const long Control1 = 0x00;
        private const long Control2 = 0x04;
        private const long OwnAddress1 = 0x08;
        private const long OwnAddress2 = 0x0C;
        private const long Timing = 0x10;
        private const long Status = 0x18;
        private const long Clear = 0x1C;
        private const long Receive = 0x24;
        private const long Transmit = 0x28;

        // CR1: PE; the enable bits of TXIS, RXNE, NACKF and STOPF have the positions of the flags in ISR
        private const uint Enable = 1 << 0;
        private const uint CompleteEnable = 1 << 6;

        // CR2
        private const uint ReadDirection = 1 << 10;
        private const uint StartBit = 1 << 13;
        private const uint StopBit = 1 << 14;
        private const uint Reload = 1 << 24;
        private const uint AutoEnd = 1 << 25;

        // ISR
        private const uint TransmitEmpty = 1 << 0;
        private const uint TransmitDue = 1 << 1;
        private const uint ReceiveFull = 1 << 2;
        private const uint NotAcknowledged = 1 << 4;
        private const uint StopDetected = 1 << 5;
        private const uint TransferComplete = 1 << 6;
        private const uint ReloadDue = 1 << 7;
        private const uint Busy = 1 << 15;
        private const uint Clearable = 0x3F38;

        private enum Phase
        {
            Idle,
            Address,
            Write,
            Read
        }
    }
}
