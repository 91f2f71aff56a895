//
// STM32MP2 reset and clock control: the registers that drivers read.
//
// Modelled: the 64 flexgen channels. After reset they read as switched to the running HSI oscillator (64 MHz) and not
//   divided; a channel's "switching" flag always reads as done. All others store what is written (KeptRegisters).
//   The causes of the M33's last resets (C2BOOTRSTSCLRR): power-on at the start of the emulation, later what NoteReset
//   adds; writing a 1 clears a bit.
// Left out: all effects of clocks. Peripherals run whether their enable bit is set or not; no reset lines, no PLL, no
//   security. On the real chip Linux's boot chain sets up the flexgen before the firmware starts.
// Figures: reference manual RM0457, chapter RCC (XBARxCFGR 0x1018, PREDIVxCFGR 0x1118, FINDIVxCFGR 0x1224; source 5 is
//   HSI, bit 6 enables). C2BOOTRSTSCLRR: stm32mp257fxx_cm33.h (0x428).
//
using Antmicro.Renode.Core;
using Antmicro.Renode.Peripherals.Bus;

namespace Antmicro.Renode.Peripherals.Miscellaneous
{
    [AllowedTranslations(AllowedTranslation.ByteToDoubleWord | AllowedTranslation.WordToDoubleWord)]
    public class STM32MP2_RCC : IDoubleWordPeripheral, IKnownSize
    {
        public STM32MP2_RCC(IMachine machine)
        {
            others = new KeptRegisters(this, KeptRanges);
            banks = new[] { crossbar, predividers, finalDividers };
            Reset();
        }

        public void Reset()
        {
            others.Reset();
            System.Array.Clear(predividers, 0, FlexgenChannels);
            for(var channel = 0; channel < FlexgenChannels; channel++)
            {
                crossbar[channel] = Enabled | SourceHsi;
                finalDividers[channel] = Enabled;
            }
        }

        // Adds causes to the reset status; a reset of the machine does not change it.
        public void NoteReset(uint bits)
        {
            resetStatus |= bits;
        }

        public uint ReadDoubleWord(long offset)
        {
            int channel;
            if(offset == ResetStatus)
            {
                return resetStatus;
            }
            var bank = BankOf(offset, out channel);
            return bank == null ? others.Read(offset) : bank[channel];
        }

        public void WriteDoubleWord(long offset, uint value)
        {
            int channel;
            if(offset == ResetStatus)
            {
                resetStatus &= ~value;
                return;
            }
            var bank = BankOf(offset, out channel);
            if(bank == null)
            {
                others.Write(offset, value);
                return;
            }
            bank[channel] = bank == crossbar ? value & ~CrossbarSwitching : value;
        }

        public long Size { get { return 0x10000; } }

        // The flexgen registers at an offset; null for other registers
        private uint[] BankOf(long offset, out int channel)
        {
            for(var i = 0; i < banks.Length; i++)
            {
                channel = (int)((offset - BankOffsets[i]) / 4);
                if(offset >= BankOffsets[i] && channel < FlexgenChannels)
                {
                    return banks[i];
                }
            }
            channel = 0;
            return null;
        }

        private uint resetStatus = PowerOn | Pin;
        private readonly uint[] crossbar = new uint[FlexgenChannels];
        private readonly uint[] predividers = new uint[FlexgenChannels];
        private readonly uint[] finalDividers = new uint[FlexgenChannels];
        private readonly uint[][] banks;
        private readonly KeptRegisters others;

        private static readonly long[] BankOffsets = { CrossbarConfiguration, Predivider, FinalDivider };

        // Clock enable and reset of the modelled peripherals: ports, IPCC1, UARTs, I2Cs, watchdogs
        private static readonly long[] KeptRanges =
        {
            0x52C, 0x558, 0x570, 0x570, 0x77C, 0x7C0, 0x894, 0x8A0
        };

        private const long ResetStatus = 0x428;
        private const uint PowerOn = 1 << 0;
        private const uint Pin = 1 << 2;
        private const int FlexgenChannels = 64;
        private const int CrossbarConfiguration = 0x1018;
        private const int Predivider = 0x1118;
        private const int FinalDivider = 0x1224;
        private const uint Enabled = 1 << 6;
        private const uint SourceHsi = 5;
        private const uint CrossbarSwitching = 1 << 7;
    }
}
