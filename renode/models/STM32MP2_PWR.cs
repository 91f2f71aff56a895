//
// STM32MP2 power control: the registers from which the M33 learns whether the A35 runs.
//
// Modelled: CPU1D1SR (state of the A35 and of its domain D1), set from outside; CPU2D2SR (the M33 and D2: running).
// Left out: all else; the other registers store what is written and have no effect (KeptRegisters). No supply, no wake-up
//   pin.
// Figures: reference manual RM0457, chapter PWR (CPU1D1SR 0x200: CSTATE bits 3:2, DSTATE bits 10:8; CPU2D2SR 0x204).
//   In the modes named ...-stop2 D1 is switched off (DStandby), in ...-stop1 it is stopped (DStop1 to DStop3).
//
using Antmicro.Renode.Core;
using Antmicro.Renode.Peripherals.Bus;

namespace Antmicro.Renode.Peripherals.Miscellaneous
{
    [AllowedTranslations(AllowedTranslation.ByteToDoubleWord | AllowedTranslation.WordToDoubleWord)]
    public class STM32MP2_PWR : IDoubleWordPeripheral, IKnownSize
    {
        public STM32MP2_PWR(IMachine machine)
        {
            others = new KeptRegisters(this);
            Reset();
        }

        // A reset of the M33's side does not change the A35's state.
        public void Reset()
        {
            others.Reset();
        }

        public uint ReadDoubleWord(long offset)
        {
            switch(offset)
            {
            case StatusOfCpu1:
                return (uint)a35State << 2 | (uint)d1State << 8;
            case StatusOfCpu2:
                return Running << 2;
            default:
                return others.Read(offset);
            }
        }

        public void WriteDoubleWord(long offset, uint value)
        {
            if(offset != StatusOfCpu1 && offset != StatusOfCpu2)
            {
                others.Write(offset, value);
            }
        }

        public void A35Runs()
        {
            a35State = (int)Running;
            d1State = 0;
        }

        // D1 from 1 (DStop1) to 4 (DStandby)
        public void A35Stops(int domainState = 4)
        {
            a35State = (int)Stopped;
            d1State = domainState & 7;
        }

        // In reset: before Linux's boot chain starts it, or during a reboot
        public void A35Resets()
        {
            a35State = 0;
            d1State = 0;
        }

        public bool IsA35Running { get { return a35State == (int)Running; } }

        public long Size { get { return 0x400; } }

        private int a35State = (int)Running;
        private int d1State;
        private readonly KeptRegisters others;

        private const uint Running = 1;
        private const uint Stopped = 3;
        private const long StatusOfCpu1 = 0x200;
        private const long StatusOfCpu2 = 0x204;
    }
}
