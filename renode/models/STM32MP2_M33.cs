//
// The Cortex-M33 of the STM32MP2: Renode's, which here does not oversleep.
//
// Modelled: a WFI that finds an interrupt pending, held back by PRIMASK or not, does not wait (Armv8-M manual, WFI).
//   Renode's own core looks for one only when it is entered again, after it has skipped to the next event of the
//   whole machine: an interrupt that comes in the last instructions before a WFI, or in the very one, waits as long,
//   up to a quantum. Here the core is entered again at once, and time is skipped if it then still waits.
// Left out: nothing that Renode's core has.
//
using Antmicro.Renode.Core;
using Antmicro.Renode.Peripherals.IRQControllers;

namespace Antmicro.Renode.Peripherals.CPU
{
    public class STM32MP2_M33 : CortexM
    {
        public STM32MP2_M33(IMachine machine, NVIC nvic, uint numberOfMPURegions)
            : base("cortex-m33", machine, nvic, numberOfMPURegions: numberOfMPURegions)
        {
        }

        public override ExecutionResult ExecuteInstructions(ulong most, out ulong executed)
        {
            var result = base.ExecuteInstructions(most, out executed);
            var waitBegins = result == ExecutionResult.WaitingForInterrupt && executed > 0;
            return waitBegins ? ExecutionResult.Ok : result;
        }
    }
}
