//
// Control of the emulated Cortex-M33: resets, crashes, the number of executed instructions and of wake-ups, the start of
// its own clock, and whether the emulator has aborted it.
//
// Modelled: remoteproc's stop and start of the core (peripherals and memory keep their state). remoteproc arms "hold
//   boot" when it has started the core, so a core that is reset by its watchdog or by itself stays held until
//   remoteproc starts it again. A system reset resets the peripherals too, and memory keeps its content.
// Left out: the core itself, which is Renode's. A reset by the firmware (SYSRESETREQ) resets the peripherals too; whether
//   the chip does so is not known.
// Sources: stm32_rproc_start() in ST's Linux 6.6; RM0457 and stm32mp257fxx_cm33.h, RCC_IWDGC2CFGSETR.
//
using System;
using System.Collections.Generic;
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
            cpu.AddHookAtWfiStateChange(OnWfi);
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
            ResetCore();
            cpu.IsHalted = true;
            IsHeld = true;
        }

        // Call while the emulation is paused: the core starts from the vector table given.
        public void Start(uint vectorTable)
        {
            End();
            nvic.Reset();
            PresentInterrupts();
            ResetCore();
            HasAborted = false;
            cpu.VectorTableOffset = vectorTable;
            cpu.IsHalted = false;
            IsHeld = false;
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

        // Call while the emulation is paused: a system reset. The peripherals are reset and the core is held.
        public void ResetBoard()
        {
            asked = true;
            machine.Reset();
            asked = false;
        }

        // The watchdog has run out: the core executes nothing more, and is held from the next synchronised state on.
        public void Bite()
        {
            if(IsHeld || bitten)
            {
                return;
            }
            bitten = true;
            End();
            cpu.IsHalted = true;
            machine.LocalTimeSource.ExecuteInNearestSyncedState(_ =>
            {
                using(machine.ObtainPausedState(true))
                {
                    bitten = false;
                    Stop();
                    Report("watchdog");
                }
            });
        }

        // Call while the emulation is paused: the core stops executing, as in a loop that nothing interrupts.
        public void StandStill()
        {
            End();
            cpu.IsHalted = true;
        }

        // Call while the emulation is paused: the next instruction raises a precise bus fault. The firmware's handler
        // must not return.
        public void RaiseFault()
        {
            End();
            cpu.FaultStatus |= PreciseBusError;
            nvic.SetPendingIRQ(BusFault);
        }

        // Call while the emulation is paused: the core continues at this address with this value in R0. The code there
        // must not return.
        public void ContinueAt(uint address, uint argument)
        {
            End();
            cpu.PRIMASK = 0;
            cpu.SetRegister(0, argument);
            cpu.PC = address;
            nvic.SetPendingIRQ(PendSV); // ends a WFI
        }

        // How often a WFI ended.
        public ulong WakeUps { get; private set; }

        // The same by exception: the one that the core handles first. Numbers and counts alternate.
        public ulong[] WakeUpsByException()
        {
            var result = new List<ulong>();
            for(var i = 0; i < wakeUpsBy.Length; i++)
            {
                if(wakeUpsBy[i] != 0)
                {
                    result.Add((ulong)i);
                    result.Add(wakeUpsBy[i]);
                }
            }
            return result.ToArray();
        }

        // Also those before a reset of the core
        public ulong Instructions { get { return executedBefore + cpu.ExecutedInstructions; } }

        // The core executed from an address that has no memory, or from DDR: the run is over.
        public bool HasAborted { get; private set; }

        // When the core switched on its SysTick, which its own clock counts, after a start (1), and when it was stopped,
        // reset or started again, or stopped executing the firmware (0).
        public EventLog Clock { get; private set; }

        // In reset: before the first start, after a stop, and after a reset
        public bool IsHeld { get; private set; }

        // Why the core was reset last: "watchdog" or "itself"
        public string ResetBy { get; private set; }

        // Called after a reset by the watchdog or the firmware.
        public Action SelfReset { get; set; }

        private void OnMachineReset()
        {
            var itself = !asked && !IsHeld;
            Stop();
            if(itself)
            {
                Report("itself");
            }
        }

        private void Report(string cause)
        {
            ResetBy = cause;
            var listener = SelfReset;
            if(listener != null)
            {
                listener();
            }
        }

        // A peripheral that was not reset still asserts its interrupt. Renode's interrupt controller forgets that in its
        // reset, and would not see the next one.
        private void PresentInterrupts()
        {
            foreach(var peripheral in machine.GetPeripheralsOfType<IPeripheral>())
            {
                foreach(var output in OutputsOf(peripheral))
                {
                    foreach(var endpoint in output.Endpoints)
                    {
                        if(output.IsSet && endpoint.Receiver == nvic)
                        {
                            nvic.OnGPIO(endpoint.Number, true);
                        }
                    }
                }
            }
        }

        private static List<IGPIO> OutputsOf(IPeripheral peripheral)
        {
            var outputs = new List<IGPIO>();
            var numbered = peripheral as INumberedGPIOOutput;
            if(numbered != null)
            {
                outputs.AddRange(numbered.Connections.Values);
            }
            foreach(var property in peripheral.GetType().GetProperties())
            {
                if(property.PropertyType == typeof(GPIO) && property.GetIndexParameters().Length == 0)
                {
                    outputs.Add((IGPIO)property.GetValue(peripheral, null));
                }
            }
            return outputs;
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
            if(asleep)
            {
                return;
            }
            WakeUps++;
            var cause = nvic.FindPendingInterrupt();
            wakeUpsBy[cause > 0 && cause < wakeUpsBy.Length ? cause : 0]++;
        }

        private void ResetCore()
        {
            var before = cpu.ExecutedInstructions;
            cpu.Reset();
            executedBefore += before - cpu.ExecutedInstructions;
        }

        private void OnHalted(HaltArguments arguments)
        {
            if(arguments.Reason == HaltReason.Abort)
            {
                HasAborted = true;
                cpu.IsHalted = true;
            }
        }

        private bool asked;
        private bool bitten;
        private ulong executedBefore;
        private readonly ulong[] wakeUpsBy = new ulong[Exceptions];
        private bool clockRuns;
        private readonly IMachine machine;
        private readonly CortexM cpu;
        private readonly NVIC nvic;

        private const int Exceptions = 16 + 512;
        private const ulong SysTickControl = 0xE000E010;
        private const int BusFault = 5;
        private const int PendSV = 14;
        private const uint PreciseBusError = 1 << 9;
    }
}
