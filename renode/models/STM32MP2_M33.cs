//
// The Cortex-M33 of the STM32MP2: Renode's core with two corrections, of WFI and of SysTick's period.
//
// Modelled: a WFI does not wait if an interrupt is pending, masked by PRIMASK or not (Armv8-M manual, WFI). Renode's core
//   checks this only when it is entered again, after it has skipped to the next event of the whole machine: an interrupt
//   during the last instructions before a WFI, or during the WFI, is delayed by up to a quantum. Here the core is entered
//   again at once, and time is skipped only if it then still waits.
//   SysTick's period is RELOAD + 1 cycles (Armv8-M manual, SYST_RVR). Renode's is one cycle shorter, so a clock that
//   counts its wraps runs ahead of virtual time: 0.3 ms per hour at 33 wraps per second.
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
                this.Log(LogLevel.Warning, "This Renode's SysTick was not found: its period stays one cycle too short");
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

        // The timer has just been reloaded. The missing cycle is spent at RELOAD + 1, not at 0.
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
