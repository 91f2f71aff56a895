//
// The registers that a model does not model. Models no hardware: each stores what is written and has no effect; the first
// read and the first write of each are logged as warnings. Registers that a model lists as kept are not logged: nothing
// that the model leaves out depends on them.
//
using System.Collections.Generic;
using Antmicro.Renode.Core;
using Antmicro.Renode.Logging;

namespace Antmicro.Renode.Peripherals.Miscellaneous
{
    public class KeptRegisters
    {
        // `ranges`: pairs of offsets, the first and the last register that is not logged
        public KeptRegisters(IEmulationElement owner, params long[] ranges)
        {
            this.owner = owner;
            this.ranges = ranges;
        }

        // Clears the values. An access that was logged is not logged again.
        public void Reset()
        {
            values.Clear();
        }

        public uint Read(long offset)
        {
            uint value;
            values.TryGetValue(offset, out value);
            if(!IsKept(offset) && read.Add(offset))
            {
                owner.Log(LogLevel.Warning, "Register 0x{0:X3} is not modelled; it was read: 0x{1:X}", offset, value);
            }
            return value;
        }

        public void Write(long offset, uint value)
        {
            values[offset] = value;
            if(!IsKept(offset) && written.Add(offset))
            {
                owner.Log(LogLevel.Warning, "Register 0x{0:X3} is not modelled; 0x{1:X} was written to it", offset, value);
            }
        }

        private bool IsKept(long offset)
        {
            for(var i = 0; i < ranges.Length; i += 2)
            {
                if(offset >= ranges[i] && offset <= ranges[i + 1])
                {
                    return true;
                }
            }
            return false;
        }

        private readonly IEmulationElement owner;
        private readonly long[] ranges;
        private readonly Dictionary<long, uint> values = new Dictionary<long, uint>();
        private readonly HashSet<long> read = new HashSet<long>();
        private readonly HashSet<long> written = new HashSet<long>();
    }
}
