//
// A panel with a page-oriented OLED controller on I2C: SSD1306, SSD1309, SSD1315, or SH1106. Which one it is,
// fwgen/panels has as data: the size of the glass, the controller's columns and the one at the left edge of the glass,
// whether it has page addressing alone (SH1106), and the lower half of its status byte.
//
// Modelled: control bytes (Co, D/C#) over any number of writes until STOP; the three addressing modes with column and
//   page windows; display on, off, inverted, all on; contrast; start line, offset, multiplex ratio; segment remap
//   (for what is written afterwards) and COM direction (at once), as in the data sheets; charge pump and timing
//   commands are accepted and stored; the status byte. The picture is what a person sees on the usual module, on which
//   segment remap and reversed COM direction give an upright picture.
//   With page addressing alone the commands for modes, windows and the charge pump do not exist: they are logged, and
//   what was meant as their argument is a command.
//   Unplugged, it does not answer; plugged in again, it has lost its state (supply and I2C share one plug).
// Left out: scrolling (its commands have no effect, and are logged once each, as all unknown commands are), fading, the
//   effects of wrong COM pins or of a charge pump that is off, the burn-in of pixels.
// Figures: data sheet SSD1306 rev. 1.1: tables 9-1 (commands) and 10-1, chapters 8.1.5 (I2C) and 8.7 (GDDRAM); data
//   sheet SH1106 V2.3: 132 columns, commands.
//
using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;
using Antmicro.Renode.Core;
using Antmicro.Renode.Logging;
using Antmicro.Renode.Peripherals.I2C;
using Antmicro.Renode.Peripherals.Miscellaneous;

namespace Antmicro.Renode.Peripherals.Video
{
    public class PagePanel : II2CPeripheral, II2CPresence
    {
        public PagePanel(IMachine machine, int width = 128, int height = 64, int columns = 128, int firstColumn = 0,
            bool pagesOnly = false, int identity = 6)
        {
            if(width % 8 != 0 || height % 8 != 0 || height > Rows || firstColumn + width > columns)
            {
                throw new ArgumentException("expected whole bytes of pixels that fit the controller's memory");
            }
            this.machine = machine;
            this.columns = columns;
            this.firstColumn = firstColumn;
            this.pagesOnly = pagesOnly;
            this.identity = identity;
            Width = width;
            Height = height;
            IsPresent = true;
            Frames = new EventLog();
            PowerOn();
        }

        // The display is not connected to the microcontroller's reset.
        public void Reset()
        {
        }

        public void Write(byte[] data)
        {
            foreach(var value in data)
            {
                Take(value);
            }
        }

        public byte[] Read(int count = 1)
        {
            var result = new byte[count];
            for(var i = 0; i < count; i++)
            {
                result[i] = (byte)(identity | (IsOn || HidesStatus ? 0x00 : 0x40));
            }
            return result;
        }

        public void FinishTransmission()
        {
            expectControl = true;
            if(changed)
            {
                changed = false;
                Frames.Add(VirtualTime.Now(machine), Frames.Count + 1);
            }
        }

        // For the monitor: hexadecimal bytes, the control byte first; `stop` ends the transfer.
        public void Send(string bytes, bool stop = true)
        {
            foreach(var word in bytes.Split(new[] { ' ' }, StringSplitOptions.RemoveEmptyEntries))
            {
                Take(byte.Parse(word, NumberStyles.HexNumber, CultureInfo.InvariantCulture));
            }
            if(stop)
            {
                FinishTransmission();
            }
        }

        public void Unplug()
        {
            IsPresent = false;
            PowerOn();
        }

        public void Plug()
        {
            IsPresent = true;
        }

        // One byte per pixel, 0 or 1, row by row from the top left.
        public byte[] Picture()
        {
            var result = new byte[Width * Height];
            for(var y = 0; y < Height; y++)
            {
                for(var x = 0; x < Width; x++)
                {
                    result[y * Width + x] = (byte)(Pixel(x, y) ? 1 : 0);
                }
            }
            return result;
        }

        // Eight pixels per byte, the leftmost in the highest bit, row by row from the top left: as in PNG and PBM files.
        public byte[] PackedPicture()
        {
            var result = new byte[Width * Height / 8];
            for(var y = 0; y < Height; y++)
            {
                for(var x = 0; x < Width; x++)
                {
                    if(Pixel(x, y))
                    {
                        result[(y * Width + x) / 8] |= (byte)(0x80 >> (x % 8));
                    }
                }
            }
            return result;
        }

