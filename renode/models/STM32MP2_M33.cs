//
// The Cortex-M33 of the STM32MP2: Renode's, which here does not oversleep and counts to the end.
//
// Modelled: a WFI that finds an interrupt pending, held back by PRIMASK or not, does not wait (Armv8-M manual, WFI).
//   Renode's own core looks for one only when it is entered again, after it has skipped to the next event of the
//   whole machine: an interrupt that comes in the last instructions before a WFI, or in the very one, waits as long,
//   up to a quantum. Here the core is entered again at once, and time is skipped if it then still waits.
//   SysTick's period is RELOAD + 1 cycles (Armv8-M manual, SYST_RVR). Renode's is a cycle short, by which a clock that
//   counts its wraps goes ahead of virtual time: 0.3 ms an hour at 33 wraps a second.
// Left out: nothing that Renode's core has.
//
using System.Reflection;
using Antmicro.Renode.Core;
using Antmicro.Renode.Logging;
using Antmicro.Renode.Peripherals.IRQControllers;
using Antmicro.Renode.Peripherals.Timers;

namespace Antmicro.Renode.Peripherals.CPU
{
    public class STM32MP2_M33 : CortexM
    {
        public STM32MP2_M33(IMachine machine, NVIC nvic, uint numberOfMPURegions)
            : base("cortex-m33", machine, nvic, numberOfMPURegions: numberOfMPURegions)
        {
            var timer = Inside(Inside(Inside(nvic, "systick"), "NonSecureVal"), "systick") as LimitTimer;
            if(timer == null)
            {
                this.Log(LogLevel.Warning, "This Renode keeps its SysTick elsewhere: its period stays a cycle short");
                return;
            }
            timer.LimitReached += () => CountOnce(timer);
        }

        public override ExecutionResult ExecuteInstructions(ulong most, out ulong executed)
        {
            var result = base.ExecuteInstructions(most, out executed);
            var waitBegins = result == ExecutionResult.WaitingForInterrupt && executed > 0;
            return waitBegins ? ExecutionResult.Ok : result;
        }

        // It has just been loaded. The cycle that it misses is spent at RELOAD + 1, not at 0.
        private static void CountOnce(LimitTimer timer)
        {
            if(timer.Enabled && timer.Value < timer.Limit)
            {
                timer.Value++;
            }
        }

        private static object Inside(object owner, string name)
        {
            var field = owner == null ? null
                : owner.GetType().GetField(name, BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic);
            return field == null ? null : field.GetValue(owner);
        }
    }
}
