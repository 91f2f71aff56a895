//
// STM32MP2 independent watchdog of the M33 (IWDG4).
//
// Modelled: key, prescaler up to 1024, reload. When it runs out it resets the M33 alone, which then stays held
//   (CoreControl); its counter stops. Prescaler and reload take effect at the next start or feed.
// Left out: window and early interrupt (their registers store what is written). A system reset instead of one of the M33,
//   which RCC_IWDGC2CFGSETR.IWDG4_SYSRSTEN selects: no published tree sets that bit. Whether the counter goes on while
//   the M33 is held is not known.
// Figures: reference manual RM0457, chapter IWDG (KR 0x00, PR 0x04, RLR 0x08, SR 0x0C, WINR 0x10, EWCR 0x14); the clock is
//   the LSI.
//
using Antmicro.Renode.Core;
using Antmicro.Renode.Logging;
using Antmicro.Renode.Peripherals.Bus;
using Antmicro.Renode.Peripherals.Miscellaneous;
using Antmicro.Renode.Time;

namespace Antmicro.Renode.Peripherals.Timers
{
    [AllowedTranslations(AllowedTranslation.ByteToDoubleWord | AllowedTranslation.WordToDoubleWord)]
    public class STM32MP2_IWDG : IDoubleWordPeripheral, IKnownSize
    {
        public STM32MP2_IWDG(IMachine machine, CoreControl core, int frequency)
        {
            this.core = core;
            this.machine = machine;
            this.frequency = frequency;
            onLimit = OnLimit;
            Reset();
        }

        public void Reset()
        {
            machine.ClockSource.TryRemoveClockEntry(onLimit);
            runs = false;
            unlocked = false;
            prescaler = 0;
            reload = MostReload;
            window = MostReload;
            earlyWakeUp = 0;
        }

        public uint ReadDoubleWord(long offset)
        {
            switch(offset)
            {
            case Prescaler:
                return prescaler;
            case ReloadValue:
                return reload;
            case Window:
                return window;
            case EarlyWakeUp:
                return earlyWakeUp;
            default:
                return 0; // the status: no update is pending
            }
        }

        public void WriteDoubleWord(long offset, uint value)
        {
            if(offset == Key)
            {
                OnKey(value & 0xFFFF);
                return;
            }
            if(!unlocked)
            {
                this.Log(LogLevel.Warning, "Register 0x{0:X2} was written while it is protected", offset);
                return;
            }
            switch(offset)
            {
            case Prescaler:
                prescaler = value & 0xF;
                break;
            case ReloadValue:
                reload = value & MostReload;
                break;
            case Window:
                window = value & MostReload;
                break;
            case EarlyWakeUp:
                earlyWakeUp = value & 0xFFFF;
                break;
            }
        }

        public long Size { get { return 0x400; } }

        private void OnKey(uint key)
        {
            unlocked = key == Unlock;
            runs = runs || key == Start;
            if(runs && (key == Start || key == Feed))
            {
                Count();
            }
        }

        // Counts down from the reload value.
        private void Count()
        {
            var divider = LeastDivider << (int)System.Math.Min(prescaler, MostPrescaler);
            var delay = (reload + 1UL) * divider * 1000000000UL / (ulong)frequency;
            machine.ClockSource.TryRemoveClockEntry(onLimit);
            // the constant fits the frequency's type of every Renode: long up to 1.16, ulong since
            machine.ClockSource.AddClockEntry(new ClockEntry(delay, (long)TimeInterval.TicksPerSecond, onLimit, this,
                "watchdog", workMode: WorkMode.OneShot));
        }

        private void OnLimit()
        {
            machine.ClockSource.TryRemoveClockEntry(onLimit);
            runs = false;
            this.Log(LogLevel.Warning, "The watchdog resets the M33");
            core.Bite();
        }

        private bool unlocked;
        private uint prescaler;
        private uint reload;
        private uint window;
        private uint earlyWakeUp;
        private bool runs;
        private readonly int frequency;
        private readonly IMachine machine;
        private readonly CoreControl core;
        private readonly System.Action onLimit;

        private const long Key = 0x00;
        private const long Prescaler = 0x04;
        private const long ReloadValue = 0x08;
        private const long Window = 0x10;
        private const long EarlyWakeUp = 0x14;
        private const uint Unlock = 0x5555;
        private const uint Feed = 0xAAAA;
        private const uint Start = 0xCCCC;
        private const uint MostReload = 0xFFF;
        private const uint MostPrescaler = 8;
        private const ulong LeastDivider = 4;
    }
}
