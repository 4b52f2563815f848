using System.Buffers;

namespace DebugRelay.Scrubbing.Detectors;

/// <summary>Sets of characters for vectorised searches.</summary>
internal static class CharacterSets
{
    private const string Small = "abcdefghijklmnopqrstuvwxyz";
    private const string Capital = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    private const string Digit = "0123456789";

    public static readonly SearchValues<char> Letters = SearchValues.Create(Small + Capital);
    public static readonly SearchValues<char> CapitalsAndDigits = SearchValues.Create(Capital + Digit);
    public static readonly SearchValues<char> Digits = SearchValues.Create(Digit);
    public static readonly SearchValues<char> HexDigits = SearchValues.Create(Digit + "abcdefABCDEF");
    public static readonly SearchValues<char> DigitsAndDashes = SearchValues.Create(Digit + "-");
    public static readonly SearchValues<char> AddressLiteral = SearchValues.Create(Digit + "abcdefABCDEF.:IPv");
    public static readonly SearchValues<char> PairKey = SearchValues.Create(Small + Capital + Digit + " _-");
    public static readonly SearchValues<char> DigitsAndDots = SearchValues.Create(Digit + ".");
    public static readonly SearchValues<char> ZerosOfAddress = SearchValues.Create("0:-.");
    public static readonly SearchValues<char> OnesOfAddress = SearchValues.Create("fF:-.");
    public static readonly SearchValues<char> EndOfPathPart = SearchValues.Create("/\\\"'<>|:*?\r\n\t,;()[]{}&#=`");
    public static readonly SearchValues<char> BeforePath = SearchValues.Create(" \t\r\n\"'<>()[]{},;=|`");
    public static readonly SearchValues<char> EndOfWord = SearchValues.Create(" \t\r\n\"'`<>");
    public static readonly SearchValues<char> HeaderName = SearchValues.Create(Small + Capital + Digit + "-_");
    public static readonly SearchValues<char> Prose = SearchValues.Create(Small + " .,'");
    public static readonly SearchValues<char> Code = SearchValues.Create(Small + Capital + "_.$");
    public static readonly SearchValues<char> VariableName = SearchValues.Create(Small + Capital + "_");
    public static readonly SearchValues<char> SmallPath = SearchValues.Create(Small + "/._-~");
    public static readonly SearchValues<char> BeforeNamedValue = SearchValues.Create(", \t\r\n\"'\\");
    public static readonly SearchValues<char> Join = SearchValues.Create(" \t\n:=\"'-_>");
    public static readonly SearchValues<char> EndOfUserInfo = SearchValues.Create("/?#@ \t\r\n\"<>");
    public static readonly SearchValues<char> EndOfAuthority = SearchValues.Create("/?#\\ \t\r\n\"<>`");
}
