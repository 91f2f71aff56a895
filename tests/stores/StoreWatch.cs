//
// Records the core's stores to a range of memory, and halts the core when it reaches an address. For tests.
//
// Modelled: nothing. The memory stays what it is; a store is recorded before it takes effect. Stores of any width are
//   recorded, one row each.
//
using System;
using System.Collections.Generic;
using System.Reflection;
using Antmicro.Renode.Core;
using Antmicro.Renode.Peripherals.Bus;
using Antmicro.Renode.Peripherals.CPU;

namespace Antmicro.Renode.Peripherals.Miscellaneous
{
    public class StoreWatch : IPeripheral
    {
        public StoreWatch(IMachine machine, CortexM cpu)
        {
            this.machine = machine;
            this.cpu = cpu;
            hook = OnStore;
        }

        public void Reset()
        {
        }

        // Call while the emulation is paused. The bus looks at all pages again for each address that is added in its own way.
        public void Watch(ulong first, ulong end)
        {
            Ignore();
            var all = Hooks();
            for(var address = first; address < end; address++)
            {
                all[address] = new List<BusHookHandler> { new BusHookHandler(hook, AnyWidth) };
            }
            watchFirst = first;
            watchEnd = end;
            Renew();
        }

        // Call after each reset of the core, which forgets the pages that the bus watches.
        public void Renew()
        {
            for(var address = watchFirst; address < watchEnd; address += Page)
            {
                cpu.SetPageAccessViaIo(address);
            }
        }

        public void Ignore()
        {
            var all = Hooks();
            for(var address = watchFirst; address < watchEnd; address++)
            {
                all.Remove(address);
            }
            for(var address = watchFirst; address < watchEnd; address += Page)
            {
                cpu.ClearPageAccessViaIo(address);
            }
            watchFirst = watchEnd = 0;
        }

        // Four numbers each: address, value, width in bytes, nanoseconds
        public byte[] TakeStores()
        {
            var result = new byte[stores.Count * sizeof(ulong)];
            Buffer.BlockCopy(stores.ToArray(), 0, result, 0, result.Length);
            stores.Clear();
            return result;
        }

        // The core halts before it executes this address.
        public void HaltAt(ulong address)
        {
            cpu.AddHook(address, (core, pc) =>
            {
                if(Armed)
                {
                    HasReached = true;
                    cpu.IsHalted = true;
                }
            });
        }

        public bool Armed { get; set; }

        public bool HasReached { get; set; }

        private Dictionary<ulong, List<BusHookHandler>> Hooks()
        {
            const string name = "hooksOnWrite";
            var field = typeof(SystemBus).GetField(name, BindingFlags.NonPublic | BindingFlags.Instance);
            if(field == null)
            {
                throw new InvalidOperationException("this Renode's SystemBus has no " + name);
            }
            return (Dictionary<ulong, List<BusHookHandler>>)field.GetValue(machine.SystemBus);
        }

        private void OnStore(ICpuSupportingGdb core, ulong address, SysbusAccessWidth width, ulong value)
        {
            stores.Add(address);
            stores.Add(value);
            stores.Add((ulong)width);
            stores.Add(VirtualTime.Now(machine));
        }

        private readonly IMachine machine;
        private readonly CortexM cpu;
        private readonly BusHookDelegate hook;
        private ulong watchFirst;
        private ulong watchEnd;
        private readonly List<ulong> stores = new List<ulong>();

        private const ulong Page = 1024;
        private const SysbusAccessWidth AnyWidth = (SysbusAccessWidth)15;
    }
}
