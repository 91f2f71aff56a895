//
// A handle on the emulated Cortex-M33: a reset of the core alone, what it has executed, how often it woke up, when its
// own clock began, and whether the emulator had to give it up.
//
// Modelled: remoteproc's stop and start of the core (peripherals and memory keep their state); after a reset of the
//   whole machine (watchdog, SYSRESETREQ) the core starts where remoteproc had started it.
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

        // The same while the emulation runs: at the next moment when all is in step, a quantum later at most.
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

        // When the core switched its SysTick on after a start, by which its own clock counts (1), and when it was stopped,
        // reset or started again (0).
        public EventLog Clock { get; private set; }

        // After a reset of the machine that nobody outside asked for.
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
