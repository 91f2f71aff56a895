//
// Control of the emulated Cortex-M33: a reset of the core alone, the number of executed instructions and of wake-ups, the
// start of its own clock, and whether the emulator has aborted it.
//
// Modelled: remoteproc's stop and start of the core (peripherals and memory keep their state); after a reset of the
//   whole machine (watchdog, SYSRESETREQ) the core starts from the same vector table again.
// Left out: the core itself, which is Renode's.
//
using System;
using Antmicro.Renode.Core;
using Antmicro.Renode.Peripherals.Bus;
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
            Clock = new EventLog();
            cpu.Halted += OnHalted;
            machine.MachineReset += _ => OnMachineReset();
            machine.SystemBus.AddWatchpointHook(SysTickControl, SysbusAccessWidth.DoubleWord, Access.Write,
                (core, address, width, value) => OnSysTickControl(value));
        }

        public void Reset()
        {
        }

        // Call while the emulation is paused: the core is held in reset.
        public void Stop()
        {
            End();
            nvic.Reset();
            cpu.Reset();
            cpu.IsHalted = true;
        }

        // Call while the emulation is paused: the core starts from the vector table given.
        public void Start(uint vectorTable)
        {
            End();
            nvic.Reset();
            cpu.Reset();
            HasAborted = false;
            cpu.VectorTableOffset = vectorTable;
            cpu.IsHalted = false;
            started = vectorTable;
        }

        // The same while the emulation runs: at the next synchronised state, at most a quantum later.
        public void RestartWhenSafe(uint vectorTable)
        {
            machine.LocalTimeSource.ExecuteInNearestSyncedState(_ =>
            {
                using(machine.ObtainPausedState(true))
                {
                    Start(vectorTable);
                }
            });
        }

        // Counts from now on; this costs a little time per wake-up.
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

        // The core executed from an address that has no memory, or from DDR: the run is over.
        public bool HasAborted { get; private set; }

        // When the core switched on its SysTick, which its own clock counts, after a start (1), and when it was stopped,
        // reset or started again (0).
        public EventLog Clock { get; private set; }

        // Called after a reset of the machine by the watchdog or the firmware.
        public Action SelfReset { get; set; }

        private void OnMachineReset()
        {
            if(started == 0)
            {
                return;
            }
            Start(started);
            var listener = SelfReset;
            if(listener != null)
            {
                listener();
            }
        }

        private void OnSysTickControl(ulong value)
        {
            if(!clockRuns && (value & 1) != 0)
            {
                clockRuns = true;
                Clock.Add(VirtualTime.Now(machine), 1);
            }
        }

        private void End()
        {
            if(clockRuns)
            {
                clockRuns = false;
                Clock.Add(VirtualTime.Now(machine), 0);
            }
        }

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
        private bool clockRuns;
        private uint started;
        private readonly IMachine machine;
        private readonly CortexM cpu;
        private readonly NVIC nvic;

        private const ulong SysTickControl = 0xE000E010;
    }
}