        // Text with two rows of pixels per line.
        public string HalfBlocks()
        {
            var text = new StringBuilder();
            for(var y = 0; y < Height; y += 2)
            {
                for(var x = 0; x < Width; x++)
                {
                    text.Append(Blocks[(Pixel(x, y) ? 1 : 0) + (Pixel(x, y + 1) ? 2 : 0)]);
                }
                text.Append('\n');
            }
            return text.ToString();
        }

        public bool Pixel(int x, int y)
        {
            if(!IsOn || !IsPresent)
            {
                return false;
            }
            var com = Height - 1 - y;
            if(com >= multiplex)
            {
                return false;
            }
            var row = ((comReversed ? multiplex - 1 - com : com) + offset + startLine) % Rows;
            var lit = allOn || (memory[row / 8, columns - 1 - firstColumn - x] & 1 << (row % 8)) != 0;
            return lit != IsInverted;
        }

        // The byte of display memory at this column and page, as the present segment remap addresses it.
        public byte Memory(int column, int page)
        {
            return memory[page, Segment(column)];
        }

        public bool IsPresent { get; set; }

        // The status byte always shows that the display is on, as with some panels
        public bool HidesStatus { get; set; }

        public bool IsOn { get; private set; }

        public bool IsInverted { get; private set; }

        public bool IsChargePumpOn { get; private set; }

        public int Contrast { get; private set; }

        public int Height { get; private set; }

        // Each transfer that changed the visible picture; value: their number so far.
        public EventLog Frames { get; private set; }

        public int FrameCount { get { return Frames.Count; } }

        public ulong DataBytes { get; private set; }

        public int Width { get; private set; }

        private void PowerOn()
        {
            memory = new byte[Pages, columns];
            IsOn = IsInverted = IsChargePumpOn = false;
            allOn = remapped = comReversed = false;
            Contrast = 0x7F;
            startLine = offset = 0;
            multiplex = Rows;
            addressing = AddressingPage;
            columnStart = column = pageStart = page = 0;
            columnEnd = columns - 1;
            pageEnd = Pages - 1;
            expectControl = true;
            command.Clear();
            changed = false;
        }

        private void Take(byte value)
        {
            if(expectControl)
            {
                // Co = 0: only bytes of one kind follow; Co = 1: one byte, then another control byte
                isData = (value & 0x40) != 0;
                single = (value & 0x80) != 0;
                expectControl = false;
                return;
            }
            expectControl = single;
            if(isData)
            {
                Store(value);
                return;
            }
            command.Add(value);
            if(command.Count > Arguments(command[0]))
            {
                Execute(command[0]);
                command.Clear();
            }
        }

        private void Store(byte value)
        {
            DataBytes++;
            column %= columns; // only here: the two halves of a column arrive one after the other
            var segment = Segment(column);
            changed |= memory[page, segment] != value;
            memory[page, segment] = value;
            switch(addressing)
            {
            case AddressingHorizontal:
                if(Next(ref column, columnStart, columnEnd, columns))
                {
                    Next(ref page, pageStart, pageEnd, Pages);
                }
                break;
            case AddressingVertical:
                if(Next(ref page, pageStart, pageEnd, Pages))
                {
                    Next(ref column, columnStart, columnEnd, columns);
                }
                break;
            default:
                column = (column + 1) % columns;
                break;
            }
        }

        // True where the counter went back to its start
        private static bool Next(ref int counter, int start, int end, int limit)
        {
            if(counter == end)
            {
                counter = start;
                return true;
            }
            counter = (counter + 1) % limit;
            return false;
        }

        private int Arguments(byte code)
        {
            if(pagesOnly && IsMissing(code))
            {
                return 0;
            }
            switch(code)
            {
            case 0x20: case 0x81: case 0x8D: case 0xA8: case 0xAD: case 0xD3: case 0xD5: case 0xD9: case 0xDA: case 0xDB:
                return 1;
            case 0x21: case 0x22: case 0xA3:
                return 2;
            case 0x29: case 0x2A:
                return 5;
            case 0x26: case 0x27:
                return 6;
            default:
                return 0;
            }
        }

        // Commands that a controller with page addressing alone does not have
        private static bool IsMissing(byte code)
        {
            return (code >= 0x20 && code <= 0x2F) || code == 0x8D || code == 0xA3;
        }

