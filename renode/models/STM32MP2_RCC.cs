//
// STM32MP2 reset and clock control, as far as drivers read it.
//
// Modelled: registers that keep what is written. The 64 flexgen channels read, after reset, as switched to the running
//   HSI oscillator (64 MHz) and not divided; a channel's "switching" flag always reads as done.
// Left out: everything that a clock would do. Peripherals run whether their enable bit is set or not; no reset line;
//   no PLL; no security. Linux's boot chain sets the real chip's flexgen up before the firmware starts.
// Figures: reference manual RM0457, chapter RCC (XBARxCFGR 0x1018, PREDIVxCFGR 0x1118, FINDIVxCFGR 0x1224; source 5 is
//   HSI, bit 6 enables).
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
            Reset();
        }

        public void Reset()
        {
            System.Array.Clear(words, 0, words.Length);
            for(var channel = 0; channel < FlexgenChannels; channel++)
            {
                words[CrossbarConfiguration / 4 + channel] = Enabled | SourceHsi;
                words[FinalDivider / 4 + channel] = Enabled;
            }
        }

        public uint ReadDoubleWord(long offset)
        {
            return words[offset / 4];
        }

        public void WriteDoubleWord(long offset, uint value)
        {
            if(offset >= CrossbarConfiguration && offset < CrossbarConfiguration + 4 * FlexgenChannels)
            {
                value &= ~CrossbarSwitching;
            }
            words[offset / 4] = value;
        }

        public long Size { get { return 0x10000; } }

        private readonly uint[] words = new uint[0x10000 / 4];

        private const int FlexgenChannels = 64;
        private const int CrossbarConfiguration = 0x1018;
        private const int FinalDivider = 0x1224;
        private const uint Enabled = 1 << 6;
        private const uint SourceHsi = 5;
        private const uint CrossbarSwitching = 1 << 7;
    }
}
