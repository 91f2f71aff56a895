//
// The effects of the Cortex-A35 with Linux on the Cortex-M33, for a peer outside the emulator.
//
// Modelled: doorbells in both directions with the time that Linux takes to serve an interrupt (`latency`,
//   microseconds), an alarm clock in virtual time, suspend (DDR closed, domain D1 down), resume, and idle states.
// Left out: the A35 itself. The peer decides what Linux does: it sets `Handler`, which is called on the emulation's
//   thread at exact virtual times, or it calls TakeEvents between two runs.
// Figures: the latency is a round figure for an idle A35, not a measurement; so is the value for `PowerLag`.
//
using System;
using System.Collections.Generic;
using Antmicro.Renode.Core;
using Antmicro.Renode.Peripherals.CPU;
using Antmicro.Renode.Peripherals.Memory;
using Antmicro.Renode.Time;

namespace Antmicro.Renode.Peripherals.Miscellaneous
{
    public class LinuxSide : IPeripheral
    {
        public LinuxSide(IMachine machine, STM32MP2_IPCC ipcc, STM32MP2_PWR pwr, SelfRefreshDDR ddr, int latency = 50)
        {
            this.machine = machine;
            this.ipcc = ipcc;
            this.pwr = pwr;
            this.ddr = ddr;
            Latency = latency;
            onAlarm = OnAlarm;
            onService = OnService;
            onPower = OnPower;
            States = new EventLog();
            ipcc.ForA35 += OnMailbox;
        }

        // Linux keeps running when the M33's side of the chip is reset.
        public void Reset()
        {
        }

        // Rings a channel; false if the M33 has not acknowledged the last ring (Linux then queues the ring).
        public bool Ring(int channel)
        {
            if(ipcc.IsOccupiedByA35(channel))
            {
                return false;
            }
            ipcc.Ring(channel);
            return true;
        }

        public void Acknowledge(int channel)
        {
            ipcc.Acknowledge(channel);
        }

        // The events since the last call in order, three numbers each: nanoseconds; EventRing or EventFree; channel.
        public long[] TakeEvents()
        {
            lock(events)
            {
                var result = events.ToArray();
                events.Clear();
                return result;
            }
        }

        // The same as text, for the monitor.
        public string EventsAsText()
        {
            return string.Join(" ", TakeEvents());
        }

        // The handler is called at this virtual time (in the past: at once). There is one alarm; this replaces it.
        public void SetAlarm(ulong nanoseconds)
        {
            CancelAlarm();
            At(nanoseconds, onAlarm, "alarm of Linux");
        }

        public void CancelAlarm()
        {
            machine.ClockSource.TryRemoveClockEntry(onAlarm);
        }

        // DDR enters self-refresh now; D1 is off `PowerLag` later.
        public void Suspend(int domainState = 4)
        {
            ddr.Close();
            Later(() => pwr.A35Stops(domainState));
            Enter(Suspended);
        }

        // The A35 runs from now on; DDR is open `PowerLag` later.
        public void Resume()
        {
            pwr.A35Runs();
            Later(() => ddr.Open());
            Enter(Running);
        }

        // Linux is awake and idles: the state of DDR, and whether PWR shows that the A35 runs or that it is stopped.
        public void Idle(bool ddrClosed, bool a35Runs)
        {
            machine.ClockSource.TryRemoveClockEntry(onPower);
            if(ddrClosed)
            {
                ddr.Close();
            }
            else
            {
                ddr.Open();
            }
            if(a35Runs)
            {
                pwr.A35Runs();
            }
            else
            {
                pwr.A35Stops(Stopped);
            }
        }

        // The A35 is in reset: Linux reboots. DDR is opened.
        public void Restart()
        {
            machine.ClockSource.TryRemoveClockEntry(onPower);
            ddr.Open();
            pwr.A35Resets();
            Enter(Resetting);
        }

        public ulong Now { get { return VirtualTime.Now(machine); } }

        // Called `Latency` after a doorbell, and at the alarm. It must not throw.
        public Action Handler { get; set; }

        public int Latency { get; set; }

        // The A35 itself closes and opens DDR: for this time (microseconds) PWR shows that it runs while DDR is closed.
        public int PowerLag { get; set; }

        // Each change; value: 0 running, 1 suspended, 2 in reset.
        public EventLog States { get; private set; }

        public const int EventRing = 1;
        public const int EventFree = 2;
        public const int Running = 0;
        public const int Suspended = 1;
        public const int Resetting = 2;

        private const int Stopped = 1; // domain D1 in DStop1

        private void OnMailbox(int channel, bool ring)
        {
            lock(events)
            {
                events.Add((long)Now);
                events.Add(ring ? EventRing : EventFree);
                events.Add(channel);
            }
            if(Handler != null && !serviceDue)
            {
                serviceDue = true;
                At(Now + (ulong)Latency * 1000, onService, "interrupt of Linux");
            }
        }

        private void OnService()
        {
            machine.ClockSource.TryRemoveClockEntry(onService);
            serviceDue = false;
            Call();
        }

        private void OnAlarm()
        {
            machine.ClockSource.TryRemoveClockEntry(onAlarm);
            Call();
        }

        private void Later(Action change)
        {
            machine.ClockSource.TryRemoveClockEntry(onPower);
            power = change;
            if(PowerLag == 0)
            {
                change();
            }
            else
            {
                At(Now + (ulong)PowerLag * 1000, onPower, "power of the A35");
            }
        }

        private void OnPower()
        {
            machine.ClockSource.TryRemoveClockEntry(onPower);
            power();
        }

        private void Call()
        {
            var handler = Handler;
            if(handler != null)
            {
                handler();
            }
        }

        // Unlike the machine's ScheduleAction this can be cancelled: a moved alarm leaves no old action.
        private void At(ulong nanoseconds, Action action, string name)
        {
            var now = Now;
            var delay = nanoseconds > now ? nanoseconds - now : 1;
            // the constant fits the frequency's type of every Renode: long up to 1.16, ulong since
            machine.ClockSource.AddClockEntry(new ClockEntry(delay, (long)TimeInterval.TicksPerSecond, action, this, name,
                workMode: WorkMode.OneShot));
            ICPU cpu;
            if(machine.SystemBus.TryGetCurrentCPU(out cpu))
            {
                var controllable = cpu as IControllableCPU;
                if(controllable != null)
                {
                    controllable.RequestReturn();
                }
            }
        }

        private void Enter(int state)
        {
            States.Add(Now, state);
        }

        private bool serviceDue;
        private readonly IMachine machine;
        private readonly STM32MP2_IPCC ipcc;
        private readonly STM32MP2_PWR pwr;
        private readonly SelfRefreshDDR ddr;
        private readonly Action onAlarm;
        private readonly Action onService;
        private readonly Action onPower;
        private Action power;
        private readonly List<long> events = new List<long>();
    }
}