        private void Execute(byte code)
        {
            if(code <= 0x0F)
            {
                column = (column & 0xF0) | code;
            }
            else if(code <= 0x1F)
            {
                column = (column & 0x0F) | (code & (columns > 128 ? 0x0F : 0x07)) << 4;
            }
            else if(pagesOnly && IsMissing(code))
            {
                LogUnknown(code);
            }
            else if(code >= 0x40 && code <= 0x7F)
            {
                Show(ref startLine, code & 0x3F);
            }
            else if(code >= 0xB0 && code <= 0xB7)
            {
                page = code & 0x07;
            }
            else if(!ExecuteAddressing(code) && !ExecutePicture(code) && !IsIgnored(code))
            {
                LogUnknown(code);
            }
        }

        private void LogUnknown(byte code)
        {
            if(logged.Add(code))
            {
                this.Log(LogLevel.Warning, "Command 0x{0:X2} is not modelled; it has no effect", code);
            }
        }

        private bool ExecuteAddressing(byte code)
        {
            switch(code)
            {
            case 0x20:
                addressing = command[1] & 3;
                return true;
            case 0x21:
                columnStart = column = command[1] & 0x7F;
                columnEnd = command[2] & 0x7F;
                return true;
            case 0x22:
                pageStart = page = command[1] & 7;
                pageEnd = command[2] & 7;
                return true;
            case 0xA0: case 0xA1:
                remapped = code == 0xA1;
                return true;
            default:
                return false;
            }
        }

        private bool ExecutePicture(byte code)
        {
            switch(code)
            {
            case 0x81:
                changed |= Contrast != command[1];
                Contrast = command[1];
                return true;
            case 0x8D:
                IsChargePumpOn = (command[1] & 4) != 0;
                return true;
            case 0xA4: case 0xA5:
                changed |= allOn != (code == 0xA5);
                allOn = code == 0xA5;
                return true;
            case 0xA6: case 0xA7:
                changed |= IsInverted != (code == 0xA7);
                IsInverted = code == 0xA7;
                return true;
            case 0xA8:
                // 0 to 14 are not valid
                Show(ref multiplex, Math.Max(16, (command[1] & 0x3F) + 1));
                return true;
            case 0xAE: case 0xAF:
                changed |= IsOn != (code == 0xAF);
                IsOn = code == 0xAF;
                return true;
            case 0xC0: case 0xC1: case 0xC2: case 0xC3: case 0xC4: case 0xC5: case 0xC6: case 0xC7:
            case 0xC8: case 0xC9: case 0xCA: case 0xCB: case 0xCC: case 0xCD: case 0xCE: case 0xCF:
                changed |= comReversed != (code >= 0xC8);
                comReversed = code >= 0xC8;
                return true;
            case 0xD3:
                Show(ref offset, command[1] & 0x3F);
                return true;
            default:
                return false;
            }
        }

        // Timing, pins, the pump voltages and current reference of related chips, scrolling off, no operation
        private static bool IsIgnored(byte code)
        {
            return code == 0x2E || (code >= 0x30 && code <= 0x33) || code == 0xAD || code == 0xD5
                || (code >= 0xD9 && code <= 0xDB) || code == 0xE3;
        }

        private void Show(ref int setting, int value)
        {
            changed |= setting != value;
            setting = value;
        }

        private int Segment(int address)
        {
            return remapped ? columns - 1 - address : address;
        }

        private readonly IMachine machine;
        private readonly int columns;
        private readonly int firstColumn;
        private readonly bool pagesOnly;
        private readonly int identity;
        private readonly HashSet<byte> logged = new HashSet<byte>(); // commands that are not modelled
        private readonly List<byte> command = new List<byte>();
        private byte[,] memory; // page, segment
        private bool allOn;
        private bool remapped;
        private bool comReversed;
        private int startLine;
        private int offset;
        private int multiplex;
        private int addressing;
        private int columnStart;
        private int columnEnd;
        private int column;
        private int pageStart;
        private int pageEnd;
        private int page;
        private bool expectControl;
        private bool isData;
        private bool single;
        private bool changed;

        private const int Rows = 64;
        private const int Pages = 8;
        private const int AddressingHorizontal = 0;
        private const int AddressingVertical = 1;
        private const int AddressingPage = 2;
        private const string Blocks = " \u2580\u2584\u2588";
    }
}
