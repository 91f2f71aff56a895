//
// STM32MP2 extended interrupt and event controller: EXTI2, which reports edges of pins to the Cortex-M33.
//
// Modelled: the configurable lines 0 to 15: port selection (EXTICR), rising and falling edges (RTSR1, FTSR1), separate
//   pending bits cleared by writing one (RPR1, FPR1), software trigger (SWIER1), interrupt masks of the three
//   processors. A line's output is the M33's (C2IMR1) and stays high while one of its pending bits is set.
// Left out: the lines above 15 (direct lines and other banks only store, see KeptRegisters), events (EMR), security and
//   compartments, the masks' wake-up of a stopped domain. A change of the port selection causes no edge.
// Figures: reference manual RM0457, chapter EXTI (register map); lines and interrupts from the chip data.
//
using System.Collections.Generic;
using System.Collections.ObjectModel;
using Antmicro.Renode.Core;
using Antmicro.Renode.Logging;
using Antmicro.Renode.Peripherals.Bus;
using Antmicro.Renode.Peripherals.Miscellaneous;

namespace Antmicro.Renode.Peripherals.IRQControllers
{
    [AllowedTranslations(AllowedTranslation.ByteToDoubleWord | AllowedTranslation.WordToDoubleWord)]
    public class STM32MP2_EXTI : IDoubleWordPeripheral, IKnownSize, INumberedGPIOOutput, ILocalGPIOReceiver
    {
        public STM32MP2_EXTI(IMachine machine)
        {
            var lines = new Dictionary<int, IGPIO>();
            for(var i = 0; i < Lines; i++)
            {
                lines[i] = new GPIO();
            }
            Connections = new ReadOnlyDictionary<int, IGPIO>(lines);
            ports = new Port[Ports];
            for(var i = 0; i < Ports; i++)
            {
                ports[i] = new Port(this, i);
            }
            others = new KeptRegisters(this);
            Reset();
        }

        public void Reset()
        {
            risingTrigger = fallingTrigger = 0;
            risingPending = fallingPending = 0;
            mask = 0;
            System.Array.Clear(selection, 0, selection.Length);
            others.Reset();
            Update();
        }

        public IGPIOReceiver GetLocalReceiver(int port)
        {
            return ports[port];
        }

        public uint ReadDoubleWord(long offset)
        {
            switch(offset)
            {
            case RisingTrigger:
                return risingTrigger;
            case FallingTrigger:
                return fallingTrigger;
            case SoftwareTrigger:
                return 0;
            case RisingPending:
                return risingPending;
            case FallingPending:
                return fallingPending;
            case MaskOfM33:
                return mask;
            }
            if(offset >= Selection && offset < Selection + 4 * selection.Length)
            {
                return selection[(offset - Selection) / 4];
            }
            return others.Read(offset);
        }

        public void WriteDoubleWord(long offset, uint value)
        {
            switch(offset)
            {
            case RisingTrigger:
                risingTrigger = value & AllLines;
                return;
            case FallingTrigger:
                fallingTrigger = value & AllLines;
                return;
            case SoftwareTrigger:
                risingPending |= value & AllLines;
                break;
            case RisingPending:
                risingPending &= ~value;
                break;
            case FallingPending:
                fallingPending &= ~value;
                break;
            case MaskOfM33:
                mask = value;
                break;
            default:
                if(offset >= Selection && offset < Selection + 4 * selection.Length)
                {
                    selection[(offset - Selection) / 4] = value;
                    return;
                }
                others.Write(offset, value);
                return;
            }
            Update();
        }

        public IReadOnlyDictionary<int, IGPIO> Connections { get; private set; }

        public long Size { get { return 0x400; } }

        private void OnPin(int port, int line, bool level)
        {
            if(((selection[line / 4] >> (8 * (line % 4))) & 0xFF) != port)
            {
                return;
            }
            var bit = 1u << line;
            if(level)
            {
                risingPending |= risingTrigger & bit;
            }
            else
            {
                fallingPending |= fallingTrigger & bit;
            }
            Connections[line].Set(((risingPending | fallingPending) & mask & bit) != 0);
        }

        private void Update()
        {
            var due = (risingPending | fallingPending) & mask;
            for(var i = 0; i < Lines; i++)
            {
                Connections[i].Set((due & 1u << i) != 0);
            }
        }

        private uint risingTrigger;
        private uint fallingTrigger;
        private uint risingPending;
        private uint fallingPending;
        private uint mask;
        private readonly uint[] selection = new uint[4];
        private readonly Port[] ports;
        private readonly KeptRegisters others;

        private const int Lines = 16;
        private const int Ports = 26; // A to Z
        private const uint AllLines = 0xFFFF;
        private const long RisingTrigger = 0x00;
        private const long FallingTrigger = 0x04;
        private const long SoftwareTrigger = 0x08;
        private const long RisingPending = 0x0C;
        private const long FallingPending = 0x10;
        private const long Selection = 0x60;
        private const long MaskOfM33 = 0xC0;

        // The sixteen pins of one GPIO port: `exti#5@[0-15]` in a platform description is port F. It stores the levels, so
        // that the first OnGPIO, which reports the level at start, is not an edge.
        private class Port : IGPIOReceiver
        {
            public Port(STM32MP2_EXTI parent, int number)
            {
                this.parent = parent;
                this.number = number;
            }

            public void Reset()
            {
            }

            public void OnGPIO(int line, bool level)
            {
                if(line < 0 || line >= Lines || levels[line] == level)
                {
                    return;
                }
                levels[line] = level;
                parent.OnPin(number, line, level);
            }

            private readonly STM32MP2_EXTI parent;
            private readonly int number;
            private readonly bool[] levels = new bool[Lines];
        }
    }
}
