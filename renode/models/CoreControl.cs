//
// A handle on the emulated Cortex-M33: a reset of the core alone, what it has executed, how often it woke up, and
// whether the emulator had to give it up.
//
// Modelled: remoteproc's stop and start of the core (peripherals and memory keep their state), nothing else.
// Left out: the core itself, which is Renode's.
//
using System;
using Antmicro.Renode.Core;
using Antmicro.Renode.Peripherals.CPU;
using Antmicro.Renode.Peripherals.IRQControllers;

namespace Antmicro.Renode.Peripherals.Miscellaneous
{
    public class CoreControl : IPeripheral
    {
        public CoreControl(IMachine machine, CortexM cpu, NVIC nvic)
        {
            this.machine = machine;
            this.cpu = cpu;
            this.nvic = nvic;
            cpu.Halted += OnHalted;
        }

        public void Reset()
        {
        }

        // Call while the emulation is paused: the core is held in reset.
        public void Stop()
        {
            nvic.Reset();
            cpu.Reset();
            cpu.IsHalted = true;
        }

        // Call while the emulation is paused: the core starts from the vector table given.
        public void Start(uint vectorTable)
        {
            nvic.Reset();
            cpu.Reset();
            HasAborted = false;
            cpu.VectorTableOffset = vectorTable;
            cpu.IsHalted = false;
        }

        // The same while the emulation runs: at the next moment when all is in step, a quantum later at most.
        public void RestartWhenSafe(uint vectorTable)
        {
            machine.LocalTimeSource.ExecuteInNearestSyncedState(_ => Start(vectorTable));
        }

        // From now on; it costs a little each time.
        public void CountWakeUps()
        {
            WakeUps = 0;
            if(!counting)
            {
                counting = true;
                cpu.AddHookAtWfiStateChange(OnWfi);
            }
        }

        public ulong WakeUps { get; private set; }

        public ulong Instructions { get { return cpu.ExecutedInstructions; } }

        // The core ran into a place from which it cannot execute (no memory there, or DDR): the run is over.
        public bool HasAborted { get; private set; }

        private void OnWfi(bool asleep)
        {
            if(!asleep)
            {
                WakeUps++;
            }
        }

        private void OnHalted(HaltArguments arguments)
        {
            if(arguments.Reason == HaltReason.Abort)
            {
                HasAborted = true;
                cpu.IsHalted = true;
            }
        }

        private bool counting;
        private readonly IMachine machine;
        private readonly CortexM cpu;
        private readonly NVIC nvic;
    }
}
