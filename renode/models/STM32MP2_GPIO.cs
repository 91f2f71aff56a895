//
// STM32MP2 general-purpose I/O port.
//
// Modelled: a level per pin that follows mode, output type, output data and pulls: an output drives its ODR bit
//   (open drain: low, or released); an input or alternate function has the level of the outside driver or of its pull;
//   an analog pin reads low. IDR, ODR, BSRR (set wins over reset), BRR. Each pin's level is an output of the model, to
//   EXTI and to the devices wired to the pin.
// Left out: alternate functions (peripherals are not routed through pins), speed, locks, delays, security and
//   compartments (these registers only store, see KeptRegisters), contention between two drivers (an output wins).
// Figures: reference manual RM0457, chapter GPIO (register map; all pins analog after reset).
//
using Antmicro.Renode.Core;
using Antmicro.Renode.Peripherals.Bus;
using Antmicro.Renode.Peripherals.Miscellaneous;

namespace Antmicro.Renode.Peripherals.GPIOPort
{
    [AllowedTranslations(AllowedTranslation.ByteToDoubleWord | AllowedTranslation.WordToDoubleWord)]
    public class STM32MP2_GPIO : BaseGPIOPort, IDoubleWordPeripheral, IKnownSize
    {
        public STM32MP2_GPIO(IMachine machine) : base(machine, Pins)
        {
            others = new KeptRegisters(this, OutputSpeed, OutputSpeed, AlternateLow, AlternateHigh);
            Reset();
        }

        // A reset of the port does not affect outside drivers.
        public override void Reset()
        {
            mode = 0xFFFFFFFF;
            outputType = pull = outputData = 0;
            others.Reset();
            Update(AllPins);
        }

        public uint ReadDoubleWord(long offset)
        {
            switch(offset)
            {
            case Mode:
                return mode;
            case OutputType:
                return outputType;
            case Pull:
                return pull;
            case InputData:
                return levels;
            case OutputData:
                return outputData;
            case SetReset:
            case ResetBits:
                return 0;
            default:
                return others.Read(offset);
            }
        }

        public void WriteDoubleWord(long offset, uint value)
        {
            uint before;
            switch(offset)
            {
            case Mode:
                mode = value;
                Update(AllPins);
                break;
            case OutputType:
                outputType = value & AllPins;
                Update(AllPins);
                break;
            case Pull:
                pull = value;
                Update(AllPins);
                break;
            case OutputData:
                before = outputData;
                outputData = value & AllPins;
                Update(before ^ outputData);
                break;
            case SetReset:
                before = outputData;
                outputData = (outputData & ~(value >> Pins)) | (value & AllPins);
                Update(before ^ outputData);
                break;
            case ResetBits:
                before = outputData;
                outputData &= ~value;
                Update(before ^ outputData);
                break;
            case InputData:
                break;
            default:
                others.Write(offset, value);
                break;
            }
        }

        // An outside driver sets the level of the wire.
        public override void OnGPIO(int number, bool value)
        {
            if(!CheckPinNumber(number))
            {
                return;
            }
            var bit = 1u << number;
            driven |= bit;
            driver = value ? driver | bit : driver & ~bit;
            Update(bit);
        }

        // The outside driver releases the wire: the pull sets its level.
        public void Release(int number)
        {
            driven &= ~(1u << number);
            Update(1u << number);
        }

        public bool Level(int number)
        {
            return (levels & 1u << number) != 0;
        }

        // Whether the pin is switched to a peripheral
        public bool IsAlternate(int number)
        {
            return ((mode >> (2 * number)) & 3) == ModeAlternate;
        }

        public long Size { get { return 0x400; } }

        private void Update(uint pins)
        {
            for(var i = 0; pins >> i != 0; i++)
            {
                var bit = 1u << i;
                if((pins & bit) == 0)
                {
                    continue;
                }
                var level = Resolve(i, bit);
                levels = level ? levels | bit : levels & ~bit;
                Connections[i].Set(level);
            }
        }

        private bool Resolve(int pin, uint bit)
        {
            switch((mode >> (2 * pin)) & 3)
            {
            case ModeAnalog:
                return false;
            case ModeOutput:
                if((outputData & bit) == 0)
                {
                    return false;
                }
                if((outputType & bit) == 0)
                {
                    return true;
                }
                break;
            }
            return (driven & bit) != 0 ? (driver & bit) != 0 : ((pull >> (2 * pin)) & 3) == PullUp;
        }

        private uint mode;
        private uint outputType;
        private uint pull;
        private uint outputData;
        private uint driven;
        private uint driver;
        private uint levels;
        private readonly KeptRegisters others;

        private const int Pins = 16;
        private const uint AllPins = 0xFFFF;
        private const uint ModeOutput = 1;
        private const uint ModeAlternate = 2;
        private const uint ModeAnalog = 3;
        private const uint PullUp = 1;
        private const long Mode = 0x00;
        private const long OutputType = 0x04;
        private const long Pull = 0x0C;
        private const long InputData = 0x10;
        private const long OutputData = 0x14;
        private const long SetReset = 0x18;
        private const long OutputSpeed = 0x08;
        private const long AlternateLow = 0x20;
        private const long AlternateHigh = 0x24;
        private const long ResetBits = 0x28;
    }
}
